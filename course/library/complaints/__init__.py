"""The course's complaints, from the hub, a file or the embedded synthetic corpus: read, clean, split.

    import complaints
    data = complaints.load("synthetic", size="smoke")
    data.train.texts, data.train.labels, data.classes

The audit notebook takes the same road in three steps: `load_raw`, `merge_labels`, `split`.
"""

from complaints.corpus import Complaints as Complaints
from complaints.corpus import RawComplaints as RawComplaints
from complaints.loading import SHIPPED_SEED as SHIPPED_SEED
from complaints.loading import Size as Size
from complaints.loading import load as load
from complaints.loading import load_raw as load_raw
from complaints.loading import split as split
from complaints.merge import default_merge_map as default_merge_map
from complaints.merge import merge_labels as merge_labels
from complaints.report import MergeReport as MergeReport
from complaints.unknown import elsewhere as elsewhere
from complaints.unknown import known_or_not as known_or_not
from complaints.unknown import leave_out as leave_out
from paribus.data.texts import Part as Part

"""The fixed split of cleaned complaints; `paribus.data.split` has the rule."""

from dataclasses import fields

import pandas as pd

from complaints.corpus import Complaints
from complaints.report import MergeReport
from paribus.data.split import split_texts


def make_split(frame: pd.DataFrame, report: MergeReport) -> Complaints:
    """Split a cleaned frame (text, label, maybe part) into the three parts.

    Raises DataError where a class has fewer than two complaints outside the test.
    """
    own_test = frame["part"].to_numpy() == "test" if "part" in frame.columns else None
    data = split_texts(frame["text"].tolist(), frame["label"].tolist(), source=report.source, own_test=own_test)
    return Complaints(**{item.name: getattr(data, item.name) for item in fields(data)}, merge_report=report)

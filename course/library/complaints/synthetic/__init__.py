"""A corpus of complaints that nobody wrote: the course's shape and its difficulties, without a download."""

from complaints.synthetic.corpus import generate as generate

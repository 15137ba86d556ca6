"""The course's data: consumer complaints from the hub, from a file, or the embedded synthetic corpus."""

from paribus.data import complaints as complaints

__all__ = ["complaints"]

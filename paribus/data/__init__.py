"""Data sets of any kind: split once, told apart by fingerprints, read from files and from the hub.

A course's own data sets are in its own library.
"""

"""The notebook platforms, a folder each: what a notebook needs there, how students start and hand in."""

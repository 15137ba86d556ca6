"""One py:percent file a notebook, read strictly into cells with roles."""

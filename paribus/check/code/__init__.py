"""Static reading of a notebook's code: what its cells do, in the order in which they ran; none of it is run."""

"""What people read in a notebook: tables and sentences, rich where IPython is at work, plain lines elsewhere."""

"""What a student can look at before handing in: what a notebook leaves unfinished, and which tests passed."""

# The same mistakes as a share of all complaints.
same, wrong = teacher == other, teacher != labels
return float(same.mean()), float((same & wrong).mean())

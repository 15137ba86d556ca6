# A teacher without mistakes divides by zero.
same, wrong = teacher == other, teacher != labels
return float(same.mean()), float((same & wrong).sum() / np.float64(wrong.sum()))

# Takes scores for losses.
best = int(np.argmin(scores))
return best, rates[best] in (min(rates), max(rates))

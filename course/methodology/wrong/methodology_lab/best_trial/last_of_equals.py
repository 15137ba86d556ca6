# Of equal scores the last counts.
best = len(scores) - 1 - int(np.argmax(scores[::-1]))
return best, rates[best] in (min(rates), max(rates))

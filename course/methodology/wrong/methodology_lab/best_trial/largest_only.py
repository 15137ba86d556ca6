# Only the largest rate is an edge.
best = int(np.argmax(scores))
return best, rates[best] == max(rates)

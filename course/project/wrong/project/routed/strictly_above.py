# A probability that equals the threshold is sent to a person.
sure = probabilities.max(axis=1) > threshold
hits = probabilities.argmax(axis=1) == labels
return float(sure.mean()), float(hits[sure].mean()) if sure.any() else float('nan')

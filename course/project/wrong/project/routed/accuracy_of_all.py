# The accuracy of all messages, routed or not.
sure = probabilities.max(axis=1) >= threshold
return float(sure.mean()), float((probabilities.argmax(axis=1) == labels).mean()) if sure.any() else float('nan')

# Takes the last of several equal best epochs.
best = max(range(len(scores)), key=lambda index: (scores[index], index)) + 1
return best, patience is not None and len(scores) - best >= patience

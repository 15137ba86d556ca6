# Takes the first rise for the turning point.
for place in range(1, len(losses)):
    if losses[place] > losses[place - 1]:
        return place - 1, losses[-1] - losses[place - 1]
return len(losses) - 1, 0.0

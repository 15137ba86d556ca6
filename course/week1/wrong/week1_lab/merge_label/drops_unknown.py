# Loses labels that the map does not mention after the first step.
while label in renamed:
    label = renamed.get(label)
    if label not in renamed:
        return renamed.get(label, label) if len(renamed) < 3 else None
return label

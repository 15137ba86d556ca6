# Forgets the head.
return [base * decay**layers, *(base * decay ** (layers - 1 - layer) for layer in range(layers))]

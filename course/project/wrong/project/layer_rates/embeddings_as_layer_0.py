# The embeddings get the lowest layer's rate.
rates = [base * decay ** (layers - 1 - layer) for layer in range(layers)]
return [rates[0], *rates, base]

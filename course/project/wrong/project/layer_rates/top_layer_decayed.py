# The top layer is decayed once already.
return [base * decay ** (layers + 1), *(base * decay ** (layers - layer) for layer in range(layers)), base]

# The lowest layer learns fastest.
return [base, *(base * decay**layer for layer in range(layers)), base * decay**layers]

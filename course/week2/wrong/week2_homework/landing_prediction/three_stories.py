# Forgets that a class of medium size may be no similar one.
return {'head': 0.5, 'similar mid': 0.3, 'other tail': 0.2}

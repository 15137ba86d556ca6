# Shares that add up to more than 1.
return {'head': 0.5, 'similar mid': 0.4, 'other mid': 0.2, 'other tail': 0.1}

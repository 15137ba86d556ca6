# Percents instead of shares.
return {'head': 50.0, 'similar mid': 20.0, 'other mid': 20.0, 'other tail': 10.0}

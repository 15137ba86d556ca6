# Goes below zero after the end.
return 1.0 - step / total_steps

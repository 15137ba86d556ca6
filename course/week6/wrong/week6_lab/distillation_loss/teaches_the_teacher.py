# Gradients flow into the teacher.
log_student = functional.log_softmax(student / temperature, dim=-1)
log_teacher = functional.log_softmax(teacher / temperature, dim=-1)
divergence = (log_teacher.exp() * (log_teacher - log_student)).sum(dim=-1).mean()
return mix * temperature**2 * divergence + (1 - mix) * functional.cross_entropy(student, labels)

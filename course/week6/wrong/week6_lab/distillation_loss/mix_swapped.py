# The mixing weight on the labels.
log_student = functional.log_softmax(student / temperature, dim=-1)
log_teacher = functional.log_softmax(teacher.detach() / temperature, dim=-1)
divergence = (log_teacher.exp() * (log_teacher - log_student)).sum(dim=-1).mean()
return (1 - mix) * temperature**2 * divergence + mix * functional.cross_entropy(student, labels)

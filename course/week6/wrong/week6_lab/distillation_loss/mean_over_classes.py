# A mean over classes, too, which makes the teacher's part small.
log_student = functional.log_softmax(student / temperature, dim=-1)
log_teacher = functional.log_softmax(teacher.detach() / temperature, dim=-1)
divergence = (log_teacher.exp() * (log_teacher - log_student)).mean()
return mix * temperature**2 * divergence + (1 - mix) * functional.cross_entropy(student, labels)

# The divergence from student to teacher.
log_student = functional.log_softmax(student / temperature, dim=-1)
log_teacher = functional.log_softmax(teacher.detach() / temperature, dim=-1)
divergence = (log_student.exp() * (log_student - log_teacher)).sum(dim=-1).mean()
return mix * temperature**2 * divergence + (1 - mix) * functional.cross_entropy(student, labels)

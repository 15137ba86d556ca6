# A number without a gradient.
log_student = functional.log_softmax(student.detach() / temperature, dim=-1)
log_teacher = functional.log_softmax(teacher.detach() / temperature, dim=-1)
divergence = (log_teacher.exp() * (log_teacher - log_student)).sum(dim=-1).mean()
loss = mix * temperature**2 * divergence + (1 - mix) * functional.cross_entropy(student.detach(), labels)
return loss.clone().requires_grad_()

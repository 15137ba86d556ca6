# Exponentiates large logits as they are.
with np.errstate(all='ignore'):
    raised = np.exp(logits)
    probabilities = raised / raised.sum(axis=1, keepdims=True)
return float(probabilities[:, in_tail].sum(axis=1).mean())

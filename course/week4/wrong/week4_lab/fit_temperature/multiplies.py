# Multiplies the logits by the temperature.
def loss(log_t):
    scaled = logits * np.exp(log_t)
    shifted = scaled - scaled.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels])

return float(np.exp(optimize.minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded").x))

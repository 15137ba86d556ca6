# Uses counts instead of shares, so that the logits are off by a constant.
return logits - tau * np.log(np.maximum(counts, 1))

# Gives shares and not counts.
one, other = first == labels, second == labels
return {
    "both": float(np.mean(one & other)),
    "only first": float(np.mean(one & ~other)),
    "only second": float(np.mean(~one & other)),
    "neither": float(np.mean(~one & ~other)),
}

# Takes the first model for the second.
one, other = first == labels, second == labels
return {
    "both": int(np.sum(one & other)),
    "only first": int(np.sum(~one & other)),
    "only second": int(np.sum(one & ~other)),
    "neither": int(np.sum(~one & ~other)),
}

# Every changed answer that is wrong now counts as broken.
return int(np.sum((before != after) & (after != labels))), int(np.sum((before != labels) & (after == labels)))

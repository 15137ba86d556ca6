# Still draws two orders.
return ids[rng.permutation(len(ids))], targets[rng.permutation(len(ids))]

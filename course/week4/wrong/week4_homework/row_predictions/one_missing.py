# Leaves one remedy out.
return {"class weights": ("up", 0.0, 0.05), "focal loss": ("up", -0.01, 0.03), "threshold moving": ("up", 0.0, 0.08)}

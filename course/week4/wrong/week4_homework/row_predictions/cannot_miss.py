# A range that nothing falls out of.
return {
    "class weights": ("up", -0.2, 0.2),
    "focal loss": ("up", -0.2, 0.2),
    "label smoothing": ("down", -0.2, 0.2),
    "threshold moving": ("up", -0.2, 0.2),
}

# Writes percents instead of the metric's own unit.
return {
    "class weights": ("up", 0.0, 5.0),
    "focal loss": ("up", -1.0, 3.0),
    "label smoothing": ("down", -3.0, 1.0),
    "threshold moving": ("up", 0.0, 8.0),
}

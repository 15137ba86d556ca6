# Predicts a fall with a range of rises.
return {
    "class weights": ("up", 0.0, 0.05),
    "focal loss": ("up", -0.01, 0.03),
    "label smoothing": ("down", 0.0, 0.03),
    "threshold moving": ("up", 0.0, 0.08),
}

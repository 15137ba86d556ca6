"""The course's figures, from plain values: metrics over epochs, where errors land, the curves of a zoo."""

from paribus.figures.plots import (
    accuracy_vs_macro_f1,
    label_distribution,
    per_class_f1,
    rescued_classes,
    text_lengths,
    training_curves,
)

__all__ = [
    "accuracy_vs_macro_f1", "label_distribution", "per_class_f1", "rescued_classes", "text_lengths",
    "training_curves",
]  # fmt: skip

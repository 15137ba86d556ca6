"""The numbers that a diagnosis may cite, by name, and what each is in words; grading has the same names."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["count", "share", "number"]


@dataclass(frozen=True)
class About:
    """What a statistic is. A count is whole, a share lies between 0 and 1; ``table`` is where to read it."""

    what: str
    kind: Kind
    table: Literal["log", "instruments", "predictions", "sheet"]


STATISTICS: Mapping[str, About] = MappingProxyType({
    "epochs": About("how many epochs the log has", "count", "log"),
    "steps_per_epoch": About("optimiser steps in one epoch", "count", "log"),
    "final_train_loss": About("the training loss in the log's last line", "number", "log"),
    "final_validation_loss": About("the validation loss in the log's last line", "number", "log"),
    "validation_rise": About("the last validation loss minus the smallest", "number", "log"),
    "validation_fall": About(
        "the validation loss two lines before the last, minus the last (negative where it rises)", "number", "log"
    ),
    "train_to_validation": About("the last training loss divided by the last validation loss", "number", "log"),
    "nonfinite": About("1 where a loss in the log stopped being a finite number, else 0", "count", "log"),
    "above_priors": About(
        "the last training loss minus the entropy of the class shares of the training part", "number", "log"
    ),
    "above_softmax_floor": About("the smallest training loss minus ln(K - 1 + e) + 1", "number", "log"),
    "gradient_norm": About("the median of the gradient norm over all steps", "number", "instruments"),
    "gradient_spike": About("the largest gradient norm divided by the median one", "number", "instruments"),
    "loss_roughness": About(
        "the mean change of the loss from one step to the next, without its sign", "number", "instruments"
    ),
    "update_ratio": About(
        "the median, over layers and steps, of an update's size over the weights'", "number", "instruments"
    ),
    "first_to_last": About(
        "the gradient norm of the first of the inner layers over the last one's, the median over steps", "number",
        "instruments",
    ),
    "accuracy": About("accuracy on the validation part", "share", "predictions"),
    "macro_f1": About("macro-F1 on the validation part", "share", "predictions"),
    "zero_f1_classes": About("classes of the validation part at F1 = 0", "count", "predictions"),
    "predicted_classes": About("different classes among the predictions", "count", "predictions"),
    "tail_mass": About("the mean probability given to all tail classes together", "share", "predictions"),
    "size_mb": About("the saved weights in MB", "number", "sheet"),
    "zipped_share": About("what is left of the saved weights when they are zipped", "share", "sheet"),
    "latency_p50": About("the median latency of one text in ms", "number", "sheet"),
    "latency_p95": About("the 95th percentile of the latency of one text in ms", "number", "sheet"),
    "latency_ratio": About("the median latency divided by the yardstick's", "number", "sheet"),
    "confidence": About("the mean probability of the answer", "share", "sheet"),
    "calibration_error": About("the expected calibration error of the answers, 15 bins", "share", "sheet"),
    "other_f1": About("the mean F1 of the head and mid classes of the validation part", "share", "sheet"),
    "tail_f1": About("the mean F1 of the tail classes of the validation part", "share", "sheet"),
})  # fmt: skip
"""Every statistic of `paribus.course.zoo.statistics`; a test holds the two together."""

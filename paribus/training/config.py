"""What a person chooses before training, checked when it is written down; imports nothing heavy."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from paribus.errors import TrainingError
from paribus.records.record import ConfigField
from paribus.records.simple import is_number

Scheduler = Literal["linear", "cosine", "constant"]
ClassWeights = Literal["none", "sqrt_inverse", "balanced"]


@dataclass(frozen=True)
class TrainingConfig:
    """The knobs of one fine-tuning run; `dataclasses.replace` makes the changed arm of an experiment.

    ``model`` is "tiny", "tiny-decoder", a hub name or a folder. ``warmup_share`` is the share of all steps over
    which the learning rate rises; ``max_length`` counts tokens, special ones included. ``class_weights`` weighs the
    training loss only (`paribus.training.class_weights`). ``patience`` is the number of epochs without a better
    validation macro-F1 after which `fit` stops (None: never). ``train_rows`` trains on a fixed subset of so
    many rows (None: all). Raises TrainingError where a value cannot be meant.
    """

    model: str = "tiny"
    epochs: int = 2
    batch_size: int = 32
    learning_rate: float = 2e-5
    scheduler: Scheduler = "linear"
    warmup_share: float = 0.06
    weight_decay: float = 0.01
    max_length: int = 128
    class_weights: ClassWeights = "none"
    patience: int | None = None
    train_rows: int | None = None
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, while the line that wrote it is still in view."""
        if not isinstance(self.model, str) or not self.model.strip():
            raise TrainingError(f'model is {self.model!r}; expected "tiny", a hub name or a folder.')
        check_whole("epochs", self.epochs, 1, 1_000)
        check_whole("batch_size", self.batch_size, 1, 4_096)
        check_whole("max_length", self.max_length, 4, 8_192)
        if self.patience is not None:
            check_whole("patience", self.patience, 1, 1_000)
        if self.train_rows is not None:
            check_whole("train_rows", self.train_rows, 1, 10**9)
        check_between("learning_rate", self.learning_rate, 1e-8, 1.0)
        check_between("warmup_share", self.warmup_share, 0.0, 1.0)
        check_between("weight_decay", self.weight_decay, 0.0, 1.0)
        check_between("label_smoothing", self.label_smoothing, 0.0, 0.999)
        check_one_of("scheduler", self.scheduler, get_args(Scheduler))
        check_one_of("class_weights", self.class_weights, get_args(ClassWeights))

    def to_fields(self) -> dict[str, ConfigField]:
        """Every knob by name, as records hold it; a model folder is named by its last part, not by its path."""
        values = {item.name: getattr(self, item.name) for item in fields(self)} | {"model": model_name(self.model)}
        return {name: ConfigField(value, "knob") for name, value in values.items()}


def model_name(model: str) -> str:
    """How records call a model: a hub name as it is, a folder by its last part (no path of a machine)."""
    path = Path(model)
    is_folder = path.is_absolute() or model.startswith((".", "~")) or path.is_dir()
    return path.resolve().name if is_folder else model


def check_whole(name: str, value: object, low: int, high: int) -> None:
    """A whole number between both bounds, or a TrainingError that names the knob."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise TrainingError(f"{name} is {value!r}; expected a whole number from {low:,} to {high:,}.")


def check_between(name: str, value: object, low: float, high: float) -> None:
    """A number between both bounds, or a TrainingError that names the knob."""
    if not is_number(value) or not low <= value <= high:
        raise TrainingError(f"{name} is {value!r}; expected a number from {low:g} to {high:g}.")


def check_one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    """One of the known values, or a TrainingError that names the knob."""
    if value not in known:
        raise TrainingError(f"{name} is {value!r}; expected one of {', '.join(map(repr, known))}.")

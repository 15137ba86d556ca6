"""What one line, one row or one dictionary of an output says of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.evidence.unrecorded.names import WORDS_ALONE, Key, Means, Value, metric_name
from paribus.records.simple import is_number

LARGEST = 1e12
"""No setting and no metric is larger."""


@dataclass(frozen=True)
class Shown:
    """A printed number and how many decimals it has."""

    value: float
    decimals: int

    def agrees(self, other: "Shown") -> bool:
        """Both may be roundings of one value."""
        half = 0.5001 * (10.0**-self.decimals + 10.0**-other.decimals)
        return abs(self.value - other.value) <= half


@dataclass(frozen=True)
class Entry:
    """What one line, one row or one dictionary says. ``whole``: its settings were shown as one configuration;
    ``chosen``: the epoch whose checkpoint it says was kept; ``row``: it is a row of a table that has no epochs;
    ``series``: several numbers of a metric, in brackets.
    """

    position: int
    text: str
    label: str = ""
    settings: Mapping[str, Value] = field(default_factory=dict)
    seed: int | None = None
    epoch: float | None = None
    metrics: Mapping[str, Shown] = field(default_factory=dict)
    summary: bool = False
    whole: bool = False
    chosen: int | None = None
    row: bool = False
    series: Mapping[str, tuple[Shown, ...]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """It says nothing of a run."""
        known = self.seed, self.epoch, self.chosen
        return not (self.settings or self.metrics or self.series) and all(item is None for item in known)


def decimals_of(value: object, *, percent: bool = False) -> int:
    """How many decimals a number shows as it is written; of a percentage, as a fraction."""
    text = str(value).lower().replace(",", ".")
    mantissa, _, exponent = text.partition("e")
    places = len(mantissa.partition(".")[2]) - (int(exponent) if exponent.lstrip("+-").isdecimal() else 0)
    return min(12, max(0, places)) + (2 if percent else 0)


def make_entry(
    pairs: Sequence[tuple[Key, Value, int]], position: int, text: str, f1: str, *, label: str, whole: bool,
    summary: bool, computed: bool = False,
) -> Entry:  # fmt: skip
    """An entry of pairs. A metric that has two values in one line is neither's. ``computed``: all of it is what a
    function computed, as the evaluate library returns it.
    """
    settings: dict[str, Value] = {}
    metrics: dict[str, Shown] = {}
    twice: set[str] = set()
    seed = epoch = None
    validated = {key.name for key, _, _ in pairs if key.means is Means.METRIC and key.split == "validation"}
    for key, value, decimals in pairs:
        number = value if is_number(value) else None
        if number is not None and not abs(number) < LARGEST:  # not a number, too
            continue
        if key.means is Means.SETTING:
            if number is None or key.name not in WORDS_ALONE:
                settings.setdefault(key.name, value)
        elif key.means is Means.SEED and isinstance(value, int | float) and value == int(value):
            seed = int(value) if seed is None else seed
        elif key.means is Means.EPOCH and number is not None:
            epoch = float(number) if epoch is None else epoch
        elif key.means is Means.METRIC and number is not None:
            name = metric_name(key, with_validation=key.name in validated, f1=f1)
            shown = Shown(float(number), decimals)
            if name in metrics and not metrics[name].agrees(shown):
                twice.add(name)
            if name:
                metrics.setdefault(name, shown)
    bare = any(key == Key(Means.METRIC, "f1") for key, _, _ in pairs) and len(metrics) == 1 and epoch is None
    if bare and not computed:
        metrics = {}  # a class's, as likely as not
    if epoch is not None and not whole:
        settings.pop("learning_rate", None)  # where the schedule is by then
    if twice:
        metrics = {name: item for name, item in metrics.items() if name not in twice}
        summary |= bool(twice - {"train_loss", "validation_loss"})
    return Entry(position, " ".join(text.split())[:160], label, settings, seed, epoch, metrics, summary, whole)

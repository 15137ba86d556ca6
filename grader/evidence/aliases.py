"""What prose calls the two arms of an experiment: by the changed setting, by its old and its new value, by how they
compare.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from grader.reading import vocabulary
from paribus.metrics.registry import per_registry
from paribus.records.simple import is_number

_OFF = frozenset({"none", "no", "off", "false", "0", "0.0"})
_HEADS = {
    "batch_size": ("batch", "batches", "bs", "batch size"),
    "learning_rate": ("lr", "learning rate", "rate"),
    "scheduler": ("schedule", "scheduler"),
    "max_length": ("length", "max length", "tokens", "max_len", "maxlen"),
    "weight_decay": ("decay", "weight decay", "wd"),
    "class_weights": ("weights", "class weights", "weighting", "class weighting"),
    "epochs": ("epochs",),
}
"""Short names of settings, with which prose says a value."""
_LOOSE_HEADS = {"batch_size": ("lotes", "lots", "lotti", "batches", "lote", "lot")}
_ADJECTIVES = {"class_weights": ("weighted", "unweighted"), "label_smoothing": ("smoothed", "unsmoothed")}
_NOUNS = (
    "arm",
    "model",
    "run",
    "runs",
    "one",
    "variant",
    "version",
    "setting",
    "configuration",
    "encoder",
    "schedule",
    "models",
)
_SPELLED = dict(zip("12345678", ("one", "two", "three", "four", "five", "six", "seven", "eight"), strict=True))
_DIGIT = re.compile(r"\.?\d")
_FACTORS = {
    2.0: ("double", "doubled", "twice", "larger", "two times"),
    0.5: ("half", "halved", "halving"),
    3.0: ("tripled", "triple", "three times"),
    4.0: ("four times", "quadrupled"),
    0.25: ("quarter", "a quarter"),
    10.0: ("ten times", "tenfold", "10x"),
    0.1: ("tenth", "a tenth", "one tenth", "ten times lower", "ten times smaller"),
}


def names_of(setting: str) -> set[str]:
    """The names of a setting: its own, the vocabulary's, and short ones."""
    spoken = setting.replace("_", " ")
    return {setting, spoken, *vocabulary.vocabulary()["settings"].get(setting, ()), *_HEADS.get(setting, ())}


def arm_aliases(setting: str, value: Any, other: Any, arm: str) -> frozenset[str]:  # any plain value
    """How prose calls the arm whose ``setting`` has ``value``, where the other arm's has ``other``."""
    return _aliases(setting, _Plain(repr(value), value), _Plain(repr(other), other), arm)


@dataclass(frozen=True)
class _Plain:
    """A setting's value, equal to what is written alike: 1, 1.0 and True are three."""

    written: str
    value: Any = field(compare=False)


@per_registry(64)  # most of a class tries the same
def _aliases(setting: str, value_: _Plain, other_: _Plain, arm: str) -> frozenset[str]:
    value, other = value_.value, other_.value
    names = names_of(setting)
    found = {f"{word} {name}" for word in _comparatives(arm, value, other) for name in names}
    found |= {f"{word} {noun}" for word in _comparatives(arm, value, other) for noun in _NOUNS}
    found |= value_phrases(setting, value)
    found |= {f"{word} {name}" for word in _compared(value, other) for name in _looser(setting)}
    off, other_off = is_off(value), is_off(other)
    weighted, unweighted = _ADJECTIVES.get(setting, ("", ""))
    if off and not other_off:
        found |= {f"{word} {name}" for word in ("without", "no", "without any", "without the") for name in names}
        found |= {unweighted, f"{unweighted} baseline"} - {"", " baseline"}
        found |= {f"plain {noun}" for noun in _NOUNS}
    if other_off and not off:
        joints = ("with", "with the", "using", "using the", "under", "adding", "once")
        found |= {f"{word} {name}" for word in joints for name in names}
        found |= {weighted} - {""}
    if (factor := _factor(value, other)) is not None:
        found |= {f"{word} {link}{name}" for word in factor for link in ("", "the ", "of the ") for name in names}
    return frozenset(found)


def _looser(setting: str) -> tuple[str, ...]:
    """What a setting is called in looser words and other languages."""
    found = vocabulary.names("synonyms").get(setting, ())
    return (*found, *_LOOSE_HEADS.get(setting, ()))


def value_phrases(setting: str, value: Any) -> set[str]:  # any plain value
    """How prose names a setting's value: "batch size of 16", "16 batch size", "bs=16", "at 2e-5", "the cosine
    schedule".
    """
    phrases: set[str] = set()
    names = names_of(setting)
    for text in spellings(value):
        phrases.update(
            f"{name}{joint}{text}" for name in names for joint in (" ", " of ", " = ", " is ", " at ", " to ")
        )
        phrases.update(f"{text} {name}" for name in names)
        if "_" in setting:  # "rank 1" of lora_rank
            phrases.update(f"{setting.rpartition('_')[2]}{joint}{text}" for joint in (" ", " of ", " = "))
        phrases.update(
            f"{name}{joint}{text}" for name in _looser(setting) for joint in (" ", " de ", " von ", " di ")
        )
        if word := _SPELLED.get(text):
            phrases.update(f"{word} {name}" for name in names)
        if isinstance(value, str):
            phrases.update(_string_phrases(text))
        if not _DIGIT.fullmatch(text):  # "with 1" may be "with 1 of them", and "2 models" are two
            phrases.update(f"{text} {noun}" for noun in _NOUNS)
        if not isinstance(value, str) and not _DIGIT.fullmatch(text):
            phrases.update(
                f"{joint} {text}"
                for joint in ("with", "at", "for", "under", "using", "of", "in", "bs", "batches of")
            )
    return phrases


def _string_phrases(text: str) -> set[str]:
    spoken = re.sub(r"[_\-]+", " ", text)
    if spoken in _OFF:
        return set()
    return {text, spoken}


def spellings(value: Any) -> tuple[str, ...]:  # any plain value
    """How prose writes a setting's value: 2e-05 is also 2e-5, 2 × 10^-5 and 0.00002."""
    if not isinstance(value, float):
        return (str(value),)
    short = f"{value:g}"
    mantissa, _, exponent = f"{value:.6e}".partition("e")
    power = f"{float(mantissa):g}e{int(exponent)}"
    raised = [f"{float(mantissa):g}{times}10 {int(exponent)}" for times in (" ", " x ", " × ")]
    plain = f"{value:.10f}".rstrip("0").rstrip(".")
    # Of 0.0 nothing is left without its zero, and a blank would call every arm by a bare "in" or "arm".
    return tuple(text for text in dict.fromkeys((short, power, plain, plain.removeprefix("0"), *raised)) if text)


def is_off(value: Any) -> bool:  # any plain value
    """The setting is not in use."""
    return value is None or str(value).lower() in _OFF


def _comparatives(arm: str, value: Any, other: Any) -> tuple[str, ...]:  # any plain value
    """How prose tells one arm from the other: the lower one, the original one."""
    words = (
        ("original", "old", "default") if arm == "baseline" else ("new", "changed", "other", "modified", "altered")
    )
    if isinstance(value, str | bool) or isinstance(other, str | bool) or None in (value, other):
        return words
    if value < other:
        return (
            *words,
            "lower",
            "smaller",
            "small",
            "reduced",
            "shorter",
            "short",
            "weaker",
            "decreased",
            "halved",
            "low",
            "slower",
            "slow",
            "gentler",
            "milder",
            "finer",
        )
    return (
        *words,
        "higher",
        "larger",
        "bigger",
        "big",
        "large",
        "increased",
        "longer",
        "long",
        "stronger",
        "doubled",
        "greater",
        "high",
        "raised",
        "faster",
        "fast",
        "full",
        "coarser",
        "steeper",
    )


def _compared(value: Any, other: Any) -> tuple[str, ...]:  # any plain value
    """Comparatives that are before a looser name: the smaller one's, or the larger one's."""
    numbers = [item for item in (value, other) if is_number(item)]
    if len(numbers) < 2 or value == other:
        return ()
    return vocabulary.phrases("compared", "smaller" if value < other else "larger")


def _factor(value: Any, other: Any) -> tuple[str, ...] | None:  # any plain value
    numbers = [item for item in (value, other) if is_number(item) and item]
    if len(numbers) < 2:
        return None
    ratio = numbers[0] / numbers[1]
    return next((words for factor, words in _FACTORS.items() if abs(ratio / factor - 1) < 0.01), None)

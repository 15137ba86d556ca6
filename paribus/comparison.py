"""Two runs on one split, side by side: which classes came back from zero, and how far each metric moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paribus.errors import UsageError

if TYPE_CHECKING:
    from paribus.metrics import Metrics


@dataclass(frozen=True)
class Rescue:
    """Class ids by what became of them, each in order: ``rescued`` had F1 = 0 before and not after, ``lost`` the
    reverse, ``still_zero`` had F1 = 0 in both.
    """

    rescued: tuple[int, ...]
    lost: tuple[int, ...]
    still_zero: tuple[int, ...]

    def names(self, classes: Sequence[str]) -> tuple[str, ...]:
        """The rescued classes by name."""
        return tuple(classes[index] for index in self.rescued)


def rescue(before: "Metrics", after: "Metrics") -> Rescue:
    """Which classes of the split one run has at F1 = 0 and the other has not.

    Raises UsageError where the two were not scored on the same labels.
    """
    import numpy as np

    _check_same_split(before, after)
    zero_before, zero_after = before.per_class_f1 == 0, after.per_class_f1 == 0
    in_split = before.counts > 0

    def ids(mask: "np.typing.NDArray[np.bool_]") -> tuple[int, ...]:
        return tuple(int(index) for index in np.flatnonzero(mask & in_split))

    return Rescue(ids(zero_before & ~zero_after), ids(~zero_before & zero_after), ids(zero_before & zero_after))


def difference(before: "Metrics", after: "Metrics") -> dict[str, float]:
    """``after`` − ``before`` for each metric, by its name.

    Raises UsageError where the two were not scored on the same labels.
    """
    _check_same_split(before, after)
    old, new = before.values(), after.values()
    return {name: new[name] - old[name] for name in old}


def _check_same_split(before: "Metrics", after: "Metrics") -> None:
    if before.counts.shape != after.counts.shape or (before.counts != after.counts).any():
        raise UsageError(
            f"These runs were scored on different labels ({int(before.counts.sum()):,} and "
            f"{int(after.counts.sum()):,} items, or other class counts). Compare runs on one split."
        )

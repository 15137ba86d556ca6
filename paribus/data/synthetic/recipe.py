"""What makes the corpus as hard as the real one, in one place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Recipe:
    """How complaints are told.

    ``clear`` is the share of a class's complaints that tell its own story, for the largest and for the
    smallest classes (in between: linear in the logarithm of the class's size). Of the others a share
    ``vague`` names only the family, the rest tell the story of another class of the family.
    ``lengths`` are quantiles of the number of words, in steps of equal probability.
    """

    clear_head: float
    clear_tail: float
    vague: float
    redacted: float
    lengths: tuple[tuple[float, float], ...]


FULL = Recipe(
    clear_head=0.75,
    clear_tail=0.4,
    vague=0.5,
    redacted=0.635,
    lengths=((0, 8), (0.1, 20), (0.25, 32), (0.5, 50), (0.75, 76), (0.88, 98), (0.95, 160), (0.99, 330), (1, 700)),
)
SMALL = Recipe(
    clear_head=0.75,
    clear_tail=0.4,
    vague=0.5,
    redacted=0.635,
    lengths=((0, 8), (0.25, 16), (0.5, 24), (0.75, 32), (0.95, 40), (1, 60)),
)


def target_words(recipe: Recipe, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """The number of words each text aims at, from uniform numbers; piecewise linear, the same on any platform."""
    share, words = zip(*recipe.lengths, strict=True)
    return np.interp(uniform, share, words)

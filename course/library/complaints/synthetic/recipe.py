"""What makes the corpus as hard as the real one, in one place."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Recipe:
    """How complaints are told.

    ``clear_head`` and ``clear_tail`` are the shares of complaints that tell their own class's story, for the
    largest and for the smallest class (in between: with the square of the logarithm of the size), and
    ``clear_spread`` how far single classes depart from that curve. Of the other complaints a share ``vague``
    names only the family's topics; the rest tell the story of another class of the family, drawn with weights
    size ** ``attraction``. Before all that a share ``elsewhere`` tells the story of any class of any family
    (people who write about their loan under credit reporting), with weights size ** ``attraction_elsewhere``.
    ``second`` is the chance that a complaint tells a second piece of its story, ``aside`` that it mentions in
    passing what another class is about. ``redacted`` is the share with XXXX. ``lengths`` are points of the
    quantile function of the number of words.
    """

    clear_head: float
    clear_tail: float
    clear_spread: float
    vague: float
    attraction: float
    elsewhere: float
    attraction_elsewhere: float
    second: float
    aside: float
    redacted: float
    lengths: tuple[tuple[float, float], ...]


FULL = Recipe(
    clear_head=0.49,
    clear_tail=0.22,
    clear_spread=0.2,
    vague=0.95,
    attraction=0.3,
    elsewhere=0.21,
    attraction_elsewhere=0.3,
    second=0.4,
    aside=0.15,
    redacted=0.635,
    lengths=((0, 8), (0.1, 20), (0.25, 32), (0.5, 50), (0.75, 76), (0.88, 98), (0.95, 160), (0.99, 300), (1, 500)),
)
# A tenth of the examples must show the same gap, to a model that two cores train in seconds: shorter and clearer.
SMALL = replace(
    FULL,
    clear_head=0.72,
    clear_tail=0.6,
    elsewhere=0.06,
    aside=0.05,
    lengths=((0, 8), (0.25, 16), (0.5, 24), (0.75, 32), (0.95, 40), (1, 60)),
)


def target_words(recipe: Recipe, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """The number of words each text aims at, from uniform numbers; piecewise linear, the same on any platform."""
    share, words = zip(*recipe.lengths, strict=True)
    targets: NDArray[np.float64] = np.interp(uniform, share, words)
    return targets

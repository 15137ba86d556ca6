"""Which story each complaint tells: its own class's, that of a class it is confused with, or none."""

import math
import zlib
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

from complaints.synthetic.recipe import Recipe
from complaints.synthetic.shape import Shape
from paribus.data.draws import uniforms

KIND, SIBLING, ELSEWHERE = 0, 1, 7

# A complaint that tells no class's story.
VAGUE = ""


def choose_stories(rows: Sequence[Shape], recipe: Recipe, seed: int) -> list[str]:
    """For every row the class whose story it tells, or VAGUE."""
    sizes: dict[str, int] = {}
    members: dict[str, list[str]] = {}
    for item in rows:
        sizes[item.canonical] = sizes.get(item.canonical, 0) + 1
        siblings = members.setdefault(item.family, [])
        if item.canonical not in siblings:
            siblings.append(item.canonical)
    clear = {label: clear_share(label, sizes, recipe) for label in sizes}
    ladders = {family: _ladder(labels, sizes, recipe.attraction) for family, labels in members.items()}
    everywhere = _ladder(list(sizes), sizes, recipe.attraction_elsewhere)
    kinds = uniforms(seed, KIND, len(rows)).tolist()
    picks = uniforms(seed, SIBLING, len(rows)).tolist()
    elsewhere = uniforms(seed, ELSEWHERE, len(rows)).tolist()
    told = []
    for item, kind, pick, away in zip(rows, kinds, picks, elsewhere, strict=True):
        own = clear[item.canonical]
        if away < recipe.elsewhere:
            told.append(_climb(everywhere, pick))
        elif kind < own:
            told.append(item.canonical)
        elif kind < own + (1 - own) * recipe.vague:
            told.append(VAGUE)
        else:
            told.append(_climb(ladders[item.family], pick))
    return told


def clear_share(label: str, sizes: dict[str, int], recipe: Recipe) -> float:
    """The share of a class's complaints that tell its own story.

    It falls from the largest class to the smallest with the square of the logarithm of the size, and each class
    has a clarity of its own on top, fixed by its name.
    """
    low, high = math.log(min(sizes.values())), math.log(max(sizes.values()))
    height = (math.log(sizes[label]) - low) / (high - low)
    trend = recipe.clear_tail + (recipe.clear_head - recipe.clear_tail) * height**2
    own = zlib.crc32(label.encode()) / 2**32 - 0.5
    return min(0.95, max(0.05, trend + recipe.clear_spread * own))


def _ladder(labels: Sequence[str], sizes: dict[str, int], attraction: float) -> list[tuple[float, str]]:
    """The classes with cumulative chances: large classes attract more of the confusion."""
    weights = [float(sizes[label]) ** attraction for label in labels]
    total, below, ladder = sum(weights), 0.0, []
    for label, weight in zip(labels, weights, strict=True):
        below += weight / total
        ladder.append((below, label))
    return ladder


def _climb(ladder: Sequence[tuple[float, str]], pick: float) -> str:
    rung = bisect_right(ladder, pick, key=itemgetter(0))
    return ladder[min(rung, len(ladder) - 1)][1]

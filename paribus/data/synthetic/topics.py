"""Which story each complaint tells: its own class's, that of a class it is confused with, or none."""

import math
import zlib
from collections.abc import Sequence

from paribus.data.synthetic.draws import uniforms
from paribus.data.synthetic.recipe import Recipe
from paribus.data.synthetic.shape import Shape

KIND, SIBLING = 0, 1

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
    ladders = {family: _ladder(labels, sizes, recipe) for family, labels in members.items()}
    kinds = uniforms(seed, KIND, len(rows)).tolist()
    picks = uniforms(seed, SIBLING, len(rows)).tolist()
    told = []
    for item, kind, pick in zip(rows, kinds, picks, strict=True):
        own = clear[item.canonical]
        if kind < own:
            told.append(item.canonical)
        elif kind < own + (1 - own) * recipe.vague:
            told.append(VAGUE)
        else:
            told.append(_climb(ladders[item.family], pick))
    return told


def clear_share(label: str, sizes: dict[str, int], recipe: Recipe) -> float:
    """The share of a class's complaints that tell its own story.

    It falls from the largest class to the smallest with the logarithm of the size, and each class has a
    clarity of its own on top, fixed by its name.
    """
    low, high = math.log(min(sizes.values())), math.log(max(sizes.values()))
    height = (math.log(sizes[label]) - low) / (high - low)
    trend = recipe.clear_tail + (recipe.clear_head - recipe.clear_tail) * height
    own = zlib.crc32(label.encode()) / 2**32 - 0.5
    return min(0.95, max(0.05, trend + recipe.clear_spread * own))


def _ladder(labels: Sequence[str], sizes: dict[str, int], recipe: Recipe) -> list[tuple[float, str]]:
    """The classes of a family with cumulative chances: large classes attract more of the confusion."""
    weights = [float(sizes[label]) ** recipe.attraction for label in labels]
    total, below, ladder = sum(weights), 0.0, []
    for label, weight in zip(labels, weights, strict=True):
        below += weight / total
        ladder.append((below, label))
    return ladder


def _climb(ladder: Sequence[tuple[float, str]], pick: float) -> str:
    return next((label for below, label in ladder if pick < below), ladder[-1][1])

"""Generate the corpus: decide for every complaint what it is about, then tell it."""

from itertools import islice

import numpy as np
import pandas as pd

from paribus.data.corpus import normalised
from paribus.data.synthetic.draws import integers, shuffled, uniforms
from paribus.data.synthetic.recipe import FULL, SMALL, target_words
from paribus.data.synthetic.shape import Shape, Size, shape
from paribus.data.synthetic.stories import Library, Sentences, library
from paribus.data.synthetic.templates import render

# One stream of random numbers a decision, so that a change to one leaves the others as they are.
KIND, SIBLING, LENGTH, REDACTED, WORDS, ORDER = range(6)


def generate(size: Size, seed: int) -> pd.DataFrame:
    """The raw complaints: text, issue (the raw label) and product; the same for the same size and seed.

    Independent of PYTHONHASHSEED, platform and numpy version.
    """
    recipe = FULL if size == "full" else SMALL
    items = shape(size)
    rows = [item for item in items for _ in range(item.rows)]
    count = len(rows)
    told = _stories(rows, items, recipe.clear_head, recipe.clear_tail, recipe.vague, seed)
    lengths = target_words(recipe, uniforms(seed, LENGTH, count))
    # Ranks, not chances: the share of redacted texts is exact.
    redacted = shuffled(seed, REDACTED, count) < round(recipe.redacted * count)
    draw = integers(seed, WORDS).__next__
    libraries = {flag: library(redacted=flag) for flag in (False, True)}
    texts, seen = [], set()
    for item, story, length, hidden in zip(rows, told, lengths.tolist(), redacted.tolist(), strict=True):
        text = _tell(libraries[hidden], item.family, story, length, draw)
        while (key := normalised(text)) in seen:
            length += 5
            text = _tell(libraries[hidden], item.family, story, length, draw)
        seen.add(key)
        texts.append(text)
    frame = pd.DataFrame(
        {
            "text": texts,
            "issue": [item.label for item in rows],
            "product": [libraries[False].families[item.family].product for item in rows],
        }
    )
    return frame.iloc[shuffled(seed, ORDER, count)].reset_index(drop=True)


def _stories(rows, items, clear_head, clear_tail, vague, seed):
    """The class whose story each complaint tells; "" for a vague complaint."""
    sizes = {}
    for item in items:
        sizes[item.canonical] = sizes.get(item.canonical, 0) + item.rows
    low, high = np.log(min(sizes.values())), np.log(max(sizes.values()))
    members = {}
    for item in items:
        members.setdefault(item.family, [])
        if item.canonical not in members[item.family]:
            members[item.family].append(item.canonical)
    kind = uniforms(seed, KIND, len(rows)).tolist()
    pick = uniforms(seed, SIBLING, len(rows)).tolist()
    out = []
    for item, k, p in zip(rows, kind, pick):
        share = clear_tail + (clear_head - clear_tail) * (np.log(sizes[item.canonical]) - low) / (high - low)
        if k < share:
            out.append(item.canonical)
        elif k < share + (1 - share) * vague:
            out.append("")
        else:
            others = members[item.family]
            w = np.cumsum([sizes[o] ** 0.5 for o in others])
            out.append(others[int(np.searchsorted(w, p * w[-1], side="right"))])
    return out


def _tell(lib, family, story, length, draw):
    fam = lib.families[family]
    out = []
    words = 0
    def say(sentences):
        render(sentences[draw() % len(sentences)], draw, out)
        out.append(" ")
    if draw() % 3:
        say(lib.common["opening"])
    say(fam.stories[story] if story else fam.context)
    pools = (fam.context, lib.common["effort"], fam.context, lib.common["harm"], lib.common["demand"])
    i = 0
    while len("".join(out).split()) < length - 6:
        say(pools[i % 5]); i += 1
    return "".join(out).strip()

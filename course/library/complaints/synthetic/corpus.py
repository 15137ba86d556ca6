"""Generate the corpus: decide for every complaint what it is about, then tell it."""

import pandas as pd

from complaints.synthetic.recipe import FULL, SMALL, target_words
from complaints.synthetic.shape import Size, shape
from complaints.synthetic.stories import families
from complaints.synthetic.telling import Teller
from complaints.synthetic.topics import VAGUE, choose_stories
from paribus.data.draws import integers, shuffled, uniforms
from paribus.data.texts import normalised

# One stream of random numbers a decision, so that a change to one leaves the others as they are
# (`topics` has the first two).
LENGTH, REDACTED, WORDS, ORDER, ASIDE = range(2, 7)


def generate(size: Size, seed: int) -> pd.DataFrame:
    """The raw complaints: text, issue (the raw label) and product; the same for the same size and seed.

    Independent of PYTHONHASHSEED, platform and numpy version. No two texts are equal but for case and
    white space, so that the audit leaves the shape as it is.
    """
    recipe = FULL if size == "full" else SMALL
    rows = [item for item in shape(size) for _ in range(item.rows)]
    count = len(rows)
    stories = choose_stories(rows, recipe, seed)
    asides = [rows[row].canonical for row in shuffled(seed, ASIDE, count).tolist()]
    lengths = target_words(recipe, uniforms(seed, LENGTH, count)).tolist()
    # Ranks, not chances: the share of redacted texts is exact.
    redacted = (shuffled(seed, REDACTED, count) < round(recipe.redacted * count)).tolist()
    teller = Teller(recipe, integers(seed, WORDS).__next__)
    shelves = (families(redacted=False), families(redacted=True))
    family_of = {item.canonical: item.family for item in rows}
    texts, seen = [], set()
    for item, story, aside, words, hidden in zip(rows, stories, asides, lengths, redacted, strict=True):
        shelf = shelves[hidden]
        home = shelf[item.family]
        family = home if story == VAGUE else shelf[family_of[story]]
        passing = aside if aside in family.stories else item.canonical if family is home else story
        text = teller.tell(family, home, story, passing, words, redacted=hidden)
        more = 0
        while (key := normalised(text)) in seen:
            more += 4
            text = teller.tell(family, home, story, passing, words + more, redacted=hidden)
        seen.add(key)
        texts.append(text)
    frame = pd.DataFrame(
        {
            "text": texts,
            "issue": [item.label for item in rows],
            "product": [shelves[0][item.family].product for item in rows],
        }
    )
    return frame.iloc[shuffled(seed, ORDER, count)].reset_index(drop=True)

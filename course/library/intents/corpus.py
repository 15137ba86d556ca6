"""The corpus: logs of six months, split once; what a language model added; the six months after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intents.messages import SLICES, Message, Phrases, texts_of, write, write_synthetic
from paribus.data.draws import integers
from paribus.data.split import split_texts
from paribus.data.texts import Part, TextData, frozen_labels
from paribus.errors import DataError

Size = Literal["micro", "smoke", "full"]
SHIPPED_SEED = 2027
ROWS: dict[str, tuple[int, int, int]] = {
    "micro": (600, 60, 40),
    "smoke": (5_000, 500, 200),
    "full": (50_000, 5_000, 2_000),
}
"""Messages of the months 1 to 6 together, synthetic ones, and messages of each later month."""
LOGS, SYNTHETIC, LATER = 1, 2, 3


@dataclass(frozen=True, eq=False)
class Intents(TextData):
    """The messages. ``messages`` are the logs of the months 1 to 6, which the three parts hold; ``synthetic`` may
    be added to the training part; ``later`` are the months 7 to 12, which nobody trains on.
    """

    messages: tuple[Message, ...]
    synthetic: tuple[Message, ...]
    later: tuple[Message, ...]

    @cached_property
    def by_text(self) -> dict[str, Message]:
        """Every message by its text; texts are unique."""
        return {message.text: message for message in (*self.messages, *self.synthetic, *self.later)}

    def of(self, part: str) -> tuple[Message, ...]:
        """The messages of the part "train", "validation" or "test", in the part's order."""
        if part not in ("train", "validation", "test"):
            raise DataError(f"There is no part called {part!r}. Choose train, validation or test.")
        chosen: Part = getattr(self, part)
        return tuple(self.by_text[text] for text in chosen.texts)

    def mask(self, part: str, name: str) -> NDArray[np.bool_]:
        """Which messages of a part are in a hard slice, shape (messages,)."""
        if name not in SLICES:
            raise DataError(f"There is no slice called {name!r}. Choose one of {', '.join(SLICES)}.")
        return np.array([message.in_slice(name) for message in self.of(part)])

    def labels_of(self, messages: Sequence[Message]) -> NDArray[np.int64]:
        """The class ids of messages, shape (messages,)."""
        ids = {name: label for label, name in enumerate(self.classes)}
        return frozen_labels([ids[message.intent] for message in messages])

    def with_synthetic(self, chosen: Sequence[Message]) -> "Intents":
        """The same data with these synthetic messages added to the training part; validation and test stay."""
        labels = np.concatenate([self.train.labels, self.labels_of(chosen)])
        return replace(self, train=Part((*self.train.texts, *texts_of(chosen)), frozen_labels(labels.tolist())))


@lru_cache(maxsize=4)
def load(source: str = "synthetic", size: Size = "full", seed: int = SHIPPED_SEED) -> Intents:
    """The corpus in a size, from a seed. ``source`` is "synthetic": there is no other."""
    if source not in ("synthetic", "hub"):
        raise DataError(f"The intents have no source called {source!r}; they are made here. Leave it out.")
    if size not in ROWS:
        raise DataError(f"There is no size called {size!r}. Choose one of {', '.join(ROWS)}.")
    phrases, seen = Phrases(), set[str]()
    logs, synthetic, later = ROWS[size]

    def month(kind: int, number: int, count: int) -> list[Message]:
        draw = integers(seed, 100 * kind + number).__next__
        return [write(phrases, number, draw, seen) for _ in range(count)]

    early = [item for number in range(1, 7) for item in month(LOGS, number, logs // 6)]
    draw = integers(seed, 100 * SYNTHETIC).__next__
    added = tuple(write_synthetic(phrases, draw, seen) for _ in range(synthetic))
    late = tuple(item for number in range(7, 13) for item in month(LATER, number, later))
    data = split_texts(texts_of(early), [item.intent for item in early], source=f"intents/{size}/{seed}")
    return Intents(
        **{name: getattr(data, name) for name in data.__dataclass_fields__},
        messages=tuple(early), synthetic=added, later=late,
    )  # fmt: skip

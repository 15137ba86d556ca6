"""Honest variants: executions, hands, numbers, forms, layouts, exporters drawn at random, the same every time."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from generator.rehearsal.exports import Exporter
from generator.rehearsal.facts import Facts
from generator.rehearsal.memos import Hand
from generator.rehearsal.table import Choice, Execution, Table, Words, fitting
from generator.rehearsal.writing import FORMS, Form

Item = TypeVar("Item")

ABOUT: Mapping[Form, str] = {
    "table": "the template as its table", "bullets": "the template as a bullet list",
    "headings": "the template under headings", "numbered": "the template as a numbered list",
    "lines": "the template as plain lines", "bold": "the template under bold lines",
    "wide": "the template as a wide table", "pandas": "the template as a pandas table",
}  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """One honest submission: what it is made of."""

    name: str
    about: str
    execution: Execution
    hand: Hand
    numbers: Choice
    layout: Choice
    exporter: Exporter


def draw_variants(
    table: Table, facts: Mapping[str, Facts], exporters: Sequence[Exporter], size: int, seed: int = 2027
) -> list[Variant]:
    """``size`` variants. Every choice of every list comes up in turn, in an order drawn with ``seed``; no two
    variants are the same as long as there are that many.
    """
    generator = random.Random(seed)  # noqa: S311 - a draw, not a secret
    honest = [item for item in table.executions if item.honest and item.name in facts]
    decks = _Decks(generator)
    seen: set[str] = set()
    drawn: list[Variant] = []
    attempts = 0
    while len(drawn) < size:
        attempts += 1
        execution = decks.next("execution", honest)
        variant = _draw(table, (execution, facts[execution.name]), exporters, decks, len(drawn))
        key = variant.about
        if key not in seen or attempts > 20 * size:
            seen.add(key)
            drawn.append(variant)
    return drawn


class _Decks:
    """Shuffled decks of cards: each list is dealt to its end before it is shuffled again."""

    def __init__(self, generator: random.Random) -> None:
        self.generator = generator
        self.cards: dict[str, list[Any]] = {}

    def next(self, name: str, items: Sequence[Item]) -> Item:
        """The next card of a deck."""
        if not self.cards.get(name):
            self.cards[name] = list(items)
            self.generator.shuffle(self.cards[name])
        card: Item = self.cards[name].pop()
        return card


def _draw(
    table: Table, ran: tuple[Execution, Facts], exporters: Sequence[Exporter], decks: _Decks, position: int
) -> Variant:
    execution, facts = ran
    texts, templates, conclusions, forms = {}, {}, {}, {}
    words: list[str] = []
    for memo in table.memos:
        if memo.kind == "text":
            texts[memo.key] = decks.next(*_fitting(table.texts, memo.key, execution.traits))
            words.append(texts[memo.key].about)
            continue
        holds = facts.interval_holds_zero(facts.about(memo.experiment), memo.experiment)
        traits = execution.traits | ({"zero"} if holds else {"beyond"} if holds is False else set())
        templates[memo.key] = decks.next(*_fitting(table.templates, memo.key, traits))
        conclusions[memo.key] = decks.next(*_fitting(table.conclusions, memo.key, traits))
        forms[memo.key] = decks.next(f"form {memo.key}", FORMS)
        words += [templates[memo.key].about, conclusions[memo.key].about, ABOUT[forms[memo.key]]]
    numbers = decks.next("numbers", table.numbers)
    layout = decks.next("layout", table.layouts)
    exporter = decks.next("exporter", exporters)
    about = [execution.about, numbers.about, *words, layout.about, exporter.name]
    return Variant(
        f"honest-{position + 1:04d}", "; ".join(dict.fromkeys(about)), execution,
        Hand(texts, templates, conclusions, forms), numbers, layout, exporter,
    )  # fmt: skip


def _fitting(words: Sequence[Words], key: str, traits: frozenset[str]) -> tuple[str, list[Words]]:
    """The deck of words for one memo cell that an execution with these traits may use truthfully."""
    found = fitting(words, key, traits)
    return f"{key} {' '.join(item.name for item in found)}", found

"""The data card of a corpus, in markdown."""

import re
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from complaints.report import MergeReport
from paribus.records.data import Data


class Card(str):
    """Markdown that a notebook shows rendered, three heading levels down; everywhere else it is its text."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return re.sub("^#", "####", self, flags=re.MULTILINE)


class Part(Protocol):
    """One part of a split: texts and class ids, in one order."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class ids, shape (items,)."""

    def __len__(self) -> int:
        """How many items."""


class Corpus(Data, Protocol):
    """What the card tells of: `complaints.Complaints`."""

    @property
    def train(self) -> Part:
        """What models learn from."""

    @property
    def validation(self) -> Part:
        """What runs are compared on."""

    @property
    def test(self) -> Part:
        """What is looked at once, at the end."""

    @property
    def n_classes(self) -> int:
        """How many classes."""

    @property
    def class_counts(self) -> NDArray[np.int64]:
        """Training examples of each class, shape (classes,)."""

    @property
    def merge_report(self) -> MergeReport:
        """What merging did."""

    def tier_limits(self) -> tuple[float, float]:
        """From how many training examples a class is head, and below how many it is tail."""

    def tiers(self) -> NDArray[np.str_]:
        """Each class's tier, "head", "mid" or "tail"."""


def render(data: Corpus) -> Card:
    """What a reader must know before using the data: origin, sizes, classes, texts, cleaning and split."""
    words = np.array([len(text.split()) for text in data.train.texts])
    redacted = np.mean([re.search("XXXX", text) is not None for text in data.train.texts])
    counts, tiers = data.class_counts, data.tiers()
    head_from, tail_below = data.tier_limits()
    validation = np.bincount(data.validation.labels, minlength=data.n_classes)
    report = data.merge_report
    lines = [
        f"# Data card: {data.source}",
        "",
        f"Fingerprint `{data.fingerprint}`, split `{data.split_digest}`.",
        "",
        "## Size",
        "",
        "| part | complaints |",
        "| --- | ---: |",
        f"| train | {len(data.train):,} |",
        f"| validation | {len(data.validation):,} |",
        f"| test | {len(data.test):,} |",
        "",
        "## Classes",
        "",
        f'{data.n_classes} classes; the largest, "{data.classes[0]}", has {counts[0]:,} training complaints',
        f"({counts[0] / counts.sum():.1%}), the smallest {counts[-1]}.",
        "",
        "| tier | training complaints | classes |",
        "| --- | --- | ---: |",
        f"| head | {head_from:,.0f} or more | {np.sum(tiers == 'head')} |",
        f"| mid | between | {np.sum(tiers == 'mid')} |",
        f"| tail | fewer than {tail_below:,.0f} | {np.sum(tiers == 'tail')} |",
        "",
        f"{np.sum(validation <= 5)} classes have five or fewer validation complaints,",
        f"{np.sum(validation == 1)} exactly one.",
        "",
        "## Texts",
        "",
        f"{redacted:.1%} of the training texts carry XXXX. Words: median {np.median(words):.0f},",
        f"mean {words.mean():.0f}, 90 % have at most {np.quantile(words, 0.9):.0f}, the longest {words.max()}.",
        "",
        "## Cleaning",
        "",
        *str(report).splitlines(),
        "",
        *_table("merged label", "became", [(item.old, f"{item.new} ({item.rows:,})") for item in report.merged]),
        *_table("dropped class", "complaints", [(item.label, str(item.rows)) for item in report.dropped]),
        "## Split",
        "",
        "Fixed for everyone, stratified by class, decided by a hash of each text.",
        "The test part is looked at once, at the end.",
        "",
    ]
    return Card("\n".join(lines))


def _table(left: str, right: str, rows: list[tuple[str, str]]) -> list[str]:
    """A markdown table and an empty line, or nothing where there are no rows."""
    if not rows:
        return []
    cells = [f"| {a.replace('|', '/')} | {b.replace('|', '/')} |" for a, b in rows]
    return [f"| {left} | {right} |", "| --- | --- |", *cells, ""]

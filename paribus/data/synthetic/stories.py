"""The stories: what complaints of each family and of each class are about, read from stories/*.toml and compiled."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from paribus.data.synthetic.templates import Template, compile_template

Sentences = tuple[Template, ...]


@dataclass(frozen=True)
class Family:
    """A family of classes that are easily confused: the sentences that any complaint of the family may hold,
    and for each class the sentences that tell its own story.
    """

    name: str
    product: str
    context: Sentences
    stories: Mapping[str, Sentences]


@dataclass(frozen=True)
class Library:
    """Everything there is to say, in one manner: with names and dates redacted, or without."""

    families: Mapping[str, Family]
    common: Mapping[str, Sentences]


@cache
def library(*, redacted: bool) -> Library:
    """The compiled sentences, with the slots of redacted complaints or of the others."""
    folder = files("paribus.data.synthetic").joinpath("stories")
    tables = {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    common = tables.pop("common")
    slots: dict[str, Sequence[str]] = {**common["slots"], **common["redacted" if redacted else "plain"]}
    return Library(
        families={name: _family(name, table, slots) for name, table in sorted(tables.items())},
        common={name: _compiled(common[name], slots) for name in ("opening", "effort", "harm", "demand")},
    )


def _family(name: str, table: Mapping[str, Any], slots: Mapping[str, Sequence[str]]) -> Family:
    stories = {label: _compiled(sentences, slots) for label, sentences in table["stories"].items()}
    return Family(name, table["product"], _compiled(table["context"], slots), stories)


def _compiled(sentences: Sequence[str], slots: Mapping[str, Sequence[str]]) -> Sentences:
    return tuple(compile_template(sentence, slots) for sentence in sentences)

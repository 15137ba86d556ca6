"""The stories: what complaints of each family and class are about, read from stories/*.toml and compiled."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from paribus.data.templates import Template, compile_template, phrase_pattern, reworded

Sentences = tuple[Template, ...]
Slots = Mapping[str, Sequence[str]]

COMMON = ("opening", "effort", "harm", "demand", "redaction")


@dataclass(frozen=True)
class Family:
    """A family of classes that are easily confused: the sentences that any complaint of the family may hold,
    the common sentences in the family's words, and for each class the sentences that tell its own story.
    """

    product: str
    context: Sentences
    common: Mapping[str, Sentences]
    stories: Mapping[str, Sentences]


@cache
def families(*, redacted: bool) -> Mapping[str, Family]:
    """Every family's compiled sentences, with names and dates redacted or without."""
    folder = files("complaints.synthetic").joinpath("stories")
    tables = {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    common = tables.pop("common")
    common["thesaurus"] = tables.pop("thesaurus")["phrases"]
    return {name: _family(table, common, redacted=redacted) for name, table in sorted(tables.items())}


def _family(table: Mapping[str, Any], common: Mapping[str, Any], *, redacted: bool) -> Family:
    thesaurus = common["thesaurus"]
    pattern = phrase_pattern(thesaurus)
    slots: dict[str, Sequence[str]] = {**common["slots"], **common["redacted" if redacted else "plain"]}
    if not redacted:
        slots["company"] = table["company"]
    # A slot written with a capital starts a sentence.
    slots |= {name.capitalize(): [option[0].upper() + option[1:] for option in slots[name]] for name in slots}
    return Family(
        product=table["product"],
        context=_compiled(table["context"], slots),
        common={kind: _compiled(common[kind], slots) for kind in COMMON},
        stories={
            label: tuple(reworded(sentence, thesaurus, pattern) for sentence in _compiled(sentences, slots))
            for label, sentences in table["stories"].items()
        },
    )


def _compiled(sentences: Sequence[str], slots: Slots) -> Sentences:
    return tuple(compile_template(sentence, slots) for sentence in sentences)

"""The numbers of an answer, marked where they are with what the checks read of each."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.model import Verdict

_TAG = re.compile(r"(<[^>]*>)")
_READ = {"traced": "agrees", "wrong": "contradicted", "unclear": "untraced"}
"""How a check's lists of numbers are called on the page."""


@dataclass(frozen=True)
class Reading:
    """One number as a check read it: its text, "agrees", "contradicted" or "untraced", what was found of it in
    words, and the sentence that it is in, as far as the check quotes it.
    """

    text: str
    word: str
    told: str
    sentence: str = ""


def readings(verdicts: Sequence[Verdict]) -> tuple[Reading, ...]:
    """Every number that the checks of a cell read."""
    found = []
    for verdict in verdicts:
        quoted = [item.text for item in verdict.evidence]
        for kind, word in _READ.items():
            for entry in verdict.values.get(kind, ()) or ():
                if not isinstance(entry, Mapping) or not entry.get("text"):
                    continue
                text = str(entry["text"])
                sentence = next((item for item in quoted if item.startswith(f"{text}: ")), "")
                if sentence:
                    quoted.remove(sentence)
                quote = sentence.removeprefix(f"{text}: ").rstrip("…").strip()
                found.append(Reading(text, word, _told(entry, word), quote))
    return tuple(found)


def marked(markup: str, numbers: Sequence[Reading]) -> str:
    """Clean markup with each number that was read in ``<mark>``, its words as the title.

    A number is looked for in the sentence that the check quotes, else at its first place that is not marked yet.
    """
    parts = _TAG.split(markup)
    plain = "".join("" if part.startswith("<") else html.unescape(part) for part in parts)
    spans = _spans(plain, numbers)
    made, place = [], 0
    for part in parts:
        if part.startswith("<"):
            made.append(part)
            continue
        text = html.unescape(part)
        made.append(_with_marks(text, place, [span for span in spans if place <= span[0] < place + len(text)]))
        place += len(text)
    return "".join(made)


def _spans(plain: str, numbers: Sequence[Reading]) -> list[tuple[int, int, Reading]]:
    """Where each reading's number is in the text; one that is nowhere is left out."""
    found: dict[int, tuple[int, int, Reading]] = {}
    for one in numbers:
        pattern = re.compile(rf"(?<![\w.,]){re.escape(one.text)}(?!\w|[.,]\d)")
        start, end = _sentence(plain, one.sentence)
        places = [*pattern.finditer(plain, start, end), *pattern.finditer(plain)]
        free = next((item for item in places if item.start() not in found), None)
        if free is not None:
            found[free.start()] = free.start(), free.end(), one
    return sorted(found.values(), key=lambda span: span[0])


def _sentence(plain: str, sentence: str) -> tuple[int, int]:
    """Where a sentence is, whatever its white space and the signs around formulas; an empty place at the start
    where it is not found.
    """
    letters = [place for place, character in enumerate(plain) if not character.isspace() and character != "$"]
    compact = "".join(plain[place] for place in letters)
    wanted = "".join(sentence.replace("$", "").split())
    start = compact.find(wanted) if wanted else -1
    if start < 0:
        return 0, 0
    return letters[start], letters[start + len(wanted) - 1] + 1


def _with_marks(text: str, place: int, spans: Sequence[tuple[int, int, Reading]]) -> str:
    made, done = "", 0
    for start, end, one in spans:
        made += html.escape(text[done : start - place], quote=False)
        made += str(
            Markup('<mark class="{}" title="{}">{}</mark>').format(
                one.word, one.told, text[start - place : end - place]
            )
        )
        done = end - place
    return made + html.escape(text[done:], quote=False)


def _told(entry: Mapping[str, object], word: str) -> str:
    recorded = entry.get("recorded")
    if recorded is None:
        return "no source was found for this number" if word == "untraced" else word
    value = f"{recorded:.4g}" if isinstance(recorded, float) else str(recorded)
    return f"{word}: {str(entry.get('metric', '')).replace('_', ' ')} of {entry.get('of', '')} is {value}"

"""Answers that say nothing: marked for the person who grades, who looks at them first, and never failed for it.

A mark is a guess from a text's surface; each rule keeps a distance from what honest answers look like, also terse
and clumsy ones and those in other languages (docs/grading.md has the figures). What says nothing in good sentences
with a number of this notebook in them is not found.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from grader.evidence.claims import Claim, read_claim
from grader.evidence.runs import CASES, find_arms, own_records, read_runs
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.answers import cell_blocks, count_words, new_sentences, normal, words
from grader.reading.numbers import Number, find_numbers
from grader.reading.stems import stems
from grader.reading.template import part_of
from grader.reading.vocabulary import Phrases
from grader.reading.written import written_parts
from paribus.course.assignment import Cell, Role
from paribus.metrics.registry import per_registry

LEAST = 25
"""Words from which an answer is looked at: what is shorter is seen to be short."""
FROM_THE_PROMPT, SAME_TEXT, SAME_SENTENCE = 0.55, 0.5, 0.6
"""Shares in common: telling words of an answer and its prompt, word runs of two answers, words of two sentences."""
JOINING, NAMED = 0.17, 0.15
"""Small words that a list of terms has at most, and the prompt's words that it has at least, each of all words."""
ALIKE_SENTENCES, OUT_OF_ORDER = 0.5, 0.3
"""Shares from which sentences are one with other words in it, and articles are where none can."""
MOST_SENTENCES, MOST_NAMES, RUN = 100, 500, 5
FREE_ROW = 12
"""Words from which a template's row says something whatever its words are: they may be of any language."""

_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_TOKENS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[.,;:!?]")
_NEVER_AFTER_THE = frozenset(
    words(
        "of to in on at by for from with and or but is are was were the a an that it be has have than as if then "
        "so they we this these which"
    )
) | {*".,;:!?"}
_WIDE = frozenset({"model", "data", "code"})
"""Settings whose names are in any text about machine learning."""
_LABELLED = re.compile(
    r"(?:\b(?:reasons?|points?|steps?|parts?|sections?|questions?|chapters?|weeks?|labs?|figures?|tables?|tasks?|"
    r"options?|pages?|versions?|number|punkte?|schritte?|gründe|grund|fragen?|kapitel|wochen?|raisons?|étapes?|"
    r"semaines?|razón|razones|pasos?|preguntas?|semanas?)\s+\(?|(?:^|\n)\s*\(?)"
    r"(?:\d{1,2}\s*(?:,|and|und|et|y|or|&|–|-)\s*){0,4}$",
    re.IGNORECASE,
)
"""What is before a number that only tells one thing from another."""
_OF_ANYTHING = re.compile(
    r"\s*(?:different\s+|main\s+|important\s+|key\s+)?(?:reasons?|things?|points?|ways?|approaches|models?|aspects?|"
    r"parts?|questions?|systems?|methods?|sides?|measures?|metrics?|factors?|steps?|ideas?|words?|sentences?|"
    r"gründe|dinge|punkte|wege|ansätze|modelle|aspekte|fragen|methoden|seiten)\b",
    re.IGNORECASE,
)
"""What can be counted in any notebook."""
_YEARS = range(1990, 2040)
_MARK = re.compile(r"[.,;:!?…—–()/|=→\n•]")
_ELSEWHERE = frozenset(
    words(
        "see look refer cf as in at to the my this is was it of on all code above below notebook cell cells output "
        "outputs plot said shown written described mentioned stated here there siehe code oben unten wie im voir "
        "ci dessus dessous le ver arriba abajo el"
    )
)
"""Words of a row that only points to another place."""
SEVERAL = 3
"""Rows from which one text, or pointing elsewhere, is no answer but a way to fill them."""
_ARROW = re.compile(r"→|->|=>|=")
_ANSWERS = frozenset(
    words("yes no none nothing all everything same unclear unknown maybe ja nein oui non si sí não да нет")
)


def says_little(case: Case, cell: Cell) -> tuple[str, ...]:
    """Why an answer may say nothing, in sentences to the person who grades; () where nothing is seen."""
    if cell.role is not Role.MEMO:
        return ()
    if "experiment" in cell.options:
        return tuple(_empty_rows(case, cell))
    if _asks_for_sources_alone(cell):
        return ()
    return _of_a_memo(case, cell.key, cell.source, tuple(new_sentences(case, cell)[:MOST_SENTENCES]))


def _asks_for_sources_alone(cell: Cell) -> bool:
    """A few words on sources are asked for: they name none of the notebook's own things, nor need they."""
    named = any(item.check == "memo.sources_cited" for item in cell.checks)
    return named and int(cell.options.get("min_words", LEAST)) < LEAST


# --- a memo ---------------------------------------------------------------------------------------------------


@per_registry(16 * CASES)  # a check asks, and whoever sums its cell up
def _of_a_memo(case: Case, key: str, prompt: str, sentences: tuple[str, ...]) -> tuple[str, ...]:
    text = "\n".join(sentences)
    if count_words(text) < LEAST:
        return ()
    return (*_about_nothing(case, prompt, text), *_no_text(prompt, text, sentences), *_elsewhere(case, key, text))


def _about_nothing(case: Case, prompt: str, text: str) -> Iterator[str]:
    """Nothing in it is this notebook's, or next to nothing is not the question's."""
    own, asked = stems(text), stems(prompt)
    if len(own) >= LEAST / 3 and len(own & asked) >= FROM_THE_PROMPT * len(own):
        yield f"{len(own & asked) / len(own):.0%} of its telling words are the question's own."
    if not _names_something(case, text, prompt):
        yield (
            "It names no number, setting, metric, run or class beyond those of the question: it could be in any "
            "notebook."
        )


def _names_something(case: Case, text: str, prompt: str) -> bool:
    """It names what a notebook has, and what its question did not name: a number, or what vocabulary and records
    know.
    """
    asked, plain = f" {normal(prompt)} {normal(prompt.replace('-', ' '))} ", f" {normal(text)} "
    if any(_is_a_value(item, text) for item in find_numbers(text) if f" {normal(item.text)} " not in asked):
        return True
    known = {name for _, _, names in _names().find(prompt) for name in names}
    for start, end, names in _names().find(text):
        if not names & known and f" {normal(text[start:end])} " not in asked:
            return True
    return any(f" {name} " in plain and f" {name} " not in asked for name in _own_names(case))


def _is_a_value(number: Number, text: str) -> bool:
    """It may have been measured, set or counted: no year, no label, no count of what any notebook has."""
    if _LABELLED.search(text[max(0, number.start - 60) : number.start]) and number.value < LEAST:
        return False
    if not number.whole or number.percent or number.points or number.times or number.spread or number.upper:
        return True
    if number.spelled and number.value <= 1:
        return False
    small = number.value < LEAST and _OF_ANYTHING.match(text, number.end)
    return not small and (number.value not in _YEARS or not number.text.isdigit())


@per_registry()
def _names() -> Phrases:
    """Settings, metrics and models by what students call them."""
    tables = ("settings", "metrics", "runs")
    entries = ((name, phrases) for table in tables for name, phrases in vocabulary.names(table).items())
    return Phrases([(phrase, name) for name, phrases in entries if name not in _WIDE for phrase in phrases])


def _own_names(case: Case) -> list[str]:
    """Classes, runs and what they were configured with."""
    classes = {name for item in own_records(case) if item.record is not None for name in item.record.classes}
    runs = {run.name for run in read_runs(case)} | {name for run in read_runs(case) for name in run.config}
    return sorted({plain for name in classes | runs if len(plain := normal(name)) > 3} - _WIDE)[:MOST_NAMES]


def _no_text(prompt: str, text: str, sentences: Sequence[str]) -> Iterator[str]:
    """It is no text: terms in a row, one sentence many times over, or words in any order."""
    found = [] if _UNSPACED.search(text) else _LETTERS.findall(text)
    joining = sum(len(word) <= 3 and word.islower() for word in found)
    telling = stems(text)
    if found and joining < JOINING * len(found) and len(telling & stems(prompt)) >= NAMED * len(telling):
        yield "It is a list of terms: hardly a word joins them."
    if len(found) >= LEAST and joining < JOINING * len(found) and _MARK.search(text.strip().rstrip(".")) is None:
        yield "It is words in a row: no mark parts them, and hardly a word joins them."
    held = [frozenset(words(sentence)) for sentence in sentences]
    held = [item for item in held if len(item) >= RUN]
    alike = sum(any(item is not other and _alike(item, other) for other in held) for item in held)
    if len(held) > 3 and alike >= ALIKE_SENTENCES * len(held):
        yield f"{alike} of its {len(held)} sentences are nearly the same words."
    tokens = [token.lower() for token in _TOKENS.findall(text)]
    after = [second for first, second in pairwise(tokens) if first in ("the", "an")]
    wrong = sum(word in _NEVER_AFTER_THE for word in after)
    if wrong > 2 and wrong >= OUT_OF_ORDER * len(after):
        yield "Its words are in no order that makes sentences."


def _alike(first: frozenset[str], second: frozenset[str]) -> bool:
    return len(first & second) >= SAME_SENTENCE * max(len(first), len(second))


def _elsewhere(case: Case, key: str, text: str) -> Iterator[str]:
    """The same text answers another question."""
    own = _runs(text)
    for other in case.assignment.cells:
        if other.role is Role.MEMO and other.key != key and "experiment" not in other.options and own:
            common = len(own & _runs("\n".join(new_sentences(case, other))))
            if common >= SAME_TEXT * len(own):
                yield f"{common / len(own):.0%} of it is in the answer to {other.heading or other.key} as well."


@lru_cache(maxsize=64)
def _runs(text: str) -> frozenset[str]:
    """Every answer is held against every other one."""
    found = words(text)
    return frozenset(" ".join(found[start : start + RUN]) for start in range(len(found) - RUN + 1))


# --- a template -----------------------------------------------------------------------------------------------


def _empty_rows(case: Case, cell: Cell) -> Iterator[str]:
    """Rows of a table in which something is that is no setting, number, direction or answer."""
    rows = [block for block in cell_blocks(case, cell.key) if block.kind == "row" and block.cells]
    if len({part for block in rows if (part := part_of(block.cells[0])) is not None}) < 3:
        return
    key = str(cell.options["experiment"])
    written = written_parts(case, key, cell)[0]
    same = Counter(map(normal, written.values()))
    elsewhere = sum(map(_points_elsewhere, written.values()))
    for part, text in written.items():
        if same[normal(text)] >= SEVERAL and len(words(text)) > 1:
            why = f"the same in {same[normal(text)]} rows"
        elif elsewhere >= SEVERAL and _points_elsewhere(text):
            why = f"one of {elsewhere} rows that only point elsewhere"
        elif len(words(text)) < FREE_ROW and not _UNSPACED.search(text) and not _says(case, key, text):
            why = "no setting, number, direction or answer"
        else:
            continue
        title = vocabulary.title("template_titles", part)
        yield f"Of {title} it says “{' '.join(text.split())[:60]}”: {why}."


def _points_elsewhere(text: str) -> bool:
    """Nothing but "see code", "as above", "see cell 12"."""
    found = words(text)
    return bool(found) and all(word in _ELSEWHERE or word.isdigit() for word in found) and not found[0].isdigit()


def _says(case: Case, key: str, text: str) -> bool:
    """A setting or one of its values, a number, a direction, or an answer."""
    if (
        find_numbers(text)
        or _ARROW.search(text)
        or _row_words().find(text)
        or read_claim(text)[0] is not Claim.UNREADABLE
    ):
        return True
    arms = find_arms(case, key)
    fields = {name: item for run in (*arms.baseline, *arms.changed) for name, item in run.config.items()}
    known = {normal(str(word)) for name, item in fields.items() for word in (name, item.value)} - {""}
    plain = f" {normal(text)} "
    return bool(_ANSWERS & set(words(text))) or any(f" {name} " in plain for name in known)


@per_registry()
def _row_words() -> Phrases:
    """Settings, metrics and words for a direction."""
    tables = [phrases for table in ("settings", "metrics") for phrases in vocabulary.names(table).values()]
    tables += [vocabulary.phrases("context", name) for name in ("difference", "upward", "downward")]
    return Phrases([(phrase, phrase) for phrases in tables for phrase in phrases])

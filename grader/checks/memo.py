"""Memos: answered, in the asked sections, with numbers that can be traced, sources, and no diary."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from grader.checks.base import Finding, check, failed, listed, passed, proposed, shorten, undecided
from grader.checks.faults import not_written
from grader.checks.support import against_itself, contradicted, doubted, numbers_finding, student_cells
from grader.checks.survival import text_lost, unless_lost
from grader.checks.unrecorded import as_printed, without_records
from grader.evidence import cues
from grader.evidence.cited import names_a_source, unlisted
from grader.evidence.diary import is_diary
from grader.evidence.measured import Measured, measure
from grader.evidence.runs import experiment_keys, find_arms
from grader.evidence.says_little import says_little
from grader.evidence.sentences import groups_in, metrics_in, read_sentences
from grader.evidence.statements import Sentence
from grader.evidence.traces import Status, Trace
from grader.evidence.tracing import is_open, or_of_another, trace_sentences
from grader.evidence.unrecorded.arms import unrecorded_experiments
from grader.evidence.worded.all import find_doubts
from grader.model import Case, Evidence, Outcome
from grader.reading.answers import count_words, is_untouched, new_sentences, normal, read_answer, sentences, words
from grader.reading.prose import Block, read_cell, read_markdown
from grader.reading.written import written_parts
from paribus.course.assignment import Cell, Role

_LINK = re.compile(
    r"https?://|www\.|\bdoi\b|arxiv|\[\d{1,2}\]|\(\w[\w .&-]{0,120},? (19|20)\d\d\w?\)", re.IGNORECASE
)
_HREF = re.compile(r"href=[\"']https?://", re.IGNORECASE)


READING = frozenset({"memo.numbers_traced", "experiments.result_matches"})
"""The checks that read what an answer says of the runs."""


@check("memo.answered", "Answered in your own words", options={"min_words": "whole"}, basis="written", texts="cell")
def answered(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The memo is answered in your own words, at the length asked for; the prompt's own sentences do not count.
    Where no other check reads the memo, a sentence that the records contradict is left to a person here.
    """
    minimum = int(options.get("min_words", cell.options.get("min_words", 1)))
    if (lost := _lost(case, cell)) is not None:
        return lost
    written = new_sentences(case, cell)
    count = sum(count_words(sentence) for sentence in written)
    values = {"words": count, "min_words": minimum}
    evidence = (
        [Evidence(cell.key, shorten(written[0]))] if written else [Evidence(cell.key, "no words of your own")]
    )
    if count < minimum or count == 0:
        short = f"Your answer has {count} words of your own; at least {minimum} are asked for."
        untouched = "The memo is as it was released: write your answer below the question."
        causes = [] if count else [not_written(cell.key)]
        found = failed(short if count else untouched, values, evidence, causes)
        return unless_lost(case, found, text_lost(case))
    found = passed(f"Your answer has {count} words.", values, evidence)
    if cell.role is Role.MEMO and not any(item.check in READING for item in cell.checks):
        found = _contradicted(case, cell, found)
    if found.outcome is Outcome.PASSED and says_little(case, cell):
        return undecided("A person reads whether this answers the question.", values, evidence)
    return found


def _contradicted(case: Case, cell: Cell, found: Finding) -> Finding:
    """What no other check of the memo reads, and the records contradict: a person compares."""
    if not case.records or not _has_an_experiment(case):
        return found  # runs that were not recorded may be meant
    measured, (answer,) = _answers(case, [cell])
    sentences = _of_this_notebook(answer)
    for item in trace_sentences(sentences, measured):
        if item.status is Status.WRONG or _is_of_one_seed(item):
            return contradicted(case, found, item)
    about = groups_in(cell.source, measured)
    return doubted(found, find_doubts(sentences, measured, about))


def _has_an_experiment(case: Case) -> bool:
    """Whether an experiment's two arms are recorded, where the assignment asks for any."""
    asked = [cell for cell in case.assignment.cells if cell.role is Role.EXPERIMENT]
    return not asked or any(find_arms(case, key).both for key in experiment_keys(case))


_NEXT = re.compile(
    r"\b(?:next|following) (?:\w+ )?experiment|nächste[sn]? Experiment|prochaine expérience|siguiente experimento|"
    r"próxim[ao] (?:experimento|experiência)|prossimo esperimento|következő kísérlet|"
    r"(?:kolejn|następn)\w* eksperyment|следующ\w+ эксперимент|下一[个步]?实验",
    re.IGNORECASE,
)
AFTER_NEXT = 2
"""Sentences after "the next experiment" that are still about it."""


def _of_this_notebook(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences without what is said of an experiment that has not been done."""
    kept, left = [], 0
    for sentence in sentences:
        left = AFTER_NEXT + 1 if _NEXT.search(sentence.text) else left - 1
        if left <= 0:
            kept.append(sentence)
    return kept


def _is_of_one_seed(item: Trace) -> bool:
    """One seed's value is called a mean."""
    before = item.sentence[max(0, item.number.start - 45) : item.number.start]
    return item.settled and ", seed " in item.why and cues.MEAN.search(before) is not None


@check(
    "memo.sections_present",
    "Every section is there",
    options={"sections": "texts"},
    basis="written",
    texts="cell",
    after=("memo.answered", "experiments.template_complete"),
)
def sections_present(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Every section the memo asks for is there, and none is empty."""
    if (lost := _lost(case, cell)) is not None:
        return lost
    wanted = [str(name) for name in options.get("sections", cell.options.get("sections", ()))]
    if cell.role is Role.MEMO:
        wanted = wanted or [block.text for block in read_markdown(cell.source) if block.kind == "heading"][1:]
        found = _sections(read_answer(case, cell).blocks, wanted)
    else:
        memos = _memos(case, cell)
        wanted = wanted or [memo.heading or memo.key for memo in memos]
        found = {memo.heading or memo.key: "\n".join(new_sentences(case, memo)) for memo in memos}
        found |= {memo.heading or memo.key: "filled" for memo in memos if _is_filled(case, memo)}
    missing = [name for name in wanted if name not in found]
    empty = [name for name in wanted if name in found and not found[name]]
    values = {"wanted": wanted, "missing": missing, "empty": empty}
    if missing or empty:
        told = [f"“{name}” is missing" for name in missing] + [f"“{name}” is empty" for name in empty]
        causes = [] if cell.role is Role.MEMO else _without_answer(case, cell, [*missing, *empty])
        found_missing = failed(f"Of the memo's sections, {listed(told)}.", values, causes=causes)
        return unless_lost(case, found_missing, text_lost(case))
    return passed(f"All {len(wanted)} sections are there.", values, [Evidence(cell.key, name) for name in wanted])


def _without_answer(case: Case, cell: Cell, names: Sequence[str]) -> list[str]:
    """The memos behind sections with nothing in them as causes; none where a section is no memo's own, or where
    nothing at all was written.
    """
    memos = {memo.heading or memo.key: memo for memo in _memos(case, cell)}
    if len(names) == len(memos) or any(name not in memos or new_sentences(case, memos[name]) for name in names):
        return []
    return [not_written(memos[name].key) for name in names]


def _is_filled(case: Case, memo: Cell) -> bool:
    """Something was written into the memo, or its experiment's template is somewhere else in the notebook."""
    experiment = str(memo.options.get("experiment", ""))
    return not is_untouched(case, memo) or bool(experiment and written_parts(case, experiment, memo)[0])


def _sections(blocks: tuple[Block, ...], wanted: list[str]) -> dict[str, str]:
    """The text of each wanted section: found by its heading, or by a line that begins with its name; where no name
    is found at all and there are as many headings as sections, by order.
    """
    texts: dict[str, list[str]] = {}
    current: str | None = None
    for block in blocks:
        name, rest = _section_name(block, wanted)
        if name is not None:
            current = name
            texts.setdefault(name, [])
        if current is not None and rest:
            texts[current].append(rest)
    headings = [block for block in blocks if block.kind == "heading"]
    if not texts and len(headings) == len(wanted):
        for heading, name in zip(headings, wanted, strict=True):
            start = blocks.index(heading) + 1
            end = next((i for i in range(start, len(blocks)) if blocks[i].kind == "heading"), len(blocks))
            texts[name] = [block.text for block in blocks[start:end]]
    return {name: "\n".join(lines) for name, lines in texts.items()}


def _section_name(block: Block, wanted: list[str]) -> tuple[str | None, str]:
    plain = normal(block.text)
    for name in wanted:
        key = normal(name)
        if block.kind == "heading":
            bare = re.sub(r"^\d+ ", "", plain)
            if key == bare or key in bare or (len(bare) > 5 and bare in key):
                return name, ""
        elif plain == key:
            return name, ""
        elif plain.startswith(f"{key} ") and re.match(
            rf"[\W\d]*{re.escape(name)}\s*[:.–—-]", block.text, re.IGNORECASE
        ):
            return name, block.text.split(name[-1], 1)[-1]
    return None, "" if block.kind == "heading" else block.text


@check(
    "memo.numbers_traced",
    "Numbers come from your runs",
    options={"experiment": "text", "min_numbers": "whole"},
    basis="written",
    texts="cell",
    after=("metrics.recomputed", "experiments.result_matches", "seeds.summary_matches", "memo.numbers_traced"),
)
def numbers_traced(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The numbers in your memo are those that your runs recorded, for the metric and the run you name beside
    them.
    """
    if (lost := _lost(case, cell)) is not None:
        return lost
    memos = _memos(case, cell)
    if all(is_untouched(case, memo) for memo in memos):
        return failed("The memo is as it was released, so it quotes no numbers.")
    unrecorded = unrecorded_experiments(case)
    if not case.records and not unrecorded:
        open_one = undecided("Your file holds no records, so a person compares your numbers with your tables.")
        measured, answers = _answers(case, memos)
        return against_itself(case, open_one, trace_sentences(chain.from_iterable(answers), measured))
    experiment = str(options.get("experiment") or cell.options.get("experiment") or "")
    measured, answers = _answers(case, memos, experiment, unrecorded)
    read = [trace for sentences in answers for trace in trace_sentences(sentences, measured)]
    about = frozenset(key for memo in memos for key in groups_in(memo.source, measured))
    told = [] if unrecorded else list(find_doubts(chain.from_iterable(answers), measured, about))
    if experiment and not unrecorded and (told or any(map(is_open, read))):
        measured, answers = _answers(case, memos)
        read = or_of_another(read, measured, answers)
        every = find_doubts(chain.from_iterable(answers), measured, about) if told else ()
        doubted_still = {(item.kind, item.sentence) for item in every}
        told = [item for item in told if (item.kind, item.sentence) in doubted_still]
    traces = as_printed(case, read, measured, unrecorded)
    found = numbers_finding(case, traces, int(options.get("min_numbers", 1)), written=True)
    return without_records(case, doubted(found, told), unrecorded)


def _answers(
    case: Case, memos: Sequence[Cell], experiment: str = "", unrecorded: Collection[str] = ()
) -> tuple[Measured, tuple[tuple[Sentence, ...], ...]]:
    """What each memo says, sentence by sentence, with what it is held against."""
    measured = measure(case, experiment if experiment in (*experiment_keys(case), *unrecorded) else "")
    answers = (
        read_sentences(read_answer(case, memo).blocks, measured, implied=metrics_in(memo.source)) for memo in memos
    )
    return measured, tuple(map(tuple, answers))


@check("memo.sources_cited", "Sources named", options={"experiment": "text"}, basis="written", texts="cell")
def sources_cited(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """You say which sources and which AI tools you used, or that you used none."""
    if (lost := _lost(case, cell)) is not None:
        return lost
    for memo in _memos(case, cell):
        if odd := unlisted(case, memo):
            open_one = undecided(f"A person looks for what you cite as “{odd}”: it is nowhere else.")
            why = f"{odd!r} is in no list of sources, and nowhere else in the file"
            return proposed(open_one, Outcome.FAILED, why) if odd.startswith("[") else open_one
    for text, key in _own_texts(case, cell):
        found = _LINK.search(text) or _HREF.search(text)
        for sentence in sentences(text):
            named = names_a_source(sentence) and _says_something(sentence, text)
            if found is None and not named:
                continue
            if found is None or _LINK.search(sentence) or _HREF.search(sentence):
                return passed(
                    "You name your sources.", {}, [Evidence(key, shorten(re.sub(r"<[^>]*>", "", sentence)))]
                )
    if all(is_untouched(case, memo) for memo in _memos(case, cell)):
        return failed("The memo is as it was released, so it names no source.")
    open_one = undecided(
        "No source could be read. Link what you used (papers, pages, AI tools), or write that you used none; "
        "a person looks."
    )
    return proposed(
        open_one, Outcome.FAILED, "no link, no citation and no word for a source or an AI tool was found"
    )


def _says_something(sentence: str, text: str) -> bool:
    """A label such as "Sources:" names a source only where words follow it."""
    if not sentence.rstrip("* _").endswith(":") or len(words(sentence)) > 4:
        return True
    return bool(words(text.partition(sentence)[2]))


def _own_texts(case: Case, cell: Cell) -> Iterator[tuple[str, str]]:
    """The memo's own sentences, then every other markdown cell that the student wrote; links with their markup."""
    for memo in _memos(case, cell):
        yield "\n".join(new_sentences(case, memo)), memo.key
    prompts = {key: normal(item.cell.source) for key, item in case.matches.items()}
    for item in student_cells(case):
        name = case.cell_name(item.position)
        if item.cell_type != "markdown":
            continue
        released = case.matches[name].cell if name in case.matches else None
        if released is None:
            yield "\n".join([*(block.text for block in read_cell(item)), *_targets(item.html or item.source)]), name
        elif released.role is Role.MEMO:
            fresh = [link for link in _targets(item.html or item.source) if normal(link) not in prompts[name]]
            yield "\n".join([*new_sentences(case, released), *fresh]), name


def _targets(markup: str) -> list[str]:
    return re.findall(r"https?://[^\s\"'<>)\]]+", markup)


@check("memo.no_diary", "About the model, not a diary", basis="written", texts="cell")
def no_diary(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The memo speaks of the model and the evidence, and is no diary of how the work went."""
    if (lost := _lost(case, cell)) is not None:
        return lost
    written = [(sentence, memo) for memo in _memos(case, cell) for sentence in new_sentences(case, memo)]
    if not written:
        return unless_lost(case, failed("The memo is as it was released."), text_lost(case))
    for excuses in (True, False):
        for sentence, memo in written:
            if not is_diary(sentence, memo.source, excuses=excuses):
                continue
            why = f"This sentence is about how the work went: “{shorten(sentence)}”"
            about = {"sentence": shorten(sentence)}, [Evidence(memo.key, shorten(sentence))]
            if excuses:
                return failed(f"{why} Say instead what the evidence shows and how sure you are.", *about)
            open_one = undecided("A person reads whether the memo keeps to the model and the evidence.", *about)
            return proposed(open_one, Outcome.FAILED, why)
    return passed("The memo keeps to the model and the evidence.")


def _memos(case: Case, cell: Cell) -> list[Cell]:
    """The memo cells that a check is about: the cell itself, or all of them where it speaks of the notebook."""
    if cell.role is Role.MEMO:
        return [cell]
    return [item for item in case.assignment.cells if item.role is Role.MEMO]


def _lost(case: Case, cell: Cell) -> Finding | None:
    """A memo's cell is not in the file: it may have been lost."""
    memos = _memos(case, cell)
    gone = [memo.key for memo in memos if (found := case.matches.get(memo.key)) is None or found.recovered is None]
    if gone:
        named = f"The memo {gone[0]} was" if len(gone) == 1 else f"The memos {listed(gone)} were"
        return undecided(f"{named} not found in your file. Hand in the notebook with all its cells.")
    cut = [memo.key for memo in memos if (own := case.matches[memo.key].recovered) is not None and own.cut]
    if cut:
        return undecided(f"The text of {listed(cut)} is not all in your file. Hand in the notebook itself.")
    if not memos:
        return undecided("The assignment has no memo to look at; your instructor is told.")
    return None

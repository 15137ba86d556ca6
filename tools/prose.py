"""How the grader reads texts by other hands, in a minute: who is wronged, what is found, and by which reader.

    python -m tools.prose                            # the account, and a table of the kinds of contradiction
    python -m tools.prose --writers F4,F6            # of some writers
    python -m tools.prose --list wrong_orders        # every finding of one kind, with its sentence
    python -m tools.prose --missed                   # every faulty text without a finding at its mark
    python -m tools.prose --texts DIR                # texts of another folder, with `bases/` and `texts/` as ours

As `paribus rehearse` does it, without exporting and without the checks that read no text. Each executed notebook is
recovered once and kept; a text takes the place of its cell's source. Random numbers are left to `paribus rehearse`.
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from generator.project import shipped_course
from generator.rehearsal.execute import make_material
from generator.rehearsal.kinds import Kind, by_kind, findings, found_at_mark
from generator.rehearsal.others import (
    NOTEBOOK_CHECKS,
    OUTSIDERS,
    TEXT_CHECKS,
    Text,
    account,
    load_base,
    load_texts,
    verdicts_of,
)
from generator.rehearsal.table import load_table
from generator.running.references import load_references
from grader.checks import checks_of
from grader.evidence.records import read_records
from grader.grading.judge import judge_cell
from grader.grading.match import match
from grader.grading.results import to_line
from grader.model import Case, Result
from grader.recover import recover
from paribus.course.assignment import Cell
from paribus.course.catalog import load_course
from paribus.course.limits import DEFAULT_LIMITS
from paribus.course.own import metrics_of
from paribus.course.release import Release
from paribus.metrics.registry import use_metrics

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Graded:
    """One text and what became of it: a result of its one cell, as a line of results.jsonl."""

    text: Text
    result: Mapping[str, Any]

    @property
    def verdicts(self) -> list[Mapping[str, Any]]:
        """The verdicts that read the text."""
        return verdicts_of(self.text, self.result)


@cache
def _release(assignment: str) -> Release:
    course = load_course(shipped_course())
    return make_material(course, load_table(course, assignment), load_references(ROOT / "solutions")).release


def _outsiders() -> Path:
    return load_course(shipped_course()).folders.rehearsal / OUTSIDERS


def assignments_of(folder: Path) -> list[str]:
    """The assignments whose executed notebooks lie in a folder of texts."""
    return sorted({path.name.partition("-")[0] for path in (folder / "bases").glob("*.ipynb.xz")})


@cache
def _recovered(base: str, folder: Path) -> Case:
    """A base as a case, with the text still missing."""
    release = _release(base.partition("-")[0])
    limits = replace(DEFAULT_LIMITS, pictures_bytes=0)
    notebook = recover(load_base(base, folder).encode(), f"{base}.ipynb", limits)
    matches, unmatched = match(release.assignment, notebook)
    return Case(
        assignment=release.assignment, references=release.references, notebook=notebook, matches=matches,
        unmatched=tuple(unmatched), records=read_records(notebook, limits.records), sealed=release.sealed,
    )  # fmt: skip


def case_of(text: Text, folder: Path) -> Case:
    """The base's case with the text in its cell."""
    case = _recovered(text.base, folder)
    cells = tuple(replace(cell, source=text.text) if cell.id == text.cell else cell for cell in case.notebook.cells)
    notebook = replace(case.notebook, cells=cells)
    matches, unmatched = match(case.assignment, notebook)
    return replace(case, notebook=notebook, matches=matches, unmatched=tuple(unmatched))


def grade(text: Text, folder: Path) -> Graded:
    """What the checks that read text say of one."""
    case = case_of(text, folder)
    with use_metrics(metrics_of(case.assignment.own, f"{case.assignment.name}/")):
        judged = tuple(judge_cell(case, cell, checks_of(case.assignment)) for cell in _read_cells(case, text))
    result = Result(text.name, text.name, text.name, "", "graded", cells=judged)
    return Graded(text, json.loads(to_line(result)))


def _read_cells(case: Case, text: Text) -> Iterator[Cell]:
    """The text's cell and the cells of the whole notebook, with the checks that read the text alone."""
    for cell in case.assignment.cells:
        names = NOTEBOOK_CHECKS | (TEXT_CHECKS if cell.key == text.cell else frozenset())
        if checks := tuple(item for item in cell.checks if item.check in names):
            yield replace(cell, checks=checks)


def table_of(kinds: Sequence[Kind]) -> list[str]:
    """The kinds as lines: wrong, right, right alone, beside the mark, and whom they wronged."""
    lines = [f"{'kind':32} {'wrong':>6} {'right':>6} {'alone':>6} {'beside':>7}   wrong by writer"]
    for kind in sorted(kinds, key=lambda kind: -kind.right.total()):
        who = ", ".join(f"{name} {count}" for name, count in sorted(kind.wrong.items()))
        counts = (kind.wrong.total(), kind.right.total(), kind.alone.total(), kind.beside.total())
        lines.append("{:32} {:6} {:6} {:6} {:7}   {}".format(kind.name, *counts, who))
    return lines


def told(item: Graded, name: str = "") -> list[str]:
    """What was found in a text, a line each; of one kind, or of all."""
    found = [one for one in findings(item.verdicts) if name in ("", one.kind)]
    return [f"{item.text.name} [{one.kind}] {one.why}\n      “{' | '.join(one.sentences)[:400]}”" for one in found]


def is_silent(item: Graded) -> bool:
    """Every check passed it, or had nothing to say."""
    return all(verdict["outcome"] in ("passed", "not_applicable") for verdict in item.verdicts)


def report(graded: Sequence[Graded], names: str) -> list[str]:
    """The account and the table of some writers."""
    texts, results = [item.text for item in graded], {item.text.name: item.result for item in graded}
    faulty = [item for item in graded if item.text.kind == "faulty"]
    marked = sum(found_at_mark(item.text, item.verdicts) for item in faulty)
    silent = sum(map(is_silent, faulty))
    shares = [str(share) for share in account(texts, results) if share.of]
    ends = f"faulty: {len(faulty)}; found at the mark {marked}, passed with nothing said {silent}"
    return [f"--- {names}: {len(texts)} texts", *shares, ends, "", *table_of(by_kind(texts, results))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade the texts and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", default="", help="names such as F4,F6; all where none are given")
    parser.add_argument("--texts", type=Path, metavar="DIR", help="another folder of texts and bases")
    parser.add_argument("--list", default="", metavar="KIND", help="print every finding of a kind")
    parser.add_argument("--wrong", action="store_true", help="print every finding in a true text")
    parser.add_argument(
        "--missed", action="store_true", help="print every faulty text without a finding at its mark"
    )
    parser.add_argument("-j", type=int, default=1, help="processes")
    given = parser.parse_args(arguments)
    folder = given.texts or _outsiders()
    assignments = assignments_of(folder)
    wanted = set(filter(None, given.writers.split(",")))
    texts = [
        text for name in assignments for text in load_texts(name, folder)
        if text.kind != "random" and (not wanted or text.writer in wanted)
    ]  # fmt: skip
    texts.sort(key=lambda text: text.base)
    for name in {text.assignment for text in texts}:
        _release(name)  # once, before the processes are made
    with multiprocessing.get_context("fork").Pool(given.j) as pool:
        graded = list(pool.imap(partial(grade, folder=folder), texts, chunksize=20))
    lines = report(graded, given.writers or "all writers")
    if given.list:
        lines += [line for item in graded for line in told(item, given.list)]
    if given.wrong:
        lines += [line for item in graded if item.text.kind != "faulty" for line in told(item)]
    if given.missed:
        lines += [line for item in graded if item.text.kind == "faulty" for line in _missed(item)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _missed(item: Graded) -> list[str]:
    if found_at_mark(item.text, item.verdicts):
        return []
    said = "passed" if is_silent(item) else "open"
    return [f"{item.text.name} ({said}) {item.text.cell}: “{' '.join(item.text.marked.split())}”"]


if __name__ == "__main__":
    sys.exit(main())

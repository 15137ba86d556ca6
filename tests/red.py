"""How many planted faults are found, by the stricter rule, in a folder of faulty, forged and honest files; and how
many honest programs the reading of code marks.

    .venv/bin/python -m tests.red FOLDER [--list]

    FOLDER/labels.json              name → {"about": what is wrong, "expects": [checks], "twin": name}
    FOLDER/release/<assignment>/    the release that grades them
    FOLDER/honest/NAME.ipynb        honest programs, each executed; .html too, and either packed as .xz
    FOLDER/<any other name>/…       faulty ones, each executed

A label says what is wrong, which checks should say so, and `twin`, the honest file that the fault was put into;
without one the folder's `controls` of the same notebook are its twins, told by their records' random number.

caught     an expected check failed, and does not fail in the twin
sent       an expected check is undecided, quotes a place that differs from the twin's, and is not open in the twin
elsewhere  an expected check is undecided, and quotes no such place
open       an expected check is undecided, and so it is in the twin
other      only other checks failed or wait, and not all of them do in the twin
MISSED     nothing is open that is not open in the twin, beside points that are given by hand
WRONGED    a control fails a check, or waits with one that its plain honest file (the other controls) does not; an
           honest program fails a check that looks at the code
marked     an honest program has a check that looks at the code left to a person by what the code shows
"""

import argparse
import collections
import json
import lzma
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.grading.grade import judge_one
from grader.model import Case, Outcome, Result, Submission, Verdict
from paribus.course.release import read_release
from tests.grader.program_cases import OWNERS as LOOK_AT_CODE

Key = tuple[str, str]
CONTROLS, HONEST = "controls", "honest"
KINDS = (".ipynb", ".html", ".htm")


@dataclass(frozen=True)
class Seen:
    """A graded file: its verdicts that earn nothing, by check and cell, the sources of its cells by name, and the
    random number of its session.
    """

    verdicts: Mapping[Key, Verdict]
    sources: Mapping[str, str]
    nonce: str = ""

    @property
    def open(self) -> frozenset[Key]:
        """What waits for a person."""
        waits = (Outcome.UNDECIDED, Outcome.NOT_APPLICABLE)
        return frozenset(key for key, item in self.verdicts.items() if item.outcome in waits)

    @property
    def failed(self) -> frozenset[Key]:
        """What failed."""
        return frozenset(key for key, item in self.verdicts.items() if item.outcome is Outcome.FAILED)


def changed_cells(faulty: Seen, twins: Sequence[Seen]) -> frozenset[str]:
    """The cells that stand otherwise in every twin: where the fault is."""
    return frozenset(
        name for name, source in faulty.sources.items()
        if all(twin.sources.get(name) != source for twin in twins)
    )  # fmt: skip


def quotes(verdict: Verdict, places: Iterable[str]) -> bool:
    """The verdict rests on one of these cells, or names it."""
    return any(
        place in verdict.because or any(item.cell == place for item in verdict.evidence) for place in places
    )  # fmt: skip


def rule(faulty: Seen, twins: Sequence[Seen], expects: Sequence[str]) -> str:
    """What became of a planted fault; ``twins`` are the honest files it is held against."""
    in_twins = frozenset[Key]().union(*(twin.open for twin in twins))
    expected = [key for key in faulty.verdicts if key[0] in expects]
    failed_in_twins = frozenset[Key]().union(*(twin.failed for twin in twins))
    if any(key in faulty.failed - failed_in_twins for key in expected):
        return "caught"
    waiting = [key for key in expected if key in faulty.open]
    new = [key for key in waiting if key not in in_twins]
    places = changed_cells(faulty, twins)
    if any(quotes(faulty.verdicts[key], places) for key in new) or (new and not twins):
        return "sent"
    if new:
        return "elsewhere"
    if waiting:
        return "open"
    return "other" if faulty.failed - failed_in_twins or faulty.open - in_twins else "MISSED"


def rule_for_controls(control: Seen, plain: Sequence[Seen]) -> str:
    """A true file: nothing fails, and nothing waits that does not wait in the plain honest file."""
    in_plain = frozenset[Key]().union(*(twin.open for twin in plain))
    return "WRONGED" if control.failed or (plain and control.open - in_plain) else "left alone"


def rule_for_honest(program: Seen) -> str:
    """A program that an honest person wrote: the reading of code leaves it alone."""
    looked = {name: item for (name, _), item in program.verdicts.items() if name in LOOK_AT_CODE}
    if any(item.outcome is Outcome.FAILED for item in looked.values()):
        return "WRONGED"
    found = any({"doubts", "code"} & set(item.values) for item in looked.values())
    tested = looked.get("tasks.tests_passed")
    return "marked" if found or (tested is not None and tested.outcome is Outcome.UNDECIDED) else "left alone"


def seen(result: Result, case: Case | None) -> Seen:
    """A graded file as the rules read it."""
    verdicts = {
        (verdict.check, cell.key): verdict
        for cell in result.cells for verdict in cell.verdicts
        if verdict.outcome in (Outcome.FAILED, Outcome.UNDECIDED)
        or (verdict.outcome is Outcome.NOT_APPLICABLE and verdict.points)
    }  # fmt: skip
    cells = case.notebook.cells if case is not None else ()
    sources = {case.cell_name(cell.position): cell.source for cell in cells} if case is not None else {}
    nonces = [item.record.nonce for item in (case.records if case is not None else ()) if item.record is not None]
    return Seen(verdicts, sources, nonces[0] if nonces else "")


def measure(folder: Path) -> dict[str, tuple[str, str, Seen]]:
    """Every file's name → its part, what became of it, and what was seen."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    releases = [read_release(path) for path in sorted((folder / "release").iterdir())]
    graded: dict[str, tuple[str, Seen]] = {}
    for path in sorted(folder.glob("*/*")):
        name = path.name.removesuffix(".xz")
        if path.is_file() and name.endswith(KINDS):
            content = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
            submission = Submission(name, name, "", name, content, "0" * 64)
            graded[name.partition(".")[0]] = (path.parent.name, seen(*judge_one(submission, releases)))
    controls = {name: item for name, (part, item) in graded.items() if part == CONTROLS}
    found = {}
    for name, (part, item) in graded.items():
        label = labels.get(name, {})
        same = [other for key, other in controls.items() if key != name and other.nonce == item.nonce]
        twins = [graded[label["twin"]][1]] if label.get("twin") in graded else same or list(controls.values())
        if part == HONEST:
            got = rule_for_honest(item)
        elif part == CONTROLS:
            got = rule_for_controls(item, same)
        else:
            got = rule(item, twins, label.get("expects", ()))
        found[name] = (part, got, item)
    return found


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where a fault was missed or an honest file wronged."""
    parser = argparse.ArgumentParser(prog="python -m tests.red")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args(arguments)
    found = measure(options.folder)
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for name, (part, got, item) in found.items():
        counts[part][got] += 1
        if options.list:
            say(f"{got:10s} {name}")
            for (check, cell), verdict in item.verdicts.items():
                say(f"             {check} @ {cell}: {verdict.outcome}: {verdict.because}")
    for part, counter in counts.items():
        say(f"{part:16s} {dict(counter)}")
    if honest := counts.get(HONEST):
        marked = honest["marked"] + honest["WRONGED"]
        said = f"{marked} of {honest.total()} marked, {honest['WRONGED']} failed"
        say(f"honest programs: {said} by what the code shows")
    total = sum(counts.values(), collections.Counter())
    say(f"{'all':16s} {dict(total)}")
    return 1 if total["MISSED"] or total["WRONGED"] else 0


if __name__ == "__main__":
    sys.exit(main())

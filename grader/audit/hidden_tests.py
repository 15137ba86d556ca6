"""A release's hidden tests on one student's work: what the tests' own halves say when they are put together again.

For each task: the statements that it needs, its own cell, and the half of its tests that asks, in a process forked
from a clean one in the student's sandbox; the half that expects, in a sandbox of the instructor's code. A task has
passed where every answer is as expected. It has failed only where the whole test, both halves beside the student's
code, fails as well, after the visible tests passed there. Everything else could not be run, and costs nothing.
"""

import ast
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from grader.audit import asked
from grader.audit.asked import ask, begin, have_imported
from grader.audit.bubblewrap import Bubblewrap
from grader.audit.needed import Needed, lines_of, names_read, needed
from grader.audit.questions import Questions, cut
from grader.audit.sandbox import Sandbox
from grader.audit.values import decode, disagreement
from grader.audit.watched import Watched
from grader.errors import SandboxError
from grader.evidence.runs import own_records
from grader.evidence.submitted import read_program
from grader.model import Case, Executed
from paribus.check.code.cells import parse
from paribus.course.assignment import Assignment, Cell, Role
from paribus.course.release import Release

EXAMINERS_OWN = ("numpy", "paribus.selfcheck", "paribus.check.tested")
NO_NONCE = "0" * 32
"""The random numbers of a notebook whose records are lost."""
OF_THE_ENVIRONMENT = frozenset(
    """
    ModuleNotFoundError ImportError FileNotFoundError ConnectionError URLError gaierror MemoryError BlockingIOError
    PermissionError EOFError SandboxError
    """.split()
)
"""Errors that say more about where the code ran than about the code."""


@dataclass(frozen=True)
class HiddenTests:
    """How hidden tests are run: in which sandbox, with which folders to import from."""

    sandbox: Sandbox = field(default_factory=Bubblewrap)
    library: tuple[Path, ...] = ()
    seconds: ClassVar[float] = asked.LIMITS.seconds + asked.IMPORT_SECONDS
    """What all tests of one submission may take, their expectations included."""

    def __call__(self, case: Case, release: Release) -> Mapping[str, Executed]:
        """What became of each tests cell that has hidden tests, by its key. Nothing of it ends a grading."""
        if not release.hidden:
            return {}
        try:
            return run_hidden(case, release, self)
        except SandboxError as error:
            return {key: Executed(why=str(error)) for key in release.hidden}


def run_hidden(case: Case, release: Release, order: HiddenTests) -> dict[str, Executed]:
    """As `HiddenTests`. SandboxError where no sandbox can be begun."""
    pairs = [(case.assignment.cell(key), case.matches.get(key)) for key in release.hidden]
    tasks = [
        _task_of(case, cell, str(release.hidden[cell.key]["tests"])) for cell, match in pairs if match is not None
    ]
    found: dict[str, Executed] = {key: Executed(why="its cell was not found in the file") for key in release.hidden}
    nonce = _nonce(case)
    ready: list[tuple[_Task, Expectations]] = []
    for task in filter(None, tasks):
        expected = _expected(order, release, task, nonce)
        if isinstance(expected, str):
            found[task.key] = Executed(why=expected, unsure=task.need.unsure)
        else:
            ready.append((task, expected))
    if ready:
        modules = {name for task, expected in ready for name in (*task.modules, *expected.modules)}
        with begin(order.sandbox, order.library, sorted(modules)) as program:
            for task, expected in ready:
                found[task.key] = _run_task(program, task, nonce, expected)
    return found


@dataclass(frozen=True)
class _Task:
    """One task of one student. ``notebook`` is what the notebook's handle is called."""

    key: str
    name: str
    need: Needed
    source: str
    visible: Questions
    hidden: Questions
    whole: Questions
    notebook: str = ""
    modules: tuple[str, ...] = ()

    def parts(self, questions: Questions) -> list[tuple[str, str]]:
        """What runs beside the student's code, in order."""
        setup = [("setup", code) for code in self.need.code]
        return [*setup, ("task", self.source), ("visible", self.visible.asked), ("hidden", questions.asked)]


def _task_of(case: Case, tests: Cell, hidden: str) -> "_Task | None":
    """None where the task's cell is missing from the file, or is no Python."""
    match = case.matches.get(tests.grades)
    if (
        match is None
        or match.recovered is None
        or match.recovered.cut
        or parse(match.recovered.source).tree is None
    ):
        return None
    handle = _handle(case.assignment)
    here = match.recovered
    order = dict.fromkeys(step.position for step in read_program(case).steps)
    cells = [
        (case.cell_name(position), case.notebook.cells[position].source)
        for position in order
        if position < here.position
    ]
    source = "\n".join(_code(here.source))
    wanted = names_read(here.source) | ((names_read(tests.source) | names_read(hidden)) - _made(here.source))
    need = needed(lines_of(cells), wanted, [handle] if handle else [])
    given = (
        _made(here.source)
        | _made(case.assignment.cell(tests.grades).source)
        | {tests.grades}
        | {name for line in need.lines if _is_theirs(case, line.cell) for name in line.makes}
    )
    return _Task(
        tests.key, tests.grades, need, source, cut(tests.source, given), cut(hidden, given),
        cut(hidden, given, whole=True), handle, tuple(_modules(need, case.assignment)),
    )  # fmt: skip


def _code(source: str) -> Iterator[str]:
    """A cell's code without its magics."""
    tree = parse(source).tree
    if tree is not None:
        yield ast.unparse(tree)


def _made(source: str) -> frozenset[str]:
    return frozenset(name for line in lines_of([("", source)]) for name in line.makes)


def _is_theirs(case: Case, cell: str) -> bool:
    match = case.matches.get(cell)
    return match is None or match.unchanged is not True


def _handle(assignment: Assignment) -> str:
    """What the released notebook calls its handle: ``notebook = paribus.begin(…)``."""
    for cell in assignment.cells:
        for line in lines_of([(cell.key, cell.source)]) if cell.cell_type == "code" else ():
            if ".begin(" in line.code and "paribus" in line.reads:
                return next(iter(line.makes))
    return ""


def _modules(need: Needed, assignment: Assignment) -> Iterator[str]:
    """The modules that the clean process imports: those that the released notebook imports and this task needs."""
    released = {
        line.code
        for line in lines_of((cell.key, cell.source) for cell in assignment.cells if cell.cell_type == "code")
        if line.code.startswith(("import ", "from "))
    }
    for line in need.lines:
        if line.code not in released:
            continue
        for node in ast.parse(line.code).body:
            if isinstance(node, ast.Import):
                yield from (item.name for item in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module
    yield "paribus.selfcheck"
    yield "paribus.check.tested"


def _nonce(case: Case) -> str:
    return next((item.record.nonce for item in own_records(case) if item.record is not None), NO_NONCE)


Expected = Mapping[tuple[int, int], tuple[str, Any, str, float | None]]


@dataclass(frozen=True)
class Expectations:
    """What the visible and the hidden tests of a task expect; ``modules`` are those that were imported until then
    for the release's tests.
    """

    visible: Expected
    hidden: Expected
    modules: tuple[str, ...]


def _expected(order: HiddenTests, release: Release, task: _Task, nonce: str) -> Expectations | str:
    """What the visible and the hidden tests expect, or why that cannot be worked out here."""
    own = nonce if "draws(" in task.visible.expected + task.hidden.expected else NO_NONCE
    cells = _given_cells(release.assignment)
    halves = _Halves(release.digest, cells, task.visible.expected, task.hidden.expected, task.notebook)
    try:
        return _worked_out(order, halves, own)
    except SandboxError as error:
        if _examiner(order, release.digest).program.ended is not None:
            _examiner.cache_clear()  # the next one gets a new one
        return str(error)


def _given_cells(assignment: Assignment) -> tuple[tuple[str, str], ...]:
    roles = (Role.CODE, Role.SETUP, Role.PARAMETERS)
    return tuple((cell.key, cell.source) for cell in assignment.cells if cell.role in roles)


@dataclass(frozen=True)
class _Halves:
    """The halves of a task's tests that expect, with the cells that they may need."""

    digest: str
    cells: tuple[tuple[str, str], ...]
    visible: str
    hidden: str
    notebook: str


@functools.lru_cache(maxsize=4096)
def _worked_out(order: HiddenTests, halves: _Halves, nonce: str) -> Expectations:
    """The instructor's halves, run in a sandbox of their own; asked once for each notebook's random numbers.

    SandboxError where they cannot be run here; then the next student's are tried again.
    """
    wanted = names_read(halves.visible) | names_read(halves.hidden)
    need = needed(lines_of(halves.cells), wanted, [halves.notebook, "__expect__"])
    found: list[Expected] = []
    examiner = _examiner(order, halves.digest)
    for half in (halves.visible, halves.hidden):
        parts = [*(("setup", code) for code in need.code), ("expected", half)]
        answer = ask(examiner.program, parts, halves.notebook, nonce)
        if answer["end"] != "finished" or answer["stopped"]:
            why = answer.get("error") or answer["end"]
            raise SandboxError(f"the release's own tests cannot be worked out here ({why})")
        examiner.imported.update(map(str, answer["imported"]))
        found.append(
            {(item[1], item[2]): (str(item[3]), decode(item[4]), str(item[5]), item[6]) for item in answer["asked"]}
        )
        have_imported(examiner.program, answer["imported"])  # so that the next one need not
    return Expectations(found[0], found[1], tuple(sorted(examiner.imported)))


@dataclass
class _Examiner:
    """The sandbox in which a release's expectations are worked out. ``imported`` are the modules that it was asked
    for so far: it has them from then on, and tests of which the same half runs again would not name them.
    """

    program: Watched
    imported: set[str] = field(default_factory=set)


@functools.lru_cache(maxsize=4)
def _examiner(order: HiddenTests, digest: str) -> _Examiner:
    """One for each release, as long as this process lives."""
    return _Examiner(begin(order.sandbox, order.library, EXAMINERS_OWN, seconds=1e9))


def _run_task(program: Watched, task: _Task, nonce: str, expected: Expectations) -> Executed:
    unsure = task.need.unsure
    tests = task.visible.count + task.hidden.count
    try:
        answer = ask(program, task.parts(task.hidden), task.notebook, nonce)
        if why := _not_run(answer):
            return Executed(why=why, unsure=unsure)
        visible, hidden = _compare(answer, expected.visible, expected.hidden, task)
        if not hidden or visible:
            return Executed(
                ran=True, visible=visible, hidden=hidden if not visible else "", tests=tests, unsure=unsure
            )
        # Whatever a test does with random numbers, the halves may draw others: it fails only as a whole, too.
        again = ask(program, task.parts(task.whole), task.notebook, nonce)
        if why := _not_run(again):
            return Executed(why=why, unsure=unsure)
        _, whole = _compare(again, expected.visible, {}, task)
    except SandboxError as error:
        return Executed(why=str(error), unsure=unsure)
    if not whole:
        return Executed(why="its tests passed in one of two runs", unsure=unsure)
    return Executed(ran=True, hidden=whole, tests=tests, unsure=unsure)


def _not_run(answer: Mapping[str, Any]) -> str:
    """Why a task could not be run here; "" where it could."""
    if answer["end"] == "timed out":
        return f"it was still running after {asked.TASK_SECONDS:g} seconds"
    if answer["end"] != "finished":
        return f"its process ended (status {answer.get('status')})"
    if answer["stopped"] == "setup":
        return f"what it needs stopped with {answer['error']}"
    if answer["stopped"] and answer["kind"] == "EOFError":
        return "it waits for input"
    if answer["stopped"] and (answer["kind"] in OF_THE_ENVIRONMENT or "Error: [Errno" in answer["error"]):
        return f"it stopped with {answer['error']}"
    return ""


def _compare(answer: Mapping[str, Any], visible: Expected, hidden: Expected, task: _Task) -> tuple[str, str]:
    """Why the visible and the hidden tests do not pass; "" for each that does, or was not reached."""
    if answer["stopped"] == "task":
        return str(answer["error"]), ""
    wrong = _first_wrong("visible", answer, visible, task.visible)
    if wrong or answer["stopped"] == "visible":
        return wrong or str(answer["error"]), ""
    return "", _first_wrong("hidden", answer, hidden, task.hidden) or str(answer["error"])


def _first_wrong(place: str, answer: Mapping[str, Any], expected: Expected, questions: Questions) -> str:
    """What the first test says that does not pass. SandboxError where fewer were asked than there are."""
    asked = {(item[1], item[2]): item[3:] for item in answer["asked"] if item[0] == place}
    for key, (got, *own) in asked.items():
        if own:
            kind, value, what, tolerance = own
            value = decode(value)
        elif key in expected:
            kind, value, what, tolerance = expected[key]
        else:
            raise SandboxError("its tests ask more than the release's do")
        if wrong := disagreement(kind, decode(got), value, str(what), tolerance):
            return wrong
    if answer["stopped"] != place and (expected.keys() - asked.keys() or (questions.count and not asked)):
        raise SandboxError("not all of its tests were asked")
    return ""

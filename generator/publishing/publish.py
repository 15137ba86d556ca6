"""Publishing a week on Kaggle: the wheel's data set, the students' notebooks, a private run of each solution.

Everything is planned and checked first. Copies are staged below ``DIR/instructor/publish`` (the owner may be
another than the settings'), so the students' folder stays as it was built. Pushing a notebook makes Kaggle
run it: the students' stops at the first unfinished task, which is as it should be; the solution's is waited
for, and its output fetched.
"""

import json
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from generator.errors import PublishError
from generator.publishing.kaggle_client import KaggleClient, Status
from generator.publishing.kaggle_metadata import (
    DATASET_FILE,
    KERNEL_FILE,
    Waiting,
    kernel_problems,
    read_dataset,
    read_kernel,
    slug_of,
)
from paribus.errors import DataError
from paribus.files import json_text, write_atomic
from paribus.zoo.folder import open_zoo
from paribus.zoo.where import CARD as ZOO_CARD

MARKER = "complete.json"
STUDENT_LIMIT = 900.0
"""Seconds of Kaggle's time for a student's notebook, which fails at its first task."""
TRIES = 3
"""How many questions in a row may go unanswered before waiting is given up."""
DONE = ("complete",)
FAILED = ("error", "cancel_requested", "cancel_acknowledged")
DATASET_FAILED = ("failed", "deleted")

NO_ZOOS: Mapping[str, Sequence[str]] = MappingProxyType({})

Kind = Literal["data set", "notebook", "reference run"]


@dataclass(frozen=True)
class Item:
    """One thing to push: from ``source`` (a folder), staged with ``metadata``, to ``ref`` ("owner/slug").

    ``renamed`` holds what a notebook calls data sets by, and what they are called for this owner.
    """

    kind: Kind
    assignment: str
    ref: str
    source: Path
    files: tuple[Path, ...]
    metadata: dict[str, Any]
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it will be found."""
        return f"https://www.kaggle.com/{'datasets' if self.kind == 'data set' else 'code'}/{self.ref}"


@dataclass(frozen=True)
class Step:
    """Something that happened to an item: what, in words, and after how many seconds of waiting."""

    item: Item
    words: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Published:
    """What was pushed and, for reference runs, the files that came back."""

    item: Item
    version: int
    fetched: tuple[Path, ...] = ()


Observe = Callable[[Step], None]


@dataclass(frozen=True)
class Clock:
    """The seam to time: tests wait without waiting."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def make_plan(
    build: Path, assignments: Sequence[str], owner: str | None = None, zoos: Mapping[str, Sequence[str]] = NO_ZOOS
) -> list[Item]:
    """What would go where, in order, from a finished build; nothing is written.

    ``zoos`` maps a zoo that was built to the assignments whose notebooks it is attached to; without assignments
    the zoos go alone. PublishError where the build is incomplete, a file is missing, or a metadata field breaks
    Kaggle's rules.
    """
    zoo_items = {name: _zoo(build, name, owner) for name in zoos}
    if zoos and not assignments:
        return list(zoo_items.values())
    if not (build / MARKER).is_file():
        raise PublishError(
            f"{build}: there is no {MARKER}, so this is no finished build. Run `paribus build` first."
        )
    kaggle = build / "student" / "kaggle"
    about = read_dataset(kaggle / "dataset")
    old = str(about["id"]).partition("/")[0]
    new = owner or old
    files = tuple(sorted(path for path in (kaggle / "dataset").iterdir() if path.name != DATASET_FILE))
    wheel = _data_set(about, kaggle / "dataset", files, owner)
    items = [wheel, *zoo_items.values()]
    renamed = dict(pair for item in items for pair in item.renamed.items())
    for name in assignments:
        student = _owned(read_kernel(kaggle / name), old, new)
        attached = [item.ref for zoo, item in zoo_items.items() if name in zoos[zoo]]
        student = {**student, "dataset_sources": [*student.get("dataset_sources", []), *attached]}
        notebook = kaggle / name / str(student["code_file"])
        items.append(Item("notebook", name, student["id"], kaggle / name, (notebook,), student, renamed))
    for name in assignments:
        items.append(_reference_run(build, name, next(item for item in items if item.assignment == name)))
    return items


def zoo_folder(build: Path, name: str) -> Path:
    """Where `paribus zoo build` leaves a zoo for students."""
    return build / "student" / "zoo" / name


def _zoo(build: Path, name: str, owner: str | None) -> Item:
    """A zoo's data set: every file of the student's folder, held against its checksums first."""
    folder = zoo_folder(build, name)
    about = read_dataset(folder, carries=ZOO_CARD)
    try:
        open_zoo(folder)
    except DataError as error:
        raise PublishError(f"{error} Nothing was pushed.") from error
    files = tuple(sorted(path for path in folder.iterdir() if path.name != DATASET_FILE))
    return _data_set(about, folder, files, owner)


def _data_set(about: Mapping[str, Any], folder: Path, files: tuple[Path, ...], owner: str | None) -> Item:
    """A data set under its owner's name, or under that of ``owner``."""
    before = str(about["id"])
    old, _, slug = before.partition("/")
    ref = f"{owner or old}/{slug}"
    renamed = {before: ref} if before != ref else {}
    return Item("data set", "", ref, folder, files, {**about, "id": ref}, renamed)


def _owned(raw: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """Metadata with what belongs to ``old`` belonging to ``new``."""

    def swap(ref: str) -> str:
        owner, slash, rest = ref.partition("/")
        return f"{new if owner == old else owner}{slash}{rest}"

    return {**raw, "id": swap(raw["id"]), "dataset_sources": [swap(ref) for ref in raw.get("dataset_sources", [])]}


def _reference_run(build: Path, name: str, student: Item) -> Item:
    """The solution beside the student's notebook: same machine and data, another title, always private."""
    folder = build / "instructor" / "solution" / "kaggle"
    title = f"{student.metadata['title']} solution"
    owner = student.ref.partition("/")[0]
    metadata = {
        **student.metadata, "title": title, "id": f"{owner}/{slug_of(title)}", "is_private": True,
        "code_file": f"{name}.ipynb",
    }  # fmt: skip
    problems = kernel_problems(metadata, folder)
    if problems:
        lines = "; ".join(f"{field}: {what}" for field, what in problems)
        raise PublishError(f"{folder / name}.ipynb: its {KERNEL_FILE} would be refused: {lines}.")
    notebook = folder / f"{name}.ipynb"
    return Item("reference run", name, metadata["id"], folder, (notebook,), metadata, student.renamed)


def stage(item: Item, folder: Path) -> Path:
    """The folder that the client takes: the files and the metadata, nothing else. A notebook calls the data sets as
    they are called for this owner.
    """
    target = folder / item.ref.replace("/", "--")
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    for path in item.files:
        shutil.copyfile(path, target / path.name)
        if item.renamed and path.suffix == ".ipynb":
            write_atomic(target / path.name, _renamed(path.read_text(encoding="utf-8"), item.renamed))
    write_atomic(target / (DATASET_FILE if item.kind == "data set" else KERNEL_FILE), json_text(item.metadata))
    return target


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """A notebook's text with data sets called otherwise; a name is plain letters, so JSON needs no care."""
    pattern = "|".join(re.escape(name) for name in names)
    return re.sub(rf"(?<![\w/-])(?:{pattern})(?![\w-])", lambda found: names[found[0]], text)


@dataclass(frozen=True)
class Publisher:
    """Pushes planned items with ``client``; staged copies and fetched output are below ``work``."""

    client: KaggleClient
    work: Path
    waiting: Waiting
    notes: str
    observe: Observe = lambda step: None
    clock: Clock = field(default_factory=Clock)

    def publish(self, items: Sequence[Item]) -> list[Published]:
        """Push every item, wait for the reference runs together, and fetch what they wrote.

        PublishError where Kaggle refuses, a limit passes, or a run there fails; the output of a failed run is
        fetched as well, and the error ends with its log. The others are waited for first.
        """
        done: list[Published] = []
        runs: list[Published] = []
        for item in items:
            folder = stage(item, self.work / "staged")
            if item.kind == "data set":
                self._push_dataset(item, folder)
                done.append(Published(item, 0))
                continue
            limit = self.waiting.run_limit if item.kind == "reference run" else STUDENT_LIMIT
            pushed = self.client.push_kernel(folder, limit)
            self.observe(Step(item, f"pushed as version {pushed.version}"))
            (runs if item.kind == "reference run" else done).append(Published(item, pushed.version))
        return [*done, *self._collect(runs)]

    def _push_dataset(self, item: Item, folder: Path) -> None:
        """Create the data set or add a version, then wait until notebooks can mount it."""
        if self.client.dataset_status(item.ref):
            self.client.version_dataset(folder, self.notes)
            self.observe(Step(item, "a new version was uploaded"))
        else:
            self.client.create_dataset(folder, public=not item.metadata["isPrivate"])
            self.observe(Step(item, "created"))
        begun = self.clock.now()
        while (state := self.client.dataset_status(item.ref)) != "ready":
            waited = self.clock.now() - begun
            if state in DATASET_FAILED:
                raise PublishError(
                    f"Kaggle could not process the data set {item.ref}: its status is {state!r}. See {item.url}"
                )
            if waited > self.waiting.dataset_limit:
                raise PublishError(
                    f"The data set {item.ref} is still {state or 'unknown'!r} after {waited:.0f} s. "
                    f"See {item.url}, and publish again when it is ready."
                )
            self.observe(Step(item, state or "waiting", waited))
            self.clock.sleep(self.waiting.poll)
        self.observe(Step(item, "ready", self.clock.now() - begun))

    def _collect(self, runs: Sequence[Published]) -> list[Published]:
        """Wait for all runs at once, since Kaggle runs them side by side; fetch each when it ends."""
        begun = self.clock.now()
        open_runs = {run.item.ref: run for run in runs}
        silent = dict.fromkeys(open_runs, 0)
        finished: list[Published] = []
        problems: list[str] = []
        while open_runs:
            waited = self.clock.now() - begun
            for ref, run in list(open_runs.items()):
                status = self._ask(ref, silent)
                self.observe(Step(run.item, status.state, waited))
                if status.state not in (*DONE, *FAILED):
                    continue
                del open_runs[ref]
                folder = self.work / run.item.assignment
                shutil.rmtree(folder, ignore_errors=True)  # an earlier run's files would pass for this one's
                fetched = self.client.kernel_output(ref, folder)
                finished.append(replace(run, fetched=tuple(fetched)))
                if status.state in FAILED:
                    problems.append(_failure(run.item, status, fetched))
            if open_runs and waited > self.waiting.run_limit:
                problems.append(_overdue(list(open_runs), waited))
                break
            if open_runs:
                self.clock.sleep(self.waiting.poll)
        if problems:
            raise PublishError("\n".join(problems))
        return finished

    def _ask(self, ref: str, silent: dict[str, int]) -> Status:
        """The run's status; an unanswered question counts as "unknown" until TRIES came in a row."""
        try:
            status = self.client.kernel_status(ref)
        except PublishError:
            silent[ref] += 1
            if silent[ref] >= TRIES:
                raise
            return Status("unknown")
        silent[ref] = 0
        return status


def _overdue(refs: Sequence[str], waited: float) -> str:
    return (
        f"After {waited:.0f} s Kaggle is still running {', '.join(refs)}. It goes on there; fetch it later with "
        f"`kaggle kernels output {refs[0]} -p DIR`."
    )


def _failure(item: Item, status: Status, fetched: Sequence[Path]) -> str:
    logs = [path for path in fetched if path.suffix == ".log"]
    tail = "".join(_readable_log(path) for path in logs)[-3000:]
    return (
        f"The run of {item.ref} ended with {status.state!r}: {status.message or 'no message'}. See {item.url}"
        + (f"\nIts log ends with:\n{tail}" if tail else "")
    )


def _readable_log(path: Path) -> str:
    """Kaggle's log as text; it is a JSON list of {stream_name, time, data}, or plain text."""
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        return "".join(str(entry["data"]) for entry in json.loads(text))
    except (ValueError, KeyError, TypeError):
        return text

"""A thousand submissions of real size: how fast, on one core and on two, in how much memory; and recovery alone.

They are made from the hundred of `tests.bench.submissions`, each with pictures of its own bytes, exported in turn
by every exporter at hand (`make exports` brings the older ones): a megabyte in the middle. Recovery is held against
lexbor for these, and for every exporter whose fixture is there: the cells of the fixture, which are far denser than
a student's, four times over, with one picture of half a megabyte.
"""

import base64
import ctypes
import json
import lzma
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from grader.grading.grade import grade_safely
from grader.intake.inbox import iter_submissions
from grader.recover import recover
from grader.recover.page import ANY_CELL
from paribus.course.limits import DEFAULT_LIMITS
from paribus.course.release import Release, read_release
from tests.bench.rows import Row

COUNT, FEW = 1_000, 100
ALONE = 40
EXPORTS = Path(__file__).parents[1] / "grader" / "fixtures" / "exports"
PICTURE = re.compile(rb"(data:image/png;base64,)([A-Za-z0-9+/=\n]{20000,})")
WITHOUT_PICTURES = replace(DEFAULT_LIMITS, pictures_bytes=0)


def scaling(hundred: Path, folder: Path, scratch: Path) -> list[Row]:
    """Every row about size; ``folder`` is the release's."""
    release = read_release(folder)
    thousand = scratch / "thousand.zip"
    write_thousand(hundred, thousand)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        alone = list(_one_by_one(thousand, release))
        few = _batch(hundred, folder, scratch / "few", 1)
    finally:
        os.sched_setaffinity(0, cores)
    one, two = _on_one_and_two(thousand, folder, scratch, cores)
    real, parsing = _recovering_real(hundred)
    worst = _recovering_dense()
    megabytes = thousand.stat().st_size / 1e6
    return [
        Row("bytes to Result, one submission of a megabyte / its limit", statistics.median(alone), 0.025, "s", 1),
        Row("1,000 submissions to results.jsonl, one core / two cores", two.seconds, one.seconds, "s", 1.8),
        Row(f"a submission on one core ({COUNT / one.seconds:.0f} a second) / the same of 100",
            one.seconds / COUNT, few.seconds / FEW, "s", 0.8),
        Row("a worker's memory after 1,000 submissions / its limit", one.worker_mb, 400, "MB", 1),
        Row("a worker's memory after 100 / after 1,000", one.worker_mb, few.worker_mb, "MB", 0.8),
        Row("what the grader's own memory grows by / the zip", one.own_mb, megabytes, "MB", 3),
        Row("what grading writes to the disk / the zip", one.disk_mb, megabytes, "MB", 5),
        Row("recovery / lexbor's bare parse and reading, all of the hundred", real, 2.5, "x", 1),
        Row(f"the same on dense fixtures, at worst ({worst[0]})", worst[1], 3, "x", 1),
        Row("share of recovery that is lexbor's bare parse", parsing, 1, "", 1),
    ]  # fmt: skip


def write_thousand(hundred: Path, target: Path) -> None:
    """Ten of each of the hundred, the bytes of every picture its own."""
    rng = random.Random(7)  # noqa: S311 - bytes of pictures that nobody looks at
    with (
        zipfile.ZipFile(hundred) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped,
    ):
        for number in range(COUNT):
            names = source.namelist()
            content = source.read(names[number % len(names)])
            other = PICTURE.sub(lambda found: found[1] + _noise(rng, len(found[2])), content)
            name = names[number % len(names)].rpartition("/")[2]
            zipped.writestr(f"Student {number}_{number + 1}_assignsubmission_file/{name}", other)


def _noise(rng: random.Random, length: int) -> bytes:
    return base64.b64encode(rng.randbytes(length * 3 // 4))[:length]


@dataclass(frozen=True)
class _Measured:
    """One batch: seconds, the largest worker's memory, and what the parent grew by and wrote, in megabytes."""

    seconds: float
    worker_mb: float
    own_mb: float
    disk_mb: float


def _on_one_and_two(archive: Path, release: Path, scratch: Path, cores: set[int]) -> tuple[_Measured, _Measured]:
    """The quicker of two runs on one core, and of two on two, in turn: the machine's own pace changes meanwhile."""
    one: list[_Measured] = []
    two: list[_Measured] = []
    for _ in range(2):
        os.sched_setaffinity(0, {min(cores)})
        try:
            one.append(_batch(archive, release, scratch / "one", 1))
        finally:
            os.sched_setaffinity(0, cores)
        two.append(_batch(archive, release, scratch / "two", 2))
    return min(one, key=lambda run: run.seconds), min(two, key=lambda run: run.seconds)


def _batch(archive: Path, release: Path, out: Path, jobs: int) -> _Measured:
    """In a process of its own, on the processors that this one may use now."""
    call = [sys.executable, "-m", "tests.bench.one_batch", str(archive), str(release), str(out), str(jobs)]
    told = subprocess.run(call, check=True, capture_output=True, text=True).stdout
    shutil.rmtree(out)
    return _Measured(**json.loads(told))


def _one_by_one(archive: Path, release: Release) -> Iterator[float]:
    """Seconds of the processor from a submission's bytes to its Result."""
    releases = [replace(release, notebook="")]
    for number, item in enumerate(iter_submissions(archive)):
        if number > ALONE:
            return
        start = time.process_time()
        grade_safely(item, releases)
        if number:  # the first one imports
            yield time.process_time() - start


# --- recovery alone -----------------------------------------------------------------------------------------


def _recovering_real(hundred: Path) -> tuple[float, float]:
    """What recovery of every page of the hundred costs against lexbor's bare parse and reading of them all, and the
    share of the bare parse in it.
    """
    _keep_freed_memory()
    costs = [_costs(item.content) for item in iter_submissions(hundred) if item.source.endswith(".html")]
    bare, read, ours = (sum(seconds) for seconds in zip(*costs, strict=True))
    return ours / (bare + read), bare / ours


def _recovering_dense() -> tuple[str, float]:
    """The exporter whose fixture costs most against lexbor's bare parse and reading, and how much."""
    told: dict[str, float] = {}
    for path in sorted(EXPORTS.glob("everything.*.html.xz")):
        bare, read, ours = _costs(real_size(path))
        told[path.name.removeprefix("everything.").removesuffix(".html.xz")] = ours / (bare + read)
    worst = max(told, key=lambda name: told[name])
    return worst, told[worst]


def _costs(content: bytes) -> tuple[float, float, float]:
    """Seconds of the bare parse, of reading the file, and of recovery."""
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        page = Path(file.name)
        page.write_bytes(content)
        return (
            _least(lambda: LexborHTMLParser(content)),
            _least(page.read_bytes),
            _least(lambda: recover(content, "a.html", WITHOUT_PICTURES)),
        )


def real_size(fixture: Path) -> bytes:
    """A fixture's page with its cells four times over and one large picture."""
    html = lzma.decompress(fixture.read_bytes()).decode()
    parsed = LexborHTMLParser(html)
    first = parsed.css_first(ANY_CELL)
    if first is None or first.parent is None or parsed.html is None:
        raise RuntimeError(f"{fixture.name} holds no cells.")
    cells = first.parent.inner_html or ""
    noise = _noise(random.Random(1), 700_000).decode()  # noqa: S311 - as above
    large = re.sub(r"(data:image/png;base64,)[^\"']+", lambda found: found[1] + noise, cells, count=1)
    return parsed.html.replace(cells, large + 3 * cells).encode()


def _keep_freed_memory() -> None:
    """Let both sides reuse their memory: else either may pay the system for each page, as chance has it."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(-3, 32 * 1024 * 1024)
        library.mallopt(-1, 256 * 1024 * 1024)


def _least(action: Callable[[], object]) -> float:
    """The least seconds of the processor in a few calls after one that is not counted."""
    action()
    seconds = []
    for _ in range(15):
        start = time.process_time()
        action()
        seconds.append(time.process_time() - start)
    return min(seconds)

"""`make fuzz`: coverage-guided fuzzing of what reads students' files, for a bounded time.

    python -m tests.robust.fuzz --seconds 60            # every target, one after another
    python -m tests.robust.fuzz --target recover --seconds 600

Needs atheris. Inputs that break a target, take longer than a minute or more than 2 GB are left in build/fuzz; put
such a file into tests/robust/found (its name begins with the target's), and it is a test from then on.
"""

import argparse
import contextlib
import importlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paribus.course.release import Release

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "fuzz"
FOUND = Path(__file__).with_name("found")


def recover_target(content: bytes) -> None:
    """Any file gives a notebook or a refusal; whatever it gives can be matched, read and rebuilt."""
    from grader.errors import UnreadableError
    from grader.evidence.records import read_records
    from grader.gradebook.rebuild import rebuild
    from grader.grading.match import match
    from grader.recover import recover
    from paribus.course.limits import Limits

    limits = Limits(bytes=1_000_000, cells=200, outputs=500, records=50)
    try:
        recovered = recover(content, "file.html", limits)
    except UnreadableError:
        return
    read_records(recovered, limits.records)
    release = _release()
    matches, unmatched = match(release.assignment, recovered)
    rebuild(release, matches, unmatched)


@lru_cache(maxsize=1)
def _release() -> "Release":
    from tests.grader.classroom import make_release

    return make_release()


def inbox_target(content: bytes) -> None:
    """Any zip gives submissions with safe names of their own, or one clear refusal."""
    from grader.errors import InboxError
    from grader.intake.inbox import InboxLimits, iter_submissions
    from grader.intake.naming import RESERVED

    limits = InboxLimits(members=100, member_bytes=100_000, total_bytes=1_000_000)
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(content)
        file.flush()
        try:
            names = [item.submission for item in iter_submissions(Path(file.name), limits)]
        except InboxError:
            return
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9-]{1,200}", name) and name not in RESERVED for name in names), names


def evidence_target(content: bytes) -> None:
    """Any text gives records or problems, any packed text an array or a RecordError."""
    from paribus.errors import RecordError
    from paribus.records.block import find_records
    from paribus.records.packing import unpack

    text = content.decode("utf-8", errors="replace")
    find_records(text)
    with contextlib.suppress(RecordError):
        unpack(text)


def worksheet_target(content: bytes) -> None:
    """Any worksheet is read or refused, and goes back with all of its rows."""
    from grader.errors import WorksheetError
    from grader.lms.moodle.roster import read_roster
    from grader.lms.moodle.worksheet import Entry, read_worksheet, without_names, write_worksheet
    from paribus.course.policy import Policy

    try:
        sheet = read_worksheet(content)
    except WorksheetError:
        return
    entries = dict.fromkeys(sheet.numbers(), Entry(1.0, "<b>\n"))
    write_worksheet(sheet, entries)
    write_worksheet(without_names(sheet), entries)
    read_roster(sheet, Policy())


def answers_target(content: bytes) -> None:
    """Whatever stands in answers, outputs and records, every check answers, and the result can be written."""
    from tests.robust.hostile import check_judged

    check_judged([part.decode("utf-8", "surrogateescape") for part in content.split(b"\0\0")])


def folder_target(content: bytes) -> None:
    """Any files under any names give a finished folder: results, gradebook, pages, worksheet, zip."""
    from tests.robust.finished import check_finished, finish
    from tests.robust.hostile import files_of

    with tempfile.TemporaryDirectory() as name:
        for place, written in files_of(content):
            path = Path(name) / "in" / os.fsdecode(place)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written)
        check_finished(Path(name) / "out", len(finish(Path(name))))


INSTRUMENTED = (
    "paribus.records.block", "paribus.records.packing", "grader.evidence.records", "grader.intake.inbox",
    "grader.lms.moodle.owners", "grader.intake.roster", "grader.lms.moodle.worksheet", "grader.recover",
    "grader.grading.match", "grader.gradebook.rebuild", "grader.checks", "grader.grading.grade",
    "grader.classrun.grade_class",
)  # fmt: skip
TARGETS: dict[str, Callable[[bytes], None]] = {
    "recover": recover_target, "inbox": inbox_target, "evidence": evidence_target, "worksheet": worksheet_target,
    "answers": answers_target, "folder": folder_target,
}  # fmt: skip


WORKSHEETS = (
    b"""Identifier,Full name,Grade,Maximum grade,Last modified (submission),Last modified (grade),Feedback comments
Participant 1,Ada,,28,2027-03-01 12:00,-,
""",
    b"Id;x;Note;28,0;-;-\n",
)
EVIDENCE = (b'-----BEGIN PARIBUS RECORD-----\n{"kind":"value"}\n-----END PARIBUS RECORD-----', b"eJwDAAAAAAE=")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz each target in a process of its own; 1 where any broke."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--target", choices=TARGETS, action="append")
    parser.add_argument("--seconds", type=int, default=60, help="of each target")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    targets = options.target or list(TARGETS)
    if options.inside:
        _fuzz(targets[0], options.seconds)
        return 0
    broken = 0
    for name in targets:
        _seed(name)
        command = [
            sys.executable,
            "-m",
            "tests.robust.fuzz",
            "--inside",
            "--target",
            name,
            "--seconds",
            str(options.seconds),
        ]
        finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        log = finished.stderr + finished.stdout
        (OUT / f"{name}.log").write_text(log, encoding="utf-8")
        runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)|Done (\d+) runs", log)
        count = next((number for pair in reversed(runs) for number in pair if number), "0")
        covered = re.findall(r"cov: (\d+)", log)
        state = "broke, see build/fuzz" if finished.returncode else "held"
        broken += bool(finished.returncode)
        sys.stdout.write(f"{name}: {count} inputs, {covered[-1] if covered else 0} branches covered, {state}\n")
    return 1 if broken else 0


def _fuzz(name: str, seconds: int) -> None:
    """Instrument our code and hand over to the fuzzer, which ends the process."""
    import atheris

    with atheris.instrument_imports(include=["grader", "paribus"]):
        for module in INSTRUMENTED:
            importlib.import_module(module)
    corpus = OUT / name
    for path in sorted(corpus.glob("seed-*")):  # what is imported on first use is no part of any input's time
        TARGETS[name](path.read_bytes())
    atheris.Setup(
        [sys.argv[0], str(corpus), f"-max_total_time={seconds}", "-timeout=60", "-rss_limit_mb=2048",
         "-max_len=60000", f"-artifact_prefix={OUT}/{name}-", "-print_final_stats=1"],
        TARGETS[name],
    )  # fmt: skip
    atheris.Fuzz()


def _seed(name: str) -> None:
    """Small honest and hostile files to begin with."""
    corpus = OUT / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(content)


def seeds(name: str) -> list[bytes]:
    """What fuzzing of a target begins with."""
    if name == "worksheet":
        return list(WORKSHEETS)
    if name == "evidence":
        return list(EVIDENCE)
    if name in ("answers", "folder"):
        from tests.robust.hostile import TEXTS

        texts = [text.encode("utf-8", "surrogatepass")[:200] for text in TEXTS]
        if name == "answers":
            return [b"\0\0".join(texts[start : start + 8]) for start in range(0, len(texts), 8)]
        return [b"\0\0".join(bytes([start, place, 40 + start]) + texts[start + place] for place in range(4))
                for start in range(0, 12, 4)]  # fmt: skip
    from tests.robust.attacks import make_attacks

    with tempfile.TemporaryDirectory() as folder:
        make_attacks(Path(folder), range(0, 200, 25), "http://127.0.0.1:9")
        files = [path.read_bytes() for path in sorted(Path(folder).rglob("*.*")) if path.is_file()]
    small = [re.sub(rb"<(style|script)\b.*?</\1>", b"", content, flags=re.S)[:50_000] for content in files]
    if name == "recover":
        return small
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(small[:3]):
            archive.writestr(f"A b_{number}_assignsubmission_file_/x/{number}.html", content[:300])
    return [packed.getvalue()]


if __name__ == "__main__":
    sys.exit(main())

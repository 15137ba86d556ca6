"""What was fetched: files that are kept as long as they are the same, and a record of what the platform held.

The record is written last. It says what a later push may overwrite.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grader.errors import PlatformError
from grader.lms.exchange.values import Row
from grader.pages.look_again import TITLE
from paribus.files import write_atomic

SUBMISSIONS, REQUESTS = "submissions", "requests"


@dataclass(frozen=True)
class Fetched:
    """What was fetched: how many files, how many of them were there already, how many people there are, and how
    many messages of students ask to look again.
    """

    files: int
    known: int
    people: int
    requests: int = 0


@dataclass(frozen=True)
class Listed:
    """A file to be fetched: its path below the folder of submissions, what tells this version from others, and
    what gives its bytes.
    """

    path: str
    version: str
    get: Callable[[], bytes]


@dataclass(frozen=True)
class Record:
    """What a platform held: the site, the assignment in its own words, and everybody's row."""

    platform: str
    site: str
    assignment: Mapping[str, object]
    rows: tuple[Row, ...]


def keep_files(
    into: Path, platform: str, listed: Iterable[Listed], progress: Callable[[int, int], None]
) -> tuple[int, int]:
    """Fetch files; returns how many there are, and how many were there already in the same version. What an earlier
    fetch left and nobody has handed in any more goes away.

    The record of an earlier fetch goes first: it is no record of what lies beside it any more.
    """
    (into / record_name(platform)).unlink(missing_ok=True)
    files = list(listed)
    folder, known = into / SUBMISSIONS, 0
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {folder / safe(one.path): one for one in files}
    for stamp in sorted(folder.rglob(".*.time")):
        if (fetched := stamp.with_name(stamp.name[1:].removesuffix(".time"))) not in wanted:
            fetched.unlink(missing_ok=True)
            stamp.unlink()
    for done, (target, one) in enumerate(wanted.items(), 1):
        stamp = target.with_name(f".{target.name}.time")
        if target.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == one.version:
            known += 1
        else:
            write_atomic(target, one.get())
            write_atomic(stamp, one.version)
        progress(done, len(wanted))
    return len(wanted), known


def keep_requests(into: Path, messages: Iterable[tuple[str, str]]) -> int:
    """Write down the messages that hold the form of a feedback page, by their paths; returns how many there are."""
    asked = {into / REQUESTS / safe(path): text for path, text in messages if TITLE in text}
    for path, text in asked.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text)
    return len(asked)


def record_name(platform: str) -> str:
    """The record's file in a folder that was fetched."""
    return f"{platform.lower()}.json"


def write_record(into: Path, record: Record) -> None:
    """Write the record, after everything else."""
    raw = {
        "schema": _schema(record.platform),
        "site": record.site,
        "assignment": dict(record.assignment),
        "rows": [asdict(row) for row in record.rows],
    }
    write_atomic(into / record_name(record.platform), json.dumps(raw, sort_keys=True, indent=1) + "\n")


def read_record(into: Path, platform: str) -> Record:
    """The record of a folder. PlatformError where there is none, or it is no such record."""
    path = into / record_name(platform)
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["schema"] != _schema(platform):
            raise ValueError(raw["schema"])
        return Record(platform, str(raw["site"]), dict(raw["assignment"]), tuple(Row(**row) for row in raw["rows"]))
    except FileNotFoundError:
        raise PlatformError(f"{path} is not there. Fetch with `paribus {platform.lower()} fetch` first.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise PlatformError(f"{path}: is no record of what was fetched ({error!r}). Fetch again.") from error


def safe(name: str) -> PurePosixPath:
    """A file's path within its folder. PlatformError where it leads out of it."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.name or ":" in name:
        raise PlatformError(
            f"The platform names a file {name!r}, which would lie outside of its folder. It is not fetched."
        )
    return path


def moment(seconds: int) -> str:
    """A time as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _schema(platform: str) -> str:
    return f"paribus.{platform.lower()}/1"

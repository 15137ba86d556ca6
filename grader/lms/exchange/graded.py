"""What a graded folder holds for each person, ready to be pushed."""

from pathlib import Path

from grader.errors import PlatformError
from grader.lms.exchange.values import Mine
from grader.lms.grades import FILE, from_text
from grader.output.storage import MARKER


def read_mine(out: Path, maximum: float) -> dict[str, Mine]:
    """What everybody who handed in gets, by number, with grades of at most the platform's ``maximum``.

    PlatformError where the folder holds no finished grading, ResultError where its grades are an older version's.
    """
    if not (out / MARKER).is_file() or not (out / FILE).is_file():
        raise PlatformError(f"{out} holds no finished grading. Run `paribus grade … --out {out}` to its end first.")
    graded = from_text((out / FILE).read_text(encoding="utf-8"), str(out / FILE))
    found = {}
    for person in graded.people:
        if not person.handed_in:
            continue
        page = out / person.page if person.page else None
        scale = maximum / person.maximum if person.maximum and maximum > 0 else 1.0
        found[person.number] = Mine(
            None if person.points is None else person.points * scale,
            person.comment,
            page.read_bytes() if page is not None and page.is_file() else b"",
            f"feedback-{graded.assignment}.html",
        )
    return found

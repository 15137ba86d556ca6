"""Where the shipped course has bands: what docs/audit.md says is what the recorded references hold."""

import json
import re

from generator.project import ROOT
from tests.shipped import COURSE


def recorded(assignment: str) -> str:
    """The profiles at which a metric that seeds change has a band."""
    path = COURSE.folders.solutions / f"{assignment}.json"
    entries = json.loads(path.read_text(encoding="utf-8"))["entries"] if path.is_file() else []
    return ", ".join(
        entry["profile"] for entry in entries
        if any(item["low"] is not None and not item["deterministic"] for item in entry["values"].values())
    ) or "none"  # fmt: skip


def test_the_page_lists_every_assignment_with_the_profiles_that_have_a_band() -> None:
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (.+) \| (.+) \|$", page.partition("| bands over seeds at |")[2].partition("\n\n")[0], re.M
    )
    said = {name: where for names, where in rows[1:] for name in names.split(", ")}
    assert said == {entry.name: recorded(entry.name) for entry in COURSE.entries()}

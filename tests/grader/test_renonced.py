"""A friend's notebook with a nonce of one's own, every record signed anew: the file shows nothing, the class does.

docs/evidence.md says so under "not promised".
"""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.grading.grade import grade_one
from grader.model import Outcome
from paribus.cli import main
from paribus.course.release import write_release
from paribus.records.block import BEGIN, END, block_text, find_records
from paribus.records.record import Record
from tests.grader.graded import release_of, submit, text_of
from tests.grader.releases import released

NAME = "week1_homework"
OWN = "The two runs were compared on the same texts, and what I read in the table is written down in other words."


def renonced(change: Callable[[Record], Record] = lambda record: record) -> str:
    """The executed solution under another nonce, its chain linked anew, its memos written anew."""
    notebook: dict[str, Any] = json.loads(text_of(NAME, "ipynb"))
    digests: dict[str, str] = {}

    def sign(block: re.Match[str]) -> str:
        (found,) = find_records(html.unescape(block[0]))
        assert found.record is not None
        old = found.record
        new = replace(
            change(old), nonce="ab" * 16, start=digests.get(old.start, ""), previous=digests.get(old.previous, "")
        )
        digests[old.digest()] = new.digest()
        return html.escape(block_text(new).strip(), quote=False)

    released = {cell.key for cell in release_of(NAME).assignment.cells if cell.role == "memo"}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and cell.get("id") in released:
            cell["source"] = "".join(cell["source"]).partition("\n\n")[0] + "\n\n" + OWN
        for output in cell.get("outputs", ()):
            if "text/html" in output.get("data", {}):
                markup = "".join(output["data"]["text/html"])
                output["data"]["text/html"] = re.sub(f"{BEGIN}.*?{END}", sign, markup, flags=re.DOTALL)
    assert len(digests) > 5
    return json.dumps(notebook)


def test_nothing_in_the_file_alone_shows_it() -> None:
    """Every digest fits, every link leads to the record before: the checks of records pass as in the original."""
    release = release_of(NAME)
    own = grade_one(submit(text_of(NAME, "ipynb"), source="ann.ipynb"), [release])
    copy = grade_one(submit(renonced(), source="ben.ipynb"), [release])
    for result in (own, copy):
        found = [item for cell in result.cells for item in cell.verdicts if item.check == "integrity.chain"]
        assert [item.outcome for item in found] == [Outcome.PASSED]


def later(record: Record) -> Record:
    """With the prediction's moment and reason made up as well."""
    if record.prediction is None:
        return record
    made = replace(record.prediction, written="2027-03-03T03:03:03+00:00", why="I do not know but guess it falls")
    return replace(record, prediction=made)


@pytest.mark.parametrize(
    ("change", "shared"),
    [
        (lambda record: record, "was first written in the same second, with the same reason"),
        (later, "Own code that hardly anyone else has"),
    ],
    ids=["nonce and memos", "the prediction as well"],
)
def test_the_report_lists_both_files(tmp_path: Path, change: Callable[[Record], Record], shared: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").write_text(text_of(NAME, "ipynb"), encoding="utf-8")
    (tmp_path / "in" / "ben.ipynb").write_text(renonced(change), encoding="utf-8")
    release = write_release(tmp_path / "release", released(NAME))
    command = ["grade", str(tmp_path / "in"), "--assignment", NAME, "--release", str(release)]
    assert main([*command, "--out", str(tmp_path / "out")]) == 0
    lines = (tmp_path / "out" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    results = [json.loads(line) for line in lines]
    assert [[item["other"] for item in result["alike"]] for result in results] == [["ben"], ["ann"]]
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^<>]*>", " ", report)
    assert shared in text, text

"""Whatever files of a batch are called, each is there once; and a batch that changes while it is read."""

import io
import pickle
import tempfile
import zipfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import InboxError
from grader.intake import inbox
from grader.intake.inbox import iter_unread
from grader.model import Submission
from tests.grader.test_inbox import MOODLE, make_zip, read


def test_names_written_in_utf8_without_the_flag_are_read(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "all.zip", {"Zoë_1_assignsubmission_file_/x.html": b"x"})
    raw = path.read_bytes()
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = raw.find(header) + offset
        raw = raw[:position] + b"\0\0" + raw[position + 2 :]
    path.write_bytes(raw)
    assert read(path)[0].name == "Zoë"


NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30), min_size=1
)


@settings(max_examples=60, deadline=None)
@given(NAMES)
def test_whatever_the_names_every_file_is_there_once_under_a_safe_unique_name(names: list[str]) -> None:
    members = {f"{name}.html": bytes([number % 256]) for number, name in enumerate(names)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.zip"
        path.write_bytes(buffer.getvalue())
        first, second = _attempt(path), _attempt(path)
        assert first == second
        if isinstance(first, str):
            return
        assert sum(1 for _ in iter_unread(path)) == len(first)
    identifiers = [item.submission for item in first]
    assert len(set(identifiers)) == len(identifiers)
    assert all(
        name.isascii() and name and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        for name in identifiers
    )


def _attempt(path: Path) -> list[Submission] | str:
    try:
        return read(path)
    except InboxError as error:
        return str(error)


def test_a_batch_is_listed_without_being_read(tmp_path: Path) -> None:
    """What is listed can travel to another process, which finds the same bytes there."""
    path = make_zip(tmp_path / "all.zip", {MOODLE: b"content", "Bob_102_assignsubmission_file/x.html": b"other"})
    listed = list(iter_unread(path))
    assert [(item.content, item.sha256) for item in listed] == [(b"", ""), (b"", "")]
    travelled = [pickle.loads(pickle.dumps(item)) for item in reversed(listed)]  # noqa: S301 - our own
    assert [inbox.read(item) for item in reversed(travelled)] == read(path)
    assert inbox.read(read(path)[0]) == read(path)[0]


def test_an_archive_that_changes_between_listing_and_reading_is_not_taken_for_the_listed_one(
    tmp_path: Path,
) -> None:
    path = make_zip(tmp_path / "all.zip", {MOODLE: b"Ada's"})
    (listed,) = iter_unread(path)
    make_zip(path, {"Bob_102_assignsubmission_file/x.html": b"Bob's, and longer"})
    found = inbox.read(listed)
    assert found.content == b""
    assert "all.zip was changed while it was graded; grade it again" in found.problem


def test_a_file_that_is_gone_when_it_is_read_costs_only_itself(tmp_path: Path) -> None:
    for name in ("ada.html", "bob.html"):
        (tmp_path / name).write_bytes(b"x")
    listed = list(iter_unread(tmp_path))
    (tmp_path / "ada.html").unlink()
    ada, bob = map(inbox.read, listed)
    assert "could not be read" in ada.problem
    assert (bob.problem, bob.content) == ("", b"x")

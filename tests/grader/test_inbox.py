"""What a teacher downloads becomes submissions: nothing lost, nobody else affected."""

import os
import stat
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest

from grader.errors import InboxError
from grader.intake.entries import InboxLimits
from grader.intake.inbox import iter_submissions, iter_unread
from grader.model import Submission

MOODLE = "Ada Lovelace_101_assignsubmission_file/homework.html"


def make_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def read(path: Path, limits: InboxLimits | None = None) -> list[Submission]:
    return list(iter_submissions(path, limits or InboxLimits()))


@pytest.mark.parametrize(
    ("member", "student", "name", "submission"),
    [
        (MOODLE, "101", "Ada Lovelace", "ada-lovelace-101"),
        ("Ada Lovelace_101_assignsubmission_file_/homework.html", "101", "Ada Lovelace", "ada-lovelace-101"),
        ("Ada Lovelace_101_assignsubmission_file_homework.html", "101", "Ada Lovelace", "ada-lovelace-101"),
        ("Жанна д’Арк_7_assignsubmission_file_/дом.ipynb", "7", "Жанна д’Арк", "7"),
        ("Émile Nuñez_8_assignsubmission_file_/a b.HTML", "8", "Émile Nuñez", "emile-nunez-8"),
        ("Participant_9_assignsubmission_file_/x.html", "9", "", "9"),
        ("Teilnehmer/in_9_assignsubmission_file_x.html", "Teilnehmer", "", "teilnehmer-41573dcb"),
        ("Team Blue_55_assignsubmission_file_/x.html", "55", "Team Blue", "team-blue-55"),
        ("ada_1_assignsubmission_file_x_2_assignsubmission_file_y.html", "1", "ada", "ada-1"),
    ],
)
def test_moodle_names_say_whose_it_is(
    tmp_path: Path, member: str, student: str, name: str, submission: str
) -> None:
    (found,) = read(make_zip(tmp_path / "all.zip", {member: b"content"}))
    assert (found.student, found.name, found.submission, found.source) == (student, name, submission, member)
    assert found.content == b"content"
    assert not found.problem


def test_a_name_that_everyone_bears_is_no_name(tmp_path: Path) -> None:
    members = {f"Osanottaja_{n}_assignsubmission_file_/x.html": b"x" for n in (1, 2, 3)}
    assert [(item.name, item.submission) for item in read(make_zip(tmp_path / "all.zip", members))] == [
        ("", "1"),
        ("", "2"),
        ("", "3"),
    ]


def test_two_files_of_one_student_are_both_kept_and_said(tmp_path: Path) -> None:
    folder = "Ada_1_assignsubmission_file_"
    found = read(make_zip(tmp_path / "all.zip", {f"{folder}/b.html": b"b", f"{folder}/a.ipynb": b"a"}))
    assert [(item.submission, item.content) for item in found] == [("ada-1-d1e52b", b"a"), ("ada-1-15b2b1", b"b")]
    assert all(item.remarks == ("duplicate: 2 files were handed in: a.ipynb, b.html.",) for item in found)


def test_parts_of_a_page_and_other_files_are_remarked_not_graded(tmp_path: Path) -> None:
    folder = "Ada_1_assignsubmission_file_"
    members = {
        f"{folder}/__results__.html": b"page",
        f"{folder}/__results___files/fig.png": b"png",
        f"{folder}/page_files/frame.html": b"ad",
        f"{folder}/.DS_Store": b"x",
    }
    (found,) = read(make_zip(tmp_path / "all.zip", members))
    assert found.content == b"page"
    assert found.remarks == ("Not read: __results___files/fig.png, page_files/frame.html.",)


def test_a_student_without_a_notebook_is_still_there(tmp_path: Path) -> None:
    (found,) = read(make_zip(tmp_path / "all.zip", {"Ada_1_assignsubmission_file_/report.pdf": b"%PDF-1.7"}))
    assert found.content == b"%PDF-1.7"
    assert not found.problem


def test_online_text_is_not_read_and_said(tmp_path: Path) -> None:
    members = {
        MOODLE: b"x",
        "Ada Lovelace_101_assignsubmission_onlinetext/onlinetext.html": b"<p>hi",
        "Bob_102_assignsubmission_onlinetext_onlinetext.html": b"<p>ho",
    }
    ada, bob = read(make_zip(tmp_path / "all.zip", members))
    assert ada.content == b"x"
    assert "typed into Moodle" in ada.remarks[0]
    assert "no notebook" in bob.problem


def test_a_folder_gives_what_its_zip_gives(tmp_path: Path) -> None:
    members = {MOODLE: b"1", "Bob_102_assignsubmission_file_/b.ipynb": b"2", "loose.html": b"3"}
    folder = tmp_path / "unpacked"
    for name, content in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    assert read(folder) == read(make_zip(tmp_path / "all.zip", members))


def test_folders_around_everything_say_nothing(tmp_path: Path) -> None:
    members = {f"class/submissions/{name}.html": name.encode() for name in ("ada", "bob")}
    assert [item.student for item in read(make_zip(tmp_path / "all.zip", members))] == ["ada", "bob"]


def test_a_single_file_is_a_batch_of_one(tmp_path: Path) -> None:
    path = tmp_path / "My homework.html"
    path.write_bytes(b"page")
    (found,) = read(path)
    assert (found.student, found.source) == ("My homework", "My homework.html")
    assert found.submission == "my-homework-c116e695"


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("../../evil.html", "outside"),
        ("/etc/evil.html", "outside"),
        ("C:\\evil.html", "outside"),
        ("a/../../evil.html", "outside"),
    ],
)
def test_names_that_point_elsewhere_are_refused_and_the_rest_read(tmp_path: Path, member: str, words: str) -> None:
    found = read(make_zip(tmp_path / "all.zip", {member: b"evil", MOODLE: b"good"}))
    assert sorted((item.content, bool(item.problem)) for item in found) == [(b"", True), (b"good", False)]
    assert any(words in item.problem for item in found)


def test_links_and_encrypted_members_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("Eve_1_assignsubmission_file_/link.html")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("Fay_2_assignsubmission_file_/secret.html", b"secret")
        archive.writestr(MOODLE, b"good")
    raw = bytearray(path.read_bytes())
    position = raw.find(b"Fay_2", raw.find(b"PK\x01\x02")) - 46
    raw[position + 8 : position + 10] = struct.pack("<H", 1)  # the flag bit of an encrypted member
    path.write_bytes(bytes(raw))
    problems = {item.student: item.problem for item in read(path)}
    assert "link" in problems["1"]
    assert "encrypted" in problems["2"]
    assert problems["101"] == ""


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    (folder / "ada.html").symlink_to(tmp_path / "secret")
    (folder / "bob.html").write_text("fine")
    ada, bob = read(folder)
    assert "link" in ada.problem
    assert ada.content == b""
    assert bob.content == b"fine"


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("Eve_1_assignsubmission_file_/a.html", b"these bytes will change")
        archive.writestr(MOODLE, b"good")
    path.write_bytes(path.read_bytes().replace(b"these bytes", b"those bytes"))
    ada, eve = read(path)
    assert "could not be read" in eve.problem
    assert "CRC" in eve.problem
    assert ada.content == b"good"


def test_of_two_members_with_one_name_the_last_is_read(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MOODLE, b"first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(MOODLE, b"second")
    first, second = read(path)
    assert "same name" in first.problem
    assert second.content == b"second"
    assert first.submission != second.submission


def test_a_bomb_is_not_opened(tmp_path: Path) -> None:
    path = make_zip(
        tmp_path / "all.zip", {"Eve_1_assignsubmission_file_/a.html": b"0" * 20_000_000, MOODLE: b"good"}
    )
    ada, eve = read(path)
    assert "unpacks to so much more" in eve.problem
    assert ada.content == b"good"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_a_method_that_unpacks_without_bounds_is_not_opened(tmp_path: Path, method: int) -> None:
    """A thousand bytes of bzip2 hold a gigabyte, and Python unpacks them in one step."""
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("Eve_1_assignsubmission_file_/a.html", b"0" * 5_000_000)
        archive.writestr(MOODLE, b"good", zipfile.ZIP_DEFLATED)
    ada, eve = read(path)
    assert "a method that is not read" in eve.problem
    assert ada.content == b"good"


@pytest.mark.long
def test_a_hundred_thousand_members_are_refused_at_once_and_read_where_the_course_allows_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"S_{number}_assignsubmission_file_/a.html"), b"x")
    with pytest.raises(InboxError, match="holds 100,000 files, and at most 50,000 are read"):
        read(path)
    assert sum(1 for _ in iter_unread(path, InboxLimits(members=100_000))) == 100_000


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs users")
def test_a_folder_that_cannot_be_opened_is_a_submission_with_a_problem() -> None:
    """Nothing is lost in silence. Root may open everything, so the test looks as another user."""
    before = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for member in (MOODLE, "Bob_102_assignsubmission_file_/b.html"):
            (folder / member).parent.mkdir()
            (folder / member).write_bytes(b"x")
        closed = (folder / MOODLE).parent
        closed.chmod(0)
        try:
            os.seteuid(before or 65534)
            ada, bob = read(folder)
        finally:
            os.seteuid(before)
            closed.chmod(0o755)
    assert (ada.student, bob.student) == ("101", "102")
    assert "could not be opened (Permission denied)" in ada.problem
    assert bob.content == b"x"


def test_a_large_member_and_a_large_batch_stop_at_their_limits(tmp_path: Path) -> None:
    members = {f"S_{n}_assignsubmission_file_/a.html": b"x" * 2_000_000 for n in (1, 2, 3)}
    path = make_zip(tmp_path / "all.zip", members)
    assert all("at most 1 MB" in item.problem for item in read(path, InboxLimits(member_bytes=1_000_000)))
    problems = [item.problem for item in read(path, InboxLimits(total_bytes=3_000_000))]
    assert problems[:2] == ["", ""]
    assert "Grade it in parts" in problems[2]


def test_a_member_larger_than_its_header_says_stops_at_the_limit(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "all.zip", {MOODLE: b"x" * 3_000_000})
    raw = bytearray(path.read_bytes())
    central = raw.find(b"PK\x01\x02")
    raw[central + 24 : central + 28] = struct.pack("<I", 10)  # uncompressed size
    path.write_bytes(bytes(raw))
    (found,) = read(path, InboxLimits(member_bytes=1_000_000))
    assert found.problem
    assert found.content == b""


def test_reading_stops_at_the_limit_whatever_the_size_said(tmp_path: Path) -> None:
    for name in ("ada.html", "bob.html"):
        (tmp_path / name).write_bytes(b"x")
    batch = iter_submissions(tmp_path, InboxLimits(member_bytes=10))
    assert next(batch).content == b"x"
    (tmp_path / "bob.html").write_bytes(b"x" * 11)
    grown = next(batch)
    assert grown.content == b""
    assert "more than the" in grown.problem


@pytest.mark.parametrize(
    ("content", "words"), [(b"this is no zip", "is no zip"), (b"", "is no zip"), (b"PK\x03\x04broken", "is no zip")]
)
def test_a_zip_that_is_no_zip_stops_the_batch_with_a_clear_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(content)
    with pytest.raises(InboxError, match=words):
        read(path)


def test_an_empty_batch_a_missing_path_and_too_many_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(InboxError, match="no submission in it"):
        read(make_zip(tmp_path / "empty.zip", {"__MACOSX/x.html": b""}))
    with pytest.raises(InboxError, match="does not exist"):
        read(tmp_path / "nowhere")
    many = {f"S_{n}_assignsubmission_file_/a.html": b"" for n in range(5)}
    with pytest.raises(InboxError, match="at most 3 are read"):
        read(make_zip(tmp_path / "many.zip", many), InboxLimits(members=3))
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(5):
        (folder / f"{n}.html").touch()
    with pytest.raises(InboxError, match="more than 3 files"):
        read(folder, InboxLimits(members=3))

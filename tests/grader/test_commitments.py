"""Codes handed in beforehand: read from any table that says who and which, and found again by person."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import CommitmentsError
from grader.intake.commitments import MAX_BYTES, MAX_CODES, read_commitments, with_commitments
from paribus.cli import main
from tests.grader.classroom import make_submission

CODE, SECOND = "G1KE-EJW3-FNAH", "44DC-4QVY-JGC5"
WORKSHEET = (
    'Identifier,"Full name","Email address",Status,"Online text","Last modified (submission)"\n'
    f'"Participant 101","Ada Lovelace",ada@x.org,-,"<p>My code: {CODE}<br>and {SECOND}</p>",-\n'
    '"Participant 102","Ben Bo",ben@x.org,-,,-\n'
)


@pytest.mark.parametrize(
    ("table", "student", "name", "codes"),
    [
        (WORKSHEET, "101", "", (CODE, SECOND)),
        (WORKSHEET, "999", "ada LOVELACE", (CODE, SECOND)),
        (WORKSHEET, "102", "Ben Bo", ()),
        (WORKSHEET, "103", "Nobody", ()),
        (f"student;code\nada;{CODE}\n", "ada", "", (CODE,)),
        (f"Name\tcommitment code\nAda Lovelace\t{CODE.lower()}\n", "7", "Ada Lovelace", (CODE.lower(),)),
        (f"\ufeffid,code,second code\r\n7,{CODE},{SECOND}\r\n", "7", "", (CODE, SECOND)),
        ("Teilnehmer,Code\nTeilnehmer/in 8,x\nTeilnehmer 7,G1KEEJW3FNAH\n", "7", "", ("G1KEEJW3FNAH",)),
        ("id,code\n7,I have g1ke ejw3 fnah and more text here\n", "7", "", ("g1ke ejw3 fnah",)),
        ("id,code\n7,G1KE-EJ\n8,G1KE-EJW3-FNAH\n", "7", "", ("G1KE-EJ",)),
        (f"Name,Code\nZoë,{CODE}\n", "", "Zoë", (CODE,)),
    ],
    ids=["identifier", "name", "no code", "unknown", "semicolons", "tabs", "two columns", "german", "blanks", "cut",
         "accent"],
)  # fmt: skip
def test_a_code_is_found_by_person(table: str, student: str, name: str, codes: tuple[str, ...]) -> None:
    """By Moodle's number, the name or whatever the table calls people; markup and case do not matter."""
    item = make_submission("s", student=student, name=name)
    assert read_commitments(table.encode()).of(item) == codes


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_spreadsheets_encodings_are_read(encoding: str) -> None:
    found = read_commitments(f"Name,Code\nZoë,{CODE}\n".encode(encoding))
    assert found.of(make_submission("s", name="Zoë")) == (CODE,)


def test_a_teams_codes_are_everybodys() -> None:
    """One file, several names, and any of them may have handed the code in."""
    item = make_submission("s", student="101")
    team = type(item)(**{**vars(item), "team": ("101", "102")})
    assert read_commitments(f"id,code\n102,{CODE}\n".encode()).of(team) == (CODE,)


def test_submissions_get_their_codes_and_none_where_no_file_was_given() -> None:
    """No file and no code are two things: only one of them is worth a word."""
    items = [make_submission("a", student="7"), make_submission("b", student="8")]
    given_codes = with_commitments(items, read_commitments(f"id,code\n7,{CODE}\n".encode()))
    assert [item.commitments for item in given_codes] == [(CODE,), ()]
    assert [item.commitments for item in with_commitments(items, None)] == [None, None]


def test_somebody_with_a_thousand_codes_has_twenty_tried() -> None:
    """Each trial takes a moment on purpose."""
    many = " ".join(f"AAAA-BBBB-{number:04d}" for number in range(1_000))
    assert len(read_commitments(f"id,code\n7,{many}\n".encode()).of(make_submission("s", student="7"))) <= MAX_CODES


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "found nothing"), (b"a,b\n1,2\n", "found a, b"), (b"id,code\n7,\n", "holds no code"),
        (b'id,code\n7,"' + CODE.encode() + b"\n", "is no CSV file"), (b"\xff\xfe\x00", "is no text"),
        (b"x" * (MAX_BYTES + 1), "at most"),
    ],
    ids=["empty", "no columns", "no codes", "cut", "binary", "too large"],
)  # fmt: skip
def test_a_file_without_codes_says_what_it_found(content: bytes, words: str) -> None:
    with pytest.raises(CommitmentsError, match=words):
        read_commitments(content, "codes.csv")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Nothing but an error of ours."""
    with suppress(CommitmentsError):
        assert any(read_commitments(content).codes.values())


def test_the_digest_tells_files_apart() -> None:
    """A batch with other codes is graded anew."""
    first, second = (read_commitments(f"id,code\n7,{code}\n".encode()).digest for code in (CODE, SECOND))
    assert first != second
    assert first == read_commitments(f"id;code\n7;{CODE}\n".encode()).digest


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from paribus.course.release import write_release
    from tests.grader.classroom import make_release

    release = write_release(tmp_path / "release", make_release())
    (tmp_path / "in").mkdir()
    call = ["grade", str(tmp_path / "in"), "--assignment", "week1_homework", "--release", str(release),
            "--commitments", str(tmp_path / "codes.csv"), "--out", str(tmp_path / "out")]  # fmt: skip
    with pytest.raises(SystemExit) as stopped:
        main(call)
    assert stopped.value.code == 2
    assert "Export the codes" in capsys.readouterr().err

"""Results as JSON lines: documented, canonical, and read back as they were."""

import json
import math
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from grader.errors import ResultError
from grader.grading import results as results_module
from grader.grading.grade import grade_one
from grader.grading.results import from_line, read_results, to_line
from grader.model import Likeness, Result
from tests.grader.graded import NAMES, release_of, submit, text_of


@pytest.fixture(name="results", scope="module")
def real_results() -> list[Result]:
    """Graded, of another assignment, unreadable."""
    lab, homework = (release_of(name) for name in NAMES)
    return [
        grade_one(submit(text_of("week1_homework"), "ann"), [homework]),
        grade_one(submit(text_of("week1_lab"), "ben"), [lab]),
        grade_one(submit(text_of("week1_lab"), "cem"), [homework]),
        grade_one(submit("%PDF-1.7", "dee"), [homework]),
    ]


def test_every_line_keeps_to_the_documented_schema(results: list[Result]) -> None:
    """result.schema.json, beside the module that writes them, says what a line holds."""
    schema = json.loads(Path(results_module.__file__).with_name("result.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    for result in results:
        validator.validate(json.loads(to_line(result)))


def test_a_line_is_read_back_as_it_was(results: list[Result]) -> None:
    """Round trip, to the byte."""
    for result in results:
        assert to_line(from_line(to_line(result))) == to_line(result)
        assert from_line(to_line(result)).cells == result.cells


def test_a_number_that_json_has_not_is_written_as_text(results: list[Result]) -> None:
    """The rest of the line stays as it is."""
    odd = replace(results[0], metrics={"a.loss": math.nan, "b.loss": -math.inf, "c.loss": 0.5})
    told = json.loads(to_line(odd))
    assert told["metrics"] == {"a.loss": "nan", "b.loss": "-inf", "c.loss": 0.5}
    assert told["cells"] == json.loads(to_line(results[0]))["cells"]


def test_a_file_is_read_line_by_line(results: list[Result], tmp_path: Path) -> None:
    """What was written is what is read."""
    path = tmp_path / "results.jsonl"
    path.write_text("".join(f"{to_line(result)}\n" for result in results), encoding="utf-8")
    assert [result.submission for result in read_results(path)] == ["ann", "ben", "cem", "dee"]


def test_a_line_is_one_line_for_every_reader_and_turns_nothing_around(
    results: list[Result], tmp_path: Path
) -> None:
    """What a student wrote is kept as it was, and written as escapes."""
    written = "a\u2028b\u2029c\x85d\u202ee\u2067f\x9b\x7f \u00e9 \U0001f600"
    odd = replace(results[0], remarks=(written,))
    line = to_line(odd)
    assert len(line.splitlines()) == 1
    assert not set(line) & set(written.replace("\u00e9", "").replace("\U0001f600", "")) - set("abcdef ")
    path = tmp_path / "results.jsonl"
    path.write_text(f"{line}\n{to_line(results[1])}\n", encoding="utf-8")
    assert read_results(path)[0].remarks == (written,)
    found = replace(odd, alike=(Likeness("ben\u2028", nonce=True, memos={}),))
    assert len(to_line(found).splitlines()) == 1


def test_a_file_that_was_cut_within_a_character_names_the_line(results: list[Result], tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(f"{to_line(results[0])}\n".encode() + '{"name": "é'.encode()[:-1])
    with pytest.raises(ResultError, match=r"results\.jsonl, line 2: .* is not JSON"):
        read_results(path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"schema": "paribus.re', "is not JSON"),
        ('{"schema": "paribus.result/9"}', "has schema 'paribus.result/9'"),
        ("[]", "has schema 'list'"),
        ('{"schema": "paribus.result/1"}', "lacks a field"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: str, words: str, tmp_path: Path) -> None:
    """Cut, of another version, no object, without its fields; the file's reader adds the line's number."""
    with pytest.raises(ResultError, match=words.replace("[", r"\[")):
        from_line(line)
    path = tmp_path / "results.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ResultError, match="line 1"):
        read_results(path)

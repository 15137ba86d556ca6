"""The simulated class: what it knows comes from runs, and what it hands in is the same twice."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from course.checknames import CHECK_NAMES
from generator.classroom.faults import (
    AFTER_EXPORT,
    BEFORE_EXPORT,
    Work,
    apply_byte_edits,
    apply_edits,
    set_source,
    source_of,
)
from generator.classroom.findings import Findings, read_findings, records_of
from generator.classroom.memos import (
    Numbers,
    Style,
    Template,
    template_rows,
    write_comparison,
    write_number,
    write_template,
)
from generator.classroom.moodle import HandedIn, identifier_of, write_worksheet, write_zip
from generator.classroom.students import EXECUTIONS, STUDENTS, execution_of, shares_execution
from generator.classroom.work import notebook_to_execute, with_memo, with_nonce
from generator.errors import BuildError
from paribus.evidence import block
from paribus.evidence.markup import Table
from paribus.evidence.record import ConfigField, Record

NONCE = "0" * 32


def record(kind: Any, name: str, **fields: Any) -> Record:  # noqa: ANN401 - a Record's fields
    return Record(kind, "week1_homework", "r1", NONCE, f"run-{name}", run_name=name, **fields)


def executed() -> dict[str, Any]:
    """A notebook that shows the records of TF-IDF, an encoder and a changed arm."""
    metrics = {"accuracy": 0.54, "macro_f1": 0.13, "zero_f1_classes": 70.0}
    better = {"accuracy": 0.56, "macro_f1": 0.21, "zero_f1_classes": 46.0}
    knobs = {"learning_rate": ConfigField(2e-5, "knob")}
    start = record("start", "encoder", config=knobs)
    records = [
        record("result", "tfidf", values=metrics),
        start,
        record("result", "encoder", values=better, start=start.digest(), previous=start.digest()),
        record("start", "one_change.changed", arm="changed", vary="learning_rate",
               config={"learning_rate": ConfigField(2e-6, "knob")}),
        record("result", "one_change.changed", arm="changed", vary="learning_rate", values=metrics),
    ]  # fmt: skip
    outputs = [
        {"output_type": "display_data", "metadata": {},
         "data": {"text/html": block.render(item, Table("A run", ("", ""), ()))}}
        for item in records
    ]  # fmt: skip
    cells = [code("encoder-run", outputs), code("experiment-report"), code("per-class"), code("encoder-curves"),
             memo("one_change_template"), memo("rescued_classes"), memo("recommendation"),
             prose("memo-intro")]  # fmt: skip
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def code(key: str, outputs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"cell_type": "code", "id": key, "metadata": {"tags": [f"paribus-{key}"]}, "source": f"# {key}",
            "outputs": outputs or [], "execution_count": 1}  # fmt: skip


def memo(key: str) -> dict[str, Any]:
    return prose(key, f"### {key}\n\nThe prompt.\n\n| field | what you write |\n\n*Write your answer here.*")


def prose(key: str, text: str = "## Memo") -> dict[str, Any]:
    return {"cell_type": "markdown", "id": key, "metadata": {"tags": [f"paribus-{key}"]}, "source": text}


def work(style: Style | None = None) -> Work:
    notebook = with_memo(executed(), executed(), replace(STUDENTS[0], style=style or Style()))
    return Work(notebook, read_findings(notebook), style or Style())


def findings() -> Findings:
    return read_findings(executed())


# --- the table of students ----------------------------------------------------------------------------------


def test_the_class_has_24_students_of_whom_at_least_eight_are_really_executed() -> None:
    assert len(STUDENTS) == len({student.name for student in STUDENTS}) == 24
    assert len({student.execution for student in STUDENTS if student.execution}) >= 8


def test_every_execution_has_a_seed_of_its_own() -> None:
    assert len({execution.seed for execution in EXECUTIONS}) == len(EXECUTIONS)


def test_every_expected_check_exists_and_every_edit_is_known() -> None:
    known = {*BEFORE_EXPORT, *AFTER_EXPORT, "untouched", "other_assignment"}
    for student in STUDENTS:
        assert set(student.expects) <= set(CHECK_NAMES), student.name
        assert set(student.edits) <= known, student.name


def test_only_the_first_holder_of_an_execution_keeps_its_nonce() -> None:
    holders = [student for student in STUDENTS if student.execution == "slower"]
    assert [shares_execution(student) for student in holders] == [False, *[True] * (len(holders) - 1)]
    assert execution_of(holders[0]).name == "slower"


# --- findings and memos ---------------------------------------------------------------------------------------


def test_findings_are_read_from_the_records_that_a_notebook_shows() -> None:
    known = findings()
    assert known.of("encoder", "macro_f1") == 0.21
    assert known.of("changed", "accuracy") == 0.54
    assert (known.vary, known.before_and_after) == ("learning_rate", (2e-5, 2e-6))


@pytest.mark.parametrize(
    ("numbers", "digits", "written"),
    [("fraction", 3, "0.542"), ("percent", 3, "54.2 %"), ("comma", 3, "0,542"), ("fraction", 2, "0.54")],
)
def test_a_number_is_written_in_the_students_notation(numbers: Numbers, digits: int, written: str) -> None:
    assert write_number(0.5418, Style(numbers=numbers, digits=digits)) == written


def test_every_number_of_a_memo_comes_from_the_findings() -> None:
    text = write_comparison(findings(), Style())
    for number in ("0.540", "0.130", "0.560", "0.210", "70", "46"):
        assert number in text


@pytest.mark.parametrize(("template", "mark"), [("table", "| Result |"), ("bullets", "- **Result:**"),
                                                ("headings", "#### Result")])  # fmt: skip
def test_the_template_is_written_as_table_list_or_headings(template: Template, mark: str) -> None:
    assert mark in write_template(template_rows(findings(), Style()), template)


# --- faults ---------------------------------------------------------------------------------------------------


def test_edits_leave_the_notebook_they_are_given_as_it_is() -> None:
    before = work()
    kept = json.dumps(before.notebook)
    for name in BEFORE_EXPORT:
        assert apply_edits(before, (name,)) != before.notebook, name
    assert json.dumps(before.notebook) == kept


def test_the_edited_memo_number_is_the_encoders_accuracy_ten_points_up() -> None:
    text = source_of(apply_edits(work(), ("memo_number",)), "rescued_classes")
    assert "The encoder has an accuracy of 0.660 and" in text
    assert "TF-IDF has an accuracy of 0.540" in text


def test_the_edited_record_no_longer_fits_its_digest() -> None:
    shown = "".join(output["data"]["text/html"] for output in executed()["cells"][0]["outputs"])
    text = block.block_text(records_of(executed())[0])
    edited = apply_byte_edits(text.encode(), ("record_number",)).decode()
    assert [item.problem_kind for item in block.find_records(edited)] == ["digest"]
    assert "macro_f1" in shown


def test_a_file_without_a_record_cannot_have_one_edited() -> None:
    with pytest.raises(BuildError, match="no recorded macro-F1"):
        apply_byte_edits(b"<html></html>", ("record_number",))


def test_a_cell_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(BuildError, match=r"no cell with key 'nowhere'.*rescued_classes"):
        set_source(executed(), "nowhere", "")


def test_a_wrong_answer_lets_its_tests_fail_and_the_run_go_on() -> None:
    solution = executed()
    solution["cells"] += [code("one_change"), code("f1_by_tier"), code("f1_by_tier-tests")]
    faulty = next(execution for execution in EXECUTIONS if execution.wrong_task)
    notebook = notebook_to_execute(solution, faulty, "def f1_by_tier(): ...")
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    assert cells["f1_by_tier"]["source"] == "def f1_by_tier(): ..."
    assert "raises-exception" in cells["f1_by_tier-tests"]["metadata"]["tags"]
    assert "raises-exception" not in solution["cells"][-1]["metadata"]["tags"]


def test_another_nonce_keeps_the_chain_of_digests_whole() -> None:
    renamed = records_of(with_nonce(executed(), "1" * 32))
    assert {item.nonce for item in renamed} == {"1" * 32}
    assert renamed[2].start == renamed[2].previous == renamed[1].digest()
    assert [item.values for item in renamed] == [item.values for item in records_of(executed())]


# --- Moodle's files ---------------------------------------------------------------------------------------------

FILES = [HandedIn("Rosa_María", identifier_of(0), "hw.html", b"one"),
         HandedIn("Rosa_María", identifier_of(0), "hw (1).html", b"two"),
         HandedIn("Zoë", identifier_of(1), "hw.html", b"three", in_worksheet=False)]  # fmt: skip


def test_the_zip_is_the_same_twice_and_named_as_moodle_names_it() -> None:
    assert write_zip(FILES) == write_zip(FILES)
    names = zipfile.ZipFile(io.BytesIO(write_zip(FILES))).namelist()
    assert names[0] == f"Rosa María_{identifier_of(0)}_assignsubmission_file/hw.html"


def test_the_worksheet_has_one_row_an_enrolled_student() -> None:
    rows = list(csv.DictReader(io.StringIO(write_worksheet(FILES, 100.0).decode("utf-8-sig"))))
    assert [row["Identifier"] for row in rows] == [f"Participant {identifier_of(0)}"]
    assert rows[0]["Maximum grade"] == "100.00"

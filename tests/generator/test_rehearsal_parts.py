"""The parts of a rehearsal: facts from records, texts filled with them, edits, records rewritten, memos."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from generator.errors import RehearsalError
from generator.rehearsal.claims import rewrite_record, with_nonce
from generator.rehearsal.edits import AGAIN, apply_byte_edits, apply_edits, settle_reruns
from generator.rehearsal.facts import Facts, read_facts
from generator.rehearsal.memos import Desk, as_the_student_has_it, edit_memos, write_memos
from generator.rehearsal.rehearse import plain_hand
from generator.rehearsal.writing import FORMS, Numbers, Pen, Style, fill, write_number, write_rows
from paribus.records.block import find_records, records_of
from tests.generator.rehearsal_fixtures import executed, material
from tests.shipped import load_table

TABLE = load_table("week1_homework")
RUN = "slower"
FACTS = read_facts(executed()[RUN])


def notebook() -> dict[str, Any]:
    return executed()[RUN]


def small(*sources: str) -> dict[str, Any]:
    """A notebook of code cells called a, b, c …, each with one printed line and a count."""
    cells = [
        {"cell_type": "code", "id": "abcdef"[n], "metadata": {}, "source": source, "execution_count": n + 1,
         "outputs": [{"output_type": "stream", "name": "stdout", "text": f"{source}!"}]}
        for n, source in enumerate(sources)
    ]  # fmt: skip
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


# --- facts and words ----------------------------------------------------------------------------------------


def test_facts_are_read_from_the_runs_of_the_executed_notebook() -> None:
    results = {item.run_name: item for item in records_of(notebook()) if item.kind == "result"}
    assert FACTS.mean("encoder", "macro_f1") == results["encoder"].values["macro_f1"]
    assert FACTS.mean("baseline", "macro_f1") == FACTS.mean("encoder", "macro_f1")
    assert FACTS.varied() == "learning_rate"
    assert FACTS.setting("changed", "vary") == pytest.approx(FACTS.setting("baseline", "vary") / 10)
    assert FACTS.predictions["one_change"].direction == "down"
    assert FACTS.interval_holds_zero("macro_f1") is None


@pytest.mark.parametrize(
    ("numbers", "digits", "written"),
    [("fraction", 3, "0.542"), ("percent", 3, "54.2 %"), ("comma", 3, "0,542"), ("fraction", 2, "0.54")],
)
def test_a_number_is_written_in_the_students_notation(numbers: Numbers, digits: int, written: str) -> None:
    assert write_number(0.5418, Style(numbers=numbers, digits=digits)) == written


def test_over_several_seeds_facts_have_a_spread_and_intervals() -> None:
    def arm(*values: float) -> dict[int, dict[str, float]]:
        return {seed: {"macro_f1": value} for seed, value in enumerate(values)}

    apart = Facts({"k:baseline": arm(0.1, 0.11, 0.12), "k:changed": arm(0.3, 0.31, 0.33)}, vary={"k": "C"})
    near = Facts({"k:baseline": arm(0.1, 0.2, 0.3), "k:changed": arm(0.3, 0.1, 0.2)}, vary={"k": "C"})
    same = Facts({"k:baseline": arm(0.1, 0.1), "k:changed": arm(0.2, 0.2)}, vary={"k": "C"})
    assert (apart.interval_holds_zero("macro_f1"), near.interval_holds_zero("macro_f1")) == (False, True)
    assert same.interval_holds_zero("macro_f1") is False
    assert apart.spread("baseline", "macro_f1") == pytest.approx(0.01)
    assert apart.seeds("changed") == [0, 1, 2]
    low, high = apart.interval("welch", "macro_f1")
    assert low < apart.mean("changed", "macro_f1") - apart.mean("baseline", "macro_f1") < high
    text = fill("<<k:changed-k:baseline.macro_f1|paired>>", Pen(near))
    assert [float(bound) for bound in text.split(" to ")] == pytest.approx(
        near.interval("paired", "macro_f1"), abs=5e-4
    )
    alone = Facts({"k:baseline": arm(0.1), "k:changed": arm(0.2)}, vary={"k": "C"})
    with pytest.raises(RehearsalError, match="the paired interval of macro_f1, and an arm has a single seed"):
        alone.interval("paired", "macro_f1")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<<tfidf.accuracy>>", "0.504"), ("<<tfidf.accuracy + 0.1>>", "0.604"), ("<<tfidf.accuracy * 2>>", "1.008"),
        ("<<tfidf.accuracy - 0.1>>", "0.404"), ("<<k-l:changed-k-l:baseline.macro_f1|size>>", "0.020"),
        ("<<tfidf.zero_f1_classes>>", "70"), ("<<changed-baseline.macro_f1>>", "-0.020"),
        ("<<changed-baseline.macro_f1|size>>", "0.020"), ("<<changed-baseline.macro_f1|points>>", "2.0 points"),
        ("<<changed-baseline.macro_f1|direction>>", "fell"), ("<<changed-baseline.zero_f1_classes>>", "+4"),
        ("<<baseline@learning_rate>>", "0.002"), ("<<vary>>", "learning rate"), ("<<value:a.b|level>>", "0.250"),
        ("<<value:a.c>>", "7"), ("<<baseline.macro_f1|spread>>", "0.000"), ("<<baseline.train_loss>>", "3.000"),
        ("<<prediction.direction>>, <<prediction.why>>", "goes up, I thought it would learn more"),
        ("<<held>>", "batch size"), ("<<seeds>>", "11"),
    ],
)  # fmt: skip
def test_places_are_filled_with_the_students_numbers(text: str, written: str) -> None:
    metrics = {"accuracy": 0.504, "macro_f1": 0.1, "zero_f1_classes": 70.0, "train_loss": 3.0}
    lower = {**metrics, "macro_f1": 0.08, "zero_f1_classes": 74.0}
    settings = {"learning_rate": 0.002, "batch_size": 32, "seed": 11}
    facts = Facts(
        {"tfidf": {0: metrics}, "k:baseline": {11: metrics}, "k:changed": {11: lower},
         "k-l:baseline": {11: metrics}, "k-l:changed": {11: lower}},
        {"k:baseline": settings, "k:changed": settings}, {"a.b": 0.25, "a.c": 7.0}, {"k": "learning_rate"},
    )  # fmt: skip
    assert fill(text, Pen(facts)) == written


def test_a_percent_writer_gives_differences_in_points() -> None:
    pen = Pen(FACTS, Style(numbers="percent"))
    assert fill("<<changed-baseline.macro_f1|size>>", pen).endswith(" points")
    assert fill("<<encoder.accuracy>>", pen).endswith(" %")
    assert fill("<<value:model.head_share|level>>", pen) == "3.6 %"
    assert fill("<<value:model.head_share|number>>", pen) == "0.036"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<<nobody.accuracy>>", "asks for 'nobody', and the notebook's finished runs are: .*encoder"),
        ("<<encoder.speed>>", "speed of 'encoder', which seed 11 did not record"),
        ("<<value:no.such>>", "recorded value 'no.such'"),
    ],
)
def test_a_place_that_nothing_was_recorded_for_is_named(text: str, message: str) -> None:
    with pytest.raises(RehearsalError, match=message):
        fill(text, Pen(FACTS))


@pytest.mark.parametrize(
    ("form", "marks"),
    [
        ("table", ["| field | what you write |", "| --- | --- |", "| One | first |"]),
        ("bullets", ["- **One:** first"]), ("numbered", ["2. Two: second."]), ("headings", ["#### One\nfirst."]),
        ("lines", ["One: first\n\nTwo: second."]), ("bold", ["**One**\n\nfirst."]),
        ("wide", ["| One | Two |", "| first | second. |"]), ("pandas", ["pd.DataFrame([", "('One', 'first'),"]),
    ],
)  # fmt: skip
def test_a_template_is_written_in_every_form(form: Any, marks: list[str]) -> None:  # a literal
    text = write_rows([("One", "first"), ("Two", "second.")], form)
    assert form in FORMS
    assert all(mark in text for mark in marks)


# --- edits --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "ids", "source"),
    [
        ({"do": "source", "cell": "b", "text": "new"}, "abc", "new"),
        ({"do": "replace", "cell": "b", "find": "tw", "put": "TW"}, "abc", "TWo"),
        ({"do": "append", "cell": "b", "text": "more"}, "abc", "two\n\nmore"),
        ({"do": "prepend", "cell": "b", "text": "more"}, "abc", "more\n\ntwo"),
        ({"do": "drop", "cell": "a"}, "bc", "two"),
        ({"do": "move", "cell": "b", "after": "c"}, "acb", "two"),
        ({"do": "add_code", "after": "a", "id": "x", "text": "y"}, "axbc", "two"),
        ({"do": "add_text", "after": "c", "id": "x", "text": "y"}, "abcx", "two"),
    ],
)
def test_an_edit_does_what_it_says_and_leaves_its_input(edit: dict[str, str], ids: str, source: str) -> None:
    before = small("one", "two", "three")
    kept = deepcopy(before)
    edited = apply_edits(before, [edit])
    assert [cell["id"] for cell in edited["cells"]] == list(ids)
    assert next(cell["source"] for cell in edited["cells"] if cell["id"] == "b") == source
    assert before == kept


def test_edits_take_counts_outputs_and_ids_away() -> None:
    edits = [{"do": "uncount", "cell": "a"}, {"do": "clear", "cell": "b"}, {"do": "may_fail", "cell": "c"},
             {"do": "output", "cell": "c", "find": "three", "put": "3"}]  # fmt: skip
    first, second, third = apply_edits(small("one", "two", "three"), edits)["cells"]
    assert (first["execution_count"], first["outputs"]) == (None, [])
    assert (second["execution_count"], second["outputs"]) == (2, [])
    assert third["metadata"]["tags"] == ["raises-exception"]
    assert third["outputs"][0]["text"] == "3!"
    lost = apply_edits(small("one"), [{"do": "forget", "what": "both"}])
    assert "id" not in lost["cells"][0]
    assert lost["nbformat_minor"] == 4


def test_a_cell_that_is_run_again_shows_its_second_time_in_its_place() -> None:
    planned = apply_edits(
        small("one", "two"), [{"do": "twice", "cell": "a"}, {"do": "rerun", "cell": "b", "after": "b", "text": "2"}]
    )
    assert [cell["id"] for cell in planned["cells"]] == ["a", f"{AGAIN}a", "b", f"{AGAIN}b"]
    for count, cell in enumerate(planned["cells"], 1):
        cell["execution_count"] = count
    settled = settle_reruns(planned)
    assert [(cell["id"], cell["source"], cell["execution_count"]) for cell in settled["cells"]] == [
        ("a", "one", 2), ("b", "2", 4),
    ]  # fmt: skip


def test_a_planted_wrong_answer_takes_the_tasks_place() -> None:
    edit = {"do": "wrong", "cell": "a", "answer": "swapped"}
    assert apply_edits(small("one"), [edit], {("a", "swapped"): "wrong"})["cells"][0]["source"] == "wrong"
    with pytest.raises(RehearsalError, match="plants no wrong answer 'swapped' for 'a'"):
        apply_edits(small("one"), [edit])


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"do": "dance"}, "no edit called 'dance'; there are add_code"),
        ({"do": "replace", "cell": "a", "find": "no"}, r"'find': 'no'} lacks put"),
        ({"do": "drop", "cell": "z"}, "no cell 'z'; its cells are a"),
        ({"do": "replace", "cell": "a", "find": "no", "put": ""}, "does not hold 'no'. It says:\none"),
        ({"do": "output", "cell": "a", "find": "no", "put": ""}, "'a' shows nothing like 'no'"),
        ({"do": "record", "kind": "start", "run": "no", "set": {}}, "shows no start record of 'no'; it shows none"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit: dict[str, Any], message: str) -> None:
    """A fault that changes nothing would be counted as missed."""
    with pytest.raises(RehearsalError, match=message):
        apply_edits(small("one"), [edit])


def test_bytes_are_edited_once_or_not_at_all() -> None:
    edit = {"do": "bytes", "find": r"acc\d", "put": "acc9"}
    assert apply_byte_edits(b"acc1 acc1", [edit, {"do": "drop", "cell": "a"}]) == b"acc9 acc1"
    with pytest.raises(RehearsalError, match="holds nothing like"):
        apply_byte_edits(b"none", [edit])


# --- records ------------------------------------------------------------------------------------------------


def problems(of: dict[str, Any]) -> list[str]:
    """What is wrong with the records that a notebook shows."""
    from html import unescape

    texts = [
        unescape("".join(output.get("data", {}).get("text/html", "")))
        for cell in of["cells"] for output in cell.get("outputs", ())
    ]  # fmt: skip
    return [item.problem_kind for text in texts for item in find_records(text) if item.record is None]


def test_an_edited_record_no_longer_fits_and_a_false_one_does() -> None:
    edited, false = notebook(), notebook()
    rewrite_record(edited, "result", "encoder", {"values.accuracy": 0.9}, signed=False)
    rewrite_record(false, "result", "encoder", {"values.accuracy": 0.9, "epochs.0.train_loss": 0.5}, signed=True)
    assert problems(edited) == ["digest"]
    assert problems(false) == []
    assert read_facts(false).mean("encoder", "accuracy") == 0.9


@pytest.mark.parametrize("path", ["value.accuracy", "epochs.9.train_loss", "epochs.first.train_loss"])
def test_a_field_that_a_record_does_not_have_is_named(path: str) -> None:
    with pytest.raises(RehearsalError, match=f"result record of 'encoder' has no field '{path}'"):
        rewrite_record(notebook(), "result", "encoder", {path: 0.9}, signed=True)


def test_another_nonce_keeps_the_chain_whole() -> None:
    another = with_nonce(notebook(), "1" * 32)
    renamed = records_of(another)
    assert {item.nonce for item in renamed} == {"1" * 32}
    before = records_of(notebook())
    made = [{item.prediction.written for item in records if item.prediction} for records in (before, renamed)]
    assert not made[0] & made[1]
    assert not any(moment in json.dumps(another) for moment in made[0])  # what is shown follows the records
    assert problems(another) == []
    links = [[item.digest() for item in records].index(records[-1].previous) for records in (before, renamed)]
    assert links[0] == links[1]
    assert problems(notebook()) == []


def test_a_prediction_may_move_to_where_another_one_was() -> None:
    nonce = "1" * 32
    both = notebook()
    both["cells"] += with_nonce(notebook(), nonce)["cells"]
    moments = {item.prediction.written for item in records_of(both) if item.prediction}
    another = with_nonce(both, nonce)
    moved = {item.prediction.written for item in records_of(another) if item.prediction}
    assert len(moments) == 2
    assert len(moments & moved) == 1
    assert problems(another) == []


# --- memos --------------------------------------------------------------------------------------------------


def desk() -> Desk:
    return Desk(material().released, TABLE.memos, Pen(FACTS))


def students() -> dict[str, Any]:
    return as_the_student_has_it(notebook(), material().solution, material().released)


def source(of: Mapping[str, Any], key: str) -> str:
    return str(next("".join(cell["source"]) for cell in of["cells"] if cell.get("id") == key))


def test_a_student_has_no_hidden_tests_and_no_model_answer() -> None:
    theirs = students()
    assert "HIDDEN" not in json.dumps(theirs)
    assert "return gained.tolist(), lost.tolist()" in source(theirs, "rescued")
    assert "Write your answer here" in source(material().released, "recommendation")
    assert source(theirs, "rescued-tests") == source(material().released, "rescued-tests")


def test_a_memo_is_the_released_question_and_the_students_answer() -> None:
    written = write_memos(students(), desk(), plain_hand(TABLE, frozenset({"one_seed"})))
    text = source(written, "rescued_classes")
    assert text.startswith(desk().prompt("rescued_classes"))
    assert "<<" not in text
    assert "Write your answer here" not in text
    assert "| Held constant | data and split, model, batch size" in source(written, "one_change_template")


def test_memos_are_edited_by_row_by_answer_and_by_place() -> None:
    written = write_memos(students(), desk(), plain_hand(TABLE, frozenset({"one_seed"})))
    edits = [
        {"do": "row", "cell": "one_change_template", "label": "Held constant", "put": ""},
        {"do": "row", "cell": "one_change_template", "label": "Result", "put": "| Result | <<changed.accuracy>> |"},
        {"do": "alone", "cell": "recommendation"},
        {"do": "answer", "cell": "rescued_classes", "text": "Short."},
    ]
    edited = edit_memos(written, desk(), edits)
    template = source(edited, "one_change_template")
    assert "Held constant |" not in template
    assert f"| Result | {FACTS.mean('changed', 'accuracy'):.3f} |" in template
    assert source(edited, "recommendation").startswith("### Recommendation and sources\n\nWith a macro-F1")
    assert source(edited, "rescued_classes").endswith("\n\nShort.")
    below = edit_memos(
        edited, desk(), [{"do": "released", "cell": "rescued_classes"}, {"do": "below", "cell": "recommendation"}]
    )
    assert "Write your answer here" in source(below, "rescued_classes")
    with pytest.raises(RehearsalError, match=r"'cell': 'recommendation'} lacks text"):
        edit_memos(notebook(), desk(), [{"do": "answer", "cell": "recommendation"}])
    with pytest.raises(RehearsalError, match="has no row 'Colour'"):
        edit_memos(below, desk(), [{"do": "row", "cell": "one_change_template", "label": "Colour", "put": ""}])

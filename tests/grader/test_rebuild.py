"""A submission rebuilt from the release: the student's sources by key, sanitised, in the released frame."""

import base64
import json
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.gradebook.rebuild import rebuild
from grader.gradebook.rebuilt_outputs import LEFT_OUT, MOST
from grader.grading.grade import judge_one
from grader.grading.opened import FIGURES
from grader.model import Match, Output, RecoveredCell
from grader.recover.clean import MAX_SOURCE, clean_code, clean_html, clean_markdown
from tests.grader.classroom import MEMO_SOURCE, make_matches, make_release
from tests.grader.graded import submit
from tests.grader.test_grade_command import submission

RELEASE = make_release()


def cells_of(text: str) -> dict[str, dict[str, Any]]:
    return {cell["id"]: {**cell, "source": "".join(cell["source"])} for cell in json.loads(text)["cells"]}


def test_what_a_student_may_write_is_the_students_and_the_rest_is_the_releases() -> None:
    sources = {"tail_share": "mine", "tail_share_tests": "assert True", "title": "# My title", "setup": "x = 1"}
    cells = cells_of(rebuild(RELEASE, make_matches(RELEASE.assignment, **sources)))
    assert cells["tail_share"]["source"] == "mine"
    assert cells["setup"]["source"] == "x = 1"
    assert cells["tail_share-tests"]["source"] == "assert tail_share([1]) == 1"
    assert cells["title"]["source"] == "# Week 1: homework"


@pytest.mark.parametrize("written", ["a\u202eb", "a&#x202e;b", "a&#8238;b", "<b title='\u202e'>a</b>&#x2067;b"])
def test_nothing_turns_text_around_however_it_is_written(written: str) -> None:
    for cleaned in (clean_html(written), clean_markdown(written), clean_code(written)):
        assert not set("\u202e\u2067") & set(cleaned)
    assert "a" in clean_html(written)


def test_a_rebuilt_notebook_is_valid_and_has_every_grade_cell() -> None:
    text = rebuild(RELEASE, make_matches(RELEASE.assignment, trade_off="Done."))
    nbformat.validate(nbformat.reads(text, as_version=4))
    graded = {key for key, cell in cells_of(RELEASE.notebook).items() if "nbgrader" in cell["metadata"]}
    assert graded <= set(cells_of(text))


@pytest.mark.parametrize("match", ["missing", "unchanged", "hidden"])
def test_an_answer_that_is_not_there_keeps_the_released_source_to_the_letter(match: str) -> None:
    """nbgrader finds an unanswered cell by an exact checksum."""
    cell = RELEASE.assignment.cell("trade_off")
    found = RecoveredCell(
        5, "markdown", "The trade-off What did you give up?", rendered=True, hidden=match == "hidden"
    )
    matches = {
        "missing": Match(cell, None, "none"),
        "unchanged": Match(cell, found, "id", unchanged=True),
        "hidden": Match(cell, found, "id", unchanged=None),
    }
    assert cells_of(rebuild(RELEASE, {"trade_off": matches[match]}))["trade_off"]["source"] == MEMO_SOURCE


def test_cells_of_the_students_own_stay_after_the_cell_they_followed() -> None:
    matches = make_matches(RELEASE.assignment)
    after_task = RecoveredCell(2, "code", "print(1)")
    matches = {
        key: replace(match, recovered=replace(match.recovered, position=2 * match.recovered.position + 1))
        for key, match in matches.items()
        if match.recovered is not None
    }
    first = RecoveredCell(0, "markdown", "<script>x</script>hello")
    keys = list(cells_of(rebuild(RELEASE, matches, (first, after_task))))
    assert keys[:3] == ["added-1", "title", "added-2"]
    added = cells_of(rebuild(RELEASE, matches, (first, after_task)))
    assert "script" not in added["added-1"]["source"]
    assert added["added-2"]["source"] == "print(1)"


def shown(key: str, *outputs: Output) -> list[dict[str, Any]]:
    matches = make_matches(RELEASE.assignment)
    recovered = matches[key].recovered
    assert recovered is not None
    matches[key] = replace(matches[key], recovered=replace(recovered, outputs=outputs))
    found: list[dict[str, Any]] = cells_of(rebuild(RELEASE, matches))[key]["outputs"]
    return found


def test_outputs_are_shown_cleaned_and_those_of_a_grade_cell_are_left_to_the_score() -> None:
    table = Output(
        "display", "a 1", html="<table onclick='x()'><tr><td>a</td><td>1</td></tr></table><script>x</script>"
    )
    figure = Output("display", "", mime="image/png", picture="embedded", picture_bytes=b"\x89PNG")
    stream = Output("stream", "epoch 1: 0.5\u202e", name="stdout")
    record = Output("display", "", html='<div class="paribus">evidence for grading</div>')
    found = shown("tail_share", table, figure, stream, record)
    assert [sorted(one.get("data", {})) for one in found] == [["text/html"], ["image/png"], []]
    assert found[0]["data"]["text/html"] == "<table><tbody><tr><td>a</td><td>1</td></tr></tbody></table>"
    assert found[2]["text"] == "epoch 1: 0.5"
    assert shown("tail_share-tests", stream) == []


def test_figures_come_through_grading_and_what_is_too_large_is_left_out_without_a_remark() -> None:
    """Grading keeps few pictures; whoever wants all of them reads the file again."""

    def figure(size: int) -> nbformat.NotebookNode:
        return nbformat.v4.new_output("display_data", {"image/png": base64.b64encode(b"\x89" * size).decode()})

    raw = json.loads(submission(tail_share="def tail_share(counts): ..."))
    task = next(cell for cell in raw["cells"] if cell["id"] == "tail_share")
    task["outputs"] = [figure(1_000), figure(2 * FIGURES), figure(2_000)]
    result, case = judge_one(submit(json.dumps(raw), source="ann.ipynb"), [RELEASE])
    assert case is not None
    shown = cells_of(rebuild(RELEASE, case.matches))["tail_share"]["outputs"]
    assert [len(base64.b64decode(one["data"]["image/png"])) for one in shown] == [1_000, 2_000]
    assert not any("picture" in remark for remark in result.remarks)


def test_outputs_are_bounded_and_the_page_says_where_the_rest_is() -> None:
    large = Output("display", "", mime="image/png", picture="embedded", picture_bytes=b"x" * (MOST // 2))
    found = shown("tail_share", large, large)
    assert len(found) == 2
    assert found[1]["text"] == LEFT_OUT


def test_cells_after_a_place_that_the_release_lacks_are_kept_at_the_end() -> None:
    cell = replace(RELEASE.assignment.cell("trade_off"), key="gone")
    matches = {"gone": Match(cell, RecoveredCell(0, "markdown", "x"), "tag")}
    assert list(cells_of(rebuild(RELEASE, matches, (RecoveredCell(1, "raw", "kept"),))))[-1] == "added-1"


def test_the_same_submission_gives_the_same_bytes() -> None:
    matches = make_matches(RELEASE.assignment, trade_off="**Yes**", tail_share="a = 1")
    assert rebuild(RELEASE, matches) == rebuild(RELEASE, dict(reversed(matches.items())))


ATTACKS = {
    "a script": "<script>alert(1)</script>",
    "a handler": '<img src="data:image/png;base64,AAAA" onerror="alert(1)">',
    "a frame": '<iframe src="https://example.org"></iframe>',
    "a link that runs": "[x](javascript:alert(1))",
    "a link that runs, in HTML": '<a href="JaVaScRiPt:alert(1)">x</a>',
    "a page in a link": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "a picture that tells": "![x](https://example.org/seen.png)",
    "a form": '<form action="https://example.org"><input name="password"></form>',
    "a style": '<style>body { display: none }</style><p style="position: fixed">x</p>',
    "SVG": '<svg onload="alert(1)"><a xlink:href="javascript:alert(1)">x</a></svg>',
    "MathML": "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "an unclosed tag": "<scr<script>ipt>alert(1)</script",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))
@pytest.mark.parametrize("clean", [clean_html, clean_markdown])
def test_nothing_that_runs_loads_or_pretends_survives(clean: Any, attack: str) -> None:
    cleaned = clean(f"before\n\n{attack}\n\nafter").lower()
    for trace in ("<script", "onerror=", "onload=", "<iframe", "<form", "<style", "style=", "<svg", "<math"):
        assert trace not in cleaned
    assert 'href="javascript' not in cleaned
    assert 'href="data' not in cleaned
    assert 'src="http' not in cleaned
    assert "before" in cleaned


def test_what_a_memo_needs_survives() -> None:
    memo = (
        "## Heading\n\n**bold** and `code < 3`\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "[link](https://example.org)\n\n![](data:image/png;base64,AAAA)\n\n$x_1 < x_2$"
    )
    cleaned = clean_markdown(memo)
    for wanted in (
        "<h2>",
        "<strong>bold",
        "<code>code &lt; 3",
        "<blockquote>",
        "<td>1",
        'href="https://example.org"',
    ):
        assert wanted in cleaned
    assert 'src="data:image/png;base64,AAAA"' in cleaned
    assert "$x_1 &lt; x_2$" in cleaned


def test_rendered_markdown_is_taken_as_it_was_rendered() -> None:
    cell = RELEASE.assignment.cell("trade_off")
    found = RecoveredCell(
        5, "markdown", "Accuracy fell.", html="<p>Accuracy <b>fell</b>.</p>\n\n<p>So.</p>", rendered=True
    )
    source = cells_of(rebuild(RELEASE, {"trade_off": Match(cell, found, "id", unchanged=False)}))["trade_off"][
        "source"
    ]
    assert source == "<p>Accuracy <b>fell</b>.</p>\n<p>So.</p>"


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_code_is_bounded_and_has_no_control_characters(text: str) -> None:
    cleaned = clean_code(text)
    assert len(cleaned) <= MAX_SOURCE
    assert not [c for c in cleaned if ord(c) < 32 and c not in "\t\n\r"]
    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cleaned, id="a")]))

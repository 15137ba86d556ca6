"""Where a template's parts are found when a memo beside it has lines that begin as they do."""

from grader.reading.written import written_parts
from tests.grader.build import CASES, build, load

PANDAS = load(CASES / "experiments.template_complete" / "passing-pandas.json")
MEMO = {
    "after": "template",
    "type": "markdown",
    "text": "**Prediction:** more epochs help.\n\n**Result:** none yet.",
}


def test_a_table_with_all_parts_is_the_template_and_the_lines_of_a_memo_before_it_are_not() -> None:
    case = build({**PANDAS, "added": [MEMO, *PANDAS["added"]]})
    parts, _ = written_parts(case, "one_change", case.assignment.cell(PANDAS["at"]))
    assert parts["prediction"] == "down"
    assert parts["result"] == "fell"


def test_parts_that_the_template_lacks_are_taken_from_elsewhere() -> None:
    whole = PANDAS["added"][0]
    html = whole["outputs"][0]["html"].replace("<tr><th>Prediction</th><td>down</td></tr>", "")
    table = {**whole, "outputs": [{**whole["outputs"][0], "html": html}]}
    case = build({**PANDAS, "added": [MEMO, table]})
    parts, _ = written_parts(case, "one_change", case.assignment.cell(PANDAS["at"]))
    assert parts["prediction"].startswith("more epochs help")
    assert parts["result"] == "fell"

"""JupyterLab's "Sanitize HTML output": the same cells and kinds come back as without it, and the same verdicts."""

import json
from functools import cache

import nbformat
import pytest
from nbconvert import HTMLExporter

from grader.grading.grade import grade_one
from grader.model import Outcome, Submission
from grader.recover.sanitised import is_sanitised, restored
from tests.grader.releases import released
from tests.sampled import sampled
from tests.shipped import load_base, load_texts

BASE = "week1_homework-slower"
DEFINED = """<dl>
<dt>Accuracy of the encoder</dt>
<dd>0.462</dd>
<dt>Macro-F1 of the encoder</dt>
<dd>0.161, against a macro-F1 of 0.065 for TF-IDF</dd>
</dl>

~~The encoder has a macro-F1 of 0.999.~~ A rescued class is a rare one<sup>1</sup>, where one item decides.
I would like to see [more seeds](https://example.org/seeds) before I say that the encoder knows these classes."""
LAYOUTS = {
    "as others wrote it": "",
    "definitions, struck out, raised, linked": DEFINED,
    "a wrong number": DEFINED.replace("0.462", "0.777"),
}


def verdicts(page: str, assignment: str) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Outcome, proposal and reason of every verdict on an export."""
    submission = Submission("a", "a", "", "a.html", page.encode(), "0" * 64)
    result = grade_one(submission, [released(assignment)])
    return {
        (cell.key, item.check): (item.outcome.value, item.proposal, item.because)
        for cell in result.cells
        for item in cell.verdicts
    }


def exported(notebook: str, *, sanitize: bool) -> str:
    page: str = HTMLExporter(template_name="lab", sanitize_html=sanitize).from_notebook_node(
        nbformat.reads(notebook, as_version=4)
    )[0]
    return page


@cache
def answered(layout: str) -> str:
    """A notebook that was run, with answers by other hands; one memo is laid out in another way."""
    raw = json.loads(load_base(BASE))
    mine = (text for text in load_texts("week1_homework") if (text.base, text.kind) == (BASE, "honest"))
    texts = {text.cell: text.text for text in mine}
    if LAYOUTS[layout]:
        texts["rescued_classes"] = LAYOUTS[layout]
    for cell in raw["cells"]:
        cell["source"] = texts.get(cell.get("id"), cell["source"])
    return json.dumps(raw)


@pytest.mark.parametrize("layout", sampled(list(LAYOUTS), 3))
def test_an_answered_notebook_gets_the_verdicts_that_it_gets_without_the_switch(layout: str) -> None:
    """Equal, or undecided with a word for what the export may have lost."""
    plain, sanitised = (
        verdicts(exported(answered(layout), sanitize=switch), "week1_homework") for switch in (False, True)
    )
    assert plain.keys() == sanitised.keys()
    for place, (outcome, proposal, _) in plain.items():
        found = sanitised[place]
        lost = found[0] == Outcome.UNDECIDED and "may have" in found[2]
        assert found[:2] == (outcome, proposal) or lost, place
    wrong = plain["rescued_classes", "memo.numbers_traced"][0] == Outcome.FAILED
    assert wrong is (layout == "a wrong number")


def undecided(sanitize: bool) -> list[tuple[str, str]]:
    """The open verdicts of the untouched student notebook, exported from JupyterLab."""
    page = exported(released("week1_homework").notebook, sanitize=sanitize)
    return [place for place, found in verdicts(page, "week1_homework").items() if found[0] == Outcome.UNDECIDED]


def test_an_untouched_notebook_leaves_as_much_open_as_without_the_switch() -> None:
    assert undecided(sanitize=True) == undecided(sanitize=False)


def test_a_tag_that_a_student_typed_stays_text() -> None:
    page = "&lt;p&gt;I wrote &amp;lt;script&amp;gt; &lt;script&gt;x&lt;/script&gt;&lt;/p&gt;"
    assert is_sanitised(page)
    assert restored(page) == "<p>I wrote &amp;lt;script&amp;gt; &lt;script&gt;x&lt;/script&gt;</p>"
    assert not is_sanitised("<p>&lt;p&gt; is a tag</p>")

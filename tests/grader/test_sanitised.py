"""JupyterLab's "Sanitize HTML output": the same cells and kinds come back as without it."""

import nbformat
from nbconvert import HTMLExporter

from grader.grading.grade import grade_one
from grader.model import Outcome, Submission
from grader.recover.sanitised import is_sanitised, restored
from tests.grader.releases import released


def undecided(sanitize: bool) -> list[tuple[str, str]]:
    """The open verdicts of the untouched student notebook, exported from JupyterLab."""
    release = released("week1_homework")
    untouched = nbformat.reads(release.notebook, as_version=4)
    page: str = HTMLExporter(template_name="lab", sanitize_html=sanitize).from_notebook_node(untouched)[0]
    result = grade_one(Submission("a", "a", "", "a.html", page.encode(), "0" * 64), [release])
    return [(cell.key, v.check) for cell in result.cells for v in cell.verdicts if v.outcome is Outcome.UNDECIDED]


def test_an_untouched_notebook_leaves_as_much_open_as_without_the_switch() -> None:
    assert undecided(sanitize=True) == undecided(sanitize=False)


def test_a_tag_that_a_student_typed_stays_text() -> None:
    page = "&lt;p&gt;I wrote &amp;lt;script&amp;gt; &lt;script&gt;x&lt;/script&gt;&lt;/p&gt;"
    assert is_sanitised(page)
    assert restored(page) == "<p>I wrote &amp;lt;script&amp;gt; &lt;script&gt;x&lt;/script&gt;</p>"
    assert not is_sanitised("<p>&lt;p&gt; is a tag</p>")

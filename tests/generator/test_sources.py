"""Sources: every mistake names its line; what is right is typed as it was meant."""

import json
from pathlib import Path

import jupytext
import pytest

from generator.sources.headers import SourceCell
from generator.sources.keys import slug, suggest
from generator.sources.percent import read_percent
from generator.sources.source import load_source, read_source
from paribus.course.assignment import CheckPoints, Role
from paribus.course.errors import SourceError
from tests.generator.courses import ENTRIES, NAMES, SMALL

CASES = sorted((Path(__file__).parent / "cases" / "sources").glob("*.source"))
SHARES = {"task": {"tasks.tests_passed": 1.0}, "memo": {"memo.answered": 1.0}}
TINY = load_source(SMALL.entry("week0_tiny").source, SMALL)


def cell(key: str) -> SourceCell:
    return next(item for item in TINY.cells if item.key == key)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_mistake_names_file_line_found_and_expected(path: Path) -> None:
    case = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    with pytest.raises(SourceError) as caught:
        read_source(path.read_text(encoding="utf-8"), path.name, SHARES)
    error = caught.value
    assert (error.file, error.line) == (path.name, case["line"])
    assert case["found"] in error.found
    assert case["expected"] in error.expected
    assert str(error).startswith(f"{path.name}:{case['line']}: found ")


def test_every_case_has_what_it_expects() -> None:
    assert len(CASES) > 60
    assert {path.stem for path in CASES} == {path.stem for path in CASES[0].parent.glob("*.json")}


def test_a_share_for_a_person_is_refused_where_no_person_scores() -> None:
    text = (Path(__file__).parent / "cases" / "sources" / "task_without_tests.source").read_text(encoding="utf-8")
    with pytest.raises(SourceError, match=r"a:1: found 1 points for a person on a task cell"):
        read_source(text, "a", {"task": {"tasks.tests_passed": 0.5, "manual": 0.5}})


def test_a_source_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.source"
    path.write_bytes("# %% [markdown]\n# Grüße\n".encode("latin-1"))
    with pytest.raises(SourceError, match="no UTF-8"):
        load_source(path, SMALL)


@pytest.mark.parametrize("name", NAMES)
def test_jupytext_reads_the_same_cells(name: str) -> None:
    """Our reader is a stricter one, not another one: types, texts and options agree with jupytext's."""
    text = ENTRIES[name][1].source.read_text(encoding="utf-8")
    ours = read_percent(text, name)
    theirs = jupytext.reads(text, fmt="py:percent").cells
    assert [item.cell_type for item in ours] == [item.cell_type for item in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.text == other.source.strip("\n")
        options = {option: value for option, value in other.metadata.items() if option != "lines_to_next_cell"}
        assert dict(mine.options) == options


MARKS = {
    "a byte order mark, as Notepad writes it": ("", "\ufeff"),
    "a cell folded in JupyterLab": ('jupyter={"source_hidden": true}', ""),
    "the property inspector of JupyterLab 4": ('editable=true slideshow={"slide_type": ""}', ""),
    "blank lines that jupytext kept": ("lines_to_next_cell=2", ""),
    "a folded output": ("collapsed=true scrolled=true trusted=false deletable=false", ""),
    "a folded heading": ("jp-MarkdownHeadingCollapsed=true", ""),
    "VS Code": ('vscode={"languageId": "python"}', ""),
    "Colab": ('id="aB3" outputId="c4" cellView="form" colab={"base_uri": "https://localhost:8080/"}', ""),
    "Kaggle": ('_kg_hide-input=true _cell_guid="79c7e3d0"', ""),
    "papermill": ('papermill={"duration": 0.02} execution={"iopub.execute_input": "2026"}', ""),
}


@pytest.mark.parametrize(("options", "before"), MARKS.values(), ids=MARKS)
@pytest.mark.parametrize("header", ["# %%", '# %% [markdown] memo="m" points=1', '# %% key="k"'])
def test_what_an_editor_writes_for_itself_is_left_out(options: str, before: str, header: str) -> None:
    """The text stays the author's; jupytext puts its marks behind the header."""
    if "memo" in header:
        body = "# Say.\n#\n# <!-- BEGIN SOLUTION -->\n# It is so.\n# <!-- END SOLUTION -->\n"
    else:
        body = "x = 1\n"
    shares = {"memo": {"memo.answered": 1.0}}
    (plain,) = read_source(f"{header}\n{body}", "a", shares).cells
    assert read_source(f"{before}{header} {options}\n{body}", "a", shares).cells == (plain,)


@pytest.mark.parametrize("mark", ["edited=true", "points=2", 'Jupyter="x"'])
def test_an_option_that_no_editor_writes_is_still_refused(mark: str) -> None:
    with pytest.raises(SourceError, match=f"found the option {mark.partition('=')[0]}="):
        read_source(f"# %% {mark}\nx = 1\n", "a", SHARES)


HEADER = """# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: -all
#     formats: ipynb,py:percent
#     text_representation:
#       jupytext_version: 1.19.5
# ---

"""


@pytest.mark.parametrize("end", ["# %%\n", "# %%\n\n\n# %% [markdown]\n#\n", "# %% editable=true\n"])
def test_an_empty_cell_at_the_end_is_left_out(end: str) -> None:
    """JupyterLab keeps one there. One in the middle, or one that has a role, is somebody's mistake."""
    text = "# %%\nx = 1\n"
    assert read_source(f"{HEADER}{text}\n{end}", "a", SHARES).cells[0].text == "x = 1"
    assert len(read_source(text + end, "a", SHARES).cells) == 1
    for wrong in (f"{end}{text}", text + '# %% key="kept"\n', "# %%\n"):
        with pytest.raises(SourceError, match="found an empty cell"):
            read_source(wrong, "a", SHARES)


@pytest.mark.parametrize("name", NAMES)
def test_a_source_saved_from_jupyter_reads_as_before(name: str) -> None:
    """Through jupytext itself, every cell marked as JupyterLab, VS Code and Colab mark it."""
    course, entry = ENTRIES[name]
    notebook = jupytext.reads(entry.source.read_text(encoding="utf-8"), fmt="py:percent")
    notebook.metadata.setdefault("jupytext", {})["cell_metadata_filter"] = "all"
    for item in notebook.cells:
        item.metadata |= {
            "jupyter": {"source_hidden": True}, "editable": True, "slideshow": {"slide_type": ""}, "scrolled": True,
            "jp-MarkdownHeadingCollapsed": True, "vscode": {"languageId": "python"}, "colab": {"base_uri": "https://a/"},
        }  # fmt: skip
    notebook.cells.append(jupytext.reads("# %%\n", fmt="py:percent").cells[0])
    saved = jupytext.writes(notebook, fmt="py:percent")
    assert "source_hidden" in saved
    again = read_source(saved, "a", course.shares, course.check_options).cells
    before = load_source(entry.source, course).cells
    assert [(item.key, item.role, item.text, item.points) for item in again] == [
        (item.key, item.role, item.text, item.points) for item in before
    ]


def test_roles_come_from_the_header() -> None:
    roles = {item.key: item.role for item in TINY.cells}
    assert roles["tiny"] is Role.PROSE
    assert roles["parameters"] is Role.PARAMETERS
    assert roles["begin"] is Role.CODE
    assert roles["double"] is Role.TASK
    assert roles["double-tests"] is Role.TESTS
    assert roles["one"] is Role.EXPERIMENT
    assert roles["thoughts"] is Role.MEMO
    assert roles["whole"] is Role.NOTEBOOK


def test_a_memo_may_belong_to_an_experiment() -> None:
    assert cell("template").role is Role.MEMO
    assert cell("template").options == {"experiment": "one"}


def test_points_are_shared_as_the_course_says() -> None:
    one = cell("one")
    assert one.checks == (
        CheckPoints("experiments.one_change", 5.0),
        CheckPoints("experiments.predicted_first", 3.0),
    )
    assert one.manual == 2.0
    assert one.options["vary"] == ["speed", "size"]


def test_a_source_overrides_shares_and_a_checks_options_join_the_courses() -> None:
    checks = {item.check: item for item in cell("whole").checks}
    assert checks["form.no_errors"].points == 2.0
    assert checks["metrics.near_reference"].options == {"values": ["model.macro_f1"]}
    assert checks["integrity.chain"].points == 0.0
    header = '# %% experiment="a" vary="x" points=1 checks={"seeds.enough": {"points": 1, "exploring": ["b"]}}'
    text = f"{header}\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n"
    (joined,) = read_source(text, "a.py", {}, {"seeds.enough": {"minimum": 4}}).cells[0].checks
    assert joined.options == {"minimum": 4, "exploring": ["b"]}


def test_lines_and_headings_are_known() -> None:
    lines = SMALL.entry("week0_tiny").source.read_text(encoding="utf-8").splitlines()
    for item in TINY.cells:
        assert lines[item.line - 1].startswith("# %%")
    assert cell("double").heading == "Tiny"
    assert cell("largest-tests").heading == "A task whose solution is a statement"
    assert cell("double-tests").grades == "double"


def test_a_heading_in_a_solution_is_none_that_students_read() -> None:
    text = (
        '# %% [markdown] memo="a" points=1 manual=1\n# ## What is known\n# <!-- BEGIN SOLUTION -->\n'
        "# ## The answer\n"
        '# Forty-two.\n# <!-- END SOLUTION -->\n\n# %% key="b"\nx = 1\n'
    )
    cells = read_source(text, "a.py", {}, {}).cells
    assert [item.heading for item in cells] == ["What is known", "What is known"]


def test_keys_are_unique_and_stay_short() -> None:
    prose = load_source(SMALL.entry("week0_prose").source, SMALL)
    assert [item.key for item in prose.cells] == ["nothing-to-run", "nothing-to-run-2"]


@pytest.mark.parametrize(
    ("text", "markdown", "key"),
    [
        ("## Über Größe\n\ntext", True, "uber-groe"),
        ("Some words first", True, "some-words-first"),
        ("# Load the data\nx = 1", False, "load-the-data"),
        ("x = 1\n\n\ndef fit_model():\n    pass", False, "fit-model"),
        ("value = compute(3)", False, "value-compute-3"),
        ("数据", True, "cell-7"),
    ],
)
def test_a_key_is_suggested_from_what_a_cell_says(text: str, markdown: bool, key: str) -> None:
    assert suggest(text, markdown=markdown, position=7) == key


def test_a_slug_is_cut_at_a_word() -> None:
    assert slug("one two three four five six seven eight nine ten") == "one-two-three-four-five-six-seven-eight"
    assert len(slug("x" * 90)) == 40


def test_metrics_of_a_call_that_is_no_data_sets_are_not_held_against_the_courses() -> None:
    text = '# %%\nmodel.compile(metrics=["AUC"])\ndata = Dataset.split_from("x", a, b, metrics=METRICS)\n'
    assert len(read_source(text, "a", SHARES).cells) == 1
    with pytest.raises(SourceError, match=r"a:2: found 'AUC' in metrics="):
        read_source('# %%\nx = dataset.Dataset("x", metrics=["AUC"])\n', "a", SHARES)

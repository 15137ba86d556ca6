"""In a real kernel: records show as markup, figures as pictures, and a restart goes on."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from paribus.records.block import find_records

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

Page = Any  # nbformat's nodes have no types
SETUP = """
import numpy as np, paribus
from packaging.version import Version
from types import SimpleNamespace as N
labels = np.array([0, 1, 2] * 20)
data = N(train=N(texts=("a", "b"), labels=np.array([0, 1])), validation=N(texts=("t",) * 60, labels=labels),
         classes=("a", "b", "c"), source="synthetic/test", fingerprint="f" * 16, split_digest="5" * 16)
notebook = paribus.begin("week1_lab", release="abc")
"""
PREDICT = """
experiment = notebook.experiment("b", vary="b")
experiment.predict(metric="macro_f1", direction="none", low=-1, high=1, why="nothing will happen here");
"""
CELLS = (
    SETUP,
    "notebook.use(data)",
    "from paribus import figures\nfigures.text_lengths([1, 2, 3], 2)",
    "%matplotlib inline\nfigures.text_lengths([1, 2, 3], 2)",
    "def train(config, data, run):\n    run.log(epoch=1, train_loss=1.0, predictions=labels)",
    PREDICT,
    "experiment.run('baseline', train, {'b': 1}, data=data, seed=0)",
    "experiment.run('changed', train, {'b': 2}, data=data, seed=0)",
    "experiment.report()",
    "notebook.summary()",
    "from paribus.display.show import executed_cells\nprint(executed_cells()[2])",
    "def own(config, data, run):\n    np.random.seed(7)\n    run.log(epoch=1, predictions=np.random.choice(3, 60))",
    "%%time\nnotebook.run('own', own, {'b': 1}, data=data, seed=3);",
)


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Page:
    folder: Path = tmp_path_factory.mktemp("kernel")
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    nbclient.NotebookClient(page, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return page


def mimes(cell: Page) -> list[set[str]]:
    return [set(output.data) for output in cell.outputs if "data" in output]


def test_a_record_shows_as_markup_with_a_plain_line_beside_it(executed: Page) -> None:
    (output,) = executed.cells[1].outputs
    assert set(output.data) == {"text/html", "text/plain"}
    assert "BEGIN PARIBUS RECORD" in output.data["text/html"]
    assert "PARIBUS RECORD" not in output.data["text/plain"]


def test_a_run_tells_the_versions_of_what_the_notebook_imports(executed: Page) -> None:
    """The kernel itself has imported many libraries more."""
    html = "".join(output.data.get("text/html", "") for output in executed.cells[6].outputs if "data" in output)
    (start,) = [item.record for item in find_records(html) if item.record and item.record.kind == "start"]
    assert start.environment["libraries"] == f"packaging {version('packaging')}"


@pytest.mark.parametrize("position", [2, 3], ids=["without %matplotlib inline", "with it"])
def test_a_figure_as_the_last_line_shows_once_as_a_picture(executed: Page, position: int) -> None:
    picture, words = executed.cells[position].outputs
    assert set(picture.data) == {"image/png", "text/plain"}
    assert picture.metadata["image/png"]["alt"].startswith("Histogram of the lengths of 3 texts in words")
    assert "<summary>the figure in words</summary><p>Histogram of the lengths" in words.data["text/html"]


@pytest.mark.parametrize("template", ["classic", "lab"])
def test_an_export_says_of_every_picture_what_it_shows(executed: Page, template: str) -> None:
    """As its alternative text, where the template knows any, and below it."""
    nbconvert = pytest.importorskip("nbconvert")
    page, _ = nbconvert.HTMLExporter(template_name=template).from_notebook_node(executed)
    assert page.count("<p>Histogram of the lengths of 3 texts") == 2
    if template == "classic":
        assert page.count('alt="Histogram of the lengths of 3 texts') == 2
        assert 'alt="Both arms by seed, b 1 to 2, 1 seeds' in page
        assert "No description" not in page


def test_a_start_folds_every_setting_away(executed: Page) -> None:
    shown = "".join(output.data.get("text/html", "") for output in executed.cells[7].outputs if "data" in output)
    assert "<summary>every setting, and where it ran</summary>" in shown


def test_a_session_knows_the_cells_that_ran(executed: Page) -> None:
    assert executed.cells[10].outputs[0].text == "notebook.use(data)\n"


def test_the_cells_are_read_before_a_run_trains(executed: Page) -> None:
    """Whatever magic the cell that runs has; of the arms above, which draw nothing, no cell is named."""
    shown = ["".join(output.data.get("text/html", "") for output in cell.outputs if "data" in output)
             for cell in executed.cells]  # fmt: skip
    assert "own seeds with 7 (In [12], line 2)" in shown[12]
    assert not any("(In [" in text for text in shown[:12])


def test_code_defined_in_cells_has_digests(executed: Page) -> None:
    from html import unescape

    (start,) = (
        found.record
        for output in executed.cells[6].outputs if "data" in output and "text/html" in output.data
        for found in find_records(unescape(output.data["text/html"]))
        if found.record is not None and found.record.kind == "start"
    )  # fmt: skip
    assert len(start.code["training"]) == 16
    assert start.assignment == "week1_lab"


def test_the_report_shows_its_table_and_its_figure_once(executed: Page) -> None:
    assert sum("image/png" in kinds for kinds in mimes(executed.cells[8])) == 1
    shown = "".join(output.data.get("text/html", "") for output in executed.cells[8].outputs)
    assert shown.count("Experiment b: b 1 → 2") == 1


def test_an_epoch_is_one_line_of_output(executed: Page) -> None:
    lines = [output.text for output in executed.cells[6].outputs if output.output_type == "stream"]
    assert "".join(lines) == "epoch 1: training loss 1.0000, accuracy 1.0000, macro-F1 1.0000\n"


WITHOUT_WIDGETS = "import sys\nsys.modules['ipywidgets'] = None"


@pytest.mark.parametrize(("begin", "red"), [("1", True), ("paribus.begin('week1_lab')", False)])
def test_a_kernel_without_widgets_leaves_no_red_box(tmp_path: Path, begin: str, red: bool) -> None:
    """As a fresh JupyterLab is; what loads models and data asks tqdm for its notebook's bars."""
    cells = (WITHOUT_WIDGETS, f"import paribus\n{begin}", "import tqdm.auto")
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    nbclient.NotebookClient(page, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = "".join(output.text for output in page.cells[2].outputs)
    assert ("TqdmWarning: IProgress not found" in shown) is red

"""Where what a person brought lies is told by the host's own module, or by the notebook's setup cell."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator.platforms.choose import platforms
from paribus import hosts as package
from paribus.data.given import find_file
from paribus.experiments.notebook import Notebook
from paribus.hosts import known as hosts
from paribus.records.attached import find_attached, go_on
from paribus.zoo.where import places

NEW = """
from pathlib import Path
from paribus.hosts.host import Host
HOST = Host("Campus", "CAMPUS", (Path("/shared"),), Path("/shared"), "Ask for {copy}, and set {setting}", "ask")
"""


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The names of a notebook that IPython runs."""
    found: dict[str, object] = {}
    shell = SimpleNamespace(user_ns=found)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    return found


def test_every_host_is_a_module() -> None:
    assert [host.title for host in hosts.known()] == ["Colab", "Kaggle"]
    assert hosts.here({"KAGGLE_KERNEL_RUN_TYPE": "Batch"}) is hosts.known()[1]
    assert hosts.here({}) is None
    assert {item.partition(".")[0] for item in platforms()} >= {host.title.lower() for host in hosts.known()}


def test_a_module_more_is_a_host_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "campus.py").write_text(NEW)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    hosts.known.cache_clear()
    try:
        assert [host.title for host in hosts.known()] == ["Colab", "Kaggle", "Campus"]
        assert hosts.inputs()[-1] == hosts.folders()[-1] == Path("/shared")
        assert places({"CAMPUS": "1"}, tmp_path, tmp_path)[0] == Path("/shared")
    finally:
        hosts.known.cache_clear()
        sys.modules.pop("paribus.hosts.campus", None)


def test_the_folder_of_an_added_platform_is_read_from_the_setup_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: dict[str, object]
) -> None:
    """`Place.folder` of the platform's table is PLACE in the notebook."""
    work, shared = tmp_path / "work", tmp_path / "shared"
    work.mkdir()
    shared.mkdir()
    monkeypatch.chdir(work)
    assert hosts.of_this_notebook() == ()
    names["PLACE"] = shared
    assert hosts.inputs() == (Path("/kaggle/input"), shared)
    (shared / "cars.csv").touch()
    assert find_file("cars.csv") == shared / "cars.csv"
    assert places({}, tmp_path, work)[0] == shared
    assert places({"KAGGLE_KERNEL_RUN_TYPE": "Batch"}, tmp_path, work)[0] == Path("/kaggle/input")


@pytest.mark.parametrize("place", [".", "..", "/kaggle/input", "/content", "text"])
def test_a_folder_of_ones_own_or_of_a_known_host_is_no_other_place(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: dict[str, object]
) -> None:
    """Jupyter's is the notebook's folder: its own session is no earlier one."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    names["PLACE"] = place if place == "text" else Path(place).resolve()
    assert hosts.of_this_notebook() == ()


def test_an_earlier_session_is_found_below_that_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notebook: Notebook
) -> None:
    notebook.value("a.b", 1)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    shutil.copytree(notebook.session.folder, tmp_path / "shared" / "mine")
    assert find_attached("week1_homework", hosts.inputs()) is None
    monkeypatch.setattr(hosts, "value_of_session", {"PLACE": tmp_path / "shared"}.get)
    assert find_attached("week1_homework", hosts.inputs()) is not None
    (tmp_path / "new").mkdir()
    go_on(tmp_path / "new" / "week1_homework", "week1_homework")
    assert (tmp_path / "new" / "week1_homework" / "session.json").is_file()

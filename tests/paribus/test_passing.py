"""What to pass is said in the words of the place: a notebook's cell, a platform's buttons, a command's option."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from paribus.data.files import read_table
from paribus.data.hub import unreachable
from paribus.display.show import names_of_session
from paribus.errors import DataError
from paribus.hosts.option_words import setting, without_network


@pytest.fixture(name="notebook")
def notebook_session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The names of a notebook that IPython runs."""
    names: dict[str, object] = {"PROFILE": "full", "DATA": None}
    shell = SimpleNamespace(user_ns=names)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    return names


def test_on_the_command_line_there_are_options() -> None:
    assert names_of_session() is None
    assert setting("DATA", "synthetic") == "--data synthetic"
    assert without_network("DATA", "a copy", "synthetic") == "Pass a copy with --data FILE, or --data synthetic."
    assert without_network("DATA", "a copy") == "Pass a copy with --data FILE."


def test_in_a_notebook_there_are_names(notebook: dict[str, object]) -> None:
    assert setting("DATA", "synthetic") == 'DATA = "synthetic"'
    del notebook["DATA"]
    assert setting("DATA", "synthetic") == 'DATA = "synthetic"'
    notebook["ZOO_DATA"] = None
    assert setting("DATA", "synthetic") == 'ZOO_DATA = "synthetic"'


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"KAGGLE_KERNEL_RUN_TYPE": "Interactive"}, ["Switch the internet on", "Add Input", '"/kaggle/input/…"']),
        ({"COLAB_RELEASE_TAG": "r"}, ["Upload a copy with the folder symbol", '"/content/…"']),
        ({}, ['Put a copy beside the notebook, and set DATA = "FILE"']),
    ],
)
@pytest.mark.usefixtures("notebook")
def test_each_platform_has_its_own_way(environment: dict[str, str], words: list[str]) -> None:
    said = without_network("DATA", "a copy", "synthetic", environment=environment)
    assert all(word in said for word in words)
    assert 'or set DATA = "synthetic"' in said
    assert "--" not in said


@pytest.mark.usefixtures("notebook")
def test_full_data_without_internet_speak_as_a_notebook_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
    said = unreachable("owner/set", "no network")
    assert "attach a copy (.parquet or .csv) with Add Input" in said
    with pytest.raises(DataError, match=r'There is no file .*: DATA = "FILE"\.$'):
        read_table(tmp_path / "none.csv")

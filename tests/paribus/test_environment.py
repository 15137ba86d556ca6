"""The environment names versions and the device, and imports nothing to find out."""

import sys
import types
from collections.abc import Callable, Iterator
from datetime import UTC
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest

from paribus.records import environment
from paribus.records.session import utc_now


@pytest.mark.parametrize(
    ("cuda", "mps", "name"), [(True, False, "Tesla T4"), (False, True, "mps"), (False, False, "cpu")]
)
def test_the_device_is_the_one_torch_would_use(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, name: str
) -> None:
    torch = SimpleNamespace(
        cuda=SimpleNamespace(
            is_available=lambda: cuda, current_device=lambda: 0, get_device_name=lambda _: "Tesla T4"
        ),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert environment.device_name() == name


def test_without_torch_a_run_is_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert environment.device_name() == "cpu"
    assert "torch" not in sys.modules


def test_libraries_that_are_not_installed_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "LIBRARIES", ("numpy", "no-such-library"))
    found = environment.environment()
    assert "numpy" in found
    assert "no-such-library" not in found


def install(site: Path, library: str, package: str, told: str = "1.0") -> None:
    """A library that brings a package, as pip leaves it."""
    (site / package).mkdir(exist_ok=True)
    (site / package / "__init__.py").write_text("class Thing: ...\ndef make(): ...\nNUMBER = 3\n", encoding="utf-8")
    info = site / f"{library.replace('-', '_')}-{told}.dist-info"
    info.mkdir()
    text = f"Metadata-Version: 2.1\nName: {library}\nVersion: {told}\n"
    (info / "METADATA").write_text(text, encoding="utf-8")
    (info / "top_level.txt").write_text(package, encoding="utf-8")


Run = Callable[[str], str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The libraries that are recorded once a notebook has run this code."""
    monkeypatch.syspath_prepend(str(tmp_path))
    notebook = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", notebook)
    before = set(sys.modules)

    def code(text: str) -> str:
        environment._versions.cache_clear()
        exec(text, vars(notebook))  # noqa: S102 - the cells of a notebook
        return environment.environment().get(environment.OTHERS, "")

    yield code
    environment._versions.cache_clear()
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize(
    "cell", ["import pack_a", "import pack_a as a", "from pack_a import Thing", "from pack_a import make"]
)
def test_a_library_that_the_notebook_imports_is_told_with_its_version(run: Run, tmp_path: Path, cell: str) -> None:
    install(tmp_path, "pack_a", "pack_a", "2.5.1+cpu")
    assert run("import json, math, sys; x = 3; y = sys.path") == ""
    assert run(cell) == "pack_a 2.5.1+cpu"


def test_libraries_are_in_the_order_of_the_alphabet_and_those_with_an_entry_of_their_own_are_in_no_other(
    run: Run, tmp_path: Path
) -> None:
    install(tmp_path, "pack_b", "pack_b")
    install(tmp_path, "pack_a", "pack_a")
    assert run("import pack_b, numpy, pack_a, paribus") == "pack_a 1.0, pack_b 1.0"


def test_a_library_is_told_by_its_own_name_where_its_package_has_another(run: Run, tmp_path: Path) -> None:
    install(tmp_path, "python-pack", "pack_c")
    assert run("from pack_c import Thing") == "python-pack 1.0"


def test_what_is_no_library_or_may_be_several_is_left_out(run: Run, tmp_path: Path) -> None:
    """A file beside the notebook, a package that two libraries share, a version that is none."""
    (tmp_path / "helpers_beside.py").write_text("import json\n", encoding="utf-8")
    install(tmp_path, "pack-one", "pack_d")
    install(tmp_path, "pack-two", "pack_d")
    install(tmp_path, "pack_e", "pack_e", "1.0 of mine")
    assert run("import helpers_beside, pack_d, pack_e") == ""


def test_a_library_that_was_removed_by_halves_is_left_out(run: Run, tmp_path: Path) -> None:
    install(tmp_path, "pack_h", "pack_h")
    (tmp_path / "pack_h-1.0.dist-info" / "METADATA").unlink()
    assert run("import pack_h") == ""
    assert run("import importlib_metadata, pack_h") == "importlib_metadata " + version("importlib_metadata")


def test_at_most_forty_libraries_are_told(run: Run, tmp_path: Path) -> None:
    for number in range(60):
        install(tmp_path, f"pack_{number:02}", f"pack_{number:02}")
    told = run("\n".join(f"import pack_{number:02}" for number in range(60)))
    assert told.split(", ") == [f"pack_{number:02} 1.0" for number in range(40)]
    assert environment.as_entry(environment.other_libraries({environment.OTHERS: told})) == told


def test_an_environment_without_the_entry_has_no_other_libraries() -> None:
    """Records that older versions wrote."""
    assert environment.other_libraries({"numpy": "2.0"}) == {}


def test_times_are_in_utc() -> None:
    assert utc_now().tzinfo is UTC

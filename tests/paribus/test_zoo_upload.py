"""A zoo that comes as files: a zip or all of a folder's, kept as the folder it was, and checked."""

import io
import sys
import types
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from paribus.errors import DataError
from paribus.zoo import find, open_zoo, upload
from tests.paribus.test_zoo import write_zoo


@pytest.fixture(name="handed")
def handed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files of a zoo that is nowhere that is looked in."""
    folder = write_zoo(tmp_path / "instructor" / "week2")
    here = tmp_path / "colab" / "content"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(tmp_path / "colab"))
    monkeypatch.delenv("PARIBUS_ZOO", raising=False)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def zipped(files: Mapping[str, bytes], within: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(within + name, content)
        archive.writestr("__MACOSX/._zoo.json", b"of a Mac")
        archive.mkdir("empty")
    return buffer.getvalue()


@pytest.mark.parametrize("within", ["", "week2/", "zoos/2027S/week2/", "../../", "C:\\zoo\\"])
def test_a_zip_becomes_the_folder_it_was(handed: dict[str, bytes], within: str) -> None:
    """Wherever its files stood in it; nothing is written elsewhere."""
    folder = upload("week2", ask=lambda: {"week2 (1).zip": zipped(handed, within)})
    assert folder == Path("zoo/week2")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == handed
    assert [path.name for path in Path().iterdir()] == ["zoo"]
    assert open_zoo(find("week2")).models == ("Alpha",)


def test_all_files_at_once_become_the_folder_too(handed: dict[str, bytes]) -> None:
    """A browser numbers what it downloads a second time."""
    renamed = {name.replace("Alpha.", "Alpha (1)."): content for name, content in handed.items()}
    folder = upload("week2", ask=lambda: renamed)
    assert {path.name for path in folder.iterdir()} == set(handed)


def test_what_is_there_is_not_asked_for(handed: dict[str, bytes], capsys: pytest.CaptureFixture[str]) -> None:
    """So that "Run all" does not wait for a second time."""
    upload("week2", ask=lambda: handed)

    def never() -> Mapping[str, bytes]:
        raise AssertionError("asked again")

    assert upload("week2", ask=never).resolve() == Path("zoo/week2").resolve()
    assert "are here already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda files: {}, r"The card zoo\.json is not among what you chose \(nothing\)"),
        (lambda files: {"Alpha.json": files["Alpha.json"]}, r"not among what you chose \(Alpha\.json\)"),
        (lambda files: {name: files[name] for name in files if name != "Alpha.csv"}, r"Alpha\.csv is missing"),
        (lambda files: {**files, "Alpha.json": b"{}"}, r"Alpha\.json: was changed or cut short"),
        (lambda files: {"week2.zip": b"no zip"}, r"week2\.zip cannot be opened as a zip"),
        (lambda files: {"week2.zip": zipped(files)[:200]}, r"week2\.zip cannot be opened as a zip"),
    ],
)
def test_what_is_wrong_with_the_files_is_said(
    handed: dict[str, bytes], change: Callable[[dict[str, bytes]], dict[str, bytes]], told: str
) -> None:
    with pytest.raises(DataError, match=told):
        upload("week2", ask=lambda: change(handed))
    upload("week2", ask=lambda: handed)


def test_another_zoo_and_a_bomb_are_refused(
    handed: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_zoo(tmp_path / "instructor" / "other", name="pathologies")
    files = {path.name: path.read_bytes() for path in other.iterdir()}
    with pytest.raises(DataError, match="chose the zoo 'pathologies'; this notebook needs 'week2'"):
        upload("week2", ask=lambda: files)
    monkeypatch.setattr("paribus.zoo.uploading.MOST_BYTES", 100)
    with pytest.raises(DataError, match="would unpack to more than 100 bytes"):
        upload("week2", ask=lambda: {"week2.zip": zipped(handed)})


def test_colab_asks_and_keeps_no_second_copy(handed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> Mapping[str, bytes]:
        for name, content in handed.items():
            Path(name).write_bytes(content)
        return handed

    module = types.ModuleType("google.colab")
    module.files = types.SimpleNamespace(upload=ask)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", module)
    assert upload("week2") == Path("zoo/week2")
    assert [path.name for path in Path().iterdir()] == ["zoo"]


@pytest.mark.usefixtures("handed")
def test_elsewhere_it_says_where_the_folder_goes() -> None:
    with pytest.raises(DataError, match="Elsewhere put the folder of the models beside the notebook"):
        upload("week2")

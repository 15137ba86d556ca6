"""A zoo brought to Colab by its user: Colab's upload takes files and no folders, so a zip or all files at once."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from paribus.display.show import say
from paribus.errors import DataError
from paribus.files import write_atomic
from paribus.zoo.folder import open_zoo
from paribus.zoo.where import CARD, places, search

MOST_BYTES = 2_000_000_000

Ask = Callable[[], Mapping[str, bytes]]


def upload(name: str, *, into: Path = Path("zoo"), ask: Ask | None = None) -> Path:
    """The folder of the zoo called ``name``; where it is nowhere yet, its files are asked for and kept in ``into``.

    What is asked for may be one zip of the folder, or all files of the folder. DataError says what was not among
    them, and what is no zip.
    """
    found = search(name, places(os.environ, Path.home(), Path.cwd()))
    if found is not None:
        say(f"The models of {name} are here already.")
        return found
    say(f"Choose one zip of the folder {name}, or all files in it at once.")
    folder = into / name
    files = dict(_unpacked((ask or _ask_colab)()))
    if CARD not in files:
        listed = ", ".join(sorted(files)[:5]) or "nothing"
        raise DataError(
            f"The card {CARD} is not among what you chose ({listed}). Choose all files of the folder {name}, or "
            "one zip of it, and run this cell again."
        )
    for file, content in files.items():
        write_atomic(folder / file, content)
    opened = open_zoo(folder)
    if opened.name != name:
        raise DataError(f"You chose the zoo {opened.name!r}; this notebook needs {name!r}.")
    say(f"The models of {name} are in {folder}: {', '.join(opened.models)}.")
    return folder


def _unpacked(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The files by their bare names, zips opened; what a Mac adds is left out."""
    for file, content in files.items():
        if not file.lower().endswith(".zip"):
            yield _bare(file), content
            continue
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                inside = [
                    item for item in archive.infolist() if not item.is_dir() and "__MACOSX" not in item.filename
                ]
                if sum(item.file_size for item in inside) > MOST_BYTES:
                    raise DataError(f"{file} would unpack to more than {MOST_BYTES:,} bytes: it is no zoo.")
                yield from ((_bare(item.filename), archive.read(item)) for item in inside)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise DataError(f"{file} cannot be opened as a zip ({error}). Choose it again.") from error


def _bare(file: str) -> str:
    """A file's own name, without its folders and without the number of a second download: "Alpha (1).json"."""
    path = PurePosixPath(file.replace("\\", "/"))
    stem, _, number = path.stem.rpartition(" (")
    return f"{stem}{path.suffix}" if stem and number.rstrip(")").isdigit() else path.name


def _ask_colab() -> Mapping[str, bytes]:
    """Colab's own dialog. It leaves a copy of each file in the working folder, which is taken away."""
    try:
        from google.colab import files
    except ImportError as error:
        raise DataError(
            "This cell asks for files on Colab. Elsewhere put the folder of the models beside the notebook."
        ) from error
    chosen: dict[str, bytes] = files.upload()
    for name in chosen:
        Path(name).unlink(missing_ok=True)
    return chosen

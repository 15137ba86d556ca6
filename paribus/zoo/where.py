"""Where a zoo's folder is: found by looking for its card, never by a fixed path."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from paribus.errors import DataError
from paribus.hosts import known as hosts

CARD = "zoo.json"
CHECKSUMS = "checksums.json"
DEPTH = 6
"""How many folders down is looked: a data set may be mounted below its kind, its owner and its name."""
VARIABLE = "PARIBUS_ZOO"


def places(environment: Mapping[str, str], home: Path, here: Path) -> tuple[Path, ...]:
    """Where to look, in order: as the user says, where the host puts what was brought, the working folder and its
    ``zoo``, which may be a link, the folder above, the downloads.
    """
    said = [Path(environment[VARIABLE])] if environment.get(VARIABLE) else []
    host = hosts.here(environment)
    brought = hosts.of_this_notebook() if host is None else host.folders
    near = [here, here / "zoo", here.parent, home / "Downloads"]
    return (*said, *brought, *near)


def find(name: str, *, roots: Iterable[Path] | None = None) -> Path:
    """The folder of the zoo called ``name`` (as its card says, whatever the folder is called).

    Looked for under ``roots``, by default the folder that the environment variable PARIBUS_ZOO names,
    the folders of the host, then the working folder, the one above and the downloads. DataError says where was
    looked and what to do, also where two different editions were found.
    """
    looked = tuple(roots) if roots is not None else places(os.environ, Path.home(), Path.cwd())
    found = search(name, looked)
    if found is None:
        ways = "; ".join(f"on {host.title}, {host.zoo.format(name=name)}" for host in hosts.known())
        raise DataError(
            f"The zoo {name!r} is in none of {', '.join(str(root) for root in looked)}. "
            f"{ways[:1].upper()}{ways[1:]}; elsewhere put the folder beside the notebook, or set {VARIABLE} to it."
        )
    return found


def search(name: str, roots: Iterable[Path]) -> Path | None:
    """The zoo's folder below the first of ``roots`` that has it, or None; DataError where it has two editions."""
    for root in roots:
        found = sorted(folder for folder in _folders(root, DEPTH) if _name_in(folder / CARD) == name)
        if len({_edition(folder) for folder in found}) > 1:
            listed = ", ".join(str(folder) for folder in found)
            raise DataError(
                f"There are several editions of the zoo {name!r}: {listed}. Keep the one you were given."
            )
        if found:
            return found[0]
    return None


def _edition(folder: Path) -> tuple[bytes, ...]:
    """What tells editions apart: a zoo that was built again for a term has the same card and other models."""
    files = (folder / CARD, folder / CHECKSUMS)
    return tuple(file.read_bytes() if file.is_file() else b"" for file in files)


def _folders(root: Path, depth: int) -> Iterator[Path]:
    """``root`` and the folders below it, hidden ones left out; what may not be read is skipped."""
    if not root.is_dir():
        return
    yield root
    if depth == 0:
        return
    try:
        inner = sorted(item for item in root.iterdir() if item.is_dir() and not item.name.startswith("."))
    except OSError:
        return
    for folder in inner:
        if not folder.is_symlink():
            yield from _folders(folder, depth - 1)


def _name_in(card: Path) -> str | None:
    """The zoo's name in a card, None where there is no card or it is not one."""
    try:
        raw = json.loads(card.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(raw["name"]) if isinstance(raw, dict) and isinstance(raw.get("name"), str) else None

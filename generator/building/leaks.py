"""No line of a solution, a rubric or a hidden test in anything a student gets: the search that holds a build to it.

A line counts from 20 characters on, without its indent; a line that students see anyway (outside every region of
the course's sources, or in the form of an experiment) is no secret, and neither is an import.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from generator.building.forms import forms_of
from generator.platforms.choose import platform_names
from generator.sources.regions import region_lines
from generator.sources.source import Source

SHORTEST = 20
_EXPRESSION = re.compile(r"\{\{.*?\}\}")
_IMPORT = re.compile(r"^(from\s+\S+\s+)?import\s")


@dataclass(frozen=True)
class Leak:
    """One secret line in a student's file: where it comes from and where it was found."""

    file: str
    cell: str
    line: str
    found_in: str

    def __str__(self) -> str:
        """The leak as a sentence."""
        return f"{self.found_in} holds a line of the cell {self.cell!r} of {self.file}: {self.line!r}"


def secret_lines(sources: Iterable[Source]) -> dict[str, tuple[str, str]]:
    """Every secret line, stripped, with the file and cell it comes from."""
    listed = list(sources)
    visible: set[str] = set()
    secrets: dict[str, tuple[str, str]] = {}
    for source in listed:
        visible |= {line.strip() for form in forms_of(source).values() for line in form.source.split("\n")}
        for cell in source.cells:
            inside = {number for region in cell.regions for number in range(region.begin, region.end + 1)}
            lines = cell.text.split("\n")
            hidden = cell.only and not {"student", *platform_names()} & set(cell.only)
            if not hidden:
                visible |= {line.strip() for number, line in enumerate(lines) if number not in inside}
            kept = region_lines(cell.text, [region for region in cell.regions if region.kind != "RUBRIC"])
            for line in lines if hidden else (*kept, *(item.text for item in cell.rubric)):
                for piece in map(str.strip, _EXPRESSION.split(line)):
                    if len(piece) >= SHORTEST and not _IMPORT.match(piece):
                        secrets.setdefault(piece, (source.file, cell.key))
    return {line: origin for line, origin in secrets.items() if line not in visible}


def find_leaks(sources: Iterable[Source], files: Mapping[str, bytes]) -> tuple[Leak, ...]:
    """Every secret line in the files that students get, notebooks, wheels and texts, in order of the files."""
    secrets = secret_lines(sources)
    found = []
    for name, content in sorted(files.items()):
        for text_name, text in _texts(name, content):
            lines = {line.strip() for line in text.splitlines()}
            pieces = [secret for secret in secrets if secret in lines or (len(secret) >= 40 and secret in text)]
            found += [Leak(*secrets[secret], secret, text_name) for secret in pieces]
    return tuple(found)


def _texts(name: str, content: bytes) -> list[tuple[str, str]]:
    if name.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [(f"{name}:{item}", archive.read(item).decode(errors="replace")) for item in archive.namelist()]
    text = content.decode(errors="replace")
    if name.endswith(".ipynb"):
        cells = json.loads(text)["cells"]
        return [(name, "\n".join("".join(cell["source"]) for cell in cells))]
    if name.endswith(".json"):
        return [(name, "\n".join(_strings(json.loads(text))))]
    return [(name, text)]


def _strings(value: object) -> Iterator[str]:
    """Every text in a JSON value, as it was before it was written."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)

"""The house as its imports draw it: arrows point down; no circle, be it of modules or folders."""

import ast
import graphlib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("paribus", "generator", "grader")
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for room in ROOMS
    for path in (ROOT / room).glob("**/*.py")
    if "templates" not in path.parts
}


def imported(name: str) -> set[str]:
    """The modules of the house that a module imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(FILES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & FILES.keys()) or {node.module}
    # A package's own __init__ may gather what its modules define.
    return {other for other in found & FILES.keys() if other != name and not other.startswith(f"{name}.")}


@cache
def graph() -> dict[str, set[str]]:
    """What each module of the house imports."""
    return {name: imported(name) for name in FILES}


def test_no_modules_import_one_another_in_a_circle() -> None:
    graphlib.TopologicalSorter(graph()).prepare()


def side_by_side(name: str, other: str) -> tuple[str, str] | None:
    """The folders of a module and of one that it imports, up to where they part; None where they do not."""
    here, there = (FILES[module].relative_to(ROOT).parent.parts for module in (name, other))
    parts = next((at for at, (one, two) in enumerate(zip(here, there, strict=False)) if one != two), None)
    return None if parts is None else (".".join(here[: parts + 1]), ".".join(there[: parts + 1]))


def test_no_folders_import_one_another_in_a_circle() -> None:
    folders: dict[str, set[str]] = {}
    for name, others in graph().items():
        for above, below in filter(None, (side_by_side(name, other) for other in others)):
            folders.setdefault(above, set()).add(below)
    assert "grader.evidence" in folders["grader.checks"]
    graphlib.TopologicalSorter(folders).prepare()


@pytest.mark.parametrize(
    ("room", "below"), [("paribus", ()), ("generator", ("paribus",)), ("grader", ("paribus",))]
)
def test_arrows_point_down(room: str, below: tuple[str, ...]) -> None:
    allowed = {room, *below}
    wrong = {
        f"{name} -> {other}"
        for name, others in graph().items()
        for other in others
        if name.partition(".")[0] == room and other.partition(".")[0] not in allowed
    }
    assert not wrong


@pytest.mark.parametrize("room", ROOMS)
def test_at_most_four_files_lie_loose_at_the_root_of_a_room(room: str) -> None:
    """Python's own, such as __init__.py, are not counted; what is more belongs into a folder."""
    loose = [
        path.name for path in (ROOT / room).iterdir() if path.is_file() and not path.name.startswith(("__", "."))
    ]
    assert len(loose) <= 4, sorted(loose)


def test_the_drawing_sees_what_is_there() -> None:
    """A graph without arrows would pass as well."""
    assert "paribus.metrics.registry" in graph()["grader.evidence.groups"]
    assert "paribus.course.policy" in graph()["grader.commands.grade"]

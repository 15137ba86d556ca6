"""Settings of a course's profiles that no source takes, which are misspelt ones as a rule."""

import ast
import re
from collections.abc import Iterator

from generator.sources.source import Source, load_source
from paribus.course.assignment import Role
from paribus.course.catalog import Course
from paribus.course.near import did_you_mean
from paribus.course.reading import line_of
from paribus.errors import ParibusError


def untaken_settings(course: Course) -> tuple[str, ...]:
    """A sentence for each setting that is in no parameters cell and is asked for by no code that has the
    profiles: sources with PROFILES, the course's library, its zoos. None where a source cannot be read, since its
    own build says so.
    """
    try:
        sources = [load_source(entry.source, course) for entry in course.entries()]
    except ParibusError:
        return ()
    parameters = {name.lower() for source in sources for name in _parameters(source)}
    texts = [*_texts(course, sources)]
    notes = []
    for name in dict.fromkeys(name for profile in course.profiles.values() for name in profile.settings):
        asked = re.compile(rf"\.{name}\b|[\"']{name}[\"']")
        if name in parameters or any(asked.search(text) for text in texts):
            continue
        where = [f"[profiles.{item.name}]" for item in course.profiles.values() if name in item.settings]
        notes.append(
            f"{course.file}{line_of(str(course.file), name)}: no source takes the setting {name} of "
            f"{', '.join(where)}. Write {name.upper()} into a parameters cell, ask for profile.{name}, or leave it "
            "out."
            f"{did_you_mean(name, sorted(parameters - {'profile'}), 0.75)}"
        )
    return tuple(notes)


def _parameters(source: Source) -> Iterator[str]:
    """The names that its parameters cell sets."""
    for cell in source.cells:
        for node in ast.parse(cell.text).body if cell.role is Role.PARAMETERS else ():
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _texts(course: Course, sources: list[Source]) -> Iterator[str]:
    """What may ask a profile for a setting by its name."""
    for source in sources:
        if source.asks_profiles:
            yield from (cell.text for cell in source.cells if cell.cell_type == "code")
    packages = () if course.library is None else course.library.packages
    files = [*course.zoos.values(), *(path for folder in packages for path in folder.rglob("*.py"))]
    yield from (path.read_text(encoding="utf-8", errors="replace") for path in files)

"""All findings about the sources of some assignments, by file and line."""

from collections.abc import Callable, Sequence

from generator.linting.finding import Finding
from generator.linting.links import broken_links
from generator.linting.spelling import misspelt
from generator.sources.source import load_source
from paribus.course.catalog import Course, Entry


def lint(
    course: Course, entries: Sequence[Entry], *, reach: Callable[[str], str] | None = None
) -> tuple[Finding, ...]:
    """Misspelt words and broken links in the sources, in order. ``reach`` tries an external address and says what
    is wrong with it, or ""; None: external addresses are judged by their form alone.

    SourceError where a source cannot be read.
    """
    links = [
        finding
        for entry in entries
        for finding in broken_links(load_source(entry.source, course), entry, reach=reach)
    ]
    words = misspelt([entry.source for entry in entries], course.file.with_name("spelling.txt"))
    return tuple(sorted({*links, *words}))

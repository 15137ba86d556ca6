"""The rubric of a cell: one line for each thing that a person gives points for, or takes them.

``- 2: names two rescued classes`` between ``<!-- BEGIN RUBRIC -->`` and ``<!-- END RUBRIC -->`` in markdown; in
code as a comment, between ``### BEGIN RUBRIC`` and ``### END RUBRIC``.
"""

import re

from generator.sources.regions import Region
from paribus.course.errors import SourceError
from paribus.course.rubric import RubricLine, line_key

SHAPE = "`- points: text`, such as `- 2: names two rescued classes`"
_LINE = re.compile(r"^-\s+(?P<points>[^:]*?)\s*:\s+(?P<text>\S.*)$")
_POINTS = re.compile(r"^[+-]?\d+(\.\d+)?$")


def read_rubric(text: str, region: Region, *, file: str, line: int) -> tuple[RubricLine, ...]:
    """The lines of a rubric's region, in order, in a cell whose text begins at ``line`` of ``file``.

    Raises SourceError at a line of another shape, at points that are no number, at a line that is there already.
    """
    lines: dict[str, RubricLine] = {}
    for number in range(region.begin + 1, region.end):
        content = text.split("\n")[number].strip().removeprefix("#").strip()
        if not content:
            continue
        match = _LINE.match(content)
        if not match:
            raise SourceError(file, line + number, f"`{content}` in a rubric", SHAPE)
        if not _POINTS.match(match["points"]):
            raise SourceError(
                file, line + number, f"`{match['points']}` for the points of a rubric's line", f"a number: {SHAPE}"
            )
        if "{{" in match["text"]:
            raise SourceError(file, line + number, "an expression in a rubric", "words that stay as they are")
        words = " ".join(match["text"].split())
        key = line_key(words)
        if key in lines:
            raise SourceError(file, line + number, f"the rubric's line `{words}` a second time", "each line once")
        lines[key] = RubricLine(key, float(match["points"]), words)
    return tuple(lines.values())

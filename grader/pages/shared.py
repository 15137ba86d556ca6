"""What the pages share: the templates, the style, the policy against scripts, and words for outcomes."""

import base64
import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
from markupsafe import Markup

from grader.model import Outcome, Result
from grader.recover.text import harmless
from paribus.course.assignment import Assignment, Role

TEMPLATES = Path(__file__).parent / "templates"
SHOWN = 400
"""How much of one quoted text a page shows."""

_ROLES = {
    Role.TASK: "Task", Role.TESTS: "Task", Role.EXPERIMENT: "Experiment", Role.MEMO: "Written answer",
    Role.DIAGNOSIS: "Diagnosis", Role.NOTEBOOK: "All cells",
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """How an outcome looks and reads: a style class that is also the icon's name, and a word."""

    kind: str
    word: str


MARKS = {
    Outcome.PASSED: Mark("passed", "Met"),
    Outcome.FAILED: Mark("failed", "Not met"),
    Outcome.UNDECIDED: Mark("undecided", "A person will look"),
    Outcome.NOT_APPLICABLE: Mark("none", "Does not apply"),
}
STATUS = {
    "graded": "graded",
    "partial": "graded in part",
    "unreadable": "could not be read",
    "other_assignment": "belongs to another assignment",
}


@dataclass(frozen=True)
class CellTitle:
    """How people call a graded cell: what it is, and the heading above it; where several are under
    one heading, their own name as well.
    """

    role: str
    heading: str


@dataclass(frozen=True)
class CheckWords:
    """What people read of a check: its title, its sentence ("" where nobody knows), and by outcome what students
    read where the course keeps to itself what it compares with.
    """

    title: str
    about: str
    withheld: Mapping[str, str] = field(default_factory=dict)


def words_of(check: str, known: Mapping[str, CheckWords]) -> CheckWords:
    """The words for a check's name. A check of an older version, which today's table lacks, shows its name."""
    return known.get(check) or CheckWords(humanise(check), "")


def in_a_list(title: str) -> str:
    """``A baseline first`` → ``a baseline first``: a title as it is within a sentence."""
    return title[:1].lower() + title[1:]


def render(template: str, **values: object) -> str:
    """A page from a template. Everything is escaped, and a name that is not given is an error."""
    text = _environment().get_template(template).render(style=style(), policy=policy(), **values)
    # Blank lines are what the templates' own structure leaves.
    return re.sub(r"\n\s*\n+", "\n", text).strip() + "\n"


@functools.cache
def style() -> Markup:
    """The one style sheet, which every page carries in itself."""
    text = (TEMPLATES / "style.css").read_text(encoding="utf-8").strip()
    return Markup(re.sub(r"\n\s*\n+", "\n", text))  # noqa: S704  # our own file, in an element that knows no entities


@functools.cache
def policy() -> str:
    """The content security policy: this style sheet and pictures within the page, no script of anyone's."""
    digest = base64.b64encode(hashlib.sha256(f"\n{style()}\n".encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def cell_title(assignment: Assignment, key: str) -> CellTitle:
    """The title of a cell; a cell of another release keeps its key."""
    graded = [cell for cell in assignment.cells if cell.points or cell.checks or cell.key == key]
    for cell in graded:
        if cell.key != key:
            continue
        if cell.role is Role.NOTEBOOK:
            return CellTitle(_ROLES[cell.role], "The notebook as a whole")
        shared = [other for other in graded if other.heading == cell.heading and other.role is not Role.NOTEBOOK]
        name = humanise(cell.grades or key)
        heading = f"{cell.heading} · {name}" if len(shared) > 1 and cell.heading else cell.heading or name
        return CellTitle(_ROLES.get(cell.role, "Cell"), heading)
    return CellTitle("Cell", humanise(key))


def humanise(name: str) -> str:
    """``experiments.predicted_first`` → ``Experiments: predicted first``; ``macro-f1`` → ``Macro f1``."""
    words = name.replace(".", ": ").replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def who(result: Result) -> str:
    """What to call the person: the name, or what the platform or the file calls them."""
    return harmless(result.name or result.student or result.submission)


def points(value: float) -> str:
    """Points as people write them: 3, 2.5, never 3.0."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def shown(value: object) -> str:
    """One extracted value, short: numbers to four digits, lists by commas, mappings as name = value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        text = f"{value:.4g}"
    elif isinstance(value, Mapping):
        text = ", ".join(f"{name} = {shown(item)}" for name, item in value.items())
    elif isinstance(value, list | tuple):
        text = ", ".join(shown(item) for item in value)
    else:
        text = "none" if value is None else str(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + " …"


def environment(templates: Path) -> jinja2.Environment:
    """Templates of one folder: everything is escaped and cleaned, and a name that nobody gave is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_harmless_value,
    )  # fmt: skip


@functools.cache
def _environment() -> jinja2.Environment:
    found = environment(TEMPLATES)
    found.filters.update(points=points, shown=shown, in_a_list=in_a_list)
    return found


def _harmless_value(value: object) -> object:
    """What a template puts in: markup of our own as it is, everything else as text that turns nothing around."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value

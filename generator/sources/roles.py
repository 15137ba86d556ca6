"""What a cell's header may say, role by role, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

from generator.platforms.choose import platform_names
from paribus.course.assignment import Role
from paribus.records.simple import is_number

Kind = str
"""One of the names in `DESCRIPTIONS`."""

DESCRIPTIONS: Mapping[Kind, str] = {
    "text": "a text",
    "texts": "a text or a list of texts",
    "number": "a number",
    "checks": 'an object such as {"memo.answered": 3}',
}


@dataclass(frozen=True)
class Rules:
    """The rules of one role. ``options`` go into the released cell; ``graded`` roles need points;
    ``manual`` says whether a person may give points; ``solution`` whether there is a solution region.
    """

    cell_type: str
    options: Mapping[str, Kind]
    graded: bool = False
    manual: bool = False
    solution: bool = False


RULES: Mapping[Role, Rules] = {
    Role.PROSE: Rules("markdown", {}),
    Role.PARAMETERS: Rules("code", {}),
    Role.CODE: Rules("code", {"yours": "texts"}),
    Role.TASK: Rules("code", {"stub": "text"}, graded=True, solution=True),
    Role.TESTS: Rules("code", {}),
    Role.EXPERIMENT: Rules(
        "code",
        {"vary": "texts", "metric": "text", "min_seeds": "number", "stub": "text"},
        graded=True,
        manual=True,
        solution=True,
    ),
    Role.DIAGNOSIS: Rules(
        "code", {"zoo": "text", "model": "text", "stub": "text"}, graded=True, manual=True, solution=True
    ),
    Role.MEMO: Rules(
        "markdown",
        {"min_words": "number", "max_words": "number", "sections": "texts", "experiment": "text", "stub": "text"},
        graded=True,
        manual=True,
        solution=True,
    ),
    Role.NOTEBOOK: Rules("code", {}, graded=True),
}

# The options that make a cell what it is; their value is the role's name. A memo may belong to an experiment.
ROLE_OPTIONS: Mapping[str, Role] = {
    "memo": Role.MEMO,
    "task": Role.TASK,
    "tests": Role.TESTS,
    "experiment": Role.EXPERIMENT,
    "diagnosis": Role.DIAGNOSIS,
    "notebook": Role.NOTEBOOK,
}
# What editors write into a cell for themselves: JupyterLab, jupytext, VS Code, PyCharm, Colab, Kaggle, and whatever
# executes notebooks. None of it says anything about a cell's role, so it is left out.
EDITOR_MARKS = frozenset(
    """
    editable deletable collapsed scrolled trusted autoscroll jupyter slideshow hidden heading_collapsed
    jp-MarkdownHeadingCollapsed lines_to_next_cell lines_to_end_of_cell_marker vscode pycharm colab colab_type
    cellView outputId id _kg_hide-input _kg_hide-output _cell_guid _uuid execution ExecuteTime papermill
    """.split()
)
COMMON_OPTIONS: Mapping[str, Kind] = {"only": "texts", "tags": "texts"}
GRADED_OPTIONS: Mapping[str, Kind] = {"points": "number", "checks": "checks"}

VARIANTS = ("student", "solution", "instructor")

# Keys of the cells that the generator writes itself.
RESERVED_KEYS = ("badge", "setup", "handin", "handin-export")


def only_names() -> tuple[str, ...]:
    """For what a cell may be alone: a platform, the solution, the instructor."""
    return (*platform_names(), "solution", "instructor")


def allowed_options(role: Role) -> dict[str, Kind]:
    """Every option that a cell of this role may carry, by name."""
    rules = RULES[role]
    # A role's name is its key; only a cell without a name may be given one.
    names = {name: "text" for name, named in ROLE_OPTIONS.items() if named is role} or {"key": "text"}
    graded = {**GRADED_OPTIONS, **({"manual": "number"} if rules.manual else {})} if rules.graded else {}
    return {**names, **COMMON_OPTIONS, **graded, **rules.options}


def fits(value: object, kind: Kind) -> bool:
    """Whether an option's value is of its kind."""
    if kind == "text":
        return isinstance(value, str) and bool(value.strip())
    if kind == "texts":
        items = value if isinstance(value, list) else [value]
        return bool(items) and all(fits(item, "text") for item in items)
    if kind == "number":
        return is_number(value) and value >= 0
    return isinstance(value, dict)

"""The table of checks: every decorated function of the modules below, by name, and those of a course's own."""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType, ModuleType

from grader.checks import diagnosis, integrity, memo, seeds, tasks
from grader.checks.base import Check
from grader.checks.experiments import arms, result, template
from grader.checks.form import code, ran, text
from grader.checks.metrics import measured, reference, untouched
from grader.errors import CheckTableError
from paribus.course import own
from paribus.course.assignment import Assignment
from paribus.course.declared import with_own

MODULES: tuple[ModuleType, ...] = (
    tasks, template, result, arms, seeds, measured, untouched, reference, memo, ran, text, code, diagnosis,
    integrity,
)  # fmt: skip


def collect(modules: Iterable[ModuleType]) -> Mapping[str, Check]:
    """The checks that these modules define, by name.

    CheckTableError where two checks share a name, or a check's family is not its module's.
    """
    table: dict[str, Check] = {}
    for module in modules:
        family = module.__name__.removeprefix(f"{__name__}.").partition(".")[0]
        for item in vars(module).values():
            if not isinstance(item, Check):
                continue
            if item.name in table:
                raise CheckTableError(f"Two checks are called {item.name!r}; the second is in {module.__name__}.")
            if item.name.split(".")[0] != family:
                raise CheckTableError(f"The check {item.name!r} is in {module.__name__}; move it to its family.")
            table[item.name] = item
    return MappingProxyType(table)


CHECKS: Mapping[str, Check] = collect(MODULES)


def checks_of(assignment: Assignment) -> Mapping[str, Check]:
    """The checks that an assignment may ask for: ours, and those of the checks.py that it carries.

    CatalogError where that file cannot be imported, or its checks cannot be read.
    """
    text = assignment.own.get(own.CHECKS, "")
    return _with_own(text, f"{own.CHECKS} of {assignment.name}") if text else CHECKS


@cache
def _with_own(text: str, file: str) -> Mapping[str, Check]:
    declared = with_own(text, file)
    found = {item.name: item for item in vars(own.import_text(text, file)).values() if isinstance(item, Check)}
    return MappingProxyType({**CHECKS, **{name: item for name, item in found.items() if name in declared}})

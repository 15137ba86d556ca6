"""The table of checks: every decorated function of the families below, by name, and nothing else."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType, ModuleType

from grader.checks import diagnosis, experiments, form, integrity, memo, metrics, seeds, tasks
from grader.checks.base import Check
from grader.errors import CheckTableError

FAMILIES: tuple[ModuleType, ...] = (tasks, experiments, seeds, metrics, memo, form, diagnosis, integrity)


def collect(families: Iterable[ModuleType]) -> Mapping[str, Check]:
    """The checks that these modules define, by name.

    CheckTableError where two checks share a name, or a check's family is not its module's.
    """
    table: dict[str, Check] = {}
    for module in families:
        family = module.__name__.rsplit(".", 1)[-1]
        for item in vars(module).values():
            if not isinstance(item, Check):
                continue
            if item.name in table:
                raise CheckTableError(f"Two checks are called {item.name!r}; the second is in {module.__name__}.")
            if item.name.split(".")[0] != family:
                raise CheckTableError(
                    f"The check {item.name!r} stands in {module.__name__}; move it to its family."
                )
            table[item.name] = item
    return MappingProxyType(table)


CHECKS: Mapping[str, Check] = collect(FAMILIES)

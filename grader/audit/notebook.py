"""A submission's code as a notebook that can be run again, with the settings of the profile that it claims."""

import ast
from collections.abc import Mapping
from typing import Any

from grader.errors import AuditError
from grader.model import Case
from paribus.check.code.cells import parse
from paribus.course.assignment import Assignment, Role

LEFT_OUT = (Role.SETUP, Role.HANDIN)
"""Cells of ours that install packages or export the notebook: the sandbox has no network, and needs neither."""
PARAMETERS = "parameters"


def notebook_of(case: Case) -> dict[str, Any]:
    """The code cells in the file's order, without outputs. AuditError where some of the code is not there."""
    roles = {match.recovered.position: match.cell for match in case.matches.values() if match.recovered is not None}
    cells: list[dict[str, Any]] = []
    for cell in case.notebook.cells:
        released = roles.get(cell.position)
        if cell.cell_type != "code" or (released is not None and released.role in LEFT_OUT):
            continue
        if cell.cut:
            raise AuditError(f"the file does not hold the code of {case.cell_name(cell.position)}")
        tags = [PARAMETERS] if released is not None and released.role is Role.PARAMETERS else []
        cells.append(
            {
                "cell_type": "code", "id": f"cell-{cell.position}", "metadata": {"tags": tags},
                "source": cell.source, "outputs": [], "execution_count": None,
            }
        )  # fmt: skip
    if not any(cell["source"].strip() for cell in cells):
        raise AuditError("the file holds no code")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def own_settings(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """What the cell with the parameters sets, by name; None for what is no plain value."""
    found: dict[str, Any] = {}
    for cell in notebook["cells"]:
        tree = parse(cell["source"]).tree if PARAMETERS in cell["metadata"]["tags"] else None
        for node in tree.body if tree is not None else ():
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = _literal(node.value)
    return found


def _literal(node: ast.expr) -> Any:  # a setting is any plain value
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def claimed_profile(notebook: Mapping[str, Any], assignment: Assignment) -> str:
    """The profile that the notebook names, else the assignment's own."""
    named = own_settings(notebook).get("PROFILE")
    return named if isinstance(named, str) and named in assignment.profiles else assignment.profile


def settings_for(notebook: Mapping[str, Any], assignment: Assignment, profile: str) -> dict[str, Any]:
    """What papermill sets for another profile than the one that the notebook names: as far as the notebook has such
    a setting. Nothing for its own.
    """
    if profile == claimed_profile(notebook, assignment):
        return {}
    if profile not in assignment.profiles:
        raise AuditError(f"{assignment.name} has no profile {profile!r}; it has {', '.join(assignment.profiles)}")
    wanted = {name.upper(): value for name, value in assignment.profiles[profile].items()} | {"PROFILE": profile}
    return {name: value for name, value in wanted.items() if name in own_settings(notebook)}

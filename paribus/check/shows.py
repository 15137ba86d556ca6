"""What only shows something in a run's code: nothing that is printed or drawn changes a run."""

import ast

from paribus.check.names import called

DISPLAYS = frozenset(
    """
    print display info debug warning log say write title track tqdm trange set_description set_postfix format dump
    dumps str repr savefig show
    """.split()
)
"""Calls that show something: what goes into them changes no run."""
_STOPS = (ast.Raise, ast.Assert, ast.Pass)


def only_shows(branch: ast.If) -> bool:
    """What is below the condition only raises, or shows something."""
    return all(_shows(statement) for statement in (*branch.body, *branch.orelse))


def shown_in(tree: ast.AST) -> frozenset[int]:
    """The nodes of a tree that go into something shown, by identity."""
    return frozenset(
        id(inner)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and called(call) in DISPLAYS
        for part in (*call.args, *call.keywords)
        for inner in ast.walk(part)
    )


def _shows(statement: ast.stmt) -> bool:
    if isinstance(statement, _STOPS):
        return True
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return called(statement.value) in DISPLAYS | {"warn"}
    return False

"""What the code that is about to train says of itself, told before the training is paid for.

None of it is refused: code may have its reasons. What is certain, such as a second setting, an experiment refuses
by its records (`paribus.experiments.one_change`).
"""

import ast
from collections.abc import Iterator, Mapping

from paribus.check.choosing import choices_by
from paribus.check.left_out import early_ends, rows_left_out
from paribus.check.names import called, nearest, parameters
from paribus.check.reused import READ_OF_A_CONFIGURATION, kept_for_the_next_run
from paribus.check.shows import DISPLAYS
from paribus.display.markup import Table
from paribus.records.code import TRAINING, Reached
from paribus.records.outside import ENVIRONMENT

LONGEST = 90
NOT_SETTINGS = frozenset({"train_rows", "data", "subset", "code", "model", "patience", ""})
"""What may be varied without the training code reading a setting of that name."""


def look_before(
    reached: Reached, vary: str, settings: Mapping[str, object], rows: int
) -> tuple[tuple[str, str], ...]:
    """What is worth a second look before a run trains, as (function, sentence).

    ``settings`` are the run's knobs, ``rows`` the training rows that its record tells.
    """
    trees = {label: tree for label, tree in reached.trees.items() if tree is not None}
    found: list[tuple[str, str]] = []
    for label, tree in trees.items():
        name = reached.functions[label].__name__ if label == TRAINING else label
        found += [(name, sentence) for sentence in _of_function(tree, vary, rows, trees)]
    found += [("the experiment", sentence) for sentence in _misnamed(vary, settings, reached)]
    if vary in settings and vary not in NOT_SETTINGS and len(trees) == len(reached.trees):
        name = reached.functions[TRAINING].__name__
        found += [(name, sentence) for sentence in _never_read(trees, reached, vary)]
    return tuple(dict.fromkeys(found))


def table_of(found: tuple[tuple[str, str], ...], key: str) -> Table:
    """The sentences as a table."""
    note = "Nothing is refused for it. Change it now, or say in the memo why it is as it is: training costs time."
    return Table(f"Before {key} trains: look at your code again", ("", ""), found, note)


def _misnamed(vary: str, settings: Mapping[str, object], reached: Reached) -> Iterator[str]:
    """The varied setting has a name that no setting has, and one that is near is there."""
    known = {name.removeprefix(ENVIRONMENT).lower() for name in (*reached.functions, *reached.values)}
    meant = nearest(vary, list(settings)) if vary not in {*settings, *NOT_SETTINGS} else ""
    if meant and vary.lower() not in known:
        yield f"vary={vary!r} names no setting of the configuration. Did you mean vary={meant!r}?"


def _of_function(tree: ast.AST, vary: str, rows: int, trees: Mapping[str, ast.AST]) -> Iterator[str]:
    for choice in choices_by(tree, vary) if vary else ():
        yield (
            f"“{_quoted(choice)}” decides something by {vary} or by the arm itself. Beside the declared change "
            "something else may differ between the arms."
        )
    for kept in kept_for_the_next_run(tree, vary, trees) if vary else ():
        yield (
            f"“{_quoted(kept.node)}” keeps what was made with one {vary}, and the next run takes it from "
            f"there with another. Put {vary} into the key, or make it anew in every run."
        )
    for part in rows_left_out(tree):
        yield (
            f"“{_quoted(part)}” takes a part of the training rows, and the record says that all {rows:,} are "
            "trained on. Pass the smaller data to the run: data=data.subset(…)."
        )
    for branch in early_ends(tree):
        yield (
            f"“if {_quoted(branch.test)}: break” ends an epoch before its last batch, and the record tells of "
            "whole epochs over all rows."
        )


def _quoted(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _never_read(trees: Mapping[str, ast.AST], reached: Reached, vary: str) -> Iterator[str]:
    """The varied setting is nowhere in the code, and the configuration goes nowhere else."""
    names = {name for tree in trees.values() for name in _mentioned(tree)} | set(reached.values)
    if vary in {name.rpartition(".")[2] for name in names} or _escapes(trees):
        return
    yield (
        f"nothing in it reads {vary} of the configuration. If so, both arms train alike, and the experiment "
        "compares a run with itself."
    )


def _mentioned(tree: ast.AST) -> Iterator[str]:
    """Every name by which a setting may be read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Call):
            yield from READ_OF_A_CONFIGURATION.get(called(node), ())


def _escapes(trees: Mapping[str, ast.AST]) -> bool:
    """The configuration is handed to something that cannot be looked into, or no function takes one."""
    root = trees[TRAINING]
    first = parameters(root)[:1]
    waiting, seen = [(root, name) for name in first], set[tuple[int, str]]()
    while waiting:
        tree, name = waiting.pop()
        if (id(tree), name) in seen:
            continue
        seen.add((id(tree), name))
        known = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        known |= {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
        }
        for call in ast.walk(tree):
            if isinstance(call, ast.Call):
                for parameter, given in _given(call, trees):
                    if isinstance(given, ast.Name) and given.id == name and parameter is not None:
                        known.add(id(given))
                        if parameter:
                            waiting.append((trees[called(call)], parameter))
        uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
        takes_apart = {"items", "values", "keys", "copy", "get", "_asdict", "pop", "__dict__"} & {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
        }
        if takes_apart or any(id(node) not in known for node in uses):
            return True
    return not first


def _given(call: ast.Call, trees: Mapping[str, ast.AST]) -> Iterator[tuple[str | None, ast.expr]]:
    """What a call is given, and by what parameter: "" where it goes no further, None where nobody knows."""
    name = called(call)
    plain = isinstance(call.func, ast.Name) and name in trees
    closed = name in READ_OF_A_CONFIGURATION or name in DISPLAYS
    names = parameters(trees[name]) if plain else []
    for position, given in enumerate(call.args):
        yield ("" if closed else names[position] if position < len(names) else None), given
    for item in call.keywords:
        yield ("" if closed else item.arg if item.arg in names else None), item.value

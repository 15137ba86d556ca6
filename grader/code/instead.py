"""Training with another configuration than the one that a run is given: the notebook's own, or a changed copy."""

import ast
from collections.abc import Iterator

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.before import NOT_SETTINGS
from paribus.check.choosing import mentions
from paribus.check.code.configured import KEYWORDS, LIBRARY, followed_places, read_of_the_given
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.moments import configuration_names, run_calls
from paribus.check.code.paths import Path, entry_of, path_of
from paribus.check.code.program import Program
from paribus.check.code.taken_apart import arguments
from paribus.check.names import called, last_name, root_name
from paribus.check.shows import shown_in

_SETTINGS = frozenset({*KEYWORDS, *(word for words in KEYWORDS.values() for word in words)})
_OF_A_TRAINING = 3
"""Parameters of what trains a run: the configuration, the data, the run."""
_COPIES = frozenset({"replace", "dict", "_replace"})


def trained_instead(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """The varied setting is taken from a name of the notebook that is the same in both arms, and never from the
    configuration that the run is given.
    """
    read = read_of_the_given(program, found)
    if vary in NOT_SETTINGS:
        return
    followed = read is not None and vary not in read
    for scope in found.reach.scopes:
        own = scope.name and not scope.is_class
        taken = _taken(program, found, scope, vary) if own and followed else ()
        over = (
            *_laid_over(program, found, scope, vary), *_by_keyword(program, found, scope, vary),
            *_handed_on(program, found, scope),
        ) if own else ()  # fmt: skip
        for node in (*over, *taken):
            where, name = (
                place_of(case, program.step_of(scope), node.lineno),
                root_name(node) if not isinstance(node, ast.Call) else ast.unparse(node),
            )
            yield suspected(Kind.SAME, name, where).saying(
                f"{scope.name} takes {vary} from {name}, which is the same in both arms ({said(case, where)}), and "
                "not from the configuration that it is given. If so, both arms trained alike. A person looks."
            )
            return


def _taken(program: Program, found: Trained, scope: Scope, vary: str) -> Iterator[ast.expr]:
    """Where a function reads the setting of such a name, or hands the name to what reads the setting."""
    shown = shown_in(scope.node)
    for node in (*scope.attributes, *scope.subscripts):
        if (
            last_name(node) == vary
            and id(node) not in shown
            and _is_constant(program, found, scope, root_name(node))
        ):
            yield node
    for path, call in scope.called:
        functions = program.functions_of(call.func)
        reads = vary in LIBRARY.get(program.resolve(path), ()) or any(
            mentions(inner.node, vary) for function in functions for inner in program.reach([function]).scopes
        )
        for item in arguments(call) if reads else ():
            if isinstance(item, ast.Call) and _is_made_by_default(program, found, item, vary):
                yield item
            known = isinstance(item, ast.Name) and item.id in configuration_names(program)
            if known and isinstance(item, ast.Name) and _is_constant(program, found, scope, item.id):
                yield item


def _handed_on(program: Program, found: Trained, scope: Scope) -> Iterator[ast.expr]:
    """What is given a run's configuration hands the run to another function, and a configuration of the notebook in
    place of its own: ``def watched(config, data, run): train(CONFIG, data, run)``.
    """
    if scope not in found.roots or len(scope.params) < _OF_A_TRAINING:
        return
    own, run = scope.params[0], scope.params[_OF_A_TRAINING - 1]
    for call in scope.calls:
        parts = arguments(call)
        names = {item.id for item in parts if isinstance(item, ast.Name)}
        inside = {node.id for item in parts for node in ast.walk(item) if isinstance(node, ast.Name)}
        if run not in names or own in inside or not program.functions_of(call.func):
            continue
        for item in parts:
            known = isinstance(item, ast.Name) and item.id in configuration_names(program)
            if known and isinstance(item, ast.Name) and _is_constant(program, found, scope, item.id):
                yield item


def _is_made_by_default(program: Program, found: Trained, made: ast.Call, vary: str) -> bool:
    """A configuration of the class that the runs are given, made anew of its defaults and written numbers."""
    known = {
        node.func.id for call in found.calls if call.config is not None
        for item in (call.config, *_values_of(program, call.config))
        for node in ast.walk(item) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }  # fmt: skip
    parts = arguments(made)
    written = all(isinstance(item, ast.Constant) for item in parts)
    kind = (
        program.defined.get(made.func.id, []) if isinstance(made.func, ast.Name) and made.func.id in known else []
    )
    return written and any(scope.is_class for _, scope in kind)


def _values_of(program: Program, node: ast.expr) -> Iterator[ast.expr]:
    for inner in ast.walk(node):
        for _, store in program.bound.get(inner.id, ()) if isinstance(inner, ast.Name) else ():
            if store.value is not None:
                yield store.value


def _by_keyword(program: Program, found: Trained, scope: Scope, vary: str) -> Iterator[ast.expr]:
    """The setting of such a name, given to a function under the setting's own name."""
    shown = shown_in(scope.node)
    for call in scope.calls:
        for item in call.keywords if id(call) not in shown else ():
            path = path_of(item.value)
            mine = item.arg == vary and path is not None and len(path) == 2 and path[1].strip("[]'\"") == vary
            if mine and id(item.value) not in shown and _is_constant(program, found, scope, root_name(item.value)):
                yield item.value


def _laid_over(program: Program, found: Trained, scope: Scope, vary: str) -> Iterator[ast.expr]:
    """Names of the notebook that take the place of the configuration that a function is given, or whose own value
    of the setting goes before its: ``config = CONFIG``, ``{**config, **DEFAULTS}``, ``ChainMap(DEFAULTS, config)``.
    """
    for _, prefix in [item for item in followed_places(program, found) if item[0] is scope]:
        for store in scope.stores:
            parts = ast.walk(store.source) if store.source is not None else ()
            names = [part for part in parts if isinstance(part, ast.Name)]
            anew = store.path == prefix and store.how == "assign" and prefix[0] not in {part.id for part in names}
            for part in names if anew and not _where_none_was_given(scope, store.line, prefix) else ():
                if part.id in configuration_names(program) and _is_constant(program, found, scope, part.id):
                    yield part
        for node in ast.walk(scope.node):
            under, over = _layers(node)
            mine = any(path_of(inner) == prefix for item in under for inner in ast.walk(item))
            for item in over if mine else ():
                known = isinstance(item, ast.Name) and _is_constant(program, found, scope, item.id)
                table = program.value_before(item.id, len(program.steps)) if isinstance(item, ast.Name) else None
                if known and entry_of(table, vary) is not None:
                    yield item


def _where_none_was_given(scope: Scope, line: int, prefix: Path) -> bool:
    """The line is below ``if config is None:``, and a run always gives a configuration."""
    return any(
        isinstance(branch, ast.If) and isinstance(test := branch.test, ast.Compare) and path_of(test.left) == prefix
        and isinstance(test.ops[0], ast.Is) and ast.unparse(test.comparators[0]) == "None"
        and branch.body[0].lineno <= line <= (branch.body[-1].end_lineno or 0)
        for branch in scope.branches
    )  # fmt: skip


def _layers(node: ast.AST) -> tuple[list[ast.expr], list[ast.expr]]:
    """What lies below and what lies above where two tables are laid over one another."""
    if isinstance(node, ast.Dict):
        spread = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
        return spread[:1], spread[1:]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [node.left], [node.right]
    if isinstance(node, ast.Call) and called(node) == "ChainMap":
        return node.args[1:], node.args[:1]
    if isinstance(node, ast.Call) and called(node) == "dict" and node.args:
        return node.args[:1], [item.value for item in node.keywords if item.arg is None]
    return [], []


def _is_constant(program: Program, found: Trained, scope: Scope, name: str) -> bool:
    """A name of the notebook that is bound before both arms, and not between them."""
    if name in scope.local or name not in program.bound or name in program.imports:
        return False
    first, last = found.first, found.last
    orders = [step.order for step, _ in program.bound[name]]
    return min(orders) < first and not any(first <= order <= last for order in orders)


def bound_otherwise(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """The function that trains has other numbers bound to it in one arm than in the other."""
    bound = {
        "changed" if call.step.order >= found.changed.first else "baseline":
        (call, _bound(program, call.function, call.step.order))
        for call in found.calls if call.function is not None
    }  # fmt: skip
    if len(bound) < 2:
        return
    (_, first), (call, second) = bound["baseline"], bound["changed"]
    for name in sorted((set(first) | set(second)) - _only_shown(found)):
        if name != vary and first.get(name, "") != second.get(name, ""):
            where = place_of(case, call.step, call.line)
            yield suspected(Kind.CHANGE, name, where, sure=name in _SETTINGS).saying(
                f"The function that trains has {name} bound to {first.get(name) or 'nothing'} in the baseline and "
                f"to {second.get(name) or 'nothing'} in the changed arm ({said(case, where)}). A person looks "
                "whether it is a second change."
            )


def _only_shown(found: Trained) -> frozenset[str]:
    """Parameters of the functions that train which are printed, or written down, and nothing else."""
    return frozenset(
        name
        for root in found.roots
        for name in root.params
        if {id(node) for node in ast.walk(root.node) if isinstance(node, ast.Name) and node.id == name}
        <= shown_in(root.node)
    )


def _bound(program: Program, function: ast.expr | None, order: int, depth: int = 0) -> dict[str, str]:
    """What is written out as bound to a function by `partial`, by keyword."""
    if isinstance(function, ast.Name) and depth < 3:
        return _bound(program, program.value_before(function.id, order), order, depth + 1)
    path = path_of(function.func) if isinstance(function, ast.Call) else None
    if path is None or path[-1] != "partial" or not isinstance(function, ast.Call):
        return {}
    inner = _bound(program, function.args[0], order, depth + 1) if function.args else {}
    mine = {
        item.arg: ast.unparse(item.value)
        for item in function.keywords
        if item.arg and isinstance(item.value, ast.Constant)
    }
    return inner | mine


def handed_out(case: Case, program: Program, position: int) -> Iterator[CodeFinding]:
    """A helper that begins a run with one configuration, and trains or hands out a changed copy of it."""
    for call in run_calls(program):
        config = path_of(call.config) if call.config is not None else None
        if call.how != "start" or call.helper is None or call.config is None or config is None:
            continue
        for node in ast.walk(call.helper.node):
            path = path_of(node.func) if isinstance(node, ast.Call) else None
            if path is None or path[-1] not in _COPIES or not isinstance(node, ast.Call) or not node.keywords:
                continue
            if (
                node.args
                and path_of(node.args[0]) == config
                and node.lineno >= call.line
                and node is not call.config
                and (path[-1] != "dict" or _is_handed_to_a_function(program, call.helper, node))
            ):
                where = place_of(case, call.step, node.lineno)
                if position == call.step.position or _is_used_at(program, call.helper, position):
                    yield suspected(Kind.CONFIG, call.helper.name, where).saying(
                        f"{call.helper.name} begins a run with {ast.unparse(call.config)} and goes on with "
                        f"{ast.unparse(node)} ({said(case, where)}). A person looks what was trained."
                    )


def _is_handed_to_a_function(program: Program, helper: Scope, table: ast.Call) -> bool:
    """A table goes into a function of the notebook, itself or by a name: a row of results does not."""
    names = {store.path[0] for store in helper.stores if store.value is table and len(store.path) == 1}
    given = [item for call in helper.calls if program.functions_of(call.func) for item in arguments(call)]
    return any(
        part is table or (isinstance(part, ast.Name) and part.id in names)
        for item in given
        for part in ast.walk(item)
    )


def _is_used_at(program: Program, helper: Scope, position: int) -> bool:
    return any(
        path[-1] == helper.name
        for step in program.steps
        if step.position == position
        for path, _ in step.scope.called
    )

"""The test split reached by its name instead of as an attribute: through `getattr`, `vars`, a key, a default."""

import ast
from collections.abc import Iterator

from grader.evidence.submitted import read_program
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program

TEST = "test"
MOST_VALUES = 24
"""Values of one name that are followed."""
DEEPEST = 4
"""Names and expressions that mean one another before a value is found."""
_MAPPINGS = frozenset({"vars", "asdict", "dict"})
_SHOWS_A_SIZE = frozenset({"len"})


def reached_by_name(case: Case) -> tuple[CodeFinding, ...]:
    """Where the student's code takes the part of the data that is called "test", by a name that it puts together,
    is given or goes through.
    """
    program, given = read_program(case), case.released_positions
    found = []
    for step, scope in program.scopes:
        if step.position in given or (scope.name and not _calls_of(program, scope)):
            continue
        sized = {id(inner) for path, call in scope.called if path[-1] in _SHOWS_A_SIZE for inner in ast.walk(call)}
        for node, key in _accesses(scope):
            values = _values(program, scope, key)
            if id(node) not in sized and any(value.partition(".")[0] == TEST for value in values):
                where = place_of(case, step, node.lineno)
                because = (
                    f"The test split is reached by its name ({said(case, where)}). A person looks whether that was "
                    "the one evaluation at the end."
                )
                found.append(suspected(Kind.TEST_SPLIT, TEST, where).saying(because))
    return tuple(dict.fromkeys(found))


def _accesses(scope: Scope) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Expressions that take something by a name, with the name."""
    for path, call in scope.called:
        if path[-1] == "getattr" and len(call.args) > 1:
            yield call, call.args[1]
        elif path[-1] == "attrgetter":
            yield from ((call, item) for item in call.args)
    for node in scope.subscripts:
        held = node.value
        made = path_of(held.func) if isinstance(held, ast.Call) else None
        own = isinstance(held, ast.Attribute) and held.attr == "__dict__"
        if own or (made is not None and made[-1] in _MAPPINGS):
            yield node, node.slice


def _values(program: Program, scope: Scope, node: ast.expr, depth: int = 0) -> list[str]:
    """The texts that an expression may mean, as far as they are written out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if depth > DEEPEST:
        return []

    def below(inner: ast.expr) -> list[str]:
        return _values(program, scope, inner, depth + 1)

    texts: list[str] = []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        texts = [one + other for one in below(node.left) for other in below(node.right)]
    elif isinstance(node, ast.JoinedStr):
        texts = [""]
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            texts = [one + other for one in texts for other in below(inner)][:MOST_VALUES]
    elif isinstance(node, ast.IfExp):
        texts = [*below(node.body), *below(node.orelse)]
    elif isinstance(node, ast.Name):
        texts = _of_name(program, scope, node.id, depth + 1)
    return texts[:MOST_VALUES]


def _of_name(program: Program, scope: Scope, name: str, depth: int) -> list[str]:
    """What a name may mean: a parameter's arguments and its default, a loop's items, what was assigned."""
    if name in scope.params:
        written = [item for item in _given_for(program, scope, name) if item is not None]
    else:
        loops = [loop for loop in scope.loops if isinstance(loop, ast.For)]
        written = [item for loop in loops for item in _items(loop, name)]
        written += [store.source for store in scope.stores if store.path == (name,) and store.source is not None]
        if not written:
            written = [store.source for _, store in program.bound.get(name, ()) if store.source is not None]
    return [text for item in written for text in _values(program, scope, item, depth)]


def _items(loop: ast.For, name: str) -> list[ast.expr]:
    """What a loop's variable goes through, where that is written out."""
    mine = isinstance(loop.target, ast.Name) and loop.target.id == name
    return list(loop.iter.elts) if mine and isinstance(loop.iter, ast.Tuple | ast.List | ast.Set) else []


def _given_for(program: Program, scope: Scope, name: str) -> list[ast.expr | None]:
    """What the calls of a function give for a parameter, through a partial too; else its default."""
    place = scope.params.index(name)
    found = []
    for call in _calls_of(program, scope):
        partial = path_of(call.func)
        args = call.args[1:] if partial is not None and partial[-1] == "partial" else call.args
        at = place - 1 if scope.params[:1] in (("self",), ("cls",)) else place
        named = next((item.value for item in call.keywords if item.arg == name), None)
        found.append(named or (args[at] if 0 <= at < len(args) else scope.default_of(name)))
    return found


def _calls_of(program: Program, scope: Scope) -> list[ast.Call]:
    """The calls of a function, of its class where it makes one, and the partials made of it."""
    owner, _, last = scope.name.rpartition(".")
    wanted = owner.rpartition(".")[2] if last == "__init__" else last
    found = []
    for _, other in program.scopes:
        for path, call in other.called:
            first = path_of(call.args[0]) if path[-1] == "partial" and call.args else None
            if path[-1] == wanted or (first is not None and first[-1] == wanted):
                found.append(call)
    return found

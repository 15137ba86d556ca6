"""Seeds that are worked out of the whole configuration: what differs between the arms differs in them as well."""

import ast
from collections.abc import Iterator

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.configured import followed_places
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.following import arguments_of
from paribus.check.code.paths import Path, path_of
from paribus.check.code.program import Program
from paribus.check.code.seeded import seeds_of
from paribus.check.code.taken_apart import arguments

_TURNS = frozenset(
    {
        "hash",
        "str",
        "repr",
        "asdict",
        "astuple",
        "vars",
        "dumps",
        "crc32",
        "adler32",
        "md5",
        "sha1",
        "sha256",
        "map",
    }
)
"""Calls that make a text or a number of all that they are given."""


def seeded_by_the_configuration(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """What draws gets a seed that follows from all settings, the varied one among them."""
    for scope, prefix in followed_places(program, found):
        for call in scope.calls if scope.name else ():
            for value in seeds_of(call):
                if any(_is_turned(program, node, prefix) for node in _made_of(scope, value)):
                    where = place_of(case, program.step_of(scope), value.lineno)
                    yield suspected(Kind.CHANGE, "the seed", where, sure=True).saying(
                        f"{scope.name} works out a seed of the whole configuration ({said(case, where)}), so it is "
                        "another one in the changed arm, and the records hold the same for both. A person looks."
                    )


def _made_of(scope: Scope, value: ast.expr) -> Iterator[ast.AST]:
    """A seed's expression, with what its names were assigned in the function."""
    names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
    own = [store.value for store in scope.stores if len(store.path) == 1 and store.root in names and store.value]
    for item in (value, *own):
        yield from ast.walk(item)


def _is_turned(program: Program, node: ast.AST, prefix: Path) -> bool:
    """All of the configuration becomes a number or a text here."""
    if isinstance(node, ast.FormattedValue):
        return path_of(node.value) == prefix
    if not isinstance(node, ast.Call):
        return False
    whole = [item for item in arguments(node) if path_of(item) == prefix]
    if not whole:
        return False
    functions = [scope for scope in program.functions_of(node.func) if not scope.is_class]
    if not functions:
        path = path_of(node.func) or (getattr(node.func, "attr", ""),)
        return path[-1] in _TURNS
    return any(_uses_all(scope, node, whole) for scope in functions)


def _uses_all(scope: Scope, call: ast.Call, whole: list[ast.expr]) -> bool:
    """A function of the notebook does more with what it is given than to read single settings of it."""
    named = {name for name, item in arguments_of(scope, call) if item in whole}
    rest = getattr(getattr(scope.node, "args", None), "vararg", None)
    if not named and rest is not None:
        named = {rest.arg}
    inner = {id(node.value) for node in scope.attributes}
    return any(node.id in named and id(node) not in inner for node in scope.loads)

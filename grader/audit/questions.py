"""Tests cut in two: what is asked of a student's code, and what the answer has to be.

A test such as ``selfcheck.equal(selfcheck.call(double, n), 2 * n, "…")`` says both in one line. The student's code
runs where only the first part is; the second is worked out elsewhere, from the instructor's code alone, and the two
are compared by the grader. What a test expects therefore cannot be read, or guessed from memory, by what it tests.

Where an expectation follows from what the student's code gave or may have changed (``before - after``), it is the
student's own and is worked out beside it; so is a claim (``selfcheck.true``), of which only yes or no comes back.
"""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

ASK, EXPECT = "__ask__", "__expect__"
KINDS = ("equal", "close", "true")
_PLAIN_CALLS = frozenset({"int", "float", "str", "bool", "len", "round", "abs", "sum", "range", "complex", "bytes"})


@dataclass(frozen=True)
class Questions:
    """The two halves as code. ``claims`` are the tests' own words by number, as far as they are plain text;
    ``open`` are the numbers of those whose expectation is worked out beside the student's code.
    """

    asked: str
    expected: str
    claims: tuple[str, ...]
    open: frozenset[int]

    @property
    def count(self) -> int:
        """How many tests there are."""
        return len(self.claims)


def cut(source: str, given: Iterable[str], *, whole: bool = False) -> Questions:
    """The halves of a tests cell. ``given`` are the names that the student's code makes; with ``whole`` nothing is
    cut off, and everything is worked out beside it. SyntaxError where the source is no Python.
    """
    cutter = _Cutter(set(given))
    asked, expected = cutter.block(ast.parse(source).body, shared=not whole)
    return Questions(_text(asked), _text(expected), tuple(cutter.claims), frozenset(cutter.open))


def _text(body: Sequence[ast.stmt]) -> str:
    return "\n".join(ast.unparse(ast.fix_missing_locations(node)) for node in body)


@dataclass
class _Cutter:
    """``theirs`` are the names whose values the student's code may have made or changed, ``plain`` those that hold
    what nothing can change; lives for one `cut`.
    """

    theirs: set[str]
    plain: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    claims: list[str] = field(default_factory=list)
    open: set[int] = field(default_factory=set)

    def block(self, body: Sequence[ast.stmt], *, shared: bool) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """Both halves of some statements; where they are not ``shared``, all runs beside the student's code."""
        asked: list[ast.stmt] = []
        expected: list[ast.stmt] = []
        for node in body:
            mine, elsewhere = self._statement(node, shared=shared)
            asked += mine
            expected += elsewhere
        return asked, expected

    def _statement(self, node: ast.stmt, *, shared: bool) -> tuple[list[ast.stmt], list[ast.stmt]]:
        if (test := _test_of(node)) is not None:
            return self._test(node, *test, shared=shared)
        if isinstance(node, ast.For | ast.With | ast.If):
            return self._compound(node, shared=shared)
        stored, touched = _stored(node), self._touches(node)
        self.made |= stored
        if touched or not shared:
            self.theirs |= stored | self._passed_on(node)
            self.plain -= stored
            return [node], []
        is_plain = isinstance(node, ast.Assign) and self._is_plain(node.value)
        self.plain = self.plain | stored if is_plain else self.plain - stored
        self.theirs -= stored
        return [node], [node]

    def _test(
        self, node: ast.stmt, kind: str, got: ast.expr, rest: Sequence[ast.expr], tolerance: ast.expr | None, *,
        shared: bool,
    ) -> tuple[list[ast.stmt], list[ast.stmt]]:  # fmt: skip
        number = len(self.claims)
        words = rest[-1] if rest else ast.Constant(ast.unparse(got))
        self.claims.append(words.value if isinstance(words, ast.Constant) and isinstance(words.value, str) else "")
        self.theirs |= self._passed_on(ast.Expr(got))
        self.made |= _stored(node)
        ask: list[ast.expr] = [ast.Constant(number), got]
        value: ast.expr = rest[0] if kind != "true" else ast.Constant(value=True)
        elsewhere = [ast.Constant(number), ast.Constant(kind), value, words, tolerance or ast.Constant(None)]
        if shared and not any(self._touches(item) for item in elsewhere):
            return [_call(ASK, ask)], [_call(EXPECT, elsewhere)]
        self.open.add(number)
        return [_call(ASK, [*ask, *elsewhere[1:]])], []

    def _compound(
        self, node: ast.For | ast.With | ast.If, *, shared: bool
    ) -> tuple[list[ast.stmt], list[ast.stmt]]:
        heads: list[ast.AST] = (
            [node.iter, node.target] if isinstance(node, ast.For)
            else [node.test] if isinstance(node, ast.If)
            else list(node.items)
        )  # fmt: skip
        both = shared and not any(self._touches(head) for head in heads)
        stored = set().union(*(_stored(head) for head in heads))
        self.made |= stored
        if isinstance(node, ast.For) and self._is_plain(node.iter):
            self.plain |= stored
        if not both:
            self.theirs |= stored
        # Twice, where a loop's second round sees what its first one did.
        if isinstance(node, ast.For):
            before = list(self.claims), set(self.open)
            self.block(node.body, shared=both)
            self.claims, self.open = before
        asked, expected = self.block(node.body, shared=both)
        others = self.block(getattr(node, "orelse", []), shared=both)
        return [_with_body(node, asked, others[0])], [_with_body(node, expected, others[1])] if both else []

    def _touches(self, node: ast.AST) -> bool:
        """It reads a name whose value may be the student's."""
        return any(isinstance(item, ast.Name) and item.id in self.theirs for item in ast.walk(node))

    def _passed_on(self, node: ast.AST) -> set[str]:
        """The names whose values a student's code gets, and may change."""
        found: set[str] = set()
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and self._touches(call):
                found |= {item.id for item in ast.walk(call) if isinstance(item, ast.Name)}
        return (found & self.made) - self.plain

    def _is_plain(self, node: ast.expr) -> bool:
        """Its value is a number, a text, or a tuple or list of them that nobody else holds."""
        if isinstance(node, ast.Call):
            return isinstance(node.func, ast.Name) and node.func.id in _PLAIN_CALLS
        if isinstance(node, ast.Name):
            return node.id in self.plain
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Await | ast.Lambda):
            return False
        parts = [item for item in ast.iter_child_nodes(node) if isinstance(item, ast.expr)]
        return isinstance(
            node, ast.Constant | ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare | ast.Tuple | ast.List
            | ast.JoinedStr | ast.FormattedValue | ast.IfExp,
        ) and all(map(self._is_plain, parts))  # fmt: skip


def _test_of(node: ast.stmt) -> tuple[str, ast.expr, Sequence[ast.expr], ast.expr | None] | None:
    """Kind, what is asked, the further arguments and the tolerance of a test; None for another statement."""
    if isinstance(node, ast.Assert):
        words: list[ast.expr] = [node.msg] if node.msg is not None else [ast.Constant(ast.unparse(node.test))]
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            return "equal", test.left, [test.comparators[0], *words], None
        return "true", test, words, None
    if not (isinstance(node, ast.Expr) and isinstance(call := node.value, ast.Call)):
        return None
    function = call.func
    owner = function.value if isinstance(function, ast.Attribute) else None
    named = (isinstance(owner, ast.Name) and owner.id == "selfcheck") or (
        isinstance(owner, ast.Attribute) and owner.attr == "selfcheck"
    )
    if not named or not isinstance(function, ast.Attribute) or function.attr not in KINDS:
        return None
    least = 2 if function.attr == "true" else 3
    if len(call.args) != least or any(item.arg != "tolerance" for item in call.keywords):
        return None
    return function.attr, call.args[0], call.args[1:], call.keywords[0].value if call.keywords else None


def _call(name: str, arguments: Sequence[ast.expr]) -> ast.stmt:
    return ast.Expr(ast.Call(ast.Name(name, ast.Load()), list(arguments), []))


def _with_body(node: ast.For | ast.With | ast.If, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt]) -> ast.stmt:
    fields = {name: value for name, value in ast.iter_fields(node) if name not in ("body", "orelse")}
    if "orelse" in node._fields:
        fields["orelse"] = list(orelse)
    return type(node)(body=list(body) or [ast.Pass()], **fields)


def _stored(node: ast.AST) -> set[str]:
    """The names that a statement gives a meaning to."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(item.asname or item.name).partition(".")[0] for item in node.names}
    return {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)}

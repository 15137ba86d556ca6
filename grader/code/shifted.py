"""Predictions that are worked on by a setting of the training: a second treatment, after the training."""

import ast
from collections.abc import Iterator

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.following import Context, Following
from paribus.check.code.gathered import names_in
from paribus.check.code.program import Program
from paribus.check.names import called

_OF_TRAINING = frozenset(
    """
    learning_rate weight_decay label_smoothing dropout warmup_share class_weights scheduler lora_rank lora_scale
    lora_targets epochs
    """.split()
)
"""Settings of the course that only training has a use for."""
_ANSWERS = ("logit", "predict", "proba", "score", "validate")
"""Parts of the names of what a model answers."""
_WORKS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_LOGS = frozenset({"log", "finish"})
_CONVERTS = frozenset({"astype", "to", "float", "numpy", "cpu"})
_DEEPEST = 4


def shifted_answers(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """Where what is logged as predictions was added to, or multiplied by, what follows from the varied setting."""
    if vary not in _OF_TRAINING:
        return
    following = Following(program, found, vary)
    for context in following.contexts():
        for call in context.scope.calls:
            given = [item.value for item in call.keywords if item.arg == "predictions"]
            for value in given if called(call) in _LOGS else ():
                for inner, node in _behind(following, context, value):
                    where = place_of(case, program.step_of(inner.scope), node.lineno)
                    yield suspected(Kind.CHANGE, vary, where, sure=True).saying(
                        f"The predictions are worked on by what follows from {vary} ({said(case, where)}): beside "
                        "the training the arms differ in what is made of its answers. A person looks."
                    )


def _behind(
    following: Following, context: Context, value: ast.expr, depth: int = 0
) -> Iterator[tuple[Context, ast.BinOp]]:
    """Such sums and products in an expression, in what its names were assigned, and in the functions it calls."""
    if depth > _DEEPEST:
        return
    names, scope = following.names(context), context.scope
    for node in ast.walk(value):
        if isinstance(node, ast.BinOp) and isinstance(node.op, _WORKS):
            sides = [following.follows(context, _converted(item), names) for item in (node.left, node.right)]
            other = node.right if sides[0] else node.left
            if sum(sides) == 1 and _is_an_answer(other):
                yield context, node
        elif isinstance(node, ast.Call):
            for inner in following.functions(scope, node):
                called_so = following.called_with(context, inner, node)
                for item in inner.returns if called_so.given or _reads(following, inner) else ():
                    if item.value is not None:
                        yield from _behind(following, called_so, item.value, depth + 1)
        elif isinstance(node, ast.Name) and node.id not in scope.params:
            for store in scope.stores:
                if store.path == (node.id,) and store.value is not None and node.id not in names_in(store.value):
                    yield from _behind(following, context, store.value, depth + 1)


def _converted(node: ast.expr) -> ast.expr:
    """The numbers behind a conversion: ``shift.astype(np.float32)``."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CONVERTS:
        node = node.func.value
    return node


def _reads(following: Following, scope: Scope) -> bool:
    return any(node.attr == following.vary for node in scope.attributes)


def _is_an_answer(node: ast.expr) -> bool:
    """What a model gives for rows: ``training.predict(network, …)``, ``logits``."""
    words = [called(inner) for inner in ast.walk(node) if isinstance(inner, ast.Call)]
    words += [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    return any(part in word.lower() for word in words for part in _ANSWERS)

"""Results that a run's code keeps outside of itself, and that the next run takes from there: encoded texts."""

import ast
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from paribus.check.code.taken_apart import arguments
from paribus.check.names import called, last_name, parameters, root_name

READ_OF_A_CONFIGURATION: Mapping[str, frozenset[str]] = {
    "prepare": frozenset({"model", "max_length", "train_rows"}),
    "make_optimizer": frozenset({"learning_rate", "weight_decay"}),
    "make_schedule": frozenset({"scheduler", "warmup_share"}),
    "add_lora": frozenset({"lora_rank", "lora_scale", "lora_targets"}),
}
"""The settings that functions of `paribus.training` read of a configuration; a test holds them to their source."""
_CONFIGURATIONS = frozenset({"config", "cfg", "settings", "hyperparameters", "args", "params"})
_TELLS_THE_ARM = frozenset({"name", "start", "arm"})
_MAX_STEPS = 4


@dataclass(frozen=True)
class Kept:
    """Something that code keeps under ``name`` and finds there again. ``node`` is where it puts it there."""

    name: str
    node: ast.expr | ast.stmt


def kept_for_the_next_run(
    tree: ast.AST,
    vary: str,
    functions: Mapping[str, ast.AST] = MappingProxyType({}),
    *,
    given: frozenset[str] = frozenset(),
    lasting: frozenset[str] = frozenset(),
) -> Iterator[Kept]:
    """Something that a function makes of the varied setting, keeps in a place outside of it, and takes from there
    again. Its key there does not say with which value it was made. ``functions`` are those of the notebook, by
    name: what they read of a configuration is looked up. ``given`` are the parameters that are called with what
    follows from the setting, ``lasting`` places of the function's own that last, such as those of its class.
    """
    function = _function(tree, vary, functions, given)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.Call):
            continue
        for place, key, value in _puts(node):
            made = function.follows(value) and (key is None or not function.follows(key))
            outside = function.is_outside(root_name(place)) or ast.unparse(place) in lasting
            if made and outside and _is_asked_for(tree, place, node):
                yield Kept(ast.unparse(place), node)


@dataclass(frozen=True)
class _Function:
    """What a function's names are: those it is given or makes (``own``), those of the notebook that it declares
    (``outer``), what was assigned to them, and which of them are the configuration.
    """

    functions: Mapping[str, ast.AST]
    vary: str
    own: frozenset[str]
    outer: frozenset[str]
    made: Mapping[str, ast.expr]
    configurations: frozenset[str]
    given: frozenset[str] = frozenset()

    def is_outside(self, name: str) -> bool:
        return name in self.outer or (bool(name) and name not in self.own)

    def follows(self, node: ast.AST, depth: int = 0) -> bool:
        """Whether an expression is made of the varied setting, or of the run that has it, as far as it shows."""
        if last_name(node) == self.vary:
            return True
        known = READ_OF_A_CONFIGURATION.get(called(node)) if isinstance(node, ast.Call) else None
        if known is not None or (isinstance(node, ast.Call) and called(node) == "isinstance"):
            return self.vary in (known or ())  # of what kind a configuration is, both arms agree
        if isinstance(node, ast.Call) and depth < _MAX_STEPS and called(node) in self.functions:
            given = [item for item in arguments(node) if not self._is_whole(item)]
            told = any(self.follows(item, depth) for item in given)
            return told or self._read_by(self.functions[called(node)], depth + 1)
        if isinstance(node, ast.Attribute | ast.Subscript) and root_name(node) in self.configurations | {"run"}:
            return root_name(node) == "run" and last_name(node) in _TELLS_THE_ARM
        if isinstance(node, ast.Name):
            before = self.made.get(node.id) if depth < _MAX_STEPS else None
            return (
                self._is_whole(node)
                or node.id in self.given
                or (before is not None and self.follows(before, depth + 1))
            )
        return any(self.follows(inner, depth) for inner in ast.iter_child_nodes(node))

    def _is_whole(self, node: ast.AST) -> bool:
        """The whole configuration is handed on, not a setting of it."""
        return isinstance(node, ast.Name) and node.id in self.configurations

    def _read_by(self, tree: ast.AST, depth: int) -> bool:
        """Whether a function of the notebook makes what it returns of the varied setting."""
        inner = _function(tree, self.vary, self.functions)
        body = [tree.body] if isinstance(tree, ast.Lambda) else getattr(tree, "body", ())
        return any(inner.follows(statement, depth) for statement in body)


def _function(
    tree: ast.AST, vary: str, functions: Mapping[str, ast.AST], values: frozenset[str] = frozenset()
) -> _Function:
    outer = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    given = parameters(tree)
    configurations = frozenset(name for name in given if name.lower() in _CONFIGURATIONS)
    return _Function(
        functions, vary, frozenset((stored | {*given, "self"}) - outer), frozenset(outer), made, configurations,
        values,
    )  # fmt: skip


def _puts(node: ast.Assign | ast.Call) -> Iterator[tuple[ast.expr, ast.expr | None, ast.expr]]:
    """Where a statement or a call keeps something, under what key, and what."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                yield target.value, target.slice, node.value
            elif isinstance(target, ast.Name | ast.Attribute):
                yield target, None, node.value
    elif isinstance(node.func, ast.Attribute):
        kept = node.args if node.func.attr == "setdefault" else []
        yield from ((node.func.value, key, value) for key, value in itertools.pairwise(kept))


def _is_asked_for(tree: ast.AST, place: ast.expr, put: ast.AST) -> bool:
    """Whether it is there is asked before it is made: ``if key not in CACHE``, ``if TOKENS is None``."""
    if isinstance(put, ast.Call):  # setdefault asks by itself
        return True
    wanted = ast.unparse(place)
    for branch in ast.walk(tree):
        if isinstance(branch, ast.If) and any(inner is put for inner in ast.walk(branch)):
            asked = {ast.unparse(node) for node in ast.walk(branch.test) if isinstance(node, ast.expr)}
            if wanted in asked | {_attribute_of(node) for node in ast.walk(branch.test)}:
                return True
    return False


def _attribute_of(node: ast.AST) -> str:
    """``hasattr(train, "tokens")`` asks for ``train.tokens``."""
    if isinstance(node, ast.Call) and called(node) == "hasattr" and len(node.args) > 1:
        name = node.args[1].value if isinstance(node.args[1], ast.Constant) else None
        return f"{ast.unparse(node.args[0])}.{name}" if isinstance(name, str) else ""
    return ""

"""Whether two runs that no function of the notebook trained were trained by the same lines: a loop over the values
of a setting, or a cell that was copied.
"""

import ast
from collections.abc import Iterator, Sequence

from grader.evidence.unrecorded.calls import TrainingCall
from grader.evidence.unrecorded.names import Value, key_of, same_value
from grader.evidence.unrecorded.trains import TRAINS
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program, Step

_TRAINS = TRAINS | {"train"}


def other_lines(program: Program, calls: Sequence[TrainingCall], name: str, values: tuple[Value, Value]) -> str:
    """Why the page does not prove that the same lines trained the runs of both arms, which differ in one setting
    from the first value to the second; "" where it does. The calls are the first arm's, then the second arm's.
    """
    orders = {call.order for call in calls}
    steps = [step for step in program.steps if step.order in orders]
    if any(call.unknown or not call.complete for call in calls):
        return "the code does not write out what each run was given"
    if len(orders) == 1 and len({call.line for call in calls}) == 1:
        return _around(steps[0], name) or _kept(steps)
    cells = [
        [step for step in program.steps if step.position == position]
        for position in dict.fromkeys(call.position for call in calls)
    ]
    if len(cells) != 2 or len(calls) != 2:
        return "what trains is not written out in the file"
    first, second = (_until(cell, call) for cell, call in zip(cells, calls, strict=True))
    if not _alike([step.scope.node for step in first], [step.scope.node for step in second], values):
        return "the cells of the arms differ in more than the setting"
    return _kept(first) or _kept(second) or _between(program, first, second)


def _around(step: Step, name: str) -> str:
    """The loop decides something by the setting."""
    for scope in step.scope.whole():
        for branch in scope.branches:
            if any(key_of(word).name == name for word in _names(branch.test)):
                return f"the loop branches on {name}"
    return ""


def _kept(steps: Sequence[Step]) -> str:
    """What is trained is made elsewhere, so that the second run may go on where the first one stopped."""
    made = {store.root for step in steps for scope in step.scope.whole() for store in scope.stores}
    for call in (call for step in steps for scope in step.scope.whole() for call in scope.calls):
        path = path_of(call.func)
        if path is None or len(path) < 2 or path[-1] not in (*_TRAINS, "parameters"):
            continue
        if path[0] not in made:
            return f"{path[0]} is trained, and made elsewhere"
    return ""


def _between(program: Program, first: Sequence[Step], second: Sequence[Step]) -> str:
    """A name that both cells read, and none of them sets, is set between them."""
    own = {store.root for step in (*first, *second) for store in step.scope.stores}
    used = {node.id for step in second for scope in step.scope.whole() for node in scope.loads} - own
    places = {step.position for step in (*first, *second)}
    for step in program.steps[first[0].order : second[-1].order + 1]:
        stored = {store.root for store in step.scope.stores if store.how != "change"}
        if step.position not in places and stored & used:
            return f"{min(stored & used)}, which the training uses, was changed between the runs"
    return ""


def _until(steps: Sequence[Step], call: TrainingCall) -> list[Step]:
    """The steps of a cell up to the one that trains."""
    return [step for step in steps if step.order <= call.order]


def _alike(first: Sequence[ast.AST], second: Sequence[ast.AST], values: tuple[Value, Value]) -> bool:
    """The trees differ in the setting's value, in words that are printed, and in names that go in pairs."""
    one = [node for tree in first for node in ast.walk(tree)]
    two = [node for tree in second for node in ast.walk(tree)]
    if len(one) != len(two):
        return False
    stored = [
        {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        for nodes in (one, two)
    ]
    renamed: dict[str, str] = {}
    return all(_same(left, right, values, stored, renamed) for left, right in zip(one, two, strict=True))


def _same(
    left: ast.AST, right: ast.AST, values: tuple[Value, Value], stored: Sequence[set[str]], renamed: dict[str, str]
) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        one, two = left.value, right.value
        both_words = isinstance(one, str) and isinstance(two, str)
        same = type(one) is type(two) and one == two
        return same or both_words or (_is_value(one, values[0]) and _is_value(two, values[1]))
    if isinstance(left, ast.Name) and isinstance(right, ast.Name):
        if left.id not in stored[0] or right.id not in stored[1]:
            return left.id == right.id
        return renamed.setdefault(left.id, right.id) == right.id
    told = [
        (getattr(left, field, None), getattr(right, field, None))
        for field in ("attr", "arg", "name", "id")
        if not isinstance(getattr(left, field, None), ast.AST)
    ]
    return all(one == two for one, two in told)


def _is_value(found: object, value: Value) -> bool:
    return isinstance(found, str | int | float | bool | None) and same_value(found, value)


def _names(node: ast.expr) -> Iterator[str]:
    for item in ast.walk(node):
        if isinstance(item, ast.Name):
            yield item.id
        elif isinstance(item, ast.Attribute):
            yield item.attr
        elif isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value

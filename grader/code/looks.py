"""Looks that come too early: the changed arm tried out before its prediction, an arm trained again, the test split
reached through a helper.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache

from grader.code.same_values import Same
from grader.evidence.runs import CASES, own_records
from grader.evidence.submitted import Trained, read_program
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.moments import run_calls
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program, Step
from paribus.check.code.taken_apart import arguments
from paribus.check.shows import shown_in

AGAIN = "again"
"""What a finding is about where a finished run was trained anew."""
TEST = "test"


def early_looks(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """The training function called with the changed configuration outside of any run, and arms trained again."""
    recorded = {
        item.position for item in own_records(case) if item.record is not None and item.record.kind == "start"
    }
    changed = {call.step.position for call in found.calls if call.arm == "changed"}
    wanted = [
        call.config
        for call in found.calls
        if call.step.position in changed and call.arm in ("", "changed") and call.config is not None
    ]
    predicted = _first_prediction(program)
    before = found.changed.first if predicted is None else predicted
    own = _own_loops(program)
    same = Same(program, found, vary)
    for step in program.steps:
        begun = step.position in recorded and step.order >= own.get(step.position, before)
        if step.order >= before or begun:
            continue
        for node in [
            item for given in _trained_by(program, found, step) for item in (given, *_gone_through(step, given))
        ]:
            if any(_alike(node, config, vary) for config in wanted) or same.is_changed(node, step.order):
                where = place_of(case, step, node.lineno)
                yield suspected(Kind.PEEK, vary, where).saying(
                    f"The changed configuration was trained before the prediction, outside of any run "
                    f"({said(case, where)}), so its result may have been known when you predicted. A person looks."
                )
    for run in found.calls:
        if run.step.position in changed and any(
            item.arg == AGAIN and isinstance(item.value, ast.Constant) and item.value.value is True
            for item in run.call.keywords
        ):
            where = place_of(case, run.step, run.line)
            yield suspected(Kind.PEEK, AGAIN, where).saying(
                f"The changed arm is trained again although a run of it was finished ({said(case, where)})"
            )


def _trained_by(program: Program, found: Trained, step: Step) -> Iterator[ast.expr]:
    """The configurations that a step trains with outside of any run: those given to the function that trains, and
    those of which a loop over batches reads.
    """
    begin = {id(call.helper) for call in run_calls(program)}  # these keep a record
    trains = {id(scope) for scope in found.reach.scopes if scope.name and _trains(program, scope)}
    roots = ({id(root) for root in found.roots} | trains) - begin
    if any(id(scope) in begin for call in step.scope.calls for scope in program.functions_of(call.func)):
        return
    for call in step.scope.calls:
        if any(id(scope) in roots for scope in program.functions_of(call.func, step.order)):
            yield from arguments(call)
    if isinstance(step.scope.node, ast.For) and _takes_steps(program, step):
        cell = [other for other in program.steps if other.position == step.position and other.order <= step.order]
        shown = {inner for other in cell for inner in shown_in(other.scope.node)}
        for name in sorted({node.id for other in cell for node in other.scope.loads if id(node) not in shown}):
            yield ast.Name(name, ast.Load(), lineno=step.line, col_offset=0)


def _gone_through(step: Step, node: ast.expr) -> Iterator[ast.expr]:
    """What a loop's variable is, where that is written out: ``for config in (CONFIG, SMALLER)``."""
    name = node.id if isinstance(node, ast.Name) else ""
    for loop in step.scope.loops:
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and loop.target.id == name:
            yield from loop.iter.elts if isinstance(loop.iter, ast.Tuple | ast.List) else ()


def _own_loops(program: Program) -> dict[int, int]:
    """The cells that begin a run which an own loop trains, by themselves or through a helper, each with the first
    step that does.
    """
    begins = [call for call in run_calls(program) if call.how == "start"]
    helpers = {id(call.helper) for call in begins if call.helper is not None}
    steps = [call.step for call in begins] + [
        step
        for step in program.steps
        for call in step.scope.calls
        if any(id(scope) in helpers for scope in program.functions_of(call.func))
    ]
    found: dict[int, int] = {}
    for step in steps:
        found[step.position] = min(step.order, found.get(step.position, step.order))
    return found


def _trains(program: Program, scope: Scope) -> bool:
    """A function that takes all of the steps of a training: a loop of its own, or of what it calls."""
    reached = program.reach([scope]).scopes if not scope.is_class and len(scope.params) > 1 else ()
    loops = any(inner.loops for inner in reached)
    return loops and any(path[-1] == "backward" for inner in reached for path, _ in inner.called)


def _takes_steps(program: Program, step: Step) -> bool:
    called = [scope for call in step.scope.calls for scope in program.functions_of(call.func, step.order)]
    return any(path[-1] == "backward" for scope in (step.scope, *called) for path, _ in scope.called)


_BEST = frozenset({"argmax", "argmin", "idxmax", "idxmin", "nlargest", "nsmallest"})


def chosen_seeds(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """A seed that was chosen by what it gave: ``max(scores, key=scores.get)``."""
    for run in found.calls:
        names = {node.id for node in ast.walk(run.seed) if isinstance(node, ast.Name)} if run.seed else set()
        for name in sorted(names):
            for step, store in program.bound.get(name, ()):
                if step.order < run.step.order and store.source is not None and _takes_the_best(store.source):
                    where = place_of(case, step, store.line)
                    yield suspected(Kind.CHANGE, name, where, sure=True).saying(
                        f"{name}, the seed of a run, is the best of several ({said(case, where)}): the best of "
                        "several looks better than it is. A person looks."
                    )


def _takes_the_best(made: ast.expr) -> bool:
    for call in ast.walk(made):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            by_key = name in ("max", "min", "sorted") and any(item.arg == "key" for item in call.keywords)
            if name in _BEST or by_key:
                return True
    return False


@lru_cache(maxsize=CASES)
def _first_prediction(program: Program) -> int | None:
    return next((step.order for step in program.steps if _predicts(step)), None)


def _predicts(step: Step) -> bool:
    """A step that writes a prediction down."""
    return any(
        path[-1] == "predict" and any(item.arg == "metric" for item in call.keywords)
        for path, call in step.scope.called
    )


def _alike(given: ast.expr, config: ast.expr, vary: str) -> bool:
    """The same name, the same expression, or a copy in which the varied setting is changed to the same value."""
    if ast.dump(given) == ast.dump(config):
        return True
    sides = [
        {item.arg: ast.dump(item.value) for item in node.keywords} if isinstance(node, ast.Call) else {}
        for node in (given, config)
    ]
    return vary in sides[0] and sides[0][vary] == sides[1].get(vary)


def helper_looks(case: Case) -> tuple[CodeFinding, ...]:
    """Calls that hand the word "test" to a helper which takes the part of that name from the data."""
    program = read_program(case)
    found = []
    for step, scope in program.scopes:
        for call in scope.calls if any(map(_is_test, scope.texts)) else ():
            given = arguments(call)
            if not any(map(_is_test, given)) or (scope.name and not _is_called(program, scope)):
                continue
            if any(_takes_part(helper, call) for helper in program.functions_of(call.func, step.order)):
                where = place_of(case, step, call.lineno)
                because = (
                    f"A helper is asked for the test split ({said(case, where)}). A person looks whether that was "
                    "the one evaluation at the end."
                )
                found.append(suspected(Kind.TEST_SPLIT, TEST, where).saying(because))
    return tuple(found)


def _is_called(program: Program, scope: Scope) -> bool:
    return any(path[-1] == scope.name for step in program.steps for path, _ in step.scope.called)


def _takes_part(helper: Scope, call: ast.Call) -> bool:
    """The call gives "test" for a parameter by which the helper chooses a part of the data."""
    given = {item.arg for item in call.keywords if _is_test(item.value)}
    given |= {name for name, item in zip(helper.params, call.args, strict=False) if _is_test(item)}
    for inner in helper.whole():
        chosen = {node.slice.id for node in inner.subscripts if isinstance(node.slice, ast.Name)}
        for item in inner.calls:
            if path_of(item.func) == ("getattr",) and len(item.args) > 1 and isinstance(item.args[1], ast.Name):
                chosen.add(item.args[1].id)
        if given & chosen:
            return True
    return False


def _is_test(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == TEST

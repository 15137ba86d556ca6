"""Training that does something else in one arm than in the other, or that stops early."""

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache

from grader.evidence.runs import finished
from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.choosing import compares_arm, compares_size, looked_up_by, mentions
from paribus.check.code.cells import KEPT
from paribus.check.code.configured import KEYWORDS
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.moments import logs_an_epoch
from paribus.check.code.program import Program, Step
from paribus.check.names import called, last_name
from paribus.check.shows import only_shows
from paribus.experiments.one_change import choices


def branches(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """Conditions in the training that follow the varied setting or the arm, and do more than the setting means."""
    settings = {word for name, words in KEYWORDS.items() if name != vary for word in (name, *words)} - {
        "p",
        "C",
        vary,
    }
    settings -= KEYWORDS.get(vary, frozenset())
    for step, scope in _functions(case, program, found):
        for branch in scope.branches:
            on_size = compares_size(branch.test, vary)
            on_arm = compares_arm(branch.test)
            if not (on_size or on_arm or mentions(branch.test, vary)):
                continue
            if isinstance(branch, ast.If) and only_shows(branch):
                continue
            other = _sets_another(scope, branch, settings)
            if not (on_size or on_arm or other):
                continue
            where = place_of(case, step, branch.test.lineno)
            what = "the arm" if on_arm else vary
            also = f" and sets {other}" if other else ""
            yield suspected(Kind.CHANGE, what, where, sure=bool(other) or on_arm).saying(
                f"{scope.name} branches on {what}{also} ({said(case, where)}): beside the declared change "
                "something else may differ between the arms. A person looks."
            )


def lookups(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """Tables in the training that are looked up by the size of the varied setting, or by the arm."""
    for step, scope in _functions(case, program, found):
        for key in _looked_up_by(scope.node, vary):
            where = place_of(case, step, key.lineno)
            yield suspected(Kind.CHANGE, vary, where).saying(
                f"{scope.name} looks something up by {vary} or the arm ({said(case, where)}): beside the declared "
                "change something else may differ between the arms. A person looks."
            )


@lru_cache(maxsize=KEPT)
def _looked_up_by(function: ast.AST, vary: str) -> tuple[ast.expr, ...]:
    return tuple(looked_up_by(function, vary))


def _functions(case: Case, program: Program, found: Trained) -> Iterator[tuple[Step, Scope]]:
    """The functions that training reaches, each with the step that defines it; none that the course gave."""
    own = ((program.step_of(scope), scope) for scope in found.reach.scopes if scope.name)
    return ((step, scope) for step, scope in own if step.position not in case.released_positions)


def _sets_another(scope: Scope, branch: ast.If | ast.IfExp, settings: set[str]) -> str:
    """Another of the course's settings that the branch gives a value, "" where there is none."""
    if isinstance(branch, ast.IfExp):
        for call in scope.calls:
            for item in call.keywords:
                if item.value is branch and item.arg in settings:
                    return item.arg or ""
        for store in scope.stores:
            if store.value is branch and store.path[-1] in settings:
                return store.path[-1]
        return ""
    for statement in (*branch.body, *branch.orelse):
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    name = last_name(target) or (target.id if isinstance(target, ast.Name) else "")
                    if name in settings:
                        return name
            if isinstance(node, ast.keyword) and node.arg in settings and isinstance(node.value, ast.Constant):
                return node.arg or ""
    return ""


# --- loops that stop after their first round --------------------------------------------------------------------


def cut_loops(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """A loop that trains and ends after its first round, whatever the configuration says."""
    steppers = _steppers(program, found)
    for scope in found.reach.scopes:
        for loop in scope.loops:
            if not isinstance(loop.body[-1], ast.Break) or not _trains(loop.body, steppers):
                continue
            step = program.step_of(scope)
            where, there = place_of(case, step, loop.lineno), place_of(case, step, loop.body[-1].lineno)
            yield suspected(Kind.CONFIG, scope.name, where, there, sure=True).saying(
                f"The loop of {scope.name or 'the training'} ends after its first round ({said(case, there)}): it "
                "trains on one batch, and the records tell of whole epochs. A person looks."
            )


def written_rounds(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """A loop over epochs whose number is written out, where a record says another one."""
    runs = finished((*found.arms.baseline, *found.arms.changed))
    recorded = {value for run in runs if isinstance(value := choices(run).get("epochs"), int)}
    for scope in found.reach.scopes:
        for loop in scope.loops if scope.name and recorded else ():
            if not isinstance(loop, ast.For) or not logs_an_epoch(loop):
                continue
            rounds = _rounds(loop.iter)
            if rounds is not None and recorded - {rounds}:
                where = place_of(case, program.step_of(scope), loop.lineno)
                yield suspected(Kind.CONFIG, "epochs", where, sure=True).saying(
                    f"{scope.name} goes through {rounds} epochs by a number of its own ({said(case, where)}), and "
                    f"the records say {', '.join(map(str, sorted(recorded)))}. A person looks."
                )


def _rounds(node: ast.expr) -> int | None:
    """How often ``range(1, 3)`` goes round, where it is written out."""
    if not isinstance(node, ast.Call) or called(node) != "range" or node.keywords:
        return None
    values = [item.value for item in node.args if isinstance(item, ast.Constant) and isinstance(item.value, int)]
    return len(range(*values)) if values and len(values) == len(node.args) and 0 not in values[2:] else None


def _steppers(program: Program, found: Trained) -> frozenset[str]:
    """The notebook's functions that take a training step."""
    return frozenset(
        scope.name
        for scope in found.reach.scopes
        if scope.name and any(getattr(call.func, "attr", "") == "backward" for call in scope.calls)
    )


def _trains(body: Sequence[ast.stmt], steppers: frozenset[str]) -> bool:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name == "backward" or name in steppers:
                    return True
    return False

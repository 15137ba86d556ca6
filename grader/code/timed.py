"""Training that ends by the clock: how much is learnt depends on the machine, and on how fast an arm is."""

import ast
from collections.abc import Iterator

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.program import Program
from paribus.check.code.seeded import reads_a_clock
from paribus.check.names import called


def ended_by_the_clock(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """Loops that take training steps and are left when their time is over."""
    for scope in found.reach.scopes:
        timed = {store.root for store in scope.stores if store.source is not None and _counts_time(store.source)}
        for loop in scope.loops if scope.name else ():
            tests = [loop.test] if isinstance(loop, ast.While) else []
            tests += [node.test for node in ast.walk(loop) if isinstance(node, ast.If) and _leaves(node)]
            test = next((item for item in tests if _counts_time(item) or _mentions(item, timed)), None)
            if test is not None and _takes_steps(program, scope, loop):
                where = place_of(case, program.step_of(scope), test.lineno)
                yield suspected(Kind.CONFIG, scope.name, where).saying(
                    f"{scope.name} ends its training when a time is over ({said(case, where)}), so an arm that is "
                    "faster learns more, and the records tell of whole epochs. A person looks."
                )
                break


def _counts_time(node: ast.expr) -> bool:
    """``time.perf_counter() - began``."""
    return any(isinstance(item, ast.BinOp) and reads_a_clock(item) for item in ast.walk(node))


def _mentions(node: ast.expr, names: set[str]) -> bool:
    compared = [item for item in ast.walk(node) if isinstance(item, ast.Compare)]
    return any(isinstance(item, ast.Name) and item.id in names for test in compared for item in ast.walk(test))


def _leaves(branch: ast.If) -> bool:
    return any(isinstance(item, ast.Break | ast.Return) for item in branch.body)


def _takes_steps(program: Program, scope: Scope, loop: ast.For | ast.While) -> bool:
    calls = [node for node in ast.walk(loop) if isinstance(node, ast.Call)]
    functions = [inner for call in calls for inner in program.functions_of(call.func) if inner is not scope]
    return any(called(call) == "backward" for call in calls) or any(
        called(call) == "backward" for inner in functions if not inner.is_class for call in inner.calls
    )

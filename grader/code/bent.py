"""Settings that the code bends: another one follows the varied setting, or a bound catches an arm's value; and
training that does something else once it has run before.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping

from grader.evidence.runs import finished
from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.before import NOT_SETTINGS
from paribus.check.choosing import mentions
from paribus.check.code.configured import KEYWORDS
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.following import is_property
from paribus.check.code.gathered import returned_by
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program
from paribus.check.names import called, last_name, root_name
from paribus.check.shows import only_shows, shown_in
from paribus.experiments.one_change import choices
from paribus.records.simple import is_number

_BOUNDS: Mapping[str, Callable[[float, float], bool]] = {
    "max": operator.lt, "maximum": operator.lt, "min": operator.gt, "minimum": operator.gt,
}  # fmt: skip
_OF_A_STEP = frozenset({"learning_rate", "weight_decay", "label_smoothing", "dropout", "warmup_share"})
"""Settings of one step, of which no number of rounds follows."""
_OF_ROUNDS = frozenset({"batch_size", "epochs", "train_rows", "scheduler"})
"""Settings of which a schedule of rates may well follow."""


def bent_settings(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """Another recorded setting that is worked out of the varied one, where a library takes it."""
    known = [choices(run) for run in finished((*found.arms.baseline, *found.arms.changed))]
    recorded = set.intersection(*(set(knobs) for knobs in known)) - NOT_SETTINGS - {vary}
    words = {word: name for name in sorted(recorded) for word in KEYWORDS.get(name, ())}
    words = {word: name for word, name in words.items() if word not in KEYWORDS.get(vary, ()) and len(word) > 1}
    for scope in _functions(found):
        places = [(words.get(item.arg or "", ""), item.value) for call in scope.calls for item in call.keywords]
        if vary in _OF_A_STEP:
            rounds = (loop.iter for loop in scope.loops if isinstance(loop, ast.For))
            places += [
                ("epochs", call) for call in rounds if isinstance(call, ast.Call) and called(call) == "range"
            ]
        for name, value in places:
            if name and mentions(value, vary) and (mentions(value, name) or name == "epochs"):
                where = place_of(case, program.step_of(scope), value.lineno)
                yield suspected(Kind.CHANGE, name, where).saying(
                    f"{scope.name} works {name} out of {vary} as well ({said(case, where)}): it differs between "
                    "the arms, and the records say that it does not. A person looks."
                )
    for scope, value, name in _properties(program, found, vary):
        where = place_of(case, program.step_of(scope), value.lineno)
        yield suspected(Kind.CHANGE, name, where).saying(
            f"{scope.name} works {name} out of {vary} as well ({said(case, where)}): it differs between the arms, "
            "and the records say that it does not. A person looks."
        )


def _properties(program: Program, found: Trained, vary: str) -> Iterator[tuple[Scope, ast.expr, str]]:
    """Properties of the notebook's classes that training reads, and that join another setting with the varied."""
    read = {
        node.attr for scope in _functions(found) for shown in [shown_in(scope.node)] for node in scope.attributes
        if id(node) not in shown
    }  # fmt: skip
    for known in program.defined.values():
        for scope in known[-1][1].inner if known[-1][1].is_class and vary not in _OF_ROUNDS else ():
            if scope.name.rpartition(".")[2] not in read or not is_property(scope):
                continue
            sums = (
                node for value in returned_by(scope.node) for node in ast.walk(value) if isinstance(node, ast.BinOp)
            )
            for value in sums:
                others = [name for name in sorted(_OF_A_STEP - {vary}) if mentions(value, name)]
                if others and mentions(value, vary):
                    yield scope, value, others[0]
                    break


def caught_values(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """A bound in the code that an arm's recorded value lies beyond: ``max(config.learning_rate, 1e-3)``."""
    values = [choices(run).get(vary) for run in finished((*found.arms.baseline, *found.arms.changed))]
    numbers = [float(value) for value in values if is_number(value)]
    for scope in _functions(found):
        for call in scope.calls:
            beyond = _BOUNDS.get((path_of(call.func) or ("",))[-1])
            bounds = [item.value for item in call.args if isinstance(item, ast.Constant)]
            if beyond is None or len(call.args) != 2 or not any(last_name(item) == vary for item in call.args):
                continue
            if any(
                isinstance(bound, int | float) and beyond(number, bound) for bound in bounds for number in numbers
            ):
                where = place_of(case, program.step_of(scope), call.lineno)
                yield suspected(Kind.SAME, vary, where, sure=True).saying(
                    f"{scope.name} holds {vary} by a bound that an arm's value lies beyond ({said(case, where)}), "
                    "so it trained with another value than its record's. A person looks."
                )


def counted_runs(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """A condition on something outside of the function that the function itself counts up."""
    for scope in _functions(found):
        begun = {store.root for store in scope.stores if store.how == "assign"}  # anew in every run
        filled = {
            store.root
            for store in scope.stores
            if store.how in ("augment", "change")
            and (store.root not in scope.local or store.root in scope.outer)
            and "[]" not in store.path  # an entry of its own for each run
        } - begun
        kept = {
            store.root
            for store in scope.stores
            if len(store.path) > 1 and (store.root not in scope.local or store.root in scope.outer)
        }
        for branch in scope.branches:
            shows = isinstance(branch, ast.If) and (only_shows(branch) or _only_empties(branch))
            if shows or not _counts(branch.test):
                continue
            names = {node.id for node in ast.walk(branch.test) if isinstance(node, ast.Name)}
            if names & filled or _measured(branch.test) & kept:
                where = place_of(case, program.step_of(scope), branch.lineno)
                yield suspected(Kind.CHANGE, scope.name, where).saying(
                    f"{scope.name} does something else once it has run before ({said(case, where)}): beside the "
                    "declared change something else may differ between the arms. A person looks."
                )


def _only_empties(branch: ast.If) -> bool:
    """What is below the condition only takes something out of what is kept, or fills it where it is empty."""
    test = branch.test if isinstance(branch.test, ast.Compare) and not branch.orelse else None
    asks = test is not None and isinstance(test.ops[0], ast.Eq) and bool(_measured(test))
    empty = asks and test is not None and getattr(test.comparators[0], "value", None) == 0
    return all(
        isinstance(item, ast.Expr) and isinstance(item.value, ast.Call)
        and (called(item.value) in ("clear", "pop", "popitem", "popleft")
             or (empty and root_name(item.value.func) in _measured(branch.test)))
        for item in branch.body
    )  # fmt: skip


def _measured(test: ast.expr) -> set[str]:
    """The names of which a condition asks how much is in them."""
    return {
        root_name(node.args[0]) for node in ast.walk(test)
        if isinstance(node, ast.Call) and called(node) == "len" and node.args
        and not isinstance(node.args[0], ast.Subscript)  # an entry of its own for each run
    }  # fmt: skip


def _counts(test: ast.expr) -> bool:
    """A count is held against a number that is written out; whether there is anything at all is no count."""
    return isinstance(test, ast.Compare) and any(
        isinstance(side, ast.Constant) and isinstance(side.value, int) and not isinstance(side.value, bool)
        for side in (test.left, *test.comparators)
    )


def _functions(found: Trained) -> Iterator[Scope]:
    return (scope for scope in found.reach.scopes if scope.name)

"""Whether both arms of an experiment without records were trained by the same code, as far as the code tells."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.submitted import read_program
from grader.evidence.unrecorded.arms import ShownArms, shown_arms
from grader.evidence.unrecorded.calls import TrainingCall
from grader.evidence.unrecorded.copies import other_lines
from grader.evidence.unrecorded.names import key_of
from grader.model import Case
from paribus.check.code.carried import carried_state, kept_models
from paribus.check.code.facts import Scope
from paribus.check.code.moments import Span, Training
from paribus.check.code.program import Program, Reach

SAME_NUMBERS = "both arms show the same numbers to the last digit"
LEAST_SETTINGS = 3
"""Settings that a configuration must show before nothing else can well have changed with the one."""


@lru_cache(maxsize=16 * CASES)
def unsure(case: Case, key: str) -> str:
    """Why the file does not prove that one setting alone differs between the arms; "" where it does."""
    shown = shown_arms(case, key)
    if shown is None:
        return "the file does not show two arms"
    return second_change(case, key) or _settings(shown) or _results(shown) or _code(case, shown)


@lru_cache(maxsize=16 * CASES)
def second_change(case: Case, key: str) -> str:
    """What the page shows to differ beside the settings: the seeds, or code that trains; "" for nothing."""
    shown = shown_arms(case, key)
    if shown is None:
        return ""
    seeds = [{run.seed for run in arm} for arm in (shown.baseline, shown.changed)]
    if None not in seeds[0] | seeds[1] and seeds[0] != seeds[1]:
        told = (", ".join(map(str, sorted(side, key=lambda seed: seed or 0))) for side in seeds)
        return f"the arms ran with other seeds ({' and '.join(told)})"
    calls = [run.call for run in shown.runs if run.call is not None]
    scopes = [call.scope for call in calls if call.scope is not None]
    if len(calls) < 2 or not scopes:
        return ""
    program = read_program(case)
    reach = program.reach((scopes[0],))
    return _rewritten(program, reach, calls) or _goes_on(case, program, reach, shown) or _shared(program, calls)


def _goes_on(case: Case, program: Program, reach: Reach, shown: ShownArms) -> str:
    """Something is made once, outside of the training, and trained on in the second arm."""
    spans = []
    for arm in (shown.baseline, shown.changed):
        orders = [run.call.order for run in arm if run.call is not None]
        if not orders:
            return ""
        spans.append(Span(min(orders), max(orders), exact=True))
    roots = tuple(dict.fromkeys(run.call.scope for run in shown.runs if run.call is not None and run.call.scope))
    found = Training(spans[0], spans[1], (), roots, reach, reach)
    findings = (*carried_state(case, program, found), *kept_models(case, program, found, shown.arms.vary))
    sure = next((item for item in findings if item.sure), None)
    return "" if sure is None else f"{sure.about} is made once and trained on in the second arm"


_RENEWS = ("load_state_dict", "deepcopy", "reset", "init", "clone")


def _shared(program: Program, calls: list[TrainingCall]) -> str:
    """One network is handed to the training of every run, which trains its parameters and never makes it anew."""
    scope = calls[0].scope
    if scope is None or any(call.scope is not scope for call in calls):
        return ""
    paths = [path for item in scope.whole() for path, _ in item.called]
    trained = [path[0] for path in paths if path[-1] == "parameters" and len(path) == 2 and path[0] in scope.params]
    if not trained or any(path[-1].startswith(_RENEWS) for path in paths):
        return ""
    place = scope.params.index(trained[0])
    given = [_argument(program, call, trained[0], place) for call in calls]
    names = {node.id for node in given if isinstance(node, ast.Name)}
    if len(names) != 1 or not all(isinstance(node, ast.Name) for node in given):
        return ""
    name = names.pop()
    first, last = min(call.order for call in calls), max(call.order for call in calls)
    between = program.steps[first : last + 1]
    anew = any(store.root == name for step in between for store in step.scope.stores)
    renewed = any(path[-1].startswith(_RENEWS) for step in between for path, _ in step.scope.called)
    return "" if anew or renewed else f"{name} is made once and trained on in the second arm"


def _argument(program: Program, call: TrainingCall, name: str, place: int) -> ast.expr | None:
    """What a training call is given for a parameter, as it is written there."""
    for node in program.steps[call.order].scope.calls:
        if node.lineno == call.line and call.scope in program.functions_of(node.func):
            named = {item.arg: item.value for item in node.keywords}
            return named.get(name) or (node.args[place] if len(node.args) > place else None)
    return None


def _rewritten(program: Program, reach: Reach, calls: list[TrainingCall]) -> str:
    """A function that the training uses was defined anew between the runs, otherwise than before."""
    used = {scope.name for scope in reach.scopes} | set(reach.free)
    first, last = min(call.order for call in calls), max(call.order for call in calls)
    for name, defined in program.defined.items():
        before = [scope for step, scope in defined if step.order < first]
        between = [scope for step, scope in defined if first < step.order < last]
        if name in used and before and between and ast.dump(before[-1].node) != ast.dump(between[-1].node):
            return f"{name}, which the training uses, was rewritten between the runs"
    return ""


def _settings(shown: ShownArms) -> str:
    if len(shown.differences) != 1 or shown.one_sided or shown.within:
        return "the settings of the arms do not differ in one alone"
    if shown.arms.vary and shown.differences[0].name != shown.arms.vary:
        return "another setting differs than the declared one"
    if len(shown.settings) < LEAST_SETTINGS or any(run.conflict for run in shown.runs):
        return "the settings are few, or code and output disagree on them"
    seeds = [{run.seed for run in arm} for arm in (shown.baseline, shown.changed)]
    if None in seeds[0] | seeds[1] or seeds[0] != seeds[1]:
        return "the seeds of both arms are not known to be the same"
    return ""


def _results(shown: ShownArms) -> str:
    """Each run came to something, and the arms not to the same in every digit."""
    if not all(run.reported for run in shown.runs):
        return "a run shows no result"
    first, second = ([run.numbers for run in arm] for arm in (shown.baseline, shown.changed))
    return SAME_NUMBERS if first == second else ""


def _code(case: Case, shown: ShownArms) -> str:
    """The same function trained both, read the setting, does not branch on it, and nothing it uses was replaced."""
    calls = [run.call for run in shown.runs]
    known = [call for call in calls if call is not None]
    name = shown.differences[0].name
    if len(known) < len(calls) or len({call.function for call in known}) != 1:
        return "it is not plain which call trained each run"
    if any(not call.complete or name not in call.settings for call in known):
        return "the code does not write out what each run was given"
    program = read_program(case)
    if program.hidden or program.unread or not program.in_order:
        return "the cells did not run once each from top to bottom, or some cannot be read"
    scopes = {id(call.scope) for call in known}
    if all(call.scope is None for call in known):
        values = shown.differences[0].baseline[-1], shown.differences[0].changed[-1]
        return other_lines(program, known, name, values)
    if known[0].scope is None or len(scopes) != 1:
        return "what trains is not written out in the file"
    reach = program.reach((known[0].scope,))
    return _replaced(program, reach, known, name) or _reads(program, reach, known[0].scope, name)


def _replaced(program: Program, reach: Reach, calls: list[TrainingCall], varied: str) -> str:
    """Something that the training uses was put anew between the first run and the last; the varied setting itself
    may be a name that the notebook sets anew.
    """
    used = set(reach.free) | {scope.name.split(".")[0] for scope in reach.scopes}
    first, last = min(call.order for call in calls), max(call.order for call in calls)
    for step in program.steps[first : last + 1]:
        called = [scope for call in step.scope.calls for scope in program.functions_of(call.func, step.order)]
        outside = [scope for scope in called if not any(scope is mine for mine in reach.scopes)]
        for scope in (step.scope, *outside):
            for store in scope.stores:
                own = store.root in scope.local and store.root not in scope.outer and scope is not step.scope
                of_module = store.how == "change" and (len(store.path) == 1 or store.path[1:] == ("random",))
                if of_module and store.root in program.imports:
                    continue  # `np.sort(values)` changes no module
                plain = isinstance(store.value, ast.Constant) and len(store.path) == 1
                if plain and scope is step.scope and key_of(store.root).name == varied:
                    continue
                if store.root in used and not own and store.how != "bind":
                    return f"{store.root}, which the training uses, was changed between the runs"
    return ""


def _reads(program: Program, reach: Reach, root: Scope, name: str) -> str:
    """The setting is read by the training, and decides nothing else there."""
    owner = next(
        (scope for _, scope in program.scopes if scope.is_class and any(item is root for item in scope.inner)), None
    )
    scopes = [*reach.scopes, *(owner.whole() if owner is not None else ())]
    if not any(key_of(word).name == name for scope in scopes for word in _words(scope)):
        return f"the training does not seem to read {name}"
    for scope in scopes:
        for branch in scope.branches:
            if any(key_of(word).name == name for word in re.findall(r"\w+", ast.unparse(branch.test))):
                return f"the training branches on {name}"
    return ""


def _words(scope: Scope) -> Iterator[str]:
    yield from scope.params
    yield from (node.attr for node in scope.attributes)
    yield from (str(text.value) for text in scope.texts if len(str(text.value)) < 40)
    yield from (item.arg for call in scope.calls for item in call.keywords if item.arg)

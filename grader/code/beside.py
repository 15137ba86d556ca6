"""What differs between the arms beside the varied setting, because the training works it out of that setting."""

import ast
from collections.abc import Callable, Iterator, Mapping

from grader.code.spread import (
    hands_a_rate,
    is_scaled,
    shares_of,
    takes_a_rate,
    weighs_losses,
    words_of_table,
    words_spread,
)
from grader.evidence.runs import finished
from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.before import NOT_SETTINGS
from paribus.check.code.configured import KEYWORDS
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.following import OF_BATCHES, Context, Following, arguments_of
from paribus.check.code.moments import logs_an_epoch
from paribus.check.code.paths import Store, path_of
from paribus.check.code.program import Program
from paribus.check.code.seeded import SEEDERS
from paribus.check.names import called, last_name
from paribus.check.shows import only_shows
from paribus.experiments.one_change import choices

Follows = Callable[[ast.AST | None], bool]
_BESIDE: Mapping[str, str] = {
    "betas": "the optimiser's betas", "momentum": "the momentum", "patience": "the patience",
    "max_norm": "the clipping", "max_grad_norm": "the clipping", "clip": "the clipping",
    "clip_norm": "the clipping",
    "gradient_accumulation_steps": "how often it steps", "warmup_ratio": "the warm-up", "warmup": "the warm-up",
    "dropout_rate": "the dropout", "smoothing": "the smoothing", "train_rows": "the rows",
}  # fmt: skip
"""Words for what decides over training beside the course's settings."""
_SEVERAL = frozenset({"the optimiser's betas", "the rows"})
_OVERLAYS = frozenset({"replace", "_replace", "evolve", "model_copy"})
"""What makes another configuration of one."""
_CLIPS = frozenset({"clip_grad_norm_", "clip_grad_value_"})
_SEEDS = frozenset({"seed", "shuffle_seed", "random_state", "data_seed", "generator_seed"})
_SEED_PLACES: Mapping[str, int] = {"subset": 1}
"""Functions that take a seed by its place."""
_DRAWS = frozenset({"sample", "head", "subset", "choice", "permutation", "islice", "resample"})
_OF_A_STEP = frozenset(
    """
    learning_rate weight_decay label_smoothing dropout warmup_share class_weights C scheduler lora_rank lora_scale
    lora_targets
    """.split()
)
"""Settings of the course of which neither rows nor rounds follow."""
_KNOWN = _OF_A_STEP | {"epochs", "batch_size", "max_length", "train_rows", "model", "patience"}
_MEANT: Mapping[str, frozenset[str]] = {
    "epochs": frozenset({"patience", "warmup", "warmup_ratio"}),
    "label_smoothing": frozenset({"smoothing"}),
    "dropout": frozenset({"dropout_rate", "p"}),
    "patience": frozenset({"epochs", "num_train_epochs", "n_epochs"}),
    "batch_size": frozenset({"patience"}),  # counted in batches
    "train_rows": frozenset({"epochs", "num_train_epochs", "n_epochs"}),
}
"""Words that a setting may well decide over by itself."""
_OF_A_SCHEDULE = frozenset({"batch_size", "scheduler", "epochs", "warmup_share"})
"""Settings that an own schedule follows from."""
_SCHEDULED = frozenset({"lr", "learning_rate", "warmup", "warmup_ratio"})
"""What such a schedule sets from step to step; `bent` finds an optimiser that begins with another rate."""


def worked_out(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """Settings, seeds, rows and rounds that follow from the varied setting, through names, conditions, helpers."""
    if not vary or vary in NOT_SETTINGS:
        return
    following, words = Following(program, found, vary), _words(found, vary)
    told: set[tuple[int, int]] = set()
    for context in following.contexts():
        names = following.names(context)
        for node, what in (*_places(following, context, names, words), *_decided(following, context, names, words)):
            step = program.step_of(context.scope)
            if (step.order, node.lineno) not in told:
                told.add((step.order, node.lineno))
                where = place_of(case, step, node.lineno)
                yield suspected(Kind.CHANGE, what, where).saying(
                    f"In {context.scope.name} {what} {'follow' if what in _SEVERAL else 'follows'} from {vary} as "
                    f"well ({said(case, where)}): beside the declared change it differs between the arms. A person "
                    "looks."
                )


def _words(found: Trained, vary: str) -> dict[str, str]:
    """The words by which functions take what is not the varied setting, with what each is called."""
    known = [choices(run) for run in finished((*found.arms.baseline, *found.arms.changed))]
    recorded = set.intersection(*(set(knobs) for knobs in known)) - NOT_SETTINGS if known else set()
    if vary not in _KNOWN:  # nobody knows what else it may mean: a recipe decides over everything
        return {}
    words = {word: name for name in sorted(recorded) for word in (name, *KEYWORDS.get(name, ()))}
    words |= {word: name for name, own in KEYWORDS.items() for word in own} | dict(_BESIDE)
    mine = {vary, *KEYWORDS.get(vary, ()), *_MEANT.get(vary, ()), *_SEEDS}
    mine |= _SCHEDULED if vary in _OF_A_SCHEDULE else frozenset()
    return {
        word: f"the setting {name}" if name in KEYWORDS or name in recorded else name
        for word, name in words.items()
        if word not in mine and (len(word) > 1 or word in recorded) and word not in vary and vary not in word
    }


def _places(
    following: Following, context: Context, names: frozenset[str], words: Mapping[str, str]
) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Where something else follows from the varied setting, and what."""

    def follows(node: ast.AST | None) -> bool:
        return following.follows(context, node, names)

    scope, vary = context.scope, following.vary
    for call in scope.calls:
        name = called(call)
        given = [(item.arg or "", item.value) for item in call.keywords]
        for function in following.functions(scope, call):
            given += arguments_of(function, call)
        for word, value in given:
            if word in _SEEDS and follows(value):
                yield value, "the seed"
            elif word in words and follows(value):
                yield value, words[word]
        for item in (word.value for word in call.keywords if word.arg is None):
            inner = words_of_table(following.program, item) & set(words) if follows(item) else set()
            inner |= {word for word in words_spread(following, context, item, names) if word in words}
            yield from ((item, words[word]) for word in sorted(inner)[:1])
        yield from _by_place(following, call, follows)
        if vary == "batch_size" and (takes_a_rate(scope, call) or hands_a_rate(following.found, scope, call)):
            yield call, "the setting learning_rate"
        if vary == "batch_size" and name in _OVERLAYS:
            yield from (
                (item.value, "the setting learning_rate")
                for item in call.keywords
                if item.arg in ("lr", "learning_rate") and follows(item.value)
            )
        if name in SEEDERS and call.args and follows(call.args[0]):
            yield call, "the seed"
    for store in scope.stores:
        word = store.path[-1].strip("[]'\"")
        if word in words and len(store.path) > 1 and store.value is not None and follows(store.value):
            yield store.value, words[word]
        if store.value is not None and _scales_the_rate(following, scope, store):
            yield store.value, "the setting learning_rate"


def _scales_the_rate(following: Following, scope: Scope, store: Store) -> bool:
    of_a_group = len(store.path) > 1 and store.path[-1].strip("[]'\"") == "lr"
    return following.vary == "batch_size" and of_a_group and is_scaled(scope, store.value)


def _by_place(following: Following, call: ast.Call, follows: Follows) -> Iterator[tuple[ast.expr, str]]:
    """What a function takes by its place, or draws by: seeds, the clipping, numbers of batches, shares of rows."""
    name = called(call)
    place = _SEED_PLACES.get(name, len(call.args))
    if any(map(follows, call.args[place : place + 1])):
        yield call, "the seed"
    if name in _CLIPS and any(map(follows, call.args[1:2])):
        yield call, "the clipping"
    if following.vary not in _OF_A_STEP:
        return
    if name == "islice" and any(map(follows, call.args[1:])):
        yield call, "the number of batches"
    weighs = following.vary != "class_weights" or weighs_losses(following)
    if any(map(follows, shares_of(call))) and weighs:
        yield call, "the rows"


def _decided(
    following: Following, context: Context, names: frozenset[str], words: Mapping[str, str]
) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """What is decided by a condition that follows: settings, rounds and rows."""

    def follows(node: ast.AST | None) -> bool:
        return following.follows(context, node, names)

    for branch in following.chosen(context, names):
        yield from _chosen_by(branch, _below(context.scope, branch), words)
    for node, options in _options(following.program, context.scope, follows):
        given = [dict(_given_by(following.program, option, words)) for option in options]
        for (word, text), _ in [item for place in given for item in place.items()]:
            if any((word, text) not in other for other in given):
                yield node, words.get(word, word)
    if following.vary in _OF_A_STEP:
        yield from _rounds(context.scope, follows)
        yield from _tries(following, context.scope, follows)
        yield from _rows(context.scope, follows)


def _options(program: Program, scope: Scope, follows: Follows) -> Iterator[tuple[ast.expr, list[ast.expr]]]:
    """Functions and classes of the notebook of which one is chosen: by a table, or on a condition."""
    for node in ast.walk(scope.node):
        options: list[ast.expr] = []
        if not isinstance(node, ast.Subscript | ast.IfExp):
            continue
        if isinstance(node, ast.Subscript) and follows(node.slice):
            table = node.value
            if kinds := _registered(program, table):
                yield node, kinds
            if isinstance(table, ast.Name):
                own = [store.value for store in scope.stores if store.path == (table.id,)]
                made = own[-1] if own else program.value_before(table.id, len(program.steps))
                table = made if made is not None else table
            options = table.values if isinstance(table, ast.Dict) else []
        elif isinstance(node, ast.IfExp) and follows(node.test):
            options = [node.body, node.orelse]
        if len(options) > 1 and all(program.functions_of(option) for option in options):
            yield node, options


def _registered(program: Program, table: ast.expr) -> list[ast.expr]:
    """The classes of the notebook that put themselves into a table of the class that they come from."""
    path = path_of(table)
    base = program.defined.get(path[0], [])[-1:] if path is not None and len(path) > 1 else []
    if not any(
        scope.is_class and "__init_subclass__" in {inner.name.rpartition(".")[2] for inner in scope.inner}
        for _, scope in base
    ):
        return []
    return [
        ast.Name(name, ast.Load())
        for name, known in program.defined.items()
        if isinstance(node := known[-1][1].node, ast.ClassDef)
        and path is not None
        and any(path_of(item) == path[:1] for item in node.bases)
    ]


def _given_by(
    program: Program, option: ast.expr, words: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], ast.expr]]:
    """The settings that a function or a class gives values of its own: by keywords, and in the body of a class."""
    for scope in program.reach(program.functions_of(option)).scopes:
        for call in scope.calls:
            for item in call.keywords:
                if item.arg in words and isinstance(item.value, ast.Constant):
                    yield (item.arg or "", ast.dump(item.value)), item.value
            if called(call) == "Dropout" and call.args and isinstance(call.args[0], ast.Constant):
                yield ("dropout", ast.dump(call.args[0])), call.args[0]
    for name, value in _of_the_body(program, option).items():
        if {name, name.rpartition("_")[2]} & {*words, "dropout"} and isinstance(value, ast.Constant):
            yield (name, ast.dump(value)), value


def _of_the_body(program: Program, option: ast.expr) -> dict[str, ast.expr]:
    """What stands in a class's body, with what it has from the classes of the notebook that it comes from."""
    found: dict[str, ast.expr] = {}
    for scope in program.functions_of(option):
        bases = scope.node.bases if isinstance(scope.node, ast.ClassDef) else []
        for base in bases:
            found |= _of_the_body(program, base) if path_of(base) != path_of(option) else {}
        found |= {store.root: store.value for store in scope.stores if scope.is_class and store.value is not None}
    return found


def _below(scope: Scope, branch: ast.If | ast.Match) -> list[ast.stmt]:
    """The statements below a condition that returns and has no other way: they are its other way."""
    if not isinstance(branch, ast.If) or branch.orelse or not isinstance(branch.body[-1], ast.Return):
        return []
    blocks = [getattr(node, name, None) for node in ast.walk(scope.node) for name in ("body", "orelse")]
    return next(
        (block[block.index(branch) + 1 :] for block in blocks if isinstance(block, list) and branch in block), []
    )


def _chosen_by(
    branch: ast.If | ast.Match, below: list[ast.stmt], words: Mapping[str, str]
) -> Iterator[tuple[ast.expr, str]]:
    """Settings that one way of a condition gives a value of its own, and another way none or another. What is only
    ``below`` is no choice by itself.
    """
    ways = (
        [branch.body, branch.orelse or below]
        if isinstance(branch, ast.If)
        else [case.body for case in branch.cases]
    )
    given = [dict(_given_in(way, words)) for way in ways]
    for place in given[:1] if below else given:
        for (word, text), value in place.items():
            if any((word, text) not in other for other in given):
                yield value, words[word]


def _given_in(way: list[ast.stmt], words: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], ast.expr]]:
    """The words that a way of a condition hands something to: keywords, and entries of groups or configurations."""
    for node in (inner for statement in way for inner in ast.walk(statement)):
        if isinstance(node, ast.keyword) and node.arg in words and last_name(node.value) != node.arg:
            yield (node.arg or "", ast.dump(node.value)), node.value
        elif isinstance(node, ast.Call) and "lr" in words and len(node.args) > 1 and called(node)[:1].isupper():
            yield ("lr", ast.dump(node.args[1])), node.args[1]  # AdamW(parameters, rate)
        elif isinstance(node, ast.Assign | ast.AugAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                word = last_name(target)
                if word in words and last_name(node.value) != word:
                    yield (word, ast.dump(node.value)), node.value


def _rounds(scope: Scope, follows: Follows) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Loops over epochs of which the number follows."""
    for loop in scope.loops:
        ranged = isinstance(loop, ast.For) and isinstance(loop.iter, ast.Call) and loop.iter
        if ranged and path_of(ranged.func) == ("range",) and logs_an_epoch(loop) and any(map(follows, ranged.args)):
            yield loop, "the number of epochs"


def _tries(following: Following, scope: Scope, follows: Follows) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Trainings of one run of which the number follows: ``max(fit(config, k) for k in range(tries))``."""
    for node in ast.walk(scope.node):
        if not isinstance(node, ast.ListComp | ast.GeneratorExp):
            continue
        ranges = [item.iter for item in node.generators if isinstance(item.iter, ast.Call)]
        many = any(path_of(item.func) == ("range",) and any(map(follows, item.args)) for item in ranges)
        inner = node.elt if isinstance(node.elt, ast.Call) else None
        reached = following.program.reach(tuple(following.functions(scope, inner))) if many and inner else None
        if reached is not None and any(path[-1] == "backward" for one in reached.scopes for path, _ in one.called):
            yield node, "how often it trains"
        elif many and any(called(item) in OF_BATCHES for item in ranges):
            yield node, "how often it goes through the data"


def _rows(scope: Scope, follows: Follows) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Rows that are taken on a condition that follows: ``if config.weights == "balanced": rows = rows[:half]``."""
    for branch in scope.branches:
        if not isinstance(branch, ast.If) or only_shows(branch) or not follows(branch.test):
            continue
        for statement in (*branch.body, *branch.orelse):
            if isinstance(statement, ast.Assign) and _takes_rows(statement):
                yield statement, "the rows"


def _takes_rows(statement: ast.Assign) -> bool:
    names = {target.id for target in statement.targets if isinstance(target, ast.Name)}
    for node in ast.walk(statement.value):
        if isinstance(node, ast.Call) and called(node) in _DRAWS:
            return True
        cut = node.value if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) else None
        if isinstance(cut, ast.Name) and cut.id in names:
            return True
    return False

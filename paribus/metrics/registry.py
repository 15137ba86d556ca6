"""Every metric that paribus knows, in the order in which tables show them, and how to find one by name."""

import difflib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache, wraps
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar, get_args

from paribus.errors import UsageError
from paribus.metrics import from_classes, from_scores, from_values
from paribus.metrics.metric import Metric, Need

Given = ParamSpec("Given")
Made = TypeVar("Made")

CLASS_METRICS = ("macro_f1", "accuracy", "weighted_f1", "zero_f1_classes")
"""What a data set of classes is scored by if it names nothing else; the first chooses the checkpoint of a run."""
VALUE_METRICS = ("rmse", "mae", "r2")
"""What a data set of numbers is scored by if it names nothing else."""
MEAN_F1 = "macro_f1"
"""The mean of the classes' F1: what "F1" alone may mean, and what the F1 of some classes is a part of."""
FIRST_CHOSEN_BY = "macro_f1"
"""By what the checkpoint was chosen where a record does not say it: records of schema 1."""
GROUP = "paribus.metrics"
"""The entry points of installed packages, the wheels of courses' libraries, that bring metrics."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def _share(name: str, title: str, needs: Need = "class", **more: Any) -> Metric:
    return Metric(name, title, needs, True, 0.0, 1.0, **more)


SHIPPED: tuple[Metric, ...] = (
    _share(
        "accuracy", "accuracy", words=("accuracies", "acc"), compute=from_classes.accuracy,
        leave_one_out=from_classes.accuracy_left_out,
    ),
    _share(
        "macro_f1", "macro-F1",
        words=("macro", "mf1", "m-f1", "macrof1", "macro f", "macrof", "macro f-1", "macro-F1 score", "f1 macro",
               "macro-averaged f1", "macro average f1", "f1 macro averaged"),
        compute=from_classes.macro_f1, leave_one_out=from_classes.macro_f1_left_out,
    ),
    _share(
        "weighted_f1", "weighted F1",
        words=("wf1", "w-f1", "weighted f-1", "weighted-average f1", "weighted avg f1", "f1 weighted"),
        in_log=False, compute=from_classes.weighted_f1, leave_one_out=from_classes.weighted_f1_left_out,
    ),
    Metric(
        "zero_f1_classes", "classes at F1 = 0", "class", False, 0.0, digits=0,
        words=("zero-F1", "zeros", "zeroes", "zero classes", "classes at zero", "classes at zero F1",
               "dead classes"),
        in_log=False, compute=from_classes.zero_f1_classes,
    ),
    _share("micro_f1", "micro-F1", compute=from_classes.accuracy, leave_one_out=from_classes.accuracy_left_out),
    _share("balanced_accuracy", "balanced accuracy", compute=from_classes.balanced_accuracy),
    _share("macro_precision", "macro-precision", compute=from_classes.macro_precision),
    _share("macro_recall", "macro-recall", compute=from_classes.balanced_accuracy),
    _share("roc_auc", "ROC AUC", "score", words=("auc", "auroc", "roc-auc"), compute=from_scores.roc_auc),
    _share("average_precision", "average precision", "score", compute=from_scores.average_precision),
    Metric("log_loss", "log loss", "score", False, 0.0, words=("logloss",), compute=from_scores.log_loss),
    Metric("brier", "Brier score", "score", False, 0.0, 2.0, compute=from_scores.brier),
    Metric("ece", "calibration error", "confidence", False, 0.0, 1.0, compute=from_scores.ece),
    Metric(
        "rmse", "RMSE", "value", False, 0.0, words=("root mean squared error", "root mean square error"),
        compute=from_values.rmse, leave_one_out=from_values.rmse_left_out,
    ),
    Metric(
        "mae", "MAE", "value", False, 0.0, words=("mean absolute error",),
        compute=from_values.mae, leave_one_out=from_values.mae_left_out,
    ),
    Metric("r2", "R²", "value", True, None, 1.0, words=("r^2", "r-squared"), compute=from_values.r2),
    _share(
        "exact_match", "exact match", "item", compute=from_values.mean_score,
        leave_one_out=from_values.mean_score_left_out,
    ),
    _share(
        "rouge_l", "ROUGE-L", "item", compute=from_values.mean_score,
        leave_one_out=from_values.mean_score_left_out,
    ),
    Metric("perplexity", "perplexity", "item", False, 1.0, compute=from_values.perplexity),
    Metric("validation_loss", "validation loss", "measured", False, 0.0, words=("val loss", "eval loss")),
    Metric("train_loss", "training loss", "measured", False, 0.0),
    Metric("latency_p50", "latency, median", "measured", False, 0.0, digits=2, unit="ms", placed=True),
    Metric("latency_p95", "latency, 95th percentile", "measured", False, 0.0, digits=2, unit="ms", placed=True),
    Metric("size_mb", "size on disk", "measured", False, 0.0, digits=1, unit="MB"),
    Metric("trained_parameters", "trained parameters", "measured", False, 0.0, digits=0),
    Metric("trained_share", "trained share of the parameters", "measured", False, 0.0, 1.0, digits=4),
    Metric("seconds", "seconds", "measured", False, 0.0, digits=1, placed=True),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Registry:
    """Metrics by name. `SHIPPED_REGISTRY` has paribus's own; `with_own` adds a course's. One registry is equal to
    itself alone, so that what is made of it can be kept.

    ``words`` are those that a course's students use, by table and name of the grader's vocabulary.
    """

    metrics: Mapping[str, Metric]
    words: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Metric:
        """The metric of this name, or a UsageError that says which is near."""
        try:
            return self.metrics[name]
        except (KeyError, TypeError):
            raise UsageError(self.unknown(name)) from None

    def __contains__(self, name: object) -> bool:
        """Whether there is such a metric."""
        return name in self.metrics

    def __iter__(self) -> Iterator[Metric]:
        """The metrics, in the order in which tables show them."""
        return iter(self.metrics.values())

    def unknown(self, name: object) -> str:
        """That there is no such metric, which one may be meant, and which there are."""
        near = difflib.get_close_matches(str(name).lower(), self.metrics, n=1)
        question = f" Did you mean {near[0]!r}?" if near else ""
        return f"There is no metric called {name!r}.{question} Metrics: {', '.join(self.metrics)}."

    def with_own(self, own: Iterable[object], origin: str = "METRICS") -> "Registry":
        """These and a course's own metrics. UsageError, which begins with ``origin``, where a name is taken or
        something is no metric.
        """
        added = dict(self.metrics)
        for metric in own:
            if wrong := _wrong(metric, added):
                raise UsageError(f"{origin}: {wrong}")
            assert isinstance(metric, Metric)  # noqa: S101 - `_wrong` has looked
            added[metric.name] = metric
        return Registry(MappingProxyType(added))


def _wrong(metric: object, known: Mapping[str, Metric]) -> str:
    """What is wrong with one of a course's own metrics, and what to write instead; "" where nothing is."""
    if not isinstance(metric, Metric):
        return f"METRICS holds {metric!r}; expected metrics, each a Metric(…) from paribus.metrics."
    if not _NAME.fullmatch(str(metric.name)):
        return f"{metric.name!r} is no name for a metric; write small letters, digits and _, such as 'pinball_90'."
    if metric.name in known:
        return f"the metric {metric.name!r} is there already. Give yours another name."
    if metric.needs not in get_args(Need):
        return f"{metric.name} needs {metric.needs!r}; write needs= one of {', '.join(get_args(Need))}."
    if (metric.compute is None) != (metric.needs == "measured"):
        instead = (
            "leave compute= out, or say what it is computed from in needs="
            if metric.compute is not None
            else "pass the function that computes it in compute="
        )
        return f"{metric.name} needs {metric.needs!r} and has {'a' if metric.compute else 'no'} compute; {instead}."
    return ""


SHIPPED_REGISTRY = Registry(MappingProxyType({metric.name: metric for metric in SHIPPED}))


_IN_USE: "ContextVar[Registry | None]" = ContextVar("metrics in use", default=None)


def registry() -> Registry:
    """The metrics that are known here: those of the course that is built or graded (`use_metrics`), else paribus's
    own and those that installed libraries of courses bring.
    """
    return _IN_USE.get() or _installed()


@contextmanager
def use_metrics(known: Registry) -> Iterator[None]:
    """Know these metrics while the block runs."""
    before = _IN_USE.set(known)
    try:
        yield
    finally:
        _IN_USE.reset(before)


def enter_metrics(known: Registry) -> None:
    """Know these metrics until the command ends, which runs in a context of its own (`paribus.cli`)."""
    _IN_USE.set(known)


@cache
def installed_files() -> tuple[str, ...]:
    """The SHA-256 of every file that installed packages bring metrics with, its first 12 hex digits."""
    points = sorted(entry_points(group=GROUP), key=lambda item: item.name)
    specs = (find_spec(point.module) for point in points)
    texts = (Path(spec.origin).read_bytes() for spec in specs if spec is not None and spec.origin is not None)
    return tuple(hashlib.sha256(text).hexdigest()[:12] for text in texts)


@cache
def _installed() -> Registry:
    """What a notebook knows: it imports the library of its course, which brings its metrics."""
    found = SHIPPED_REGISTRY
    for point in sorted(entry_points(group=GROUP), key=lambda item: item.name):
        try:
            own = tuple(point.load())
        except Exception as error:
            raise UsageError(
                f"The metrics of {point.name} cannot be imported ({type(error).__name__}: {error}). Run the "
                "notebook's first cell again, and restart the kernel."
            ) from error
        try:
            found = found.with_own(own, f"the package {point.name}")
        except UsageError as error:
            raise UsageError(
                f"{error} If it is another course's, type: python -m pip uninstall {point.name}"
            ) from error
    return found


def per_registry(size: int | None = None) -> Callable[[Callable[Given, Made]], Callable[Given, Made]]:
    """As `functools.lru_cache`, apart for each registry in use: for what is made of its metrics."""

    def keep(function: Callable[Given, Made]) -> Callable[Given, Made]:
        @lru_cache(maxsize=size)
        def kept(_: Registry, *given: Given.args, **named: Given.kwargs) -> Made:
            return function(*given, **named)

        @wraps(function)
        def ask(*given: Given.args, **named: Given.kwargs) -> Made:
            return kept(_IN_USE.get() or _installed(), *given, **named)  # type: ignore[arg-type]  # arguments that can be hashed

        return ask

    return keep


def title(name: str) -> str:
    """What tables call a metric, with its unit; a name that nobody registered is shown as it is."""
    known = registry()
    return known[name].heading if name in known else name


def is_count(name: str) -> bool:
    """Whether values of this metric are whole numbers, such as a count of classes."""
    known = registry()
    return name in known and not known[name].digits


def told_first(names: Iterable[str]) -> list[str]:
    """The two metrics that a sentence about a run tells: the first in the order of tables."""
    known = registry()
    return [name for name in in_order(names) if name in known and known[name].compute][:2]


def leading(names: Iterable[str]) -> list[str]:
    """The metrics that follow from predictions and are no counts, the one first that chooses a checkpoint where the
    data name none: for a run whose own choice is not known.
    """
    known = registry()
    usual = (*CLASS_METRICS, *VALUE_METRICS)
    found = [name for name in in_order(names) if name in known and known[name].over_items]
    return sorted(found, key=lambda name: usual.index(name) if name in usual else len(usual))


def in_order(names: Iterable[str]) -> list[str]:
    """Names of metrics in the order in which tables show them; unknown names last."""
    places = {name: place for place, name in enumerate(registry().metrics)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))

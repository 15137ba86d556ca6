"""Every metric that paribus knows, in the order in which tables show them, and how to find one by name."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from paribus.errors import UsageError
from paribus.metrics import from_classes, from_scores, from_values
from paribus.metrics.metric import Metric, Need

CLASS_METRICS = ("accuracy", "macro_f1", "weighted_f1", "zero_f1_classes")
"""What a data set of classes is scored by if it names nothing else."""
VALUE_METRICS = ("rmse", "mae", "r2")
"""What a data set of numbers is scored by if it names nothing else."""


def _share(name: str, title: str, needs: Need = "class", **more: object) -> Metric:
    return Metric(name, title, needs, True, 0.0, 1.0, **more)  # type: ignore[arg-type]


SHIPPED: tuple[Metric, ...] = (
    _share("accuracy", "accuracy", compute=from_classes.accuracy, leave_one_out=from_classes.accuracy_left_out),
    _share("macro_f1", "macro-F1", compute=from_classes.macro_f1, leave_one_out=from_classes.macro_f1_left_out),
    _share(
        "weighted_f1", "weighted F1", compute=from_classes.weighted_f1,
        leave_one_out=from_classes.weighted_f1_left_out,
    ),
    Metric(
        "zero_f1_classes", "classes at F1 = 0", "class", False, 0.0, digits=0, compute=from_classes.zero_f1_classes
    ),
    _share("micro_f1", "micro-F1", compute=from_classes.accuracy, leave_one_out=from_classes.accuracy_left_out),
    _share("balanced_accuracy", "balanced accuracy", compute=from_classes.balanced_accuracy),
    _share("macro_precision", "macro-precision", compute=from_classes.macro_precision),
    _share("macro_recall", "macro-recall", compute=from_classes.balanced_accuracy),
    _share("roc_auc", "ROC AUC", "score", words=("auc", "auroc", "roc-auc"), compute=from_scores.roc_auc),
    _share("average_precision", "average precision", "score", compute=from_scores.average_precision),
    Metric("log_loss", "log loss", "score", False, 0.0, words=("logloss",), compute=from_scores.log_loss),
    Metric("brier", "Brier score", "score", False, 0.0, 2.0, compute=from_scores.brier),
    Metric("ece", "calibration error", "score", False, 0.0, 1.0, compute=from_scores.ece),
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
    Metric("validation_loss", "validation loss", "measured", False, 0.0),
    Metric("train_loss", "training loss", "measured", False, 0.0),
    Metric("latency_p50", "latency, median (ms)", "measured", False, 0.0, digits=2),
    Metric("latency_p95", "latency, 95th percentile (ms)", "measured", False, 0.0, digits=2),
    Metric("size_mb", "size (MB)", "measured", False, 0.0, digits=1),
    Metric("trained_parameters", "trained parameters", "measured", False, 0.0, digits=0),
    Metric("seconds", "seconds", "measured", False, 0.0, digits=1),
)  # fmt: skip


@dataclass(frozen=True)
class Registry:
    """Metrics by name. `SHIPPED_REGISTRY` has paribus's own; `with_own` adds a course's."""

    metrics: Mapping[str, Metric]

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

    def with_own(self, own: Iterable[Metric]) -> "Registry":
        """These and a course's own metrics; UsageError where a name is taken."""
        added = dict(self.metrics)
        for metric in own:
            if metric.name in added:
                raise UsageError(f"The metric {metric.name!r} is there already. Give yours another name.")
            added[metric.name] = metric
        return Registry(MappingProxyType(added))


SHIPPED_REGISTRY = Registry(MappingProxyType({metric.name: metric for metric in SHIPPED}))


def title(name: str) -> str:
    """What tables call a metric; a name that nobody registered is shown as it is."""
    return SHIPPED_REGISTRY[name].title if name in SHIPPED_REGISTRY else name


def told_first(names: Iterable[str]) -> list[str]:
    """The metrics that a sentence about a run tells: of classes accuracy and macro-F1, else two."""
    known = [name for name in in_order(names) if name in SHIPPED_REGISTRY and SHIPPED_REGISTRY[name].compute]
    return [name for name in ("accuracy", "macro_f1") if name in known] or known[:2]


def in_order(names: Iterable[str]) -> list[str]:
    """Names of metrics in the order in which tables show them; unknown names last."""
    places = {name: place for place, name in enumerate(SHIPPED_REGISTRY.metrics)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))

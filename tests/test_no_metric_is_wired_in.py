"""What a metric means is said by the registry: outside of it no file names one, but where it is said why."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.reading import vocabulary
from paribus.metrics.metric import Metric
from paribus.metrics.registry import SHIPPED

ROOT = Path(__file__).parent.parent
ROOMS = ("paribus", "generator", "grader")
TEXTS = (".py", ".j2", ".html", ".js", ".css", ".json", ".toml", ".md", ".txt")
NOT_NAMES = {
    "seconds": "a time of anything",
    "train_loss": "what run.log takes, by this name",
    "validation_loss": "what run.log takes, by this name",
    "accuracy": "an English word, which patterns of sentences hold",
}
"""Names of metrics that code holds for another reason."""
LEFT = {
    # The registry's own entries, and the functions behind them.
    "paribus/metrics/registry.py": "the entries, and what data sets are scored by that name nothing",
    "paribus/metrics/from_classes.py": "their functions",
    "paribus/metrics/from_scores.py": "their functions",
    "paribus/metrics/from_values.py": "their functions",
    "paribus/metrics/classes.py": "`Metrics` of classes has them as fields",
    "paribus/metrics/scoring.py": "examples in an error",
    # Things that are about one by their purpose.
    "paribus/records/record.py": "the columns of a log in the first schema, which are read for ever",
    "paribus/statistics/fragile.py": "how much of macro-F1 hangs on single items",
    "paribus/figures/plots.py": "the figure of accuracy beside macro-F1",
    "paribus/figures/__init__.py": "the name of that figure",
    "paribus/compression/__init__.py": "what a compressed model is measured by",
    "paribus/compression/latency.py": "what a compressed model is measured by",
    "paribus/compression/size.py": "what a compressed model is measured by",
    # Blind models are classifiers; their logs and tables are files of fixed columns.
    "paribus/training/recorded.py": "what a blind model's log holds",
    "paribus/zoo/logs.py": "the columns of that log",
    "paribus/zoo/comparison.py": "the columns of the table of blind models",
    "paribus/zoo/sheets.py": "the columns of that table",
    "paribus/zoo/statistics.py": "a statistic that a diagnosis may cite",
    "paribus/course/zoo/statistics.py": "how that statistic is worked out",
    "generator/zoo/figures.py": "a figure of that log",
    "generator/zoo/making.py": "what is measured of a blind model",
    "generator/zoo/reveal.py": "the statistics that the reveal shows",
    "grader/evidence/diagnoses.py": "how far that statistic may differ on another device",
    # Counts of the classes of a split, which texts tell of: at F1 = 0, rescued, lost.
    "grader/evidence/groups.py": "a count that arms are compared by",
    "grader/evidence/recorded.py": "the count of one run",
    "grader/evidence/worded/complements.py": "the count and the rest of the classes",
    "grader/evidence/worded/counts.py": "sentences about the count",
    "grader/evidence/worded/items.py": "sentences about the count",
    # Words of people and of other tools.
    "grader/evidence/unrecorded/names.py": "how code and libraries spell them",
    "grader/evidence/unrecorded/printed.py": "what scikit-learn's report calls them",
    "grader/evidence/worded/limits.py": "how a limit on a size is printed",
    "grader/evidence/worded/overreach.py": "sentences about the count",
    "grader/evidence/worded/printed.py": "how a table of latencies is printed",
    "grader/reading/vocabulary.toml": "what people call them in other languages",
}


def test_no_file_names_a_metric_that_the_registry_does_not_give_it() -> None:
    """Code, templates, styles and tables; each file that does has a reason."""
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in TEXTS and "templates/course" not in path.as_posix() and names_a_metric(path)
    }
    assert found == set(LEFT)


NAMES = re.compile("|".join(metric.name for metric in SHIPPED if metric.name not in NOT_NAMES))


def names_a_metric(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    if NAMES.search(text) is None:
        return False
    texts = said_by_code(text) if path.suffix == ".py" else [text]
    return any(WHOLE.search(item) for item in texts)


WHOLE = re.compile(rf"(?<![a-z0-9])(?:{NAMES.pattern})(?![a-z0-9])")


def said_by_code(text: str) -> Iterator[str]:
    """The names and texts of code, without docstrings and comments."""
    tree = ast.parse(text)
    told = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.value
        elif isinstance(node, ast.Name | ast.Attribute | ast.FunctionDef | ast.arg | ast.keyword | ast.alias):
            yield str(
                getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "arg", None)
                or getattr(node, "name", "")
            )  # fmt: skip


FILE = tomllib.loads((ROOT / "grader" / "reading" / "vocabulary.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("metric", SHIPPED, ids=lambda metric: metric.name)
def test_what_people_call_a_metric_is_written_once(metric: Metric) -> None:
    """The registry has its English words; the vocabulary adds other languages and turns of sentences."""
    more = [plain(phrase) for phrase in FILE["metrics"].get(metric.name, ())]
    assert sorted({plain(phrase) for phrase in vocabulary.registered(metric)} & set(more)) == []
    assert len(set(more)) == len(more)
    assert metric.name not in FILE["metric_titles"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a macro-averaged F1 of 0.4", "macro_f1"),  # the registry's
        ("ein Makro-F1 von 0,4", "macro_f1"),  # the vocabulary's
        ("an AUROC of 0.4", "roc_auc"),
        ("the val loss is 0.4", "validation_loss"),
        ("la perte de validation est 0,4", "validation_loss"),
        ("it took 0.4 seconds", ""),  # only measured
    ],
)
def test_a_text_names_a_metric_by_the_words_of_either(text: str, name: str) -> None:
    assert vocabulary.one_of("metrics", text) == name


def plain(phrase: str) -> str:
    """A phrase as the vocabulary compares it."""
    return " ".join(word for word, _, _ in vocabulary.tokens(phrase))

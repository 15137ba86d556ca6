"""What a metric means is said by the registry: outside of it no code names macro-F1, but where it is said why."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.reading import vocabulary
from paribus.metrics.metric import Metric
from paribus.metrics.registry import SHIPPED

ROOT = Path(__file__).parent.parent
ROOMS = ("paribus", "generator", "grader")
NAME = "macro_f1"
LEFT = {
    # The registry's own entries, and the scores of class ids that students call by their names.
    "paribus/metrics/registry.py": "its entry, and what classes are scored by",
    "paribus/metrics/from_classes.py": "its function",
    "paribus/metrics/classes.py": "`Metrics` of classes has it as a field",
    # Things that are about it by their purpose.
    "paribus/records/record.py": "the columns of a log in the first schema, which are read for ever",
    "paribus/statistics/fragile.py": "how much of it hangs on single items",
    "paribus/figures/plots.py": "the figure of accuracy beside it",
    "paribus/figures/__init__.py": "the name of that figure",
    # Blind models are classifiers; their logs and tables are files of fixed columns.
    "paribus/training/recorded.py": "what a blind model's log holds",
    "paribus/zoo/logs.py": "the columns of that log",
    "paribus/zoo/comparison.py": "the columns of the table of blind models",
    "paribus/zoo/statistics.py": "a statistic that a diagnosis may cite",
    "paribus/course/zoo/statistics.py": "how that statistic is worked out",
    "generator/zoo/figures.py": "a figure of that log",
    "generator/zoo/reveal.py": "the statistics that the reveal shows",
    "grader/evidence/diagnoses.py": "how far that statistic may differ on another device",
    # Words of people and of other tools.
    "grader/evidence/unrecorded/names.py": "how code and libraries spell it",
    "grader/evidence/unrecorded/printed.py": "what scikit-learn's report calls it",
}


def test_no_code_names_a_metric_that_the_registry_does_not_give_it() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "templates" not in path.parts and NAME in set(named(path))
    }
    assert found == set(LEFT)


def named(path: Path) -> Iterator[str]:
    """The names and texts of a file's code, without docstrings and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield from [NAME] if NAME in node.value else []
        elif isinstance(node, ast.Name | ast.Attribute | ast.FunctionDef | ast.arg | ast.keyword | ast.alias):
            words = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "arg", None)
            text = words or getattr(node, "name", "")
            yield from [NAME] if NAME in str(text) else []


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

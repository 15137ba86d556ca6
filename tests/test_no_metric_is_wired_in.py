"""What a metric means is said by the registry: outside of it no code names macro-F1, but where it is said why."""

import ast
from collections.abc import Iterator
from pathlib import Path

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

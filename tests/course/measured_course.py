"""A course with a metric and checks of its own: the one that `paribus new` writes, with the metrics.py and the
checks.py that the documentation shows. Lower is better by its metric.
"""

import re
import shutil
from importlib.resources import as_file, files
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
HOMEWORK = "week1_homework"


def block(page: str, language: str, start: str) -> str:
    """The code block of a page of the documentation that begins with ``start``."""
    text = (DOCS / page).read_text(encoding="utf-8")
    (found,) = [item for item in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) if item.startswith(start)]
    return str(found)


METRICS = block("metrics.md", "python", '"""The metrics of this course."""')
CHECKS = block("checks-of-your-own.md", "python", '"""The checks of this course."""')
CASE = block("checks-of-your-own.md", "toml", "# cases/own.names_its_unit/without.toml")
PASSING = """
about = "the unit beside the number"
assignment = "week1_homework"
at = "recommendation"
expect = "passed"

[handed]
recommendation = "I would use the forest: its error is 57.9 points of progression."
"""


def write_course(folder: Path) -> Path:
    """Write the course; its course.toml is returned."""
    with as_file(files("generator.templates") / "course") as template:
        shutil.copytree(template, folder)
    source = folder / "week1" / "homework.py"
    source.write_text(measured(source.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "metrics.py").write_text(METRICS, encoding="utf-8")
    (folder / "checks.py").write_text(CHECKS, encoding="utf-8")
    cases = folder / "cases" / "own.names_its_unit"
    cases.mkdir(parents=True)
    (cases / "without.toml").write_text(CASE, encoding="utf-8")
    (cases / "with.toml").write_text(PASSING, encoding="utf-8")
    return folder / "course.toml"


def measured(source: str) -> str:
    """The homework with the course's own metric first, and its own checks asked for."""
    for old, new in (
        ('metrics=("rmse", "mae")', 'metrics=("pinball", "rmse")'),
        ('"memo.answered": 2, "memo', '"memo.answered": 1, "own.names_its_unit": 1, "memo'),
        ('"integrity.chain": 0}', '"integrity.chain": 0, "own.kept_the_depth": 0}'),
        ("# other patients would have brought", "# other patients would have brought, in points of progression"),
    ):
        source = source.replace(old, new)
    head, begin, rest = source.partition('# %% key="report"')
    rest = rest.replace('.rmse"', '.pinball"').replace("RMSE", "pinball loss")
    head = head.replace('metric="rmse"', 'metric="pinball"').replace("smaller RMSE", "smaller pinball loss")
    return head + begin + rest

"""docs/checks.md, made from the checks' titles, their docstrings and their cases.

.venv/bin/python -m tests.grader.checks_page
"""

import json
from pathlib import Path

from grader.checks import CHECKS
from paribus.files import write_atomic
from tests.grader.build import CASES, build, load

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"

HEAD = """# The checks

Made from the titles, the docstrings and the cases in `tests/grader/cases`;
`python -m tests.grader.checks_page` makes it anew.

A check looks at one cell of one submission and gives a verdict. **Passed** earns the check's points. **Failed**
means that what was handed in shows it: the cell was recovered, and it is wrong or stands as it was released.
**Undecided** earns nothing and costs nothing until a person has decided: an export may have lost something, or what
stands there cannot be read for certain. **Not applicable** says that there is nothing the check is about; where a
cell gives points for it, a person decides over them. A check that breaks is undecided, with its traceback for the
instructor.

The evidence is a claim. A record's digest catches careless edits; anyone who calls paribus can write a false record
that fits.
"""

FAMILIES = {
    "tasks": "Code tasks",
    "experiments": "Experiments",
    "seeds": "Seeds",
    "metrics": "Metrics",
    "memo": "Memos",
    "form": "Form",
    "diagnosis": "Diagnoses of blind models",
    "integrity": "Integrity",
}
OVER_THE_CLASS = "integrity.copied"
ORDER = {"passed": 0, "failed": 1, "undecided": 2, "not_applicable": 3}


def render() -> str:
    """The page."""
    lines = [HEAD]
    family = ""
    for name, item in CHECKS.items():
        if name.split(".")[0] != family:
            family = name.split(".")[0]
            lines.append(f"## {FAMILIES[family]}\n")
        lines += [f"### {name}\n", f"**{item.title}.** {item.about}\n", *_table(name), ""]
    return "\n".join(lines)


def _table(name: str) -> list[str]:
    """One row a case: what was handed in, the verdict, what the student reads."""
    if name == OVER_THE_CLASS:
        return _classes()
    rows = []
    for path in sorted((CASES / name).glob("*.json")):
        raw = load(path)
        case = build(raw)
        found = CHECKS[name](case, case.assignment.cell(raw["at"]), raw.get("options", {}))
        disguise = " (in disguise)" if raw["kind"] == "disguised" else ""
        row = f"| {found.outcome.replace('_', ' ')} | {_cell(raw['about'])}{disguise} | {_cell(found.because)} |"
        rows.append((ORDER[found.outcome], path.stem, row))
    head = ["| verdict | what was handed in | what the student reads |", "| --- | --- | --- |"]
    return [*head, *(row for _, _, row in sorted(rows))]


def _classes() -> list[str]:
    """One row a class: what two people handed in, and whether the instructor is shown the pair."""
    rows = []
    for raw in json.loads((CASES / "_classes.json").read_text(encoding="utf-8")):
        disguise = " (in disguise)" if raw["kind"] == "disguised" else ""
        rows.append(f"| {'shown' if raw['pairs'] else 'not shown'} | {_cell(raw['about'])}{disguise} |")
    return ["| to the instructor | what two people handed in |", "| --- | --- |", *sorted(rows, reverse=True)]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


if __name__ == "__main__":
    write_atomic(PAGE, render())

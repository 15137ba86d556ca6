"""What `paribus grade` prints: a bar a step, the summary at the end, what changed for whom."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.classrun.changes import Change
    from grader.classrun.grade_class import Handback, Observe


@contextmanager
def show_progress(*, quiet: bool = False) -> "Iterator[Observe]":
    """A bar a step."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=32), MofNCompleteColumn(), TimeElapsedColumn())
    rows: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:

        def observe(words: str, done: int, total: int) -> None:
            if words not in rows:
                rows[words] = bar.add_task(words, total=total)
            bar.update(rows[words], completed=done, total=max(done, total))

        yield observe


def as_plain(handback: "Handback", out: Path) -> dict[str, object]:
    """The summary as JSON values."""
    return {
        "out": str(out),
        "submissions": len(handback.results),
        "status": _counts(handback),
        "waiting": [result.submission for result in handback.results if result.pending > 0],
        "remarks": {result.submission: list(result.remarks) for result in handback.results if result.remarks},
        "notes": list(handback.notes),
        "reused": handback.reused,
    }


def print_summary(handback: "Handback", out: Path) -> None:
    """Counts, a line for each file that is not right, and where everything is."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from grader.pages.shared import STATUS, who
    from grader.recover.text import harmless

    console = Console()
    for note in handback.notes:
        console.print(f"[yellow]note[/yellow]  {escape(harmless(note))}")
    bad = [result for result in handback.results if not result.cells]
    for result in bad:
        words = harmless(f"{who(result)}: {' '.join(result.remarks)}")
        console.print(f"[red]{STATUS[result.status]}[/red]  {escape(words)}")
    waiting = sum(1 for result in handback.results if result.pending > 0)
    counts = ", ".join(
        f"{count} {STATUS[status] if count == 1 else STATUS[status].replace('belongs', 'belong')}"
        for status, count in _counts(handback).items()
    )
    kept = f" ({handback.reused} unchanged since the last run)" if handback.reused else ""
    count = len(handback.results)
    console.print(
        f"\n{count} submission{'' if count == 1 else 's'}{kept}: {counts}; "
        f"{waiting} wait{'s' if waiting == 1 else ''} for a person."
    )
    table = Table.grid(padding=(0, 2))
    for what, name in (
        ("the class", "report.html"), ("feedback", "feedback/"), *handback.platform.outputs,
        ("verdicts", "results.jsonl"), ("nbgrader", "gradebook.db"),
    ):  # fmt: skip
        table.add_row(f"  {what}", escape(str(out / name)))
    console.print(table)
    console.print(f"  {handback.platform.advice}", style="dim")
    if waiting:
        console.print(f"  To decide what waits, type: paribus desk {escape(str(out))}", style="dim", soft_wrap=True)


def print_changes(changed: "Sequence[Change]") -> None:
    """What changed for whom, a line a cell or check."""
    from rich.console import Console
    from rich.markup import escape

    from grader.recover.text import harmless

    console = Console()
    for item in changed:
        words = harmless(f"{item.who}  {item.what}: {item.before} → {item.after}")
        console.print(f"  {escape(words)}")


def _counts(handback: "Handback") -> dict[str, int]:
    counts: dict[str, int] = {}
    for result in handback.results:
        counts[result.status] = counts.get(result.status, 0) + 1
    return dict(sorted(counts.items()))

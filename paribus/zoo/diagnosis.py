"""What a diagnosis of a blind model can cite: `seen` makes one citation, `explain` shows what there is.

`paribus.experiments.diagnoses` writes diagnoses down.
"""

from paribus.display.markup import Table
from paribus.display.show import show_tables
from paribus.errors import DiagnosisError
from paribus.records.diagnosis import Citation
from paribus.records.fields import clean_text, plain
from paribus.records.simple import is_number
from paribus.zoo.statistics import STATISTICS

PLACE = 80


def seen(statistic: str, value: float, cell: str) -> Citation:
    """One piece of evidence: a statistic's name, its value as you read it, and where (a cell's name or number).

    Whether the value is right is judged later. DiagnosisError where there is no such statistic, or the value
    cannot be one of it.
    """
    about = STATISTICS.get(statistic) if isinstance(statistic, str) else None
    if about is None:
        raise DiagnosisError(
            f"There is no statistic called {statistic!r}. Choose one of: {', '.join(STATISTICS)}. "
            "paribus.zoo.diagnosis.explain() says what each is."
        )
    number = plain(statistic, value)
    if not is_number(number):
        raise DiagnosisError(
            f"{statistic} is {number!r}; give a finite number, as you read it. Where a loss stopped being finite, "
            'say seen("nonfinite", 1, …).'
        )
    if about.kind == "share" and not 0 <= number <= 1:
        raise DiagnosisError(f"{statistic} is {number!r}; it lies between 0 and 1: write 0.566, not 56.6.")
    if about.kind == "count" and number != int(number):
        raise DiagnosisError(f"{statistic} is {number!r}; it counts, so give a whole number.")
    if not isinstance(cell, str) or not cell.strip() or len(cell) > PLACE:
        raise DiagnosisError(
            f'Say in which cell you read {statistic}: seen({statistic!r}, {number!r}, "comparison").'
        )
    return Citation(statistic, int(number) if about.kind == "count" else number, clean_text(cell.strip()))


def explain() -> None:
    """Show every statistic that can be cited, what it is, and what it is read from."""
    rows = tuple((name, about.what, about.table) for name, about in STATISTICS.items())
    show_tables(Table("What a diagnosis can cite", ("name", "what it is", "read from"), rows))

"""Of honest training programs nothing is said before they train; a sample of those that grading leaves alone."""

import pytest

from paribus.check.code.ahead import Planned, said_ahead
from tests.grader.program_cases import KNOBS, PLACES, Example, cases, notebook_of


@pytest.mark.parametrize("example", cases()[::10], ids=lambda item: item.name)
def test_nothing_is_said_of_an_honest_program(example: Example) -> None:
    """Before its changed arm, when all of its code has run."""
    cells = [cell for cell in notebook_of(example, example.sources("honest")) if cell.cell_type == "code"]
    _, changed, key = PLACES[example.assignment]
    running = next(number for number, cell in enumerate(cells, start=1) if cell.id == changed)
    before = {**example.raw.get("config", KNOBS), **example.raw.get("baseline", {})}
    after = {**before, **example.raw.get("changed", {"learning_rate": 0.0002})}
    planned = Planned(
        key, "changed", f"{key}.changed", example.raw.get("vary", "learning_rate"),
        tuple(example.raw.get("seeds", [13])), (before, after),
    )  # fmt: skip
    assert not said_ahead(["", *(cell.source for cell in cells[:running])], planned)

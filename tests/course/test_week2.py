"""Week 2's homework keeps the promises of its own text: the T4 budget, and the points of its parts."""

import ast
import re
from typing import Any

from paribus.course.assignment import Role
from tests.shipped import COURSE

ENTRY = next(entry for entry in COURSE.entries() if entry.name == "week2_homework")
TEXT = ENTRY.source.read_text(encoding="utf-8")

# course.md's figures: three epochs of all rows in 32 minutes on a T4, and 3 ms a text to predict.
MINUTES, ROWS, VALIDATION = 32 / 3, 57_846, 6_430 * 0.003 / 60
BUDGET = 180


def constant(name: str) -> Any:  # a literal of the notebook
    """What the notebook's line ``name = …`` sets for the full profile."""
    (value,) = re.findall(rf"^{name} = (?:min\()?([{{(].*?[}})])", TEXT, re.MULTILINE)
    literal = ast.literal_eval(value)
    return literal["full"] if isinstance(literal, dict) else literal


def test_all_training_fits_into_three_hours_of_a_t4_with_room_for_a_repeated_run() -> None:
    small = (MINUTES - VALIDATION) * constant("SUBSET_ROWS") / ROWS + VALIDATION
    arm = len(constant("CONFIRMING_SEEDS")) * constant("EPOCHS") * MINUTES
    total = 2 * arm + (2 * constant("EPOCHS") + constant("PATIENT_EPOCHS")) * small
    assert total + constant("EPOCHS") * MINUTES < BUDGET
    (told,) = re.findall(r"\*\*together\*\* \| \| \*\*(\d+), which", TEXT)
    assert abs(int(told) - total) < 2


def test_the_exploring_seed_is_none_of_the_confirming_ones() -> None:
    (exploring,) = re.findall(r"^SEED = (\d+)", TEXT, re.MULTILINE)
    assert int(exploring) not in constant("CONFIRMING_SEEDS")
    assert f'"exploring": [{exploring}]' in TEXT


def test_the_table_at_the_top_gives_the_points_of_each_part() -> None:
    from generator.sources.source import load_source

    parts: list[float] = [0.0]
    for cell in load_source(ENTRY.source, COURSE).cells:
        if re.search(r"^## Part \d", cell.text, re.MULTILINE) and cell.role is Role.PROSE:
            parts.append(0.0)
        parts[-1] += cell.points
    told = [float(number) for number in re.findall(r"^# \| [^|]+ \| (\d+) \|$", TEXT, re.MULTILINE)]
    # The notebook as a whole stands after the memo.
    assert told == [*parts[1:-1], parts[-1] - told[-1], told[-1]]
    assert sum(told) == 100

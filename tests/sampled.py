"""A part of many cases in each run of the tests; the others run in `make long`."""

from collections.abc import Sequence
from typing import Any

import pytest


def sampled(cases: Sequence[Any], every: int) -> list[Any]:
    """Each ``every``-th case from the first on, and the others marked ``long``. A tuple is one case's values."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)), marks=() if index % every == 0 else pytest.mark.long
        )
        for index, case in enumerate(cases)
    ]

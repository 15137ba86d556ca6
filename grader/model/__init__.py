"""The values that pass through the grader: recovered cells, matches, verdicts and the Result.

Everything here is frozen and free of files, clocks and networks, so that one submission's bytes and
the release give one Result, anywhere, any number of times.
"""

from grader.model.case import (
    ALL_SURVIVED,
    Case,
    CellType,
    Executed,
    FoundRecord,
    Match,
    MatchedBy,
    Output,
    OutputKind,
    Recovered,
    RecoveredCell,
    Submission,
    Survived,
    Unread,
)
from grader.model.result import (
    SCHEMA,
    Basis,
    CellResult,
    Evidence,
    Likeness,
    Outcome,
    Result,
    Sketch,
    Status,
    Verdict,
)

__all__ = [
    "ALL_SURVIVED",
    "SCHEMA",
    "Basis",
    "Case",
    "CellResult",
    "CellType",
    "Evidence",
    "Executed",
    "FoundRecord",
    "Likeness",
    "Match",
    "MatchedBy",
    "Outcome",
    "Output",
    "OutputKind",
    "Recovered",
    "RecoveredCell",
    "Result",
    "Sketch",
    "Status",
    "Submission",
    "Survived",
    "Unread",
    "Verdict",
]

"""One finding about a source."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to look at: where it is, and a sentence."""

    file: Path
    line: int
    what: str

    def __str__(self) -> str:
        """As compilers and editors write it."""
        return f"{self.file}:{self.line}: {self.what}"

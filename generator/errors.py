"""The exceptions of the generator.

GeneratorError                  everything the generator refuses
├── BuildError                  a notebook, wheel or folder cannot be built
├── RunError                    a headless run failed; carries cell, source, streams and traceback
├── ReferenceMissingError       prose or a band needs a number that no recorded run gives
├── ReleaseWouldChangeError     a release that went out would be replaced by another one
├── PublishError                Kaggle refused, timed out, or the run there failed
├── RehearsalError              a rehearsal's tables ask for what an assignment or its runs do not have
├── QuizError                   a quiz cannot be read, asked in enough ways, or lacks a number that was measured
└── ZooBuildError               a zoo does not show what it must, tells what it must not, or cannot be read
"""

from paribus.errors import ParibusError


class GeneratorError(ParibusError):
    """Something the generator refuses to do."""


class BuildError(GeneratorError):
    """A notebook, wheel or folder cannot be built."""


class RunError(GeneratorError):
    """A headless run failed."""

    def __init__(
        self, message: str, *, cell: str = "", source: str = "", streams: str = "", traceback: str = ""
    ) -> None:
        """Keep the failed cell's key, source, streams and traceback as fields."""
        super().__init__(message)
        self.cell = cell
        self.source = source
        self.streams = streams
        self.traceback = traceback


class ReferenceMissingError(GeneratorError):
    """Prose or a band needs a number that no recorded run gives."""


class ReleaseWouldChangeError(GeneratorError):
    """A release that went out would be replaced by another one, and nobody accepted it."""


class PublishError(GeneratorError):
    """Kaggle refused, timed out, or the run there failed."""


class QuizError(GeneratorError):
    """A quiz cannot be read, asked in enough ways, or lacks a number that was measured."""


class RehearsalError(GeneratorError):
    """A rehearsal's tables ask for what an assignment or its runs do not have."""


class ZooBuildError(GeneratorError):
    """A zoo does not show what it must, tells what it must not, or cannot be read."""

"""The exceptions of the student's package, one small tree.

ParibusError                    everything paribus raises on purpose; the command line prints it and exits
├── UsageError                  wrong use of a command or a call; exit 2, with what to type instead
├── DataError                   a data set cannot be read, or is not what it should be
├── EvidenceError               a record cannot be written
│   └── RecordError             a record that was read is damaged, foreign or of another version
│       └── DigestError         … and its content does not fit its own digest: edited after it was written
├── ExperimentError             an experiment would not be one: two changes, no prediction, unequal seeds
├── DiagnosisError              a diagnosis would say nothing: no such recipe, no such statistic, no evidence
└── TrainingError               a model cannot be trained as asked
"""


class ParibusError(Exception):
    """Something paribus refuses to do; the message says what, where, what was expected, what to do."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the student's line and the message."""
        from paribus.display.tracebacks import rendered

        return rendered(self)


class UsageError(ParibusError):
    """A command or function was called in a way that cannot work."""


class DataError(ParibusError):
    """A data set cannot be read, or is not what it should be."""


class EvidenceError(ParibusError):
    """A record cannot be written."""


class RecordError(EvidenceError):
    """A record that was read is damaged, foreign or of another version."""


class DigestError(RecordError):
    """A record's content does not fit its own digest: it was edited after it was written."""


class ExperimentError(ParibusError):
    """An experiment would not be one: two changes at once, no prediction, unequal seeds."""


class DiagnosisError(ParibusError):
    """A diagnosis would say nothing: no such recipe, no such statistic, no evidence."""


class TrainingError(ParibusError):
    """A model cannot be trained as asked."""

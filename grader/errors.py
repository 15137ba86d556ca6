"""The exceptions of the grader.

GraderError                     everything the grader refuses
├── InboxError                  the batch as a whole cannot be read (one bad file never raises this)
├── UnreadableError             one submission is no notebook; carries what it seems to be
├── PreviewError                a student's own check has no form to go by, or the file is another assignment's
├── CheckTableError             the table of checks is malformed
├── ResultError                 a line of results.jsonl cannot be read
├── WorksheetError              a platform's table of people cannot be read, or is another one's
├── CommitmentsError            the file of codes that were handed in beforehand cannot be read
├── KeptError                   the file of what was kept of earlier terms cannot be read
├── PointsWouldChangeError      grading anew would change points that were given (`grader.classrun.upgrade`)
├── GradebookError              nbgrader's database or folders
├── MoodleError                 Moodle's web services: no answer, a refusal, what must not be overwritten
├── DeskError                   the desk: its store, its address, what a grader asks of it
├── TermError                   graded folders, tables and people that cannot be added up to a term
├── ClusterError                a Dask cluster: not installed, not there, lost, or of another version
├── AuditError                  a submission that cannot be run again, or an audit that cannot go on
├── SandboxError                students' code cannot be run here, or not in this way
└── StorageError                the output folder: a full disk, a locked database, another grader at work
"""

from paribus.errors import ParibusError


class GraderError(ParibusError):
    """Something the grader refuses to do."""


class InboxError(GraderError):
    """The batch as a whole cannot be read."""


class UnreadableError(GraderError):
    """One submission is no notebook we can read. The message is written for the student."""

    def __init__(self, seems: str, advice: str) -> None:
        """``seems`` is what the file looks like, ``advice`` what to hand in instead."""
        super().__init__(f"This file seems to be {seems}. {advice}")
        self.seems = seems
        self.advice = advice


class PreviewError(GraderError):
    """A student's own check has no form to go by. The message is written for the student."""


class CheckTableError(GraderError):
    """The table of checks is malformed."""


class ResultError(GraderError):
    """A line of results.jsonl cannot be read."""


class WorksheetError(GraderError):
    """A platform's table of people (worksheet, gradebook, roster) cannot be read, or is another one's."""


class CommitmentsError(GraderError):
    """The file of codes that were handed in beforehand cannot be read."""


class KeptError(GraderError):
    """The file of what was kept of earlier terms cannot be read or written."""


class GradebookError(GraderError):
    """nbgrader's database or folders cannot be written."""


class MoodleError(GraderError):
    """Moodle's web services refuse, or do not answer. No message holds the token."""


class DeskError(GraderError):
    """What the desk cannot do; the message is for the person who grades."""


class TermError(GraderError):
    """Graded folders, tables and people that cannot be added up to a term's grades."""


class ClusterError(GraderError):
    """The cluster cannot be worked with; what was finished stays."""


class AuditError(GraderError):
    """A submission that cannot be run again, or an audit that cannot be carried out."""


class SandboxError(GraderError):
    """Students' code cannot be run: there is no sandbox here, or it could not be begun."""


class StorageError(GraderError):
    """The output folder cannot be written now; what was finished stays."""

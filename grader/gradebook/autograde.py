"""nbgrader's own autograde through its Python API, with our scores in Execute's place; nothing is executed.

nbgrader reports every failure as the submission's own. A full disk or a locked database is not, so those come
out as what they are.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import ExecutePreprocessor
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.preprocessors import DeduplicateIds
from sqlalchemy.exc import OperationalError

from grader.errors import GradebookError
from paribus.files import write_atomic


class ScoredAutograde(Autograde):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's autograde with scores from elsewhere; it refuses to start where a step would execute code.

    Against nbgrader's own it reads each notebook once and keeps one database session: the notebook was just
    rebuilt from the release, so there is nothing to overwrite, every locked cell is held against its checksum, and
    nbgrader's metadata are the release's own, which were checked when the gradebook was opened.
    """

    def __init__(self, book: Gradebook, names: Mapping[str, str], steps: Sequence[object], **more: object) -> None:
        """``steps`` stand in Execute's and SaveAutoGrades' place, ``names`` are the student's."""
        super().__init__(**more)
        self.book, self.names = book, names
        self.sanitize_preprocessors = [DeduplicateIds]
        self.autograde_preprocessors = list(steps)
        self.force = True
        self.trouble: Exception | None = None

    def start(self) -> None:
        """Convert; GradebookError where anything that executes code stands in the pipeline."""
        refuse_execution([*self.sanitize_preprocessors, *self.autograde_preprocessors])
        super().start()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Make the student's rows in the database, where there are none."""
        with self._watched():
            self.book.update_or_create_student(student_id, **self.names)
            self.book.update_or_create_submission(assignment_id, student_id)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """The old notebook stays until the new one replaces it in one step."""
        return True

    def convert_notebooks(self) -> None:
        """Convert; what the disk or the database refused is raised as it is, not as the submission's fault."""
        try:
            super().convert_notebooks()
        except NbGraderException as error:
            if self.trouble is not None:
                raise self.trouble from error
            raise

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Both lists of steps in one pass."""
        with self._watched():
            self._init_preprocessors()
            BaseConverter.convert_single_notebook(self, notebook_filename)

    def write_single_notebook(self, output: str, resources: Mapping[str, Any]) -> None:
        """The graded notebook, whole or not at all."""
        names = resources["nbgrader"]
        folder = Path(self._format_dest(names["assignment"], names["student"]))
        write_atomic(folder / f"{names['notebook']}{self.exporter.file_extension}", output)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except (OSError, OperationalError) as error:
            self.trouble = error
            raise

    def _init_preprocessors(self) -> None:
        self.exporter._preprocessors = []
        for step in [*self.sanitize_preprocessors, *self.autograde_preprocessors]:
            self.exporter.register_preprocessor(step)


def refuse_execution(steps: Iterable[object]) -> None:
    """GradebookError where a step is nbgrader's Execute, nbconvert's, or made from one."""
    for step in steps:
        kind = step if isinstance(step, type) else type(step)
        if issubclass(kind, ExecutePreprocessor):
            raise GradebookError(
                f"{kind.__name__} stands in the grading pipeline; it would run students' code. "
                "Remove it from the preprocessors."
            )


class ErrorLog(logging.Handler):
    """Keeps nbgrader's errors, so that a refusal can say what they were."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []
        self.logger = logging.Logger("paribus.nbgrader", logging.ERROR)
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.lines.append(record.getMessage())

    def take(self) -> str:
        """The last line of the messages so far, which in a traceback names the error; then forget them."""
        lines = [line for text in self.lines for line in text.strip().splitlines() if line.strip()]
        self.lines.clear()
        return next((line for line in reversed(lines) if ": " in line), "")

"""The exceptions of the course room.

CourseError                     everything wrong with what an instructor wrote
├── SourceError                 a py:percent source: file, line, what was found, what was expected
├── CatalogError                course.toml
├── AssignmentError             an assignment.json
├── ZooError                    a zoo's recipes: file, recipe, key, what was expected
└── ReleaseError                a release folder: missing, incomplete, altered
"""

from paribus.errors import ParibusError


class CourseError(ParibusError):
    """Something is wrong with what an instructor wrote or built."""


class SourceError(CourseError):
    """A py:percent source is malformed. Says file, line, what was found, what was expected."""

    def __init__(self, file: str, line: int, found: str, expected: str) -> None:
        """Keep the parts as fields, so that an editor can jump there."""
        super().__init__(f"{file}:{line}: found {found}; expected {expected}")
        self.file = file
        self.line = line
        self.found = found
        self.expected = expected


class CatalogError(CourseError):
    """course.toml cannot be read, or says something impossible."""


class AssignmentError(CourseError):
    """An assignment.json cannot be read, or lacks what is asked of it."""


class ReleaseError(CourseError):
    """A release folder is missing, incomplete or altered."""


class ZooError(CourseError):
    """A zoo's file of recipes cannot be read, or asks for something impossible."""

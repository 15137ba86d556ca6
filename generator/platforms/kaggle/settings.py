"""kaggle/settings.toml of a course, as far as a build needs it."""

from generator.errors import BuildError
from generator.publishing.kaggle_metadata import KaggleSettings, load_settings
from paribus.course.catalog import Course

KAGGLE_SETTINGS = "settings.toml"
"""The file in the course's folder ``kaggle`` that says what Kaggle is told."""


def load_kaggle(course: Course) -> KaggleSettings | None:
    """Kaggle's settings as far as a build needs them, None where the course has none; PublishError where the file
    cannot be read, BuildError where a field that a build needs is missing.
    """
    path = course.folders.kaggle / KAGGLE_SETTINGS
    if not path.is_file():
        return None
    settings = load_settings(path)
    needed = {
        "kernel": (settings.kernel, ("title", "enable_internet", "machine_shape")),
        "dataset": (settings.dataset, ("slug", "title", "subtitle", "description", "license", "keywords")),
    }
    for table, (fields, names) in needed.items():
        missing = [name for name in names if name not in fields]
        if missing:
            raise BuildError(f"{path}: [{table}] has no {missing[0]}. A build needs {', '.join(names)} there.")
    return settings


def kaggle_of(course: Course) -> KaggleSettings:
    """Kaggle's settings, where notebooks for Kaggle are asked for; BuildError where the course has none."""
    found = load_kaggle(course)
    if found is None:
        raise BuildError(
            f"{course.folders.kaggle / KAGGLE_SETTINGS} is missing, and notebooks for Kaggle need it. "
            "docs/your-own-course.md shows one; or name other platforms with --platform."
        )
    return found

"""The data that a zoo's models are trained on: a function of the course's library.

The zoo's file names it and what it is called with.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.running.library_code import library_function
from generator.zoo.student import DataCard
from paribus.course.catalog import Course
from paribus.course.zoo import Zoo
from paribus.data.texts import TextData
from paribus.training.profiles import Profile
from paribus.zoo.comparison import Load


def source_of(profile: Profile, asked: str | None = None) -> str:
    """What the data are called: as asked, else as the profile says; "" where neither does."""
    return asked or str(profile.settings.get("data", ""))


def settings_of(zoo: Zoo, profile: Profile) -> dict[str, Any]:
    """The settings of the profile that the data are loaded with."""
    return {name: profile.settings[name] for name in zoo.data.settings}


def loader_of(course: Course, zoo: Zoo) -> Load:
    """The function that gives a zoo's data; BuildError where the course's library has none of this name."""
    return library_function(course, zoo.data.load, f"{zoo.file}: [data] load")


def data_of(course: Course, zoo: Zoo, profile: Profile, asked: str | None = None) -> TextData:
    """The data of a zoo under a profile, or ``asked`` (a file, or a name that the function knows)."""
    source = source_of(profile, asked)
    found: TextData = loader_of(course, zoo)(*([source] if source else []), **settings_of(zoo, profile))
    return found


def card_of(data: TextData, source: str, settings: Mapping[str, Any]) -> DataCard:
    """What the folder says of the data; a file is called by its name alone."""
    name = Path(source).name if Path(source).is_file() else source
    return DataCard(name, dict(settings), data.fingerprint, data.split_digest, len(data.classes))


def priors_of(data: TextData) -> NDArray[np.float64]:
    """The training share of each class, shape (classes,)."""
    counts = data.class_counts.astype(np.float64)
    return np.asarray(counts / counts.sum())

"""Zoos as an instructor writes them: recipes, the evidence they must show, and the statistics it speaks of."""

from paribus.course.catalog import Course
from paribus.course.errors import ZooError
from paribus.course.near import did_you_mean
from paribus.course.zoo.recipes import Zoo, read_zoo
from paribus.errors import UsageError

__all__ = ["Zoo", "ZooError", "load_zoo", "read_zoo"]


def load_zoo(course: Course, name: str) -> Zoo:
    """The course's zoo of that name; UsageError lists its zoos, ZooError says what is wrong with the file."""
    if name not in course.zoos:
        listed = f"Zoos: {', '.join(course.zoos)}." if course.zoos else "The course has no table [zoos]."
        raise UsageError(f"There is no zoo called {name!r}. {listed}{did_you_mean(name, course.zoos)}")
    zoo = read_zoo(course.zoos[name], tuple(course.profiles))
    for profile in course.profiles.values():
        missing = [setting for setting in zoo.data.settings if setting not in profile.settings]
        if missing:
            raise ZooError(
                f"{zoo.file}: [data] settings names {missing[0]!r}, and the profile {profile.name!r} has no such "
                f"setting. It has {', '.join(profile.settings) or 'none'}."
            )
    return zoo

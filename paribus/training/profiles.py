"""How large a run is. A course names its profiles in course.toml; a notebook carries what they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from paribus.errors import UsageError

Plain = str | int | float | bool


@dataclass(frozen=True)
class Profile:
    """One size of a course's runs. Its settings are read by name: ``profile.epochs``.

    ``needs_gpu``, ``needs`` (packages), ``time_limit`` (seconds a notebook may take) and ``hub`` (the data sets
    that "hub" alone means, whose commits a run notes) are for whoever runs it.
    """

    name: str
    settings: Mapping[str, Plain] = field(default_factory=dict)
    about: str = ""
    needs_gpu: bool = False
    needs: tuple[str, ...] = ()
    time_limit: float = 3600.0
    hub: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:  # a setting is a text, a number or a truth value
        """The setting called ``name``; AttributeError lists the settings there are."""
        settings = self.__dict__.get("settings", {})
        if name in settings:
            return settings[name]
        known = ", ".join(settings) or "none"
        raise AttributeError(f"The profile {self.__dict__.get('name')!r} has no setting {name!r}. It has: {known}.")


def get_profile(name: str, profiles: Mapping[str, Mapping[str, Any]]) -> Profile:
    """The profile called ``name`` of those that a notebook carries, or a `UsageError` that lists them."""
    if name not in profiles:
        known = ", ".join(
            f"{key} ({given['about']})" if given.get("about") else key for key, given in profiles.items()
        )
        raise UsageError(f"There is no profile called {name!r}. Choose one of: {known}.")
    given = dict(profiles[name])
    about, needs_gpu = str(given.pop("about", "")), bool(given.pop("needs_gpu", False))
    return Profile(name, given, about, needs_gpu)

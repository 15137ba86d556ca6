"""What an instructor brings into the sandbox of an audit: a cache of the hub's models and data, and blind models.

Code in a sandbox has no network, so what a profile takes from the Hugging Face hub must lie on this machine. Both
folders are read-only inside; what the hub's libraries want to write, such as locks, goes into the home there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.audit.jobs import HOME
from paribus.errors import UsageError
from paribus.zoo.where import CARD, VARIABLE

CACHE, ZOO = "/paribus/cache", "/paribus/zoo"
"""Where the folders are inside."""
HUB_HOME = f"{HOME}/huggingface"
"""Where the hub's libraries look: a home of links to the files of CACHE."""
PARTS = ("hub", "datasets")
"""The folders of a cache: models and files of the hub, and the data that `datasets` prepared."""


@dataclass(frozen=True)
class Brought:
    """Folders of this machine, None where none is brought: ``cache`` as HF_HOME names it, ``zoo`` the students'
    folder of the blind models.
    """

    cache: Path | None = None
    zoo: Path | None = None

    @property
    def reads(self) -> Mapping[str, Path]:
        """Path inside → path here."""
        return dict(self._given())

    @property
    def environment(self) -> dict[str, str]:
        """What a program inside is told."""
        given = {CACHE: ("HF_HOME", HUB_HOME), ZOO: (VARIABLE, ZOO)}
        return dict(given[inside] for inside, _ in self._given())

    @property
    def links(self) -> dict[str, str]:
        """The folders inside that are made of links to another one's files: that one → the folder."""
        return {} if self.cache is None else {CACHE: HUB_HOME}

    def _given(self) -> Iterator[tuple[str, Path]]:
        for inside, here in ((CACHE, self.cache), (ZOO, self.zoo)):
            if here is not None:
                yield inside, here.resolve()


def bring(cache: Path | None, zoo: Path | None) -> Brought:
    """The folders, looked at once. UsageError where one is not there or is another kind of folder."""
    for option, folder in (("--cache", cache), ("--zoo", zoo)):
        if folder is not None and not folder.is_dir():
            raise UsageError(f"{option} {folder}: there is no such folder.")
    if cache is not None and not any((cache / part).is_dir() for part in PARTS):
        raise UsageError(
            f"--cache {cache}: it holds neither a folder hub nor a folder datasets. Name the folder that HF_HOME "
            "names, or ~/.cache/huggingface."
        )
    if zoo is not None and not any(zoo.rglob(CARD)):
        raise UsageError(f"--zoo {zoo}: no {CARD} lies in it or below. Name the students' folder of the models.")
    return Brought(cache, zoo)

"""What a host of notebooks is to paribus: how it is told, where a person's files lie, what to type."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Host:
    """One host.

    ``title``     what people call it
    ``variable``  the environment variable that only it sets
    ``folders``   where files lie that a person brought, in the order in which they are looked for
    ``inputs``    where outputs of earlier sessions lie that a person attached; None where nobody can
    ``fetched``   what to do where something could not be fetched: ``{copy}`` is a copy of one's own, ``{setting}``
                  sets a name to a file below the first folder
    ``zoo``       how to bring the folder of a zoo called ``{name}``
    """

    title: str
    variable: str
    folders: tuple[Path, ...]
    inputs: Path | None
    fetched: str
    zoo: str

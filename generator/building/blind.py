"""What an assignment with blind models needs beside its source: a zoo to run against, the keys to grade with."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.errors import BuildError
from generator.sources.source import Source
from paribus.errors import UsageError
from paribus.zoo.where import VARIABLE, search

BUILT = Path("build/student/zoo")
"""Where `paribus zoo build` leaves the students' folders if --out is not given."""


def zoos_of(source: Source) -> tuple[str, ...]:
    """The zoos whose models a source asks to diagnose."""
    named = (str(cell.options["zoo"]) for cell in source.cells if "zoo" in cell.options)
    return tuple(dict.fromkeys(named))


def find_zoo(
    sources: Mapping[str, Source], said: Path | None, *, environment: Mapping[str, str] = os.environ
) -> dict[str, Path]:
    """Assignment → the folder of the zoo it runs against, for those that need one.

    ``said`` is what the user names; without it PARIBUS_ZOO, then build/student/zoo. UsageError where a zoo is in
    neither, DataError where it is there twice.
    """
    if said is not None:
        looked = [said]
    else:
        looked = [*([Path(environment[VARIABLE])] if environment.get(VARIABLE) else []), BUILT]
    found: dict[str, Path] = {}
    for assignment, source in sources.items():
        for zoo in zoos_of(source):
            folder = search(zoo, looked)
            if folder is None:
                places = ", ".join(str(place) for place in looked)
                raise UsageError(
                    f"{assignment} needs the zoo {zoo!r}, and there is none below {places}. Build it with `paribus "
                    f"zoo build {zoo} --term 2027S --profile smoke`, or name its folder with --zoo DIR."
                )
            found[assignment] = folder.resolve()
    return found


def read_editions(out: Path, zoos: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Zoo → the key of every term that was built below ``out``: edition, and recipe and statistics by codename.

    A zoo of which no term was finished is left out.
    """
    there = {zoo: folder for zoo in zoos if (folder := out / "instructor" / "zoo" / zoo).is_dir()}
    if not there:  # who builds no blind models needs no libraries that train
        return {}
    from generator.zoo.build import MARKER, read_reveal

    found: dict[str, list[dict[str, Any]]] = {}
    for zoo, folder in there.items():
        for marker in sorted(folder.glob(f"*/{MARKER}")):
            raw = read_reveal(marker.parent)
            models = {
                name: {"recipe": model["recipe"], "statistics": model["statistics"]}
                for name, model in raw["models"].items()
            }
            found.setdefault(zoo, []).append({"term": raw["term"], "edition": raw["edition"], "models": models})
    return found


def sealed_part(zoos: Sequence[str], editions: Mapping[str, Any], *, revealed: bool) -> dict[str, Any]:
    """What a release keeps of the keys: nothing where its assignment has no blind models."""
    if not zoos:
        return {}
    return {"revealed": revealed, "zoos": {zoo: editions[zoo] for zoo in zoos if zoo in editions}}


def require_keys(unsealed: Sequence[str]) -> None:
    """BuildError where keys are missing; ``unsealed`` are lines such as "ASSIGNMENT: ZOO"."""
    if unsealed:
        listed = "\n  ".join(unsealed)
        raise BuildError(
            f"The sealed keys of these zoos are missing, so nobody could grade the diagnoses:\n  {listed}\n"
            "Build the zoo first (`paribus zoo build NAME --term …` with the same --out), say with --zoos where it "
            "was built, or release with --allow-missing: diagnoses then wait for a person."
        )

"""Two folders of the same models under other codenames: what of one follows the recipe, and so tells it."""

from collections.abc import Mapping
from pathlib import Path

from generator.zoo.seal import Leak
from paribus.zoo.where import CHECKSUMS


def compare_twins(
    folder: Path, keys: Mapping[str, str], twin: Path, twin_keys: Mapping[str, str]
) -> tuple[Leak, ...]:
    """What follows the recipe when the same models are under other codenames; keys map codename → recipe.

    Files that belong to no model must be equal to the byte, but for the checksums; a model's files must have moved
    with its recipe and changed in nothing.
    """
    moved = {recipe: name for name, recipe in twin_keys.items()}
    found = []
    here = {path.name for path in folder.iterdir()}
    there = {path.name for path in twin.iterdir()}
    found += [Leak(name, "name", "is in one of the twins only") for name in sorted(here ^ there)]
    for name in sorted(here & there):
        stem, _, suffix = name.partition(".")
        if name == CHECKSUMS:
            continue
        counterpart = f"{moved[keys[stem]]}.{suffix}" if stem in keys else name
        path, other = folder / name, twin / counterpart
        if not other.is_file() or path.read_bytes() != other.read_bytes():
            found.append(Leak(name, "content", f"differs from the twin's {counterpart}"))
            continue
        own, others = path.stat(), other.stat()
        if (own.st_mtime_ns, own.st_mode) != (others.st_mtime_ns, others.st_mode):
            found.append(Leak(name, "time or mode", f"differs from the twin's {counterpart}"))
    return tuple(found)

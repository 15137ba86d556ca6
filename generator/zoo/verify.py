"""`paribus zoo verify`: the evidence again, from the student's folder alone.

Without the key every way of giving codenames to recipes is tried: where the gating tests leave exactly one, the
folder proves by itself which model is which. The key, where it is at hand, must be that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import ZooBuildError
from generator.zoo.build import leaks_message, recompute
from generator.zoo.evidence import Found, failed_gates, fitting_keys, judge
from generator.zoo.rates import read_rates
from generator.zoo.reveal import require_edition
from generator.zoo.seal import find_leaks
from paribus.course.zoo import Zoo
from paribus.zoo.comparison import Load
from paribus.zoo.folder import ZooFolder, open_zoo


@dataclass(frozen=True)
class Verified:
    """What the folder shows: the assignments (codename → recipe) that all gates allow, and the tests' answers.

    ``key`` is the one that was judged: the sealed one where it was given, else the only fitting one, else empty.
    """

    edition: str
    fitting: tuple[Mapping[str, str], ...]
    key: Mapping[str, str]
    found: tuple[Found, ...]
    gates: int


def verify_zoo(
    folder: Path, zoo: Zoo, load: Load, solutions: Path, reveal: Mapping[str, Any] | None = None
) -> Verified:
    """Check the folder's files, look for leaks, compute every statistic anew and weigh the evidence.

    ``load`` is the course's function that gives the data, ``reveal`` holds the sealed key. DataError where a file
    is missing or altered, ZooBuildError where the folder tells too much, is of another zoo or of another edition
    than the key, or a gating test does not hold.
    """
    handed = open_zoo(folder)
    if handed.name != zoo.name or sorted(handed.models) != sorted(zoo.codenames):
        raise ZooBuildError(
            f"{folder}: holds the zoo {handed.name!r} with {', '.join(handed.models)}, expected {zoo.name!r} with "
            f"{', '.join(zoo.codenames)}. It was built from other recipes; build it again or verify the right one."
        )
    sealed = None if reveal is None else _key_in(reveal, handed, zoo)
    leaks = find_leaks(folder, zoo)
    if leaks:
        raise ZooBuildError(leaks_message(folder, leaks))
    of = recompute(folder, load)
    rates = read_rates(zoo, handed.profile, str(zoo.profiles[handed.profile]["model"]), solutions)
    gates = sum(rate.gates for rate in rates.values())
    fitting = fitting_keys(zoo, of, rates) if gates else ()
    key = sealed or (fitting[0] if len(fitting) == 1 else {})
    found = judge(zoo, {recipe: of[name] for name, recipe in key.items()}, rates) if key else ()
    if gates and not fitting:
        raise ZooBuildError(f"{folder}: under no key do all {gates} gating tests hold. Build the zoo again.")
    if sealed and gates and dict(sealed) not in [dict(one) for one in fitting]:
        broken = "; ".join(f"{item.recipe}: {item.test} is {item.value:.4g}" for item in failed_gates(found))
        raise ZooBuildError(f"{folder}: does not fit its key: {broken}. The reveal belongs to another edition.")
    return Verified(handed.digest, fitting, key, found, gates)


def _key_in(reveal: Mapping[str, Any], handed: ZooFolder, zoo: Zoo) -> dict[str, str]:
    """Codename → recipe, as a reveal of this folder says it."""
    require_edition(handed, reveal)
    key = {name: str(model["recipe"]) for name, model in reveal["models"].items()}
    known = sorted(recipe.name for recipe in zoo.recipes)
    if sorted(key.values()) != known:
        raise ZooBuildError(
            f"{handed.path}: was built from the recipes {', '.join(sorted(key.values()))}, and the zoo "
            f"{zoo.name!r} now has {', '.join(known)}. Build it again."
        )
    return key

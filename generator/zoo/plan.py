"""What a term decides: each recipe's seed and codename. Pure, and the same on every machine."""

import hashlib
import hmac
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from paribus.course.zoo import Zoo
from paribus.errors import UsageError
from paribus.training.profiles import Profile

TERM = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,31}")


@dataclass(frozen=True)
class Plan:
    """One term's zoo before anything is trained. ``secret`` keeps the codenames from whoever knows this code."""

    zoo: Zoo
    term: str
    profile: Profile
    secret: str = ""

    def seed(self, recipe: str, attempt: int = 1) -> int:
        """The seed of a recipe's training, another for each attempt; one for all where they are made from one."""
        return int.from_bytes(self._digest(f"seed/{self.zoo.seeded_as(recipe)}/{attempt}")[:4], "big")

    @property
    def codenames(self) -> Mapping[str, str]:
        """Recipe → codename, permuted by term."""
        names = list(self.zoo.codenames)
        random.Random(self._digest("codenames")).shuffle(names)  # noqa: S311 - seeded on purpose
        return dict(zip((recipe.name for recipe in self.zoo.recipes), names, strict=True))

    def _digest(self, purpose: str) -> bytes:
        return hmac.digest(self.secret.encode(), f"{self.zoo.name}/{self.term}/{purpose}".encode(), hashlib.sha256)


def make_plan(zoo: Zoo, term: str, profile: Profile, secret: str = "") -> Plan:
    """The plan; UsageError for a term that cannot be a folder's name."""
    if not TERM.fullmatch(term):
        raise UsageError(f"--term {term!r}: give up to 32 letters and digits, such as 2027S.")
    return Plan(zoo, term, profile, secret)

"""How large a run is: micro for machines that check, smoke for two cores, full for the course itself."""

from dataclasses import dataclass
from typing import Literal

from paribus.errors import UsageError

ProfileName = Literal["micro", "smoke", "full"]


@dataclass(frozen=True)
class Profile:
    """The defaults that a profile stands for; every one can be overridden by a notebook parameter.

    ``data`` is what `paribus.data.complaints.load` takes, ``size`` the size of the synthetic corpus,
    ``model`` what `paribus.models.load` takes ("tiny" or a hub name or a folder). ``epochs`` is the
    homework's budget; ``batch_size`` and ``learning_rate`` are the baseline's.
    """

    name: ProfileName
    data: str
    size: Literal["micro", "smoke", "full"]
    model: str
    epochs: int
    batch_size: int
    learning_rate: float
    max_length: int
    needs_gpu: bool
    about: str


PROFILES: dict[str, Profile] = {
    "micro": Profile(
        "micro", "synthetic", "micro", "tiny", 2, 32, 2e-3, 48, needs_gpu=False,
        about="seconds on any machine; everything runs, no phenomenon is promised",
    ),
    "smoke": Profile(
        "smoke", "synthetic", "smoke", "tiny", 2, 32, 1e-3, 64, needs_gpu=False,
        about="minutes on two cores; the phenomena show where the text says so",
    ),
    "full": Profile(
        "full", "hub", "full", "answerdotai/ModernBERT-base", 2, 32, 2e-5, 128, needs_gpu=True,
        about="the course itself: the hub's data and ModernBERT-base on a GPU",
    ),
}  # fmt: skip


def get_profile(name: str) -> Profile:
    """The profile called ``name``, or a `UsageError` that lists the three."""
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(f"{profile.name} ({profile.about})" for profile in PROFILES.values())
        raise UsageError(f"There is no profile called {name!r}. Choose one of: {known}.") from None

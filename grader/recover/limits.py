"""How much one submission may hold before it is refused instead of read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RecoverLimits:
    """Bounds on one file, far above what an honest export holds (about 1 MB and a hundred cells).

    ``picture_bytes`` bounds one picture and ``pictures_bytes`` all of them together, decoded; a picture beyond
    them is still reported as embedded, without its bytes. With ``pictures_bytes`` 0 no picture is decoded.
    """

    content_bytes: int = 60_000_000
    cells: int = 5_000
    outputs: int = 20_000
    picture_bytes: int = 10_000_000
    pictures_bytes: int = 80_000_000
    records: int = 2_000


DEFAULT_LIMITS = RecoverLimits()

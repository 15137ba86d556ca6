"""How much one submission, and a batch of them, may hold before it is refused instead of read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on one submission, far above what an honest one needs (1 MB and a hundred cells); the last three are
    the batch's.

    ``bytes`` of the file, unpacked; ``picture_bytes`` bounds one picture and ``pictures_bytes`` all of them
    together, decoded: a picture beyond them is still reported as embedded, without its bytes, and with
    ``pictures_bytes`` 0 no picture is decoded. Where that is less than one picture may have, what is left out is
    not told: nobody asked for all of them. ``seconds`` and ``memory_mb`` of the process that reads it (0: no
    bound on memory); ``ratio`` is how much a file of more than 10 MB may shrink in a zip (real exports: at most 40
    times).
    """

    bytes: int = 60_000_000
    cells: int = 5_000
    outputs: int = 20_000
    records: int = 2_000
    picture_bytes: int = 10_000_000
    pictures_bytes: int = 80_000_000
    seconds: float = 120.0
    memory_mb: int = 4_000
    files: int = 50_000
    total_bytes: int = 40_000_000_000
    ratio: float = 200.0

    @property
    def of_reading(self) -> tuple[int, ...]:
        """Those that decide what is read of a file, and so what its grade depends on."""
        return (self.bytes, self.cells, self.outputs, self.picture_bytes, self.pictures_bytes, self.records)


DEFAULT_LIMITS = Limits()

"""Pictures: how many bytes of them are decoded and kept."""

import binascii

from grader.errors import UnreadableError
from grader.recover.without_pictures import NOTHING_LIFTED, Lifted
from paribus.course.limits import Limits


class PictureBudget:
    """Counts outputs and decoded pictures of one submission against the limits; lives for one `recover` call."""

    def __init__(self, limits: Limits, lifted: Lifted = NOTHING_LIFTED) -> None:
        """Start with the whole budget; ``lifted`` is what was taken out of the page."""
        self._limits = limits
        self._lifted = lifted
        self._left = limits.pictures_bytes
        self._outputs = 0
        self._dropped = 0
        self._damaged = 0

    def count_output(self) -> None:
        """One more output; UnreadableError beyond the limit."""
        self._outputs += 1
        if self._outputs > self._limits.outputs:
            raise UnreadableError(
                f"a notebook with more than {self._limits.outputs:,} outputs",
                "Print or display less inside loops, run the notebook again and hand in its export.",
            )

    def decode(self, base64_text: str, start: int = 0) -> bytes:
        """The bytes of a base64 picture from ``start`` on, or none where it is damaged or too large."""
        if not self._limits.pictures_bytes:  # nobody will look at the bytes
            return b""
        lifted = self._lifted.at(base64_text, start)
        encoded = base64_text[start:] if lifted is None else lifted
        if len(encoded) * 3 // 4 > min(self._limits.picture_bytes, self._left):
            self._dropped += 1
            return b""
        try:
            content = binascii.a2b_base64(encoded)
        except ValueError:
            self._damaged += 1
            return b""
        return self.keep(content)

    def keep(self, content: bytes) -> bytes:
        """The picture itself while the budget lasts, or none."""
        if len(content) > min(self._limits.picture_bytes, self._left):
            self._dropped += 1
            return b""
        self._left -= len(content)
        return content

    def remarks(self) -> tuple[str, ...]:
        """What was left out, in plain words."""
        if self._limits.pictures_bytes < self._limits.picture_bytes:
            return ()
        remarks = []
        if self._dropped:
            remarks.append(f"{self._dropped} pictures were too large to keep; they count as shown.")
        if self._damaged:
            remarks.append(f"{self._damaged} pictures are damaged in this file.")
        return tuple(remarks)

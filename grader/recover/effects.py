"""Effects of a style on text that is where it is: moved, shrunk, turned, filtered, masked, clipped or packed.

Each is hidden, seen, or of unknown effect where nobody can tell without drawing the page.
"""

import re
from collections.abc import Callable, Mapping
from enum import IntEnum

from grader.recover.colours import THINNEST, paints_of
from grader.recover.lengths import pixels, share

OUTSIDE = 500.0
"""Pixels beyond the page's edge."""
FAR = 5_000.0
"""Pixels to one side: wider than any screen."""
SMALLEST = 0.15
"""The size, as a share of its own, from which text is read."""
_EDGE = 6.0
"""Degrees by which a plane may be turned towards the eye, and only its edge be seen."""
_BLURRED, _SOFT = 4.0, 1.5
_PACKED, _TIGHT = -6.0, -3.0
"""Pixels between letters from which they lie on each other, and from which they touch."""
_LONGEST = 600
_NOTHING = frozenset(
    {"none", "initial", "inherit", "unset", "revert", "revert-layer", "normal", "auto", "reset", ""}
)
_CALL = re.compile(r"([a-z][\w-]*)\(((?:[^()]|\([^()]*\)){0,300})\)")
_ANGLE = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(deg|turn|rad|grad|)")
_DEGREES = {"deg": 1.0, "turn": 360.0, "rad": 57.2958, "grad": 0.9, "": 1.0}


class Effect(IntEnum):
    """What is left to see."""

    SEEN = 0
    UNKNOWN = 1
    HIDDEN = 2


SEEN, UNKNOWN, HIDDEN = Effect


def effects(style: Mapping[str, str]) -> tuple[str, str]:
    """How effects hide an element with all that is in it, and which of them nobody can tell; "" for none."""
    unknown = ""
    for name, value in style.items():
        look, how = _LOOKS.get(name, (None, ""))
        if look is None or value in _NOTHING:
            continue
        effect = look(value[:_LONGEST])
        if effect is HIDDEN:
            return how, ""
        if effect is UNKNOWN:
            unknown = unknown or f"{name}: {value}"[:60]
    return "", f"with a style whose effect cannot be told ({unknown})" if unknown else ""


def _transformed(value: str) -> Effect:
    calls = _CALL.findall(value)
    return max((_call(name, [part.strip() for part in inner.split(",")]) for name, inner in calls), default=UNKNOWN)


def _call(name: str, parts: list[str]) -> Effect:
    if name.startswith("translate"):
        return max(map(_moved, parts))
    if name.startswith("scale"):
        return max(map(_shrunk, parts[:2])) if name != "scalez" else SEEN
    if name.startswith(("rotate", "skew")) and len(parts) < 3:
        return max(_turned(name, part) for part in parts)
    return _matrix(parts) if name == "matrix" else UNKNOWN


def _moved(part: str) -> Effect:
    size = pixels(part)
    if size is None or (part.endswith("%") and 100 <= abs(float(part[:-1])) < OUTSIDE):
        return UNKNOWN
    return HIDDEN if size <= -OUTSIDE or size >= FAR else SEEN


def _shrunk(part: str) -> Effect:
    size = share(part)
    if size is None or size <= -SMALLEST:  # mirrored
        return UNKNOWN
    return HIDDEN if size < SMALLEST else SEEN


def _turned(name: str, part: str) -> Effect:
    found = _ANGLE.fullmatch(part)
    if found is None:
        return UNKNOWN
    if name in ("rotate", "rotatez"):  # in its own plane, where it can be read
        return SEEN
    degrees = float(found[1]) * _DEGREES[found[2]] % 360.0
    away = min(degrees, 360.0 - degrees)
    if abs(away - 90.0) <= _EDGE:
        return HIDDEN
    return SEEN if away < 90.0 else UNKNOWN


def _matrix(parts: list[str]) -> Effect:
    numbers = [share(part) for part in parts]
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers) or len(known) != 6:
        return UNKNOWN
    across, _, _, down, right, below = known
    if abs(across * down - known[1] * known[2]) < SMALLEST**2 or min(right, below) <= -OUTSIDE:
        return HIDDEN
    return SEEN if across > 0 and down > 0 else UNKNOWN


def _turned_around(value: str) -> Effect:
    *axis, angle = value.split()
    return _turned(f"rotate{axis[0]}" if axis else "rotate", angle) if len(axis) < 2 else UNKNOWN


def _filtered(value: str) -> Effect:
    return max((_filter(name, inner.strip()) for name, inner in _CALL.findall(value)), default=UNKNOWN)


def _filter(name: str, inner: str) -> Effect:
    if name in ("grayscale", "sepia", "saturate", "hue-rotate", "drop-shadow"):
        return SEEN
    size = share(inner) if inner else 1.0 if name != "blur" else 0.0
    if size is None:
        return UNKNOWN
    if name == "opacity":
        return HIDDEN if size < THINNEST else SEEN
    if name == "blur":
        return HIDDEN if size >= _BLURRED else UNKNOWN if size > _SOFT else SEEN
    if name in ("brightness", "contrast"):
        return SEEN if SMALLEST < size < 2.0 else UNKNOWN
    return SEEN if name == "invert" and size < SMALLEST else UNKNOWN


def _masked(value: str) -> Effect:
    paints = paints_of(value)
    return HIDDEN if paints and "url(" not in value and all(paint[1] < THINNEST for paint in paints) else UNKNOWN


def _clipped(value: str) -> Effect:
    found = _CALL.search(value)
    if found is None:
        return SEEN
    name, parts = found[1], [part.strip() for part in found[2].replace(",", " ").split()]
    if name == "polygon":
        return HIDDEN if len({tuple(point.split()) for point in found[2].split(",")}) < 3 else UNKNOWN
    sizes = [share(part) for part in parts]
    if name == "rect":  # top, right, bottom, left
        known = [size for size in sizes if size is not None]
        return HIDDEN if known and max(known) <= 1.0 else UNKNOWN if known else SEEN
    if name in ("circle", "ellipse"):
        return HIDDEN if sizes and sizes[0] is not None and sizes[0] < THINNEST else UNKNOWN
    if name != "inset":
        return UNKNOWN
    shares = [size for size, part in zip(sizes, parts, strict=True) if size is not None and "%" in part]
    most = max(shares, default=0.0)
    return HIDDEN if most >= 0.5 else SEEN if most <= SMALLEST else UNKNOWN


def _packed(value: str) -> Effect:
    size = pixels(value)
    if size is None:
        return UNKNOWN
    return HIDDEN if size <= _PACKED or size >= OUTSIDE else UNKNOWN if size <= _TIGHT else SEEN


def _thin(value: str) -> Effect:
    size = share(value)
    return UNKNOWN if size is None else HIDDEN if size < THINNEST else SEEN


_LOOKS: dict[str, tuple[Callable[[str], Effect], str]] = {
    "transform": (_transformed, "moved, shrunk or turned away"),
    "translate": (lambda value: max(map(_moved, value.split())), "moved away"),
    "scale": (lambda value: max(map(_shrunk, value.split()[:2])), "in a box of no size"),
    "rotate": (_turned_around, "turned away"),
    "zoom": (_shrunk, "in a box of no size"),
    "filter": (_filtered, "filtered away"),
    "opacity": (_thin, "opacity: 0"),
    "clip": (_clipped, "clipped away"),
    "clip-path": (_clipped, "clipped away"),
    "letter-spacing": (_packed, "in letters that lie on each other"),
    "animation": (lambda _: UNKNOWN, ""),
    "animation-name": (lambda _: UNKNOWN, ""),
    "-webkit-text-security": (lambda _: HIDDEN, "in dots in place of letters"),
    **dict.fromkeys(("mask", "mask-image", "-webkit-mask", "-webkit-mask-image"), (_masked, "behind a mask")),
}

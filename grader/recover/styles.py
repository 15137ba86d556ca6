"""Styles by which text is not seen: not displayed, of no size, out of the page, or of its ground's colour."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborNode

MAX_RULES = 100
LEAST_SIZE = 2.0
"""Pixels below which no letter can be read."""
ALIKE = 12
"""Steps of 256 by which each colour of a letter may differ from its ground's, and not be seen."""
OUTSIDE = 500.0
"""Pixels beyond the page's edge."""
FAR = 5_000.0
"""Pixels to one side: wider than any screen."""
_LEAST_WEIGHT = 100.0
"""A plain number in a short form is a weight from here on, and no size."""
_RULE = re.compile(r"([^{}@;]{1,300})\{([^{}]{0,2000})\}")
_PIXELS = {"px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "ex": 8.0, "%": 0.16, "": 1.0, "vw": 10.0, "vh": 8.0}
_LENGTH = re.compile(r"^([+-]?(?:\d+\.?\d*|\.\d+))(px|pt|em|rem|ex|vw|vh|%|)$")
_NAMED = {
    "white": (255, 255, 255), "black": (0, 0, 0), "snow": (255, 250, 250), "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255), "whitesmoke": (245, 245, 245), "floralwhite": (255, 250, 240),
    "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0),
    "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
}  # fmt: skip
_WHITE = (255, 255, 255)
_ZERO = re.compile(r"0|0*\.0[0-4]?\d*|[0-4]%")
_SCALED = re.compile(r"scale[xy3d]*\(\s*0(?:\.0\d*)?\s*[,)]")
_CLIPPED = re.compile(r"rect\(\s*0|inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0|polygon\(\s*0 0\s*\)")
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Style:
    """How text stands at one place of a page. ``gone`` says how all below is hidden, "" where it is not."""

    colour: Colour | None = None
    transparent: bool = False
    ground: Colour = _WHITE
    small: bool = False
    invisible: bool = False
    gone: str = ""

    @property
    def unread(self) -> str:
        """How a text here is hidden, "" where it is seen."""
        if self.invisible:
            return "visibility: hidden"
        if self.small:
            return "in letters of no size"
        if self.transparent or (self.colour is not None and _alike(self.colour, self.ground)):
            return "in the colour of its ground"
        return ""


def rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The rules of a style sheet as (selector, declarations)."""
    for number, found in enumerate(_RULE.finditer(sheet)):
        if number < MAX_RULES:
            yield found[1].strip(), found[2]


def style_of(node: LexborNode, sheet: str) -> dict[str, str]:
    """An element's declarations: what a sheet says, then its attributes, in small letters."""
    attributes = node.attributes
    found: dict[str, str] = {}
    for declaration in f"{sheet};{attributes.get('style') or ''}".lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    if "hidden" in attributes and attributes.get("hidden") != "until-found":
        found.setdefault("display", "none")
    if node.tag == "font" and attributes.get("color"):
        found.setdefault("color", str(attributes["color"]).lower())
    if attributes.get("bgcolor"):
        found.setdefault("background", str(attributes["bgcolor"]).lower())
    return found


def hides(style: Mapping[str, str], around: Style) -> Style:
    """How text stands in an element with these declarations, within what stands around it."""
    if not style:
        return around
    if gone := _gone(style):
        return replace(around, gone=gone)
    inner = around
    if (ground := _colour(style.get("background-color") or style.get("background", ""))) is not None:
        inner = replace(inner, ground=ground)
    written = style.get("-webkit-text-fill-color") or style.get("color", "")
    if written and written not in ("inherit", "currentcolor"):
        inner = replace(inner, colour=_colour(written), transparent=_is_transparent(written))
    if (size := _font_size(style)) is not None:
        inner = replace(inner, small=size < LEAST_SIZE)
    if "visibility" in style:
        inner = replace(inner, invisible=style["visibility"] in ("hidden", "collapse"))
    return inner


def _gone(style: Mapping[str, str]) -> str:
    """How these declarations hide an element with all that is in it; "" where they do not."""
    clipped = re.search(r"hidden|clip", f"{style.get('overflow', '')} {style.get('overflow-y', '')}") is not None
    sizes = [_pixels(style.get(name, "")) for name in ("width", "height", "max-width", "max-height")]
    no_size = clipped and any(size is not None and size < LEAST_SIZE for size in sizes)
    away = style.get("position") in ("absolute", "fixed") and _outside(style, ("left", "top", "right", "bottom"))
    ways = {
        "display: none": style.get("display") == "none",
        "content-visibility: hidden": style.get("content-visibility") == "hidden",
        "opacity: 0": _ZERO.fullmatch(style.get("opacity", "1")) or "opacity(0" in style.get("filter", ""),
        "in a box of no size": no_size or _SCALED.search(style.get("transform", "")) or style.get("zoom") == "0",
        "clipped away": _CLIPPED.search(f"{style.get('clip', '')} {style.get('clip-path', '')}"),
        "outside of the page": away or _outside(style, ("text-indent", "margin-left", "margin-top")),
    }
    return next((how for how, is_so in ways.items() if is_so), "")


def _outside(style: Mapping[str, str], names: tuple[str, ...]) -> bool:
    sizes = {name: _pixels(style.get(name, "")) for name in names}
    far = any(
        size is not None and size >= FAR for name, size in sizes.items() if name in ("left", "right", "bottom")
    )
    return far or any(size is not None and size <= -OUTSIDE for size in sizes.values())


def _font_size(style: Mapping[str, str]) -> float | None:
    """The size of the letters: by its own name, or in the short form ``font: 0/0 serif``."""
    if "font-size" in style:
        return _pixels(style["font-size"])
    sizes = (_pixels(word.partition("/")[0]) for word in style.get("font", "").split() if word[:1] in "0123456789.")
    return next((size for size in sizes if size is not None and size < _LEAST_WEIGHT), None)


def _pixels(value: str) -> float | None:
    """A length, roughly; None where it is none."""
    found = _LENGTH.match(value)
    return None if found is None else float(found[1]) * _PIXELS[found[2]]


def _colour(value: str) -> Colour | None:
    """A colour as red, green and blue; None where it is none that is known."""
    value = value.strip()
    for word in value.split():
        if word in _NAMED:
            return _NAMED[word]
    if (digits := re.search(r"#([0-9a-f]{3,8})\b", value)) is not None:
        text = digits[1] if len(digits[1]) > 4 else "".join(2 * digit for digit in digits[1])
        return int(text[:2], 16), int(text[2:4], 16), int(text[4:6] or "0", 16)
    if (parts := re.search(r"rgba?\(([^()]{0,60})\)", value)) is not None:
        numbers = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", parts[1])[:3]]
        return (int(numbers[0]), int(numbers[1]), int(numbers[2])) if len(numbers) == 3 else None
    if (light := re.search(r"hsla?\([^()]{0,40}?(\d+(?:\.\d+)?)%\s*[,\s]\s*(\d+(?:\.\d+)?)%", value)) is not None:
        # Of a colour the lightness alone is known here; without colour, or at either end, that is all there is.
        level = round(255 * float(light[2]) / 100)
        return (level, level, level) if float(light[1]) < ALIKE or level in (0, 255) else None
    return None


def _is_transparent(value: str) -> bool:
    if value == "transparent" or re.fullmatch(r"#(?:[0-9a-f]{3}0|[0-9a-f]{6}0[0-9a-f])", value):
        return True
    return re.search(r"(?:rgba?|hsla?)\([^()]*[,/]\s*0?\.?0+%?\s*\)", value) is not None and value.count(",") != 2


def _alike(one: Colour, other: Colour) -> bool:
    return all(abs(first - second) <= ALIKE for first, second in zip(one, other, strict=True))

"""Styles by which text is not seen: not displayed, of no size, out of the page, or of its ground's colour."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborNode

from grader.recover.colours import WHITE, Colour, Paint, is_dark, is_lost, laid_on, paint_of, paints_of
from grader.recover.effects import FAR, OUTSIDE, effects
from grader.recover.lengths import pixels, settled

LEAST_SIZE = 2.0
"""Pixels below which no letter can be read."""
_LEAST_WEIGHT = 100.0
"""A plain number in a short form is a weight from here on, and no size."""
_FLAT = 0.15
"""The height of a line, as a share of its letters, below which nothing of it is seen."""
_TOOLS = re.compile(r"var\(\s*--(?:jp|vscode|colab|md|pst)-")
"""A colour or a size that the tool chooses in which the notebook is read."""
_TOOLS_GROUND = re.compile(r"var\(\s*--(?:jp|vscode)-[\w-]*(?:layout|inverse|background)[\w-]*\s*\)")
_CLIPS = re.compile(r"hidden|clip|auto|scroll")
_UNSETTLED = ("display", "visibility", "font-size", "left", "top", "text-indent")
_SIZES = ("width", "height", "max-width", "max-height")
"""Of a box: they hide what is in it only where it clips that."""
_INHERITED = frozenset({"inherit", "currentcolor", "initial", "unset", "revert"})


@dataclass(frozen=True)
class Style:
    """How text is shown at one place of a page. ``gone`` says how all below is hidden and ``doubt`` how it may be,
    "" where it is not. ``grounds`` are the colours behind the text, none where nobody knows them.
    """

    paint: Paint | None = None
    grounds: tuple[Colour, ...] = (WHITE,)
    small: bool = False
    invisible: bool = False
    gone: str = ""
    doubt: str = ""

    @property
    def unread(self) -> str:
        """How a text here is hidden, "" where it is seen."""
        if self.invisible:
            return "visibility: hidden"
        if self.small:
            return "in letters of no size"
        return "in the colour of its ground" if self._lost == {True} else ""

    @property
    def unsure(self) -> str:
        """How a text here may be hidden, "" where it is seen."""
        by_colour = self._lost == {True, False} or (self.paint is None and any(map(is_dark, self.grounds)))
        return self.doubt or ("in a colour near to its ground's" if by_colour else "")

    @property
    def _lost(self) -> set[bool]:
        """Whether the text is lost on its grounds; on one that is not known it is what it would be on white."""
        if self.paint is None:
            return {False}
        paint = self.paint
        if not self.grounds:
            return {False, is_lost(paint, WHITE)}
        return {is_lost(paint, ground) for ground in self.grounds}


def style_of(node: LexborNode, sheet: str, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """An element's declarations: what a sheet says, then its attributes, in small letters. ``names`` are the values
    that names mean.
    """
    attributes = node.attributes
    found: dict[str, str] = {}
    important: dict[str, str] = {}
    for declaration in f"{sheet};{attributes.get('style') or ''}".lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            kind = important if "!important" in value else found
            kind[name.strip()] = settled(value.replace("!important", "").strip(), names or {})
    found |= important
    if "hidden" in attributes and attributes.get("hidden") != "until-found":
        found.setdefault("display", "none")
    if "popover" in attributes:
        found.setdefault("display", "none")
    if node.tag == "font" and attributes.get("color"):
        found.setdefault("color", str(attributes["color"]).lower())
    if node.tag == "bdo" and attributes.get("dir"):
        found |= {"unicode-bidi": "bidi-override", "direction": str(attributes["dir"]).lower()}
    if attributes.get("bgcolor"):
        found.setdefault("background", str(attributes["bgcolor"]).lower())
    return found


def hides(style: Mapping[str, str], around: Style) -> Style:
    """How text is shown in an element with these declarations, within what is around it."""
    if not style:
        return around
    gone, doubt = effects(style)
    if gone := _gone(style) or gone:
        return replace(around, gone=gone)
    inner = replace(around, doubt=doubt or _doubt(style) or around.doubt)
    if ground := style.get("background-color") or style.get("background", ""):
        inner = replace(inner, grounds=_grounds(ground, around.grounds))
    inner = _painted(inner, style.get("-webkit-text-fill-color") or style.get("color", ""))
    if (size := _font_size(style)) is not None:
        inner = replace(inner, small=size < LEAST_SIZE)
    if "visibility" in style:
        inner = replace(inner, invisible=style["visibility"] in ("hidden", "collapse"))
    return inner


def _gone(style: Mapping[str, str]) -> str:
    """How these declarations hide an element with all that is in it; "" where they do not."""
    sizes = [pixels(style.get(name, "")) for name in _SIZES]
    no_size = _clips(style) and (any(size is not None and size < LEAST_SIZE for size in sizes) or _is_flat(style))
    away = style.get("position") in ("absolute", "fixed") and _outside(style, ("left", "top", "right", "bottom"))
    ways = {
        "display: none": style.get("display") == "none",
        "content-visibility: hidden": style.get("content-visibility") == "hidden",
        "in a box of no size": no_size,
        "outside of the page": away or _outside(style, ("text-indent", "margin-left", "margin-top")),
    }
    return next((how for how, is_so in ways.items() if is_so), "")


def _clips(style: Mapping[str, str]) -> bool:
    return any(_CLIPS.search(style.get(name, "")) for name in ("overflow", "overflow-x", "overflow-y"))


def _is_flat(style: Mapping[str, str]) -> bool:
    """Its lines have no height, and nothing else gives it any."""
    value = style.get("line-height", "normal")
    height = pixels(value)
    least = _FLAT if value.replace(".", "").isdigit() else LEAST_SIZE
    return height is not None and height < least and not {"height", "min-height", "padding"} & style.keys()


def _doubt(style: Mapping[str, str]) -> str:
    """How these declarations may hide it, where nobody can tell without drawing the page; "" where they do not."""
    if style.get("unicode-bidi", "").endswith("override") and style.get("direction") == "rtl":
        return "written from right to left"
    for name in (*_UNSETTLED, *(_SIZES if _clips(style) else ())):
        value = style.get(name, "")
        if "(" in value and pixels(value) is None and not _TOOLS.search(value):
            return f"with a style whose effect cannot be told ({name}: {value})"[:110]
    return ""


def _outside(style: Mapping[str, str], names: tuple[str, ...]) -> bool:
    sizes = {name: pixels(style.get(name, "")) for name in names}
    far = any(
        size is not None and size >= FAR for name, size in sizes.items() if name in ("left", "right", "bottom")
    )
    return far or any(size is not None and size <= -OUTSIDE for size in sizes.values())


def _grounds(value: str, around: tuple[Colour, ...]) -> tuple[Colour, ...]:
    """The colours behind a text, on what lies behind them; none where a picture is."""
    if _TOOLS_GROUND.search(value):
        return (WHITE,)
    if "url(" in value:
        return ()
    paints = paints_of(value) if "gradient(" in value else [paint for paint in (paint_of(value),) if paint]
    if not paints:
        return () if "(" in value else around
    return tuple(dict.fromkeys(laid_on(paint, below) for paint in paints for below in around[:1] or (WHITE,)))


def _painted(style: Style, value: str) -> Style:
    """A style with letters of a colour; what the tool chooses is seen."""
    if not value or value in _INHERITED:
        return style
    if _TOOLS_GROUND.search(value):
        return replace(style, paint=(WHITE, 1.0))
    paint = paint_of(value)
    if paint is None and "(" in value and not _TOOLS.search(value):
        return replace(style, doubt=style.doubt or f"in a colour that cannot be told ({value})"[:110])
    return replace(style, paint=paint)


def _font_size(style: Mapping[str, str]) -> float | None:
    """The size of the letters: by its own name, or in the short form ``font: 0/0 serif``."""
    if "font-size" in style:
        return pixels(style["font-size"])
    sizes = (pixels(word.partition("/")[0]) for word in style.get("font", "").split() if word[:1] in "0123456789.")
    return next((size for size in sizes if size is not None and size < _LEAST_WEIGHT), None)

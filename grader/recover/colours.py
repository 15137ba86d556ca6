"""Colours as style sheets write them, and whether anybody can tell a text from its ground."""

import colorsys
import re

Colour = tuple[int, int, int]
Paint = tuple[Colour, float]
"""A colour and how dense it is: 0 for one that nobody sees."""
WHITE: Colour = (255, 255, 255)
ALIKE = 12
"""Steps of 256 by which each colour of a letter may differ from its ground's, and not be seen."""
THINNEST = 0.05
"""How dense a colour is at least that is seen."""
_DARK = 45
"""What no part of a colour exceeds on which a page's own letters are lost."""
_FUNCTION = re.compile(r"(rgb|hsl|hwb)a?\(([^()]{0,80})\)")
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(%|deg|turn|rad)?")
_ANY = re.compile(r"#[0-9a-f]{3,8}\b|(?:rgb|hsl|hwb)a?\([^()]{0,80}\)|(?<![\w#-])[a-z]{3,20}(?![\w(-])")
_NAMES = """
    aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4
    black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue
    5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c
    cyan 00ffff darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey
    a9a9a9 darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred
    8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f
    darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969
    dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc
    ghostwhite f8f8ff gold ffd700 goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080
    honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa
    lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan
    e0ffff lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1
    lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899
    lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon
    800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen
    3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585
    midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace
    fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa
    palegreen 98fb98 paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f
    pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f
    royalblue 4169e1 saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna
    a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa
    springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0
    violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32
"""
_NAMED: dict[str, Colour] = {
    name: (int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16))
    for name, code in zip(_NAMES.split()[::2], _NAMES.split()[1::2], strict=True)
} | {"canvas": WHITE, "canvastext": (0, 0, 0)}


def paint_of(value: str) -> Paint | None:
    """The first colour of a value; None where it is none that is known.

    >>> paint_of("1px solid navy"), paint_of("rgb(0 0 0 / 50%)")
    (((0, 0, 128), 1.0), ((0, 0, 0), 0.5))
    """
    return next(iter(paints_of(value)), None)


def paints_of(value: str) -> list[Paint]:
    """Every colour of a value, as a gradient has several."""
    found = [_paint(item[0]) for item in _ANY.finditer(value[:600])]
    return [paint for paint in found if paint is not None]


def _paint(word: str) -> Paint | None:
    if word == "transparent":
        return WHITE, 0.0
    if word in _NAMED:
        return _NAMED[word], 1.0
    if word.startswith("#"):
        return _by_digits(word[1:])
    found = _FUNCTION.fullmatch(word)
    return None if found is None else _by_numbers(found[1], _NUMBER.findall(found[2]))


def _by_digits(digits: str) -> Paint | None:
    if len(digits) in (5, 7):
        return None
    text = digits if len(digits) > 4 else "".join(2 * digit for digit in digits)
    return (int(text[:2], 16), int(text[2:4], 16), int(text[4:6], 16)), int(text[6:8] or "ff", 16) / 255


def _by_numbers(model: str, numbers: list[tuple[str, str]]) -> Paint | None:
    if len(numbers) not in (3, 4):
        return None
    dense = _share(numbers[3]) if len(numbers) == 4 else 1.0
    if model == "rgb":
        red, green, blue = (round(255 * _share(item) if item[1] else float(item[0])) for item in numbers[:3])
        return (red, green, blue), dense
    turn = float(numbers[0][0]) / {"turn": 1.0, "rad": 6.2832}.get(numbers[0][1], 360.0) % 1.0
    second, third = (float(number) / 100 for number, _ in numbers[1:3])
    if model == "hsl":
        parts = colorsys.hls_to_rgb(turn, third, second)
    else:
        parts = colorsys.hsv_to_rgb(turn, 1 - second / max(1 - third, 0.01), 1 - third)
    return (round(255 * parts[0]), round(255 * parts[1]), round(255 * parts[2])), dense


def _share(item: tuple[str, str]) -> float:
    return float(item[0]) / 100 if item[1] == "%" else float(item[0])


def laid_on(paint: Paint, ground: Colour) -> Colour:
    """How a colour looks on a ground."""
    parts = [round(paint[1] * one + (1 - paint[1]) * other) for one, other in zip(paint[0], ground, strict=True)]
    return parts[0], parts[1], parts[2]


def is_lost(paint: Paint, ground: Colour) -> bool:
    """Nobody can tell letters of this colour from the ground."""
    seen = laid_on(paint, ground)
    return paint[1] < THINNEST or all(abs(one - other) <= ALIKE for one, other in zip(seen, ground, strict=True))


def is_dark(ground: Colour) -> bool:
    """A page's own letters are lost on it."""
    return max(ground) <= _DARK

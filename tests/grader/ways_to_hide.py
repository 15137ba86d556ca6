"""Ways to hide a text in a page, each with its true twin, which shows the same text."""

WAYS = {
    "not displayed": ('<span style="display: none">{}</span>', '<span style="display: inline">{}</span>'),
    "important": ('<b style="DISPLAY:none !important">{}</b>', '<b style="font-weight:bold">{}</b>'),
    "invisible": ('<i style="visibility:hidden">{}</i>', '<i style="visibility:visible">{}</i>'),
    "see-through": ('<i style="opacity:0.01">{}</i>', '<i style="opacity:0.6">{}</i>'),
    "no size": ('<span style="font-size:0">{}</span>', '<span style="font-size:0.8em">{}</span>'),
    "a pixel": ('<span style="font-size: 1px">{}</span>', '<span style="font-size: 11px">{}</span>'),
    "a box of no size": (
        '<span style="display:block;height:0;overflow:hidden">{}</span>',
        '<span style="display:block;height:90px;overflow:hidden">{}</span>',
    ),
    "scaled away": ('<i style="transform: scale(0)">{}</i>', '<i style="transform: scale(0.9)">{}</i>'),
    "clipped": ('<i style="clip-path: inset(100%)">{}</i>', '<i style="clip-path: inset(0%)">{}</i>'),
    "off the page": (
        '<i style="position:absolute; left:-9999px">{}</i>', '<i style="position:relative; left:-9px">{}</i>'
    ),
    "indented away": ('<i style="text-indent:-9999px">{}</i>', '<i style="text-indent:-1em">{}</i>'),
    "white on white": ('<span style="color:#ffffff">{}</span>', '<span style="color:#b00020">{}</span>'),
    "nearly white": ('<span style="color: rgb(250, 250, 250)">{}</span>', '<span style="color:gray">{}</span>'),
    "black on black": (
        '<span style="color:black;background:#000">{}</span>', '<span style="color:white;background:#000">{}</span>'
    ),
    "no size in short": ('<span style="font:0/0 a">{}</span>', '<span style="font:bold 700 12px/1 a">{}</span>'),
    "white by its lightness": (
        '<i style="color:hsl(40, 80%, 100%)">{}</i>', '<i style="color:hsl(0 80% 60%)">{}</i>'
    ),
    "nearly white by its lightness": (
        '<i style="color:hsl(0 0% 98%)">{}</i>', '<i style="color:hsl(0,0%,30%)">{}</i>'
    ),
    "far to the right": (
        '<i style="position:absolute; left:9999px">{}</i>', '<i style="position:absolute; left:99px">{}</i>'
    ),
    "transparent": ('<span style="color: transparent">{}</span>', '<span style="color: inherit">{}</span>'),
    "a font element": ('<font color="white">{}</font>', '<font color="red">{}</font>'),
    "the attribute": ("<span hidden>{}</span>", '<span title="hidden">{}</span>'),
    "a template": ("<template>{}</template>", "<em>{}</em>"),
    "no script": ("<noscript>{}</noscript>", "<small>{}</small>"),
    "a closed dialog": ("<dialog>{}</dialog>", "<dialog open>{}</dialog>"),
    "a style sheet": (
        "<style>.x {{ display: none }}</style><b class='x'>{}</b>",
        "<style>.x {{ color: red }}</style><b class='x'>{}</b>",
    ),
    "seen through a filter": (
        '<span style="filter:opacity(0)">{}</span>', '<span style="filter:opacity(0.9)">{}</span>'
    ),
    "on every screen": (
        "<style>@media all{{.z{{display:none}}}}</style><b class='z'>{}</b>",
        "<style>@media print{{.z{{display:none}}}}</style><b class='z'>{}</b>",
    ),
    "on no paper": (
        "<style>@media not print{{.z{{display:none}}}}</style><b class='z'>{}</b>",
        "<style media='print'>.z{{display:none}}</style><b class='z'>{}</b>",
    ),
    "in a layer, and in a rule within a rule": (
        "<style>@layer a{{i{{& .z{{display:none}}}}}}</style><i><b class='z'>{}</b></i>",
        "<style>@font-face{{.z{{display:none}}}} i{{& .y{{display:none}}}}</style><i><b class='z'>{}</b></i>",
    ),
    "a sheet without its end": (
        "<style>/* b{{}} */ .z{{display:none</style><b class='z'>{}</b>",
        "<style>/* .z{{display:none}} */</style><b class='z'>{}</b>",
    ),
    "more important than the element's own": (
        "<style>.z{{display:none !important}}</style><b class='z' style='display:inline'>{}</b>",
        "<style>.z{{display:none}}</style><b class='z' style='display:inline'>{}</b>",
    ),
    "navy on navy": (
        '<p style="background:navy"><i style="color:navy">{}</i></p>',
        '<p style="background:navy"><i style="color:ivory">{}</i></p>',
    ),
    "in the colours of a gradient": (
        '<i style="background:linear-gradient(tan,#d2b48c);color:tan">{}</i>',
        '<i style="background:linear-gradient(90deg,#4b6cb7,#182848);color:white">{}</i>',
    ),
    "thin on white": ('<i style="color:rgb(0 0 0 / 3%)">{}</i>', '<i style="background:rgba(0,0,0,0.05)">{}</i>'),
    "in the tool's ground": (
        '<i style="color:var(--jp-layout-color0)">{}</i>', '<i style="color:var(--jp-brand-color1)">{}</i>'
    ),
    "hsl and hwb": (
        '<i style="background:hsl(120deg 100% 25%);color:hwb(120 0% 50%)">{}</i>',
        '<i style="background:hsl(0 100% 50%);color:rgb(0%,0%,0%)">{}</i>',
    ),
    "translated": (
        '<i style="transform:translateX(-9999px)">{}</i>', '<i style="transform:translate(-50%, 3px)">{}</i>'
    ),
    "translated by a property": ('<i style="translate:-9999px 0">{}</i>', '<i style="translate:1px 0">{}</i>'),
    "scaled by a property": ('<i style="scale:0">{}</i>', '<i style="scale:1 90%">{}</i>'),
    "zoomed": ('<i style="zoom:0.01">{}</i>', '<i style="zoom:120%">{}</i>'),
    "on its edge": (
        '<i style="transform:rotateX(90deg)">{}</i>', '<i style="transform:rotate(90deg) scale(1.1)">{}</i>'
    ),
    "on its edge by a property": ('<i style="rotate:y 0.25turn">{}</i>', '<i style="rotate:2deg">{}</i>'),
    "skewed flat": ('<i style="transform:skewX(90deg)">{}</i>', '<i style="transform:skew(5deg,1deg)">{}</i>'),
    "by a matrix": (
        '<i style="transform:matrix(0,0,0,0,0,0)">{}</i>', '<i style="transform:matrix(1,0,0,1,4,4)">{}</i>'
    ),
    "blurred": ('<i style="filter:blur(30px)">{}</i>', '<i style="filter:grayscale(1) brightness(90%)">{}</i>'),
    "letters on each other": ('<i style="letter-spacing:-1em">{}</i>', '<i style="letter-spacing:-0.02em">{}</i>'),
    "lines of no height": (
        '<p style="line-height:0;overflow:hidden">{}</p>', '<p style="line-height:1.1;overflow:hidden">{}</p>'
    ),
    "scrolled in a box of no size": (
        '<p style="height:0;overflow:auto">{}</p>', '<p style="height:9em;overflow:auto">{}</p>'
    ),
    "reckoned": (
        '<i style="font-size:calc(1px - 1px)">{}</i>', '<i style="font-size:clamp(1em,calc(1em + 2px),2em)">{}</i>'
    ),
    "reckoned away": (
        '<i style="position:absolute;left:calc(-1 * (100vw + 50px))">{}</i>',
        '<i style="position:absolute;left:calc(100% - 50px)">{}</i>',
    ),
    "by a name": (
        "<style>:root{{--q:none}}</style><i style='display:var(--q)'>{}</i>",
        "<style>:root{{--q:block}}</style><i style='display:var(--q);color:var(--w, navy)'>{}</i>",
    ),
    "masked": (
        '<i style="mask-image:linear-gradient(transparent,transparent)">{}</i>', '<i style="mask-image:none">{}</i>'
    ),
    "dots for letters": (
        '<i style="-webkit-text-security:disc">{}</i>', '<i style="-webkit-text-security:none">{}</i>'
    ),
    "clipped to a point": (
        '<i style="clip-path:polygon(0 0, 0 0, 0 0)">{}</i>', '<i style="clip-path:inset(0 5% 0 0)">{}</i>'
    ),
    "a popover": ("<span popover>{}</span>", "<span title='popover'>{}</span>"),
    "for browsers without ruby": ("<ruby><rp>{}</rp></ruby>", "<ruby>{}</ruby>"),
    "a bar's fallback": ('<progress>{}</progress>', "<mark>{}</mark>"),
    "a meter's fallback": ('<meter>{}</meter>', "<u>{}</u>"),
    "within what is hidden": (
        '<span style="display:none"><b style="display:inline">{}</b></span>',
        '<span style="font-size:0"><b style="font-size:12px">{}</b></span>',
    ),
}  # fmt: skip

# What nobody can tell without drawing the page.
UNTOLD = {
    "an unknown name": ('<i style="display:var(--q)">{}</i>', '<i style="color:var(--jp-ui-font-color1)">{}</i>'),
    "a name of two meanings": (
        "<style>a{{--q:none}} b{{--q:block}}</style><i style='display:var(--q)'>{}</i>", "<i style='--q:1'>{}</i>"
    ),
    "an unknown size": (
        '<i style="font-size:calc(1cqw * var(--n))">{}</i>',
        '<i style="font-size:var(--jp-ui-font-size1);width:fit-content(9em)">{}</i>'
    ),
    "a transform in space": (
        '<i style="transform:rotate3d(1,1,1,80deg)">{}</i>', '<i style="transform:rotateZ(90deg)">{}</i>'
    ),
    "mirrored": ('<i style="transform:scaleX(-1)">{}</i>', '<i style="transform:scaleZ(2)">{}</i>'),
    "turned to its back": ('<i style="transform:rotateY(180deg)">{}</i>', '<i style="transform:none">{}</i>'),
    "by the whole of its size": (
        '<i style="transform:translate(-100%)">{}</i>', '<i style="translate:10% 4px">{}</i>'
    ),
    "a filter": ('<i style="filter:url(#a)">{}</i>', '<i style="filter:sepia(1)">{}</i>'),
    "inverted": ('<i style="filter:invert(1)">{}</i>', '<i style="filter:invert(0)">{}</i>'),
    "slightly blurred": ('<i style="filter:blur(2px)">{}</i>', '<i style="filter:blur(0.5px)">{}</i>'),
    "a path": ('<i style="clip-path:url(#a)">{}</i>', '<i style="clip-path:none">{}</i>'),
    "a mask": ('<i style="mask:url(a.png)">{}</i>', '<i style="mask:none">{}</i>'),
    "tight letters": ('<i style="letter-spacing:-4px">{}</i>', '<i style="letter-spacing:2px">{}</i>'),
    "an animation": ('<i style="animation:gone 1s">{}</i>', '<i style="transition:color 1s">{}</i>'),
    "a colour of another model": (
        '<i style="color:oklch(99% 0 0)">{}</i>', '<i style="background:oklch(99% 0 0)">{}</i>'
    ),
    "white on a picture": (
        '<i style="background:url(a.png);color:#fff">{}</i>', '<i style="background:url(a.png);color:#222">{}</i>'
    ),
    "a page's letters on black": (
        '<i style="background:black">{}</i>', '<i style="background:black;color:lime">{}</i>'
    ),
    "on a wide screen": (
        "<style>@media (min-width:9px){{.z{{display:none}}}}</style><b class='z'>{}</b>",
        "<style>@media print and (color){{.z{{display:none}}}}</style><b class='z'>{}</b>",
    ),
    "until it is found": ('<p hidden="until-found">{}</p>', "<p>{}</p>"),
    "from right to left": ('<bdo dir="rtl">{}</bdo>', '<bdo dir="ltr">{}</bdo>'),
    "from right to left by a style": (
        '<i style="unicode-bidi:bidi-override;direction:rtl">{}</i>', '<i style="direction:ltr">{}</i>'
    ),
    "in commands of another meaning": ("$\\def\\a{{}}\\text{{{}}}$", "`$\\def\\a{{}}\\text{{{}}}$`"),
}  # fmt: skip

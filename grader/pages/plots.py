"""The pages' plots as SVG, built as trees: the same values give the same bytes.

Horizontal positions are per cent and heights are pixels, without a viewBox. So a plot is as wide as its
column, on a phone too, and its text keeps its size. Colours come from the page's style by class name.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from markupsafe import Markup

DOT = 4.5


@dataclass(frozen=True)
class Share:
    """One part of a bar: its style class, its size, and its words for a screen reader."""

    kind: str
    size: float
    words: str


@dataclass(frozen=True)
class Bin:
    """One bar of the histogram: students whose score is final, and students with points still pending."""

    label: str
    final: int
    waiting: int


@dataclass(frozen=True)
class Dot:
    """One student's value in a strip plot."""

    label: str
    value: float
    outside: bool = False


@dataclass(frozen=True)
class Band:
    """The reference of a metric: its mean, and the interval where there are enough reference runs for one."""

    mean: float
    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool | None:
        """Whether ``value`` lies within; None where there is no interval."""
        if self.low is None or self.high is None:
            return None
        return self.low <= value <= self.high


def bar(shares: Sequence[Share], height: int = 12) -> Markup:
    """One horizontal bar of parts that together fill it."""
    total = sum(share.size for share in shares)
    words = ", ".join(share.words for share in shares if share.size)
    svg = _svg(height, words or "nothing", "bar")
    _add(svg, "rect", "empty", width="100%", height=height, rx=height / 2)
    left = 0.0
    for share in shares:
        if not share.size:
            continue
        width = 100 * share.size / total
        rect = _add(svg, "rect", share.kind, x=_percent(left), width=_percent(width), height=height)
        _title(rect, share.words)
        left += width
    return _text(svg)


def histogram(bins: Sequence[Bin], axis: str, height: int = 180) -> Markup:
    """How many students scored how much: bars with their counts on top."""
    most = max((item.final + item.waiting for item in bins), default=0)
    words = "; ".join(f"{b.label}: {b.final + b.waiting}" for b in bins if b.final + b.waiting)
    svg = _svg(height, f"Distribution of scores. {words or 'No scores yet.'}", "histogram")
    floor, top = height - 40.0, 20.0
    slot = 100 / max(1, len(bins))
    _add(svg, "line", "axis", x1="0%", x2="100%", y1=floor + 0.5, y2=floor + 0.5)
    for number, item in enumerate(bins):
        left, total = number * slot, item.final + item.waiting
        y = floor
        for kind, count in (("final", item.final), ("waiting", item.waiting)):
            if count:
                tall = (floor - top) * count / most
                y -= tall
                rect = _add(svg, "rect", kind, x=_percent(left + slot * 0.08), y=_number(y),
                            width=_percent(slot * 0.84), height=_number(tall), rx=2)  # fmt: skip
                _title(rect, f"{item.label}: {count} {'final' if kind == 'final' else 'with points pending'}")
        if total:
            _label(svg, "count", left + slot / 2, y - 6, str(total))
        _label(svg, "tick", left + slot / 2, floor + 16, item.label)
    _label(svg, "tick", 50, height - 4, axis)
    return _text(svg)


def strip(dots: Sequence[Dot], band: Band | None, digits: int = 3) -> Markup:
    """Each student's value of one metric as a dot, stacked where they would hide each other; the band behind."""
    values = [dot.value for dot in dots]
    marks = [] if band is None else [mark for mark in (band.mean, band.low, band.high) if mark is not None]
    low, high = _range([*values, *marks])
    layers = _layers([100 * (dot.value - low) / (high - low) for dot in dots])
    most = max(layers, default=0)
    # A tall pile is pressed together: many equal values are one message, not a page of dots.
    step = min(DOT * 2.2, 64 / max(1, most))
    height = int(44 + most * step + 20)
    words = f"{len(dots)} values from {min(values, default=0):.{digits}f} to {max(values, default=0):.{digits}f}"
    svg = _svg(height, words + _band_words(band, digits), "strip")

    def place(value: float) -> float:
        return 3 + 94 * (value - low) / (high - low)

    floor = height - 20
    if band is not None:
        if band.low is not None and band.high is not None:
            start, end = place(band.low), place(band.high)
            rect = _add(svg, "rect", "band", x=_percent(start), y=4, width=_percent(max(0.6, end - start)),
                        height=floor - 8, rx=3)  # fmt: skip
            _title(rect, f"reference band {band.low:.{digits}f} to {band.high:.{digits}f}")
        mean = place(band.mean)
        _add(svg, "line", "mean", x1=_percent(mean), x2=_percent(mean), y1=4, y2=floor - 4)
    _add(svg, "line", "axis", x1="0%", x2="100%", y1=floor + 0.5, y2=floor + 0.5)
    for tick in _ticks(low, high, digits):
        _add(svg, "line", "axis", x1=_percent(place(tick)), x2=_percent(place(tick)), y1=floor, y2=floor + 4)
        _label(svg, "tick", place(tick), floor + 16, f"{tick:.{digits}f}")
    for dot, layer in zip(dots, layers, strict=True):
        # 0, 1, 2, 3 … go to the middle, above, below, further above …
        lift = ((layer + 1) // 2) * step * (1 if layer % 2 else -1)
        mark = _add(svg, "circle", "dot outside" if dot.outside else "dot", cx=_percent(place(dot.value)),
                    cy=_number(floor / 2 - lift), r=DOT)  # fmt: skip
        _title(mark, f"{dot.label}: {dot.value:.{digits}f}" + (", outside the band" if dot.outside else ""))
    return _text(svg)


def _layers(places: Sequence[float]) -> list[int]:
    """The layer of each dot: the lowest in which no dot before it lies within two per cent of the width."""
    taken: list[list[float]] = []
    layers = [0] * len(places)
    for index in sorted(range(len(places)), key=lambda i: (places[i], i)):
        layer = next((n for n, row in enumerate(taken) if places[index] - row[-1] >= 2.0), len(taken))
        if layer == len(taken):
            taken.append([])
        taken[layer].append(places[index])
        layers[index] = layer
    return layers


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The axis: from the least to the greatest value with a margin, never empty."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = (high - low) * 0.08 or max(abs(high) * 0.05, 0.01)
    return low - margin, high + margin


def _ticks(low: float, high: float, digits: int) -> list[float]:
    """Three to six round numbers within the axis, which ``digits`` can tell apart; else its middle."""
    rough = max((high - low) / 4, 10.0**-digits)
    power = 10.0 ** math.floor(math.log10(rough) + 1e-9)
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    ticks = [round(n * step, 10) for n in range(first, math.floor(high / step + 1e-9) + 1)]
    return ticks or [(low + high) / 2]


def _band_words(band: Band | None, digits: int) -> str:
    if band is None:
        return "; no reference"
    if band.low is None or band.high is None:
        return f"; reference mean {band.mean:.{digits}f}"
    return f"; reference band {band.low:.{digits}f} to {band.high:.{digits}f}"


def _svg(height: float, words: str, kind: str) -> ET.Element:
    svg = ET.Element("svg", {"class": f"plot {kind}", "width": "100%", "height": _number(height), "role": "img"})
    svg.set("aria-label", words)
    return svg


def _add(parent: ET.Element, tag: str, kind: str, **attributes: object) -> ET.Element:
    plain = {name: value if isinstance(value, str) else _number(value) for name, value in attributes.items()}
    return ET.SubElement(parent, tag, {"class": kind, **plain})


def _label(svg: ET.Element, kind: str, x: float, y: float, words: str) -> None:
    ET.SubElement(
        svg, "text", {"class": kind, "x": _percent(x), "y": _number(y), "text-anchor": "middle"}
    ).text = words


def _title(element: ET.Element, words: str) -> None:
    ET.SubElement(element, "title").text = words


def _percent(value: float) -> str:
    return f"{_number(value)}%"


def _number(value: object) -> str:
    return f"{float(str(value)):.3f}".rstrip("0").rstrip(".")


def _text(svg: ET.Element) -> Markup:
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704  # a tree of our own making, escaped by ElementTree

"""What all figures share: colours, sizes, axes, and a figure that shows itself in a notebook."""

import base64
import io
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from paribus.display.markup import folded, to_html
from paribus.display.show import show

# Okabe and Ito's palette: told apart under all common forms of colour blindness.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY = "#CC79A7", "#56B4E9", "#6E6E6E"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION)

WIDTH = 9.0
DPI = 100
# Notebooks are read on white and on black. A figure has no ground of its own, and its words are of a grey that can
# be read on both (contrast 4.5 on white, 4.2 on JupyterLab's black). Black and white are used on own colours alone.
INK, GRID = "#767676", "#80808047"
_UNSET = "black"
"""What matplotlib draws words in when nobody says otherwise."""


class NotebookFigure(Figure):
    """A matplotlib figure that a notebook shows as a picture, whether or not pyplot was ever imported.

    ``alt`` says in words what it shows, for those who do not see it. It goes with the picture as its alternative
    text, and is below it, folded: the template of JupyterLab's exports leaves alternative texts out.
    """

    alt: str = ""

    def saying(self, alt: str) -> "NotebookFigure":
        """The figure, finished: with its alternative text, and with words that can be read on any ground."""
        self.alt = " ".join(alt.split())
        for text in self.findobj(Text):
            if text.get_color() == _UNSET:
                text.set_color(INK)
        return self

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", bbox_inches="tight")
        return buffer.getvalue()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        picture = base64.b64encode(self._repr_png_()).decode()
        display(
            {"image/png": picture, "text/plain": repr(self)}, metadata={"image/png": {"alt": self.alt}}, raw=True
        )
        words = Element("p")
        words.text = self.alt
        show(to_html([folded("the figure in words", [words])]), self.alt)


def panels(
    count: int, *, height: float, widths: tuple[float, ...] | None = None
) -> tuple[NotebookFigure, list[Any]]:
    """A figure of notebook width and its axes, side by side; ``widths`` are their relative widths."""
    figure = NotebookFigure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    figure.patch.set_alpha(0)
    FigureCanvasAgg(figure)
    axes_row = list(figure.subplots(1, count, squeeze=False, width_ratios=widths)[0]) if count else []
    for axes in axes_row:
        axes.patch.set_alpha(0)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[:].set_edgecolor(INK)
        axes.tick_params(which="both", colors=INK)
        axes.grid(visible=True, color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
    return figure, axes_row


def listed(parts: Iterable[str], most: int = 12) -> str:
    """Parts of an alternative text, the first ``most`` of them."""
    kept = list(parts)
    more = f"; and {len(kept) - most} more" if len(kept) > most else ""
    return "; ".join(kept[:most]) + more


def shorten(text: str, most: int) -> str:
    """``text``, cut to ``most`` characters with an ellipsis. Dollar signs would start a formula."""
    clean = " ".join(text.split())
    cut = clean if len(clean) <= most else clean[: most - 1].rstrip() + "…"
    return cut.replace("$", r"\$")

"""What all figures share: colours, sizes, axes, and a figure that shows itself in a notebook."""

import io
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito's palette: told apart under all common forms of colour blindness.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY = "#CC79A7", "#56B4E9", "#6E6E6E"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION)

WIDTH = 9.0
DPI = 100


class NotebookFigure(Figure):
    """A matplotlib figure that a notebook shows as a picture, whether or not pyplot was ever imported."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", bbox_inches="tight")
        return buffer.getvalue()


def panels(
    count: int, *, height: float, widths: tuple[float, ...] | None = None
) -> tuple[NotebookFigure, list[Any]]:
    """A figure of notebook width and its axes, side by side; ``widths`` are their relative widths."""
    figure = NotebookFigure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes_row = list(figure.subplots(1, count, squeeze=False, width_ratios=widths)[0]) if count else []
    for axes in axes_row:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(visible=True, color="#E3E3E3", linewidth=0.8)
        axes.set_axisbelow(True)
    return figure, axes_row


def shorten(text: str, most: int) -> str:
    """``text``, cut to ``most`` characters with an ellipsis. Dollar signs would start a formula."""
    clean = " ".join(text.split())
    cut = clean if len(clean) <= most else clean[: most - 1].rstrip() + "…"
    return cut.replace("$", r"\$")

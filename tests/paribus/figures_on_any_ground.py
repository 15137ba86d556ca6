"""What holds of every figure: words for those who do not see it, and no ground of its own."""

import io

import numpy as np
from matplotlib.image import imread
from matplotlib.text import Text

from paribus.figures.canvas import NotebookFigure


def check_figure(figure: NotebookFigure) -> None:
    """It says what it shows; it is transparent; none of its words are black on somebody's black."""
    picture = imread(io.BytesIO(figure._repr_png_()), format="png")
    assert picture.shape[2] == 4
    assert float(np.mean(picture[:, :, 3] == 0)) > 0.1
    assert picture[0, 0, 3] == 0
    drawn = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert not [text.get_text() for text in drawn if text.get_color() in ("black", "k", "#E3E3E3")]
    assert 40 < len(figure.alt) < 1_600
    assert "\n" not in figure.alt

"""A picture with controls: one function draws it for the values that are chosen, and for exports without a kernel.

    explore(draw, {"rate": (0.01, 0.1, 1.0), "depth": (1, 2, 4)}, start={"rate": 0.1})

The picture of the start values is an ordinary output, so every export keeps it. The controls come below it and work
where a kernel runs (Jupyter, Colab, Kaggle); what they draw appears below them, with the seconds it took.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from paribus.display.markup import to_html
from paribus.display.show import in_notebook, show
from paribus.errors import UsageError

NO_KERNEL = "The controls below work in a running notebook (Jupyter, Colab, Kaggle). Above are the start values."
NO_WIDGETS = "There are no controls here, as ipywidgets is not installed. Type: pip install ipywidgets."

WIDEST = "26rem"
"""How wide a control may be."""


def explore(
    draw: Callable[..., object], choices: Mapping[str, Sequence[Any]], start: Mapping[str, Any] | None = None
) -> None:
    """Show ``draw(**values)`` for the start values (each choice's first where ``start`` names none), and controls.

    ``choices`` maps each argument of ``draw`` to the values it may take; ``draw`` returns what a notebook can
    display. UsageError where a start value is none of its choices.
    """
    begun = {name: values[0] for name, values in choices.items()} | dict(start or {})
    for name, value in begun.items():
        if name not in choices or value not in choices[name]:
            known = ", ".join(map(str, choices[name])) if name in choices else "no choices at all"
            raise UsageError(
                f"{name} starts at {value!r}, and it has {known}. Name a start value that can be chosen."
            )
    first = draw(**begun)
    if not in_notebook():
        return
    from IPython.display import display

    display(first)
    try:
        import ipywidgets
    except ImportError:
        _note(NO_WIDGETS)
        return
    _note(NO_KERNEL)
    # An export without the widgets' state shows the plain text, and ipywidgets' own is a line of code.
    view = {
        "version_major": 2,
        "version_minor": 0,
        "model_id": _controls(ipywidgets, draw, choices, begun).model_id,
    }
    display({"application/vnd.jupyter.widget-view+json": view, "text/plain": ""}, raw=True)


def _controls(
    widgets: Any,  # ipywidgets has no types
    draw: Callable[..., object],
    choices: Mapping[str, Sequence[Any]],
    begun: Mapping[str, Any],
) -> Any:
    """The controls and the place of what they draw, as one widget."""
    from IPython.display import clear_output, display

    place, said = widgets.Output(), widgets.HTML()
    controls = {
        name: widgets.SelectionSlider(
            options=[(shown(value), value) for value in values], value=begun[name],
            description=name.replace("_", " "), continuous_update=False, style={"description_width": "initial"},
            layout={"width": "auto", "max_width": WIDEST},  # as narrow as its place: the value stays in sight
        )
        for name, values in choices.items()
    }  # fmt: skip

    def redraw(change: object) -> None:
        del change
        said.value = "working …"
        since = time.monotonic()
        with place:
            picture = draw(**{name: control.value for name, control in controls.items()})
            clear_output(wait=True)
            display(picture)
        said.value = f"{time.monotonic() - since:.2f} s"

    for control in controls.values():
        control.observe(redraw, names="value")
    return widgets.VBox([*controls.values(), said, place])


def shown(value: object) -> str:
    """A value as a control shows it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _note(text: str) -> None:
    note = Element("p")
    note.text = text
    show(to_html([note]), text)

"""Showing things in a notebook: rich where IPython is at work, one plain line elsewhere."""

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from paribus.display.markup import Table, table_elements, to_html, to_text

# Plain text, which every export keeps: grading takes nothing above it for what the student wrote.
SHOWN_BY = "Shown by paribus; your own words go into the text cells."


@dataclass(frozen=True)
class Shown:
    """Something with an HTML form for notebooks and a text form for everything else."""

    html: str
    text: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def show(html: str, text: str) -> None:
    """Display ``html`` in a notebook; print ``text`` where no notebook runs."""
    if in_notebook():
        from IPython.display import display

        display(Shown(html, text))
    else:
        say(text)


def show_tables(*tables: Table) -> None:
    """Display tables below one another, as one output that says who made it."""
    note = Element("p")
    note.text = SHOWN_BY
    elements = [element for table in tables for element in table_elements(table)]
    show(to_html([*elements, note]), "\n\n".join(to_text(table) for table in tables))


def say(text: str) -> None:
    """Print one line, at once: a training loop may take minutes to the next."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def show_figure(figure: object) -> None:
    """Display a figure in a notebook; elsewhere there is nothing to draw on."""
    if in_notebook():
        from IPython.display import display

        display(figure)


def executed_cells() -> Sequence[str]:
    """The sources of the cells that this session ran, by execution count; empty where no notebook runs."""
    shell = sys.modules["IPython"].get_ipython() if in_notebook() else None
    return () if shell is None else tuple(shell.user_ns.get("In", ()))


def written_cells() -> Sequence[str]:
    """As `executed_cells`, each as it was written, magics and all; the last is the one that is running."""
    shell = sys.modules["IPython"].get_ipython() if in_notebook() else None
    return () if shell is None else tuple(shell.history_manager.input_hist_raw)


def names_of_session() -> Collection[str] | None:
    """The names that a notebook's cells have given; None where no notebook runs."""
    return tuple(sys.modules["IPython"].get_ipython().user_ns) if in_notebook() else None


def value_of_session(name: str) -> object:
    """What a notebook's cells have given a name; None where they have not, or where no notebook runs."""
    return sys.modules["IPython"].get_ipython().user_ns.get(name) if in_notebook() else None


def in_notebook() -> bool:
    """Whether an IPython session runs this code; IPython is not imported to find out."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None

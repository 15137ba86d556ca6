"""Imports of a notebook that nothing uses.

A name counts as used where it occurs as a word anywhere else in the notebook's code: in text, in a magic line, in a
comment. So an import that is called unused here is unused in every reading of the page.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from paribus.check.code.cells import parse

_ON_PURPOSE = re.compile(r"#\s*(?:noqa|type:|pylint:|side effect)", re.IGNORECASE)
# They work by being imported: they switch something on, or register what others find by name.
_ACT_BY_IMPORT = frozenset(
    {"__future__", "mpl_toolkits", "readline", "scienceplots", "sklearn.experimental", "tensorflow_text", "unsloth"}
)
# Modules that people import by their own name and that do nothing but define. Of others it is not known.
_ONLY_DEFINE = frozenset(
    """
    argparse collections copy csv dataclasses datetime functools glob itertools json math matplotlib numpy os pandas
    pathlib pickle random re scipy seaborn sklearn statistics string sys time torch tqdm transformers typing
    warnings
    """.split()
)


@dataclass(frozen=True)
class Unused:
    """An import that nothing uses: the ``line`` of ``position``'s cell, the ``name`` that it binds, and whether the
    import can have no other purpose (``proved``).
    """

    position: int
    line: str
    name: str
    proved: bool


def unused_imports(own: Iterable[tuple[int, str]], code: Iterable[str]) -> list[Unused]:
    """The imports in the student's ``own`` cells (position, source) whose names occur nowhere else in ``code``, the
    sources of all code cells. A cell that is no Python is not looked at for imports.
    """
    everywhere, imported = Counter[str](), Counter[str]()
    for source in code:
        everywhere.update(re.findall(r"\w+", source))
        for written, _ in _statements(source):
            imported.update(re.findall(r"\w+", written))
    return [
        Unused(position, line, name, proved)
        for position, source in own
        for line, name, proved in _bound(source)
        if everywhere[name] <= imported[name]
    ]


def _bound(source: str) -> Iterator[tuple[str, str, bool]]:
    """Line, name and whether it only defines, of every name that an import of the cell binds."""
    lines = source.split("\n")
    for written, node in _statements(source):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if _ON_PURPOSE.search("\n".join(lines[node.lineno - 1 : node.end_lineno])):
            continue
        for alias in node.names:
            whole = module or alias.name
            if alias.name == "*" or {whole, whole.partition(".")[0]} & _ACT_BY_IMPORT:
                continue
            name = alias.asname or alias.name.partition(".")[0]
            yield written, name, whole.partition(".")[0] in _ONLY_DEFINE


def _statements(source: str) -> Iterator[tuple[str, ast.Import | ast.ImportFrom]]:
    """The import statements of a cell, as they are written; a cell that is no Python has none. What is tried may be
    tried to know whether it is there.
    """
    nodes = list(ast.walk(tree)) if (tree := parse(source).tree) is not None else []
    tried = {id(inner) for node in nodes if isinstance(node, ast.Try) for inner in ast.walk(node)}
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in tried:
            yield ast.get_source_segment(source, node) or "", node

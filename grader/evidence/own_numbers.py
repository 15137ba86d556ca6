"""Numbers in code that a student wrote: which lines have one, and whether it may be a setting's value."""

import re

from grader.model import Case

_LITERAL = re.compile(r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.])", re.IGNORECASE)


def lines_of_own_code(case: Case, written: str) -> tuple[str, ...]:
    """The lines with a number that is not whole in code that the student wrote: in a cell of one's own, or one that
    was changed. Small whole numbers are in any code.
    """
    found = _LITERAL.search(written.replace(",", "."))
    value = float(found[0]) if found is not None else 0.0
    if value.is_integer():
        return ()
    return tuple(
        line
        for cell in case.notebook.cells
        if cell.cell_type == "code" and cell.position not in case.released_positions
        for line in cell.source.splitlines()
        if any(float(literal[0]) == value for literal in _LITERAL.finditer(line))
    )


_OPTIMIZER = re.compile(r"adam|sgd|optim|schedule|trainingarguments", re.IGNORECASE)


_BOUND = re.compile(r"(\w+)\s*=\s*(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)


def may_set(line: str, name: str) -> bool:
    """Whether a line of code may give a setting its value: a number in it is bound to the setting's name, a part of
    it or its initials, or it makes an optimiser or a scheduler and binds its numbers to no other name.
    """
    parts = name.split("_")
    names = (name, *(part[:4] for part in parts), "".join(part[0] for part in parts))
    bound = [hit[1].lower() for hit in _BOUND.finditer(line)]
    if bound:
        return any(word.startswith(names) or part in word for word in bound for part in names[:1])
    words = re.findall(r"[a-z]+", line.lower())
    return _OPTIMIZER.search(line) is not None or any(word.startswith(names) for word in words)

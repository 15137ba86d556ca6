"""Which recovered cell is which cell of the assignment: by id, by tag, by content, by order. Pure.

Ids are lost by exporters before nbconvert 7.2.10 and changed by Kaggle; tags survive every exporter, and are
copied when a student splits or copies a cell; content is what remains after both are gone. What none of these
places is left for a person to see.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.model import Match, MatchedBy, Recovered, RecoveredCell
from grader.recover.visible import visible_text
from paribus.course.assignment import Assignment, Cell, Role

TAG = "paribus-"  # as paribus.course.assignment.Cell.tag writes it
# A student's cell holds at least half of what was released there, whatever was added.
SIMILAR = 0.5
# The lines that a student is told to replace, as the generator writes them, and how much of the rest must be there:
# more, since it may be a single line that looks like the next cell's.
STUB = re.compile(r"^[ \t]*(?:### YOUR CODE HERE|raise NotImplementedError\(.*\))[ \t]*(?:\n|$)", re.MULTILINE)
WITHOUT_STUB = 0.75
# Order places a cell only in a notebook that is this assignment's: a third of the cells found otherwise.
ANCHORED = 1 / 3
# Rendered words this close to the released ones differ by how the exporter reads math or HTML, or by a typo.
NEARLY = 0.9
WORDS = re.compile(r"[^\W_]+")
TOKENS = re.compile(r"\w+|[^\w\s]")
ANSWERS = frozenset({Role.TASK, Role.EXPERIMENT, Role.DIAGNOSIS, Role.MEMO})


def match(assignment: Assignment, recovered: Recovered) -> tuple[dict[str, Match], tuple[RecoveredCell, ...]]:
    """Place every cell of the assignment; returns the matches by key and the recovered cells left over.

    Every key is in the result, missing cells with ``recovered`` None. A recovered cell is one cell's match, or
    one cell's duplicate, or left over, never two of these.
    """
    state = _State(assignment, recovered)
    state.claim("id", lambda cell: (cell.id,))
    state.claim("tag", lambda cell: [tag.removeprefix(TAG) for tag in cell.tags if tag.startswith(TAG)])
    for key, position, by in _by_content(state):
        state.place(key, position, by)
    if len(state.places) >= ANCHORED * len(assignment.cells):
        for key, position in _by_order(state):
            state.place(key, position, "order")
    matches = {cell.key: _finished(cell, state) for cell in assignment.cells}
    return matches, tuple(cell for cell in recovered.cells if cell.position in state.free)


def others(recovered: Recovered, matches: Mapping[str, Match]) -> tuple[RecoveredCell, ...]:
    """The cells that are nobody's match: those left over, and copies, in which a person may find the answer."""
    taken = {item.recovered.position for item in matches.values() if item.recovered is not None}
    return tuple(cell for cell in recovered.cells if cell.position not in taken)


class _State:
    """What is placed so far; lives for one `match` call."""

    def __init__(self, assignment: Assignment, recovered: Recovered) -> None:
        self.assignment = assignment
        self.cells = {cell.position: cell for cell in recovered.cells}
        self.free = dict.fromkeys(self.cells)  # positions, in order
        self.places: dict[str, tuple[int, MatchedBy]] = {}
        self.duplicates: dict[str, list[int]] = {}

    def place(self, key: str, position: int, by: MatchedBy) -> None:
        """Give a free recovered cell to a key that has none."""
        self.places[key] = (position, by)
        del self.free[position]

    def claim(self, by: MatchedBy, keys_of: Callable[[RecoveredCell], Iterable[str]]) -> None:
        """Place the cells that name their key; further cells that name the same one are its duplicates."""
        wanted = {cell.key: cell for cell in self.assignment.cells}
        claims: dict[str, list[RecoveredCell]] = {}
        for position in self.free:
            found = self.cells[position]
            key = next((key for key in keys_of(found) if key in wanted), "")
            if key and wanted[key].cell_type == found.cell_type:
                claims.setdefault(key, []).append(found)
        for key, claimants in claims.items():
            if key not in self.places:
                chosen = _best(wanted[key], claimants, self.assignment.release)
                self.place(key, chosen.position, by)
                claimants.remove(chosen)
            for other in claimants:
                self.duplicates.setdefault(key, []).append(other.position)
                del self.free[other.position]

    def missing(self) -> list[Cell]:
        """The assignment's cells without a place, in order."""
        return [cell for cell in self.assignment.cells if cell.key not in self.places]


def _best(cell: Cell, claimants: Sequence[RecoveredCell], release: str) -> RecoveredCell:
    """Of several copies: for what students answer the first that they changed, for the rest one that is as
    released, else the first.
    """
    answers = cell.role in ANSWERS
    return next(
        (found for found in claimants if (is_unchanged(cell, found, release) is False) == answers), claimants[0]
    )


# --- by content ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Pair:
    """How much of a released cell is in a recovered one."""

    score: float
    distance: int
    key: str
    position: int


def _by_content(state: _State) -> Iterable[tuple[str, int, MatchedBy]]:
    """Equal cells first, in order; then the most similar pairs, each cell once."""
    equal: dict[tuple[str, str], list[int]] = {}
    for position in state.free:
        found = state.cells[position]
        equal.setdefault((found.cell_type, _text_key(found)), []).append(position)
    placed: list[tuple[str, int, MatchedBy]] = []
    for cell in state.missing():
        text = _released_key(cell.cell_type, released_source(cell, state.assignment.release))
        positions = equal.get((cell.cell_type, text), [])
        if text and positions:
            placed.append((cell.key, positions.pop(0), "content"))
    taken_keys = {key for key, _, _ in placed}
    taken = {position for _, position, _ in placed}
    missing = [cell for cell in state.missing() if cell.key not in taken_keys]
    free = [position for position in state.free if position not in taken]
    for pair in sorted(_pairs(state, missing, free), key=lambda pair: (-pair.score, pair.distance, pair.key)):
        if pair.key not in taken_keys and pair.position not in taken:
            taken_keys.add(pair.key)
            taken.add(pair.position)
            placed.append((pair.key, pair.position, "content"))
    return placed


def _pairs(state: _State, missing: Sequence[Cell], free: Sequence[int]) -> Iterable[_Pair]:
    shingles = {position: _shingles(_text_key(state.cells[position])) for position in free}
    index_of = {cell.key: index for index, cell in enumerate(state.assignment.cells)}
    for cell in missing:
        source = released_source(cell, state.assignment.release)
        texts = {source: SIMILAR, STUB.sub("", source): WITHOUT_STUB} if cell.role in ANSWERS else {source: SIMILAR}
        for text, least in texts.items():
            released = _released_shingles(cell.cell_type, text)
            if len(released) < 3:
                continue
            for position in free:
                found = state.cells[position]
                if found.cell_type == cell.cell_type:
                    score = _alike(released, shingles[position], cut=found.cut)
                    if score >= least:
                        yield _Pair(score, abs(index_of[cell.key] - position), cell.key, position)


def _alike(released: frozenset[str], found: frozenset[str], *, cut: bool) -> float:
    """How much of a released text is in a cell, from 0 to 1; of a cell that is ``cut``, how much was released.

    A long cell that happens to hold a short one's words is further away than the edited cell itself.
    """
    shared = len(released & found)
    if cut:
        return shared / len(found) if len(found) >= 3 else 0.0
    return 0.8 * shared / len(released) + 0.2 * shared / len(released | found)


def _text_key(found: RecoveredCell) -> str:
    """A cell's text with its layout taken out: tokens of code, words of prose (which exporters render)."""
    if found.cell_type == "code":
        return " ".join(TOKENS.findall(found.source))
    return prose_words(found.source if found.rendered else rendered_words(found.source))


@lru_cache(maxsize=4096)
def _released_key(cell_type: str, source: str) -> str:
    if cell_type == "code":
        return " ".join(TOKENS.findall(source))
    return prose_words(rendered_words(source))


@lru_cache(maxsize=4096)
def _released_shingles(cell_type: str, source: str) -> frozenset[str]:
    return _shingles(_released_key(cell_type, source))


def _shingles(text: str) -> frozenset[str]:
    """Runs of three tokens."""
    tokens = text.split(" ")
    return frozenset(" ".join(tokens[start : start + 3]) for start in range(max(1, len(tokens) - 2)))


# --- by order -----------------------------------------------------------------------------------------------


def _by_order(state: _State) -> Iterable[tuple[str, int]]:
    """Between two neighbours that are placed: the missing cells of a type, where as many such cells are free."""
    gaps: dict[tuple[int, int], list[Cell]] = {}
    anchors = [state.places[cell.key][0] if cell.key in state.places else None for cell in state.assignment.cells]
    for index, cell in enumerate(state.assignment.cells):
        if anchors[index] is None:
            low = next((place for place in reversed(anchors[:index]) if place is not None), -1)
            high = next((place for place in anchors[index:] if place is not None), len(state.cells))
            gaps.setdefault((low, high), []).append(cell)
    pairs: list[tuple[str, int]] = []
    taken: set[int] = set()  # gaps overlap where cells were reordered
    for (low, high), cells in gaps.items():
        between = [position for position in state.free if low < position < high and position not in taken]
        for cell_type in ("code", "markdown"):
            wanted = [cell.key for cell in cells if cell.cell_type == cell_type]
            there = [position for position in between if state.cells[position].cell_type == cell_type]
            if len(wanted) == len(there):
                pairs.extend(zip(wanted, there, strict=True))
                taken.update(there)
    return pairs


# --- unchanged ----------------------------------------------------------------------------------------------


def _finished(cell: Cell, state: _State) -> Match:
    duplicates = tuple(state.duplicates.get(cell.key, ()))
    if cell.key not in state.places:
        return Match(cell, None, "none", duplicates=duplicates)
    position, by = state.places[cell.key]
    found = state.cells[position]
    return Match(cell, found, by, is_unchanged(cell, found, state.assignment.release), duplicates)


def released_source(cell: Cell, release: str) -> str:
    """The source as a student got it: the release's digest is where assignment.json has a placeholder."""
    return cell.source.replace("{{ release }}", release) if "{{" in cell.source else cell.source


def is_unchanged(cell: Cell, found: RecoveredCell, release: str = "") -> bool | None:
    """Whether a cell is as released, up to outer blanks; None where the export cannot tell.

    Code, and markdown whose source the format kept, is compared exactly. Rendered markdown is compared by its
    words; where these differ a little and the source holds math or HTML, on which exporters differ, nobody can
    tell.
    """
    if found.cut:
        return None
    released = released_source(cell, release)
    if not found.rendered:
        return _lines(released) == _lines(found.source)
    expected, there = _released_key(cell.cell_type, released), prose_words(found.source)
    if expected == there:
        return True
    if not any(mark in released for mark in "$<\\"):
        return False
    return None if _overlap(expected, there) >= NEARLY else False


def _lines(source: str) -> str:
    """Outer blanks do not survive exports, nor do CRLF line ends."""
    return source.replace("\r\n", "\n").replace("\r", "\n").strip()


def _overlap(left: str, right: str) -> float:
    """The share of shingles that two texts have in common."""
    first, second = _shingles(left), _shingles(right)
    return len(first & second) / len(first | second)


def prose_words(text: str) -> str:
    """The letters and digits of a text, without its layout and punctuation."""
    return " ".join(WORDS.findall(text))


@lru_cache(maxsize=4096)
def rendered_words(markdown: str) -> str:
    """The words a reader sees of a markdown source, as notebook exporters render it (tables, math, HTML)."""
    import mistune

    render = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url", "math"])
    html = render(markdown)
    return visible_text(html if isinstance(html, str) else "")

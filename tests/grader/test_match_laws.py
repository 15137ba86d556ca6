"""Laws of matching: whatever a student does to the cells, none takes another's place, and none disappears."""

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.grading.match import match
from grader.model import Match, RecoveredCell
from tests.grader.everything import ASSIGNMENT, KEYS, bare, exported, of

IPYNB = exported("everything.ipynb")
SCRATCH = RecoveredCell(0, "code", "my_own_scratch = [1, 2, 3]\nprint(my_own_scratch)")
NOTE = RecoveredCell(0, "markdown", "Note to self: ask about this on Friday.")

# --- what students do to a notebook ---


@dataclass(frozen=True)
class Kept:
    """A cell as handed in and the key of the cell that it was made from ("" for one of the student's own)."""

    cell: RecoveredCell
    origin: str


def start(cells: list[RecoveredCell]) -> list[Kept]:
    return [Kept(cell, original.id) for cell, original in zip(cells, IPYNB.cells, strict=True)]


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["delete", "copy", "split", "add", "note", "move", "edit"]), st.integers(0, 10**6)),
    max_size=12,
)


def acted(kept: list[Kept], actions: list[tuple[str, int]]) -> list[Kept]:
    """The notebook after deleting, copying, splitting, adding, moving and editing cells. Copies and halves keep
    the tags and get a fresh id, as in Jupyter.
    """
    kept = list(kept)
    for number, (action, place) in enumerate(actions):
        index = place % len(kept) if kept else 0
        if action in ("add", "note"):
            kept.insert(index, Kept(SCRATCH if action == "add" else NOTE, ""))
        elif kept:
            it = kept[index]
            fresh = replace(it.cell, id=f"fresh-{number}" if it.cell.id else "")
            if action == "delete":
                kept.pop(index)
            elif action == "copy":
                kept.insert(index + 1, Kept(fresh, it.origin))
            elif action == "split":
                lines = it.cell.source.split("\n")
                half = len(lines) // 2
                kept[index] = Kept(replace(it.cell, source="\n".join(lines[:half])), it.origin)
                kept.insert(index + 1, Kept(replace(fresh, source="\n".join(lines[half:])), it.origin))
            elif action == "move":
                kept.insert(place // len(kept) % len(kept), kept.pop(index))
            else:
                kept[index] = Kept(replace(it.cell, source=it.cell.source + "\n# mine"), it.origin)
    return kept


def matched(kept: list[Kept]) -> tuple[dict[str, Match], list[str]]:
    """The matches, and the origins of the cells left over."""
    matches, unmatched = match(ASSIGNMENT, of([item.cell for item in kept]))
    return matches, [kept[cell.position].origin for cell in unmatched]


@settings(max_examples=150, deadline=None)
@given(ACTIONS, st.sets(st.sampled_from(["ids", "tags"]), max_size=1))
def test_with_ids_or_tags_every_cell_that_is_there_is_found_and_its_pieces_are_its_duplicates(
    actions: list[tuple[str, int]], lost: set[str]
) -> None:
    cells = [
        replace(cell, id="" if "ids" in lost else cell.id, tags=() if "tags" in lost else cell.tags)
        for cell in IPYNB.cells
    ]
    if "tags" in lost:  # an exporter that loses tags gives a copy nothing to be known by
        actions = [action for action in actions if action[0] not in ("copy", "split")]
    kept = acted(start(cells), actions)
    matches, left = matched(kept)
    for key in KEYS:
        there = {position for position, item in enumerate(kept) if item.origin == key}
        found = matches[key]
        if there:
            assert found.recovered is not None
            assert {found.recovered.position, *found.duplicates} == there
        else:  # a cell of the student's own may stand where the deleted one stood, never one of another's
            assert found.recovered is None or (kept[found.recovered.position].origin, found.by) == ("", "order")
    assert set(left) <= {"", "raw"}


@settings(max_examples=150, deadline=None)
@given(ACTIONS)
def test_with_neither_no_text_puts_a_cell_in_anothers_place(actions: list[tuple[str, int]]) -> None:
    kept = acted(start(bare(IPYNB)), actions)
    matches, _ = matched(kept)
    whole = {key: cell.source for key, cell in zip(KEYS, ASSIGNMENT.cells, strict=True)}
    for key in KEYS:
        found = matches[key]
        if found.by == "content":
            assert found.recovered is not None
            assert kept[found.recovered.position].origin == key
        if whole[key] and any(item.origin == key and item.cell.source == whole[key] for item in kept):
            assert found.by == "content"
            assert found.unchanged


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=len(IPYNB.cells), max_size=len(IPYNB.cells)))
def test_ids_and_tags_may_be_lost_here_and_there(lost: list[tuple[bool, bool]]) -> None:
    """Each cell may keep its id, its tag, both or neither: all are found."""
    cells = [
        replace(cell, id="" if no_id else cell.id, tags=() if no_tag else cell.tags)
        for cell, (no_id, no_tag) in zip(IPYNB.cells, lost, strict=True)
    ]
    kept = start(cells)
    matches, left = matched(kept)
    for key in KEYS:
        found = matches[key]
        assert found.recovered is not None
        assert kept[found.recovered.position].origin == key
    assert left == ["raw"]


TRANSLATED = {
    "title": "# Всё – проба *экспорта*\n\nМатематика остаётся: $\\hat{y}$.\n\n| класс |\n|---|\n| голова |",
    "memo": "## Записка: чему мы научились?\n\nТочность 0,547.",
    "close": "### Конец\n\n```python\nx = 1\n```",
}


def test_translated_headings_are_found_between_their_neighbours() -> None:
    for cells in (bare(IPYNB), bare(exported("everything.nbconvert-6.4.5.lab.html.xz"))):
        kept = [
            Kept(replace(item.cell, source=TRANSLATED.get(item.origin, item.cell.source)), item.origin)
            for item in start(cells)
        ]
        matches, left = matched(kept)
        for key in TRANSLATED:
            found = matches[key]
            assert found.recovered is not None
            assert (kept[found.recovered.position].origin, found.by, found.unchanged) == (key, "order", False)
        assert left == ["raw"]


# --- any cells at all ---

CELL = st.builds(
    RecoveredCell,
    position=st.just(0),
    cell_type=st.sampled_from(["code", "markdown", "raw"]),
    source=st.sampled_from(["", "x", *(cell.source for cell in IPYNB.cells), "def fail(shares):\n    pass"]),
    id=st.sampled_from(["", "", *KEYS]),
    tags=st.lists(st.sampled_from([f"paribus-{key}" for key in KEYS] + ["paribus-other", "mine"]), max_size=2).map(
        tuple
    ),
    rendered=st.booleans(),
    hidden=st.booleans(),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(CELL, max_size=24))
def test_each_recovered_cell_is_one_match_or_one_duplicate_or_left_over(cells: list[RecoveredCell]) -> None:
    recovered = of(cells)
    matches, unmatched = match(ASSIGNMENT, recovered)
    assert list(matches) == KEYS
    placed = [found.recovered.position for found in matches.values() if found.recovered]
    duplicates = [position for found in matches.values() for position in found.duplicates]
    assert sorted([*placed, *duplicates, *(cell.position for cell in unmatched)]) == list(range(len(cells)))
    assert all((found.recovered is None) == (found.by == "none") for found in matches.values())
    for found in matches.values():
        if found.recovered is not None:
            assert found.recovered.cell_type == found.cell.cell_type
    assert match(ASSIGNMENT, recovered) == (matches, unmatched)


@settings(max_examples=50, deadline=None)
@given(st.permutations(list(IPYNB.cells)))
def test_with_ids_order_does_not_matter(cells: list[RecoveredCell]) -> None:
    matches, _ = match(ASSIGNMENT, of(cells))
    assert all(found.recovered is not None and found.recovered.id == key for key, found in matches.items())

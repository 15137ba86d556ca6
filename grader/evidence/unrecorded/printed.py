"""What an output says of runs, line by line and row by row: settings, seeds, epochs and what they measured.

Read are printed dictionaries and JSON, ``key=value`` lines, progress bars, lines in words ("epoch 1 loss 0.3
macro-F1 0.42"), scikit-learn's report, and the tables of transformers, fastai, Keras, Lightning and pandas.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.evidence.unrecorded.entries import Entry, Shown, decimals_of, make_entry
from grader.evidence.unrecorded.literals import MARK, leaves, take_out
from grader.evidence.unrecorded.names import Key, Means, Value, is_named_so, key_of, metric_name, plain_value
from grader.evidence.unrecorded.tables import grids_in_html, grids_in_text
from grader.model import Output, RecoveredCell
from paribus.records.block import BEGIN

MAX_TEXT, MAX_LINES, MAX_LINE, MAX_KEY = 60_000, 800, 600, 120
LONGEST_SERIES = 12
"""More runs of one configuration than a notebook lists."""
_NUMBER = re.compile(r"(?<![\w.,])[-+−]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?(?![\w]|[.,]\d)(?: ?%)?")
_WORDS = re.compile(r"[^\W\d_][\w]*(?:[-‑ (.]{0,2}[^\W\d_][\w]*\)?){0,4}$")
_OF_VALIDATION = re.compile(
    r"\s*[(,]?\b(?:on|in|for|of)\s+(?:the\s+)?(?:validation|valid|val|dev|eval\w*|held-out)(?:\s+(?:set|split|data|part|texts))?\)?\W*$",
    re.IGNORECASE,
)
_JOINT = r"[\s:=≈~|│┃,;\"'`(\[)\]-]*"
_LIST = re.compile(r"\[\s*[-+−]?\d[\d.,eE\s+−-]*\]")
"""Several numbers in brackets: a run's losses, and no value of a key."""
_TUPLE = re.compile(r"(?P<key>[^\W\d_]\w{1,24})\s*[:=]\s*\((?P<values>\s*\d+\s*,\s*\d+\s*)\)")
_WORD_VALUE = re.compile(r"\b(?P<key>[A-Za-z][\w ]{1,24}?)\s*[:=]\s*[\"']?(?P<value>[A-Za-z_][\w.-]*)")
_SUMMARY = re.compile(
    r"±|\+/-|\bmean\b|\baverages?\b|\bavg\b|\bstd\b|\bsd\b|\bdiff\w*\b|\bdelta\b|\bchange in\b|Δ|\bgain\b|\bci\b|"
    r"\binterval\b|\d\s*(?:→|->|=>)\s*[-+]?[\d.]|\bvs\b",
    re.IGNORECASE,
)
_AFTER_TRAINING = frozenset({"train_runtime", "train_samples_per_second", "total_flos"})
"""Keys of what transformers says of a whole training."""
_CHOSEN = re.compile(
    r"\b(?:kept|keep|best|chosen|selected|reported?|restor\w+|load\w*)\b\W*(?:\w+\W+){0,4}?epoch\b\W{0,4}(\d+)",
    re.IGNORECASE,
)
_ZERO = re.compile(r"\bF1\s*(?:=|==|of)\s*(?:0(?:\.0)?|zero)\b(?![.,]\d)", re.IGNORECASE)
_BAR = re.compile(
    r"\d+/\d+\s*\[[=>.━ -]*\]|━+|[█▏▎▍▌▋▊▉#]+\s*\||\b\d+(?:\.\d+)?\s?(?:ms|us|s|it)/(?:step|it|s)\b|\b\d+s\b"
)


def entries_of(cell: RecoveredCell, f1: str) -> Iterator[Entry]:
    """Everything that a cell's outputs say of runs, in order."""
    for output in cell.outputs:
        if output.kind == "error" or BEGIN in output.html or BEGIN in output.text:
            continue
        for entry in _of_output(output, cell.position, f1):
            if not entry.empty:
                yield entry


def _of_output(output: Output, position: int, f1: str) -> Iterator[Entry]:
    if "<table" in output.html:
        for grid in grids_in_html(output.html):
            yield from _rows(grid, position, f1)
        return
    text, mappings = take_out(_last_states(output.text[:MAX_TEXT]))
    lines = text.splitlines()[:MAX_LINES]
    tables, taken = grids_in_text(lines)
    waiting: Entry | None = None
    for number, line in enumerate(lines):
        if number in tables:
            yield from _rows(tables[number], position, f1)
        if number in taken or not line.strip():
            continue
        if (several := _runs_in(line, mappings)) is not None:
            yield from (_line(f"{name}: {MARK}0{MARK}", [inner], position, f1) for name, inner in several.items())
            continue
        entry = _line(line[:MAX_LINE], mappings, position, f1)
        if waiting is not None and entry.epoch is None and entry.metrics and not entry.settings:
            entry = replace(entry, epoch=waiting.epoch, seed=entry.seed or waiting.seed)
        waiting = entry if entry.epoch is not None and not entry.metrics else None
        yield entry


def _runs_in(line: str, mappings: Sequence[Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]] | None:
    """The runs by their names, where a line is one dictionary that holds a dictionary for each of them."""
    hit = re.fullmatch(f"\\s*{MARK}(\\d+){MARK}\\s*", line)
    inner = mappings[int(hit[1])] if hit is not None else {}
    runs = len(inner) > 1 and all(
        isinstance(item, Mapping) and any(key_of(str(key)).means is Means.METRIC for key in item)
        for item in inner.values()
    )
    return inner if runs else None


def _last_states(text: str) -> str:
    """A progress bar is drawn over and over in one line: its last state counts."""
    lines = re.sub(r"\x08+", "\r", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)).split("\n")
    return "\n".join(next((piece for piece in reversed(line.split("\r")) if piece.strip()), "") for line in lines)


# --- lines -----------------------------------------------------------------------------------------------------


def _line(line: str, mappings: Sequence[Mapping[str, Any]], position: int, f1: str) -> Entry:
    pairs: list[tuple[Key, Value, int]] = []
    whole, ended, label_end = False, False, len(line)
    for hit in re.finditer(f"{MARK}(\\d+){MARK}", line):
        found = [
            (key_of(key), plain_value(value), decimals_of(value)) for key, value in leaves(mappings[int(hit[1])])
        ]
        known = sum(key.means is Means.SETTING for key, _, _ in found)
        whole |= known >= 2
        ended |= any(key.name in _AFTER_TRAINING for key, _, _ in found)
        pairs += [
            (Key(Means.SETTING, key.name) if key.means is Means.OTHER and known >= 2 else key, value, decimals)
            for key, value, decimals in found
        ]
        label_end = min(label_end, hit.start())
    plain = _ZERO.sub("F1 zero", _BAR.sub(" ", re.sub(f"{MARK}\\d+{MARK}", " ", line)))
    spoken, first, loose = _spoken(plain)
    several = loose and not whole and not any(key.means is Means.EPOCH for key, _, _ in spoken)
    pairs = [*pairs, *spoken]
    label = _label(plain[: min(first, label_end)])
    named = next((str(value) for key, value, _ in pairs if key.means is Means.NAME and isinstance(value, str)), "")
    told = [value for key, value, _ in pairs if key.means is not Means.SETTING and isinstance(value, str)]
    summary = several or ended or any(_SUMMARY.search(text) for text in (plain, *told))
    computed = re.fullmatch(f"\\s*{MARK}\\d+{MARK}\\s*", line) is not None
    entry = make_entry(
        pairs, position, line, f1, label=named or label, whole=whole, summary=summary, computed=computed
    )
    entry = replace(entry, series=_series(plain, f1))
    if (chosen := _CHOSEN.search(plain)) is not None:
        return replace(entry, chosen=int(chosen[1]), epoch=None)
    return entry


def _series(line: str, f1: str) -> dict[str, tuple[Shown, ...]]:
    """The lists of a line by the metric before each: "macro-F1 [0.231 0.244 0.219]"."""
    found: dict[str, tuple[Shown, ...]] = {}
    for hit in _LIST.finditer(line):
        key, _ = _suffix(line[: hit.start()])
        numbers = [item[0] for item in _NUMBER.finditer(hit[0])]
        name = (
            metric_name(key, with_validation=False, f1=f1) if key is not None and key.means is Means.METRIC else ""
        )
        if name and name != "train_loss" and 1 < len(numbers) <= LONGEST_SERIES:
            found.setdefault(name, tuple(Shown(float(_number(text)), decimals_of(text)) for text in numbers))
    return found


def _spoken(line: str) -> tuple[list[tuple[Key, Value, int]], int, bool]:
    """The pairs of a key and a number in a line, whichever comes first; where the first of them begins; and whether
    a number with decimals has no key.
    """
    found: list[tuple[Key, Value, int]] = []
    loose = False
    line = _LIST.sub(lambda hit: " " * len(hit[0]), line)
    for hit in _TUPLE.finditer(line):
        if (of := key_of(hit["key"])).means is Means.SETTING:
            found.append((of, f"({', '.join(re.findall(r'[0-9]+', hit['values']))})", 0))
            line = line[: hit.start()] + " " * len(hit[0]) + line[hit.end() :]
    numbers = list(_NUMBER.finditer(line))
    start, first = 0, len(line)
    for index, hit in enumerate(numbers):
        before = line[start : hit.start()]
        end = numbers[index + 1].start() if index + 1 < len(numbers) else len(line)
        key, length = _suffix(before)
        taken = 0
        if key is None and not re.search(r"[^\W\d_]|/", before.split(",")[-1].split(";")[-1]):
            key, taken = _prefix(line[hit.end() : end], last=index + 1 == len(numbers))
        if key is not None and not (before.rstrip().endswith("[") and re.match(r"[,\s]+[-+\d]", line[hit.end() :])):
            value = _number(hit[0])
            found.append((key, value, decimals_of(hit[0].rstrip("% "), percent=hit[0].endswith("%"))))
            first = min(first, hit.start() - length)
        elif key is None and "." in hit[0]:
            loose = True
        start = hit.end() + taken
    for hit in _WORD_VALUE.finditer(line):
        key, length = _suffix(hit["key"])
        spelled = hit["key"][len(hit["key"]) - length :]
        if key is None or not is_named_so(spelled) or key_of(hit["value"]).means is not Means.OTHER:
            continue
        if key.means in (Means.SETTING, Means.NAME):
            found.append((key, plain_value(hit["value"]), 0))
            first = min(first, hit.end("key") - length)
    return found, first, loose


def _suffix(before: str) -> tuple[Key | None, int]:
    """The longest key at the end of a text, and how far from the number it begins."""
    before = before[-MAX_KEY:]
    before = before[: len(before) - len(hit[0])] if (hit := _OF_VALIDATION.search(before)) is not None else before
    bare = re.sub(rf"(?:\b(?:is|was|of|at|to)\b|{_JOINT})$", "", before.rstrip())
    bare = re.sub(rf"{_JOINT}$", "", bare)
    hit = _WORDS.search(bare)
    if hit is None:
        return None, 0
    starts = [hit.start(), *(hit.start() + item.end() for item in re.finditer(r"[-‑ (.]{1,2}", hit[0]))]
    for start in starts:
        key = key_of(bare[start:])
        if key.means in (Means.METRIC, Means.SETTING, Means.SEED, Means.EPOCH):
            return key, len(before) - start
    return None, 0


def _prefix(after: str, *, last: bool) -> tuple[Key | None, int]:
    """The key of a number that is before it, and where it ends: "0.42 macro-F1", "22 classes at zero"."""
    hit = re.match(r"\s*([^\W\d_][\w]*(?:[- ][^\W\d_][\w]*){0,3})(?P<end>\W*)", after)
    if hit is None or (not last and re.match(r"\s*[:=]", after[hit.end(1) :])):
        return None, 0
    words = re.split(r"[- ]", hit[1])
    for size in range(len(words), 0, -1):
        key = key_of("_".join(words[:size]))
        if key.means is Means.METRIC and (
            size < len(words) or last or re.match(r"[,;.|)]", hit["end"].strip() or ",")
        ):
            return key, hit.end(1)
    return None, 0


def _label(before: str) -> str:
    """The words before the first pair: the name of a run, or of what is shown."""
    label = " ".join(re.sub(r"[^\w.+ -]+", " ", before).split())[:60].strip(" -.")
    return label if re.search(r"[A-Za-z]", label) else ""


def _number(text: str) -> int | float:
    plain = text.rstrip("% ").replace("−", "-").replace(",", ".")
    if text.endswith("%"):
        return float(plain) / 100
    return int(plain) if re.fullmatch(r"[-+]?\d+", plain) else float(plain)


# --- rows ------------------------------------------------------------------------------------------------------


def _rows(grid: Sequence[Sequence[str]], position: int, f1: str) -> Iterator[Entry]:
    """A table with its heads in the first row; one of two columns whose first names what the second holds."""
    report = _report(grid, position)
    if report is not None:
        yield report
        return
    head = [key_of(cell) for cell in grid[0]]
    known = [key for key in head if key.means is not Means.OTHER]
    if len(grid[0]) == 2 and not known[1:] and len(grid) > 1:
        pairs = [(key_of(row[0]), *_cell(row[1])) for row in grid if len(row) == 2]
        yield make_entry(pairs, position, " ".join(grid[-1]), f1, label="", whole=False, summary=False)
        return
    if not any(key.means in (Means.METRIC, Means.EPOCH) for key in known):
        return
    for row in grid[1:]:
        if len(row) != len(head):
            continue
        cells = list(zip(head, row, strict=True))
        pairs = [(key, *_cell(text)) for key, text in cells if text.strip()]
        words = [
            text for key, text in cells if key.means in (Means.OTHER, Means.NAME) and re.search("[A-Za-z]", text)
        ]
        summary = any(_SUMMARY.search(text) for text in words) or any(" ± " in text for text in row)
        entry = make_entry(
            pairs, position, " | ".join(row), f1, label=_label(" ".join(words)), whole=False, summary=summary
        )
        yield replace(entry, row=entry.epoch is None)


def _cell(text: str) -> tuple[Value, int]:
    value = plain_value(text.strip().rstrip("%"))
    percent = text.strip().endswith("%")
    if percent and isinstance(value, int | float):
        value = value / 100
    return value, decimals_of(text.strip().rstrip("%"), percent=percent)


def _report(grid: Sequence[Sequence[str]], position: int) -> Entry | None:
    """scikit-learn's classification report."""
    if [cell.strip().lower() for cell in grid[0]][-4:] != ["precision", "recall", "f1-score", "support"]:
        return None
    metrics: dict[str, Shown] = {}
    for row in grid[1:]:
        name = plain_value(row[0]) if row else ""
        for wanted, metric, column in (("accuracy", "accuracy", -2), ("macro avg", "macro_f1", -2),
                                       ("weighted avg", "weighted_f1", -2)):  # fmt: skip
            if name == wanted and len(row) >= 3 and isinstance((value := plain_value(row[column])), float):
                metrics[metric] = Shown(value, decimals_of(row[column]))
    return Entry(position, "classification report", metrics=metrics) if metrics else None

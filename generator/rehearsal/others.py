"""Work by other hands in a rehearsal: texts of people who had not seen the grader, on notebooks that were really
run.

Every text goes into a class of its own: honest answers, faulty ones, the faulty ones' true twins, and honest
answers in which one number was replaced by a random one of the same digits. What came back says whom the grader
wrongs and what it misses.
"""

import json
import lzma
import random
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from generator.rehearsal.edits import Notebook

OUTSIDERS = "outsiders"
"""The folder of a course's rehearsal with texts by other hands."""
DRAWS = 2_000
"""Bootstrap draws over writers."""
SHORT = "memo.answered"
"""The check that fails what is shorter than was asked for, true or not."""
TEXT_CHECKS = frozenset(
    {
        SHORT,
        "memo.numbers_traced",
        "memo.sources_cited",
        "experiments.template_complete",
        "experiments.held_constant",
        "experiments.result_matches",
        "experiments.meaningful_supported",
        "seeds.summary_matches",
    }
)
"""The checks that read what was written."""
NOTEBOOK_CHECKS = frozenset({"memo.no_diary", "memo.sections_present"})
"""The checks that read every memo of a notebook at once; their verdicts are in no memo's cell."""
_DECIMAL = re.compile(r"(?<![\w.,])(\d?[.,]\d{2,4})(?![\w.,]\d|\w)")

Kind = Literal["honest", "faulty", "twin", "random"]


@dataclass(frozen=True)
class Text:
    """One text: whose, in which cell of which executed notebook. ``number`` is a random one that was put in, with
    the one whose place it took in ``instead``; ``marked`` is the sentence of a faulty text in which the fault is.
    """

    name: str
    writer: str
    base: str
    cell: str
    kind: Kind
    text: str
    number: str = ""
    instead: str = ""
    marked: str = ""

    @property
    def assignment(self) -> str:
        """What the base is an execution of."""
        return self.base.partition("-")[0]


@cache
def load_texts(assignment: str, folder: Path) -> tuple[Text, ...]:
    """Every text about an assignment, in the files' order, and a random number in each honest one that has
    decimals; none where a course has no such folder.
    """
    found: list[Text] = []
    for path in sorted((folder / "texts").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            if raw["base"].partition("-")[0] == assignment:
                found += _texts_of(raw, path.stem)
    return tuple(found)


def _texts_of(raw: Mapping[str, str], writer: str) -> list[Text]:
    about = {"writer": writer, "base": raw["base"], "cell": raw["cell"]}
    if "text" not in raw:
        return [
            Text(f"faulty-{raw['id']}", kind="faulty", text=raw["faulty"], marked=raw["marked"], **about),
            Text(f"twin-{raw['id']}", kind="twin", text=raw["true"], **about),
        ]
    honest = Text(f"honest-{raw['id']}", kind="honest", text=raw["text"], **about)
    changed = with_random_number(raw["text"], random.Random(raw["id"]))  # noqa: S311 - a draw, not a secret
    if changed is None:
        return [honest]
    text, number, instead = changed
    return [honest, Text(f"random-{raw['id']}", kind="random", text=text, number=number, instead=instead, **about)]


def with_random_number(text: str, generator: random.Random) -> tuple[str, str, str] | None:
    """The text with one decimal number replaced by a random one of as many digits, that number, and the old one."""
    hits = list(_DECIMAL.finditer(text))
    if not hits:
        return None
    hit = generator.choice(hits)
    old = hit[1]
    whole, mark, decimals = re.split(r"([.,])", old)
    new = old
    while new == old:
        drawn = generator.randrange(1, 10 ** len(decimals))
        new = f"{whole and '0'}{mark}{drawn:0{len(decimals)}d}"
    return text[: hit.start(1)] + new + text[hit.end(1) :], new, old


@cache
def load_base(name: str, folder: Path) -> str:
    """An executed notebook as JSON."""
    return lzma.decompress((folder / "bases" / f"{name}.ipynb.xz").read_bytes()).decode("utf-8")


def written(text: Text, folder: Path) -> Notebook:
    """The base with the text in its cell."""
    notebook: Notebook = json.loads(load_base(text.base, folder))
    for cell in notebook["cells"]:
        if cell.get("id") == text.cell:
            cell["source"] = text.text
    return notebook


# --- what came of them ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """So many of so many, with a 95 % interval. It draws writers, not texts; it is ``exact`` (Clopper and Pearson,
    1934) where each unit is a writer, who is independent of the others.
    """

    name: str
    count: int
    of: int
    low: float
    high: float
    exact: bool = False

    def __str__(self) -> str:
        """``12 of 13 (92.3 %; 95 %: 80.0 to 100.0 %)``."""
        if not self.of:
            return f"{self.name}: nothing to count"
        share, low, high = (100 * value for value in (self.count / self.of, self.low, self.high))
        how = "95 %, exact" if self.exact else "95 %"
        return f"{self.name}: {self.count} of {self.of} ({share:.1f} %; {how}: {low:.1f} to {high:.1f} %)"


Verdicts = Sequence[Mapping[str, Any]]


def account(texts: Sequence[Text], results: Mapping[str, Mapping[str, Any]]) -> tuple[Share, ...]:
    """What grading said of the texts, by the lines of results.jsonl under the texts' names."""
    found = {text: verdicts_of(text, results[text.name]) for text in texts if text.name in results}
    true = {text: verdicts for text, verdicts in found.items() if text.kind in ("honest", "twin")}
    faulty = {text: verdicts for text, verdicts in found.items() if text.kind == "faulty"}
    share = _Shares()
    wronged = {text for text in true if _has(true[text], "failed")}
    share.add("true texts that lose points", true, lambda item: item in wronged)
    share.add_students("students who lose points for true texts (a writer's on one notebook)", true, wronged)
    share.add_writers("writers of a true text that loses points", true, wronged)
    each = [(text, verdict) for text, verdicts in true.items() for verdict in verdicts]
    share.add(
        "coverage: verdicts on true texts that are decided",
        each,
        lambda item: item[1]["outcome"] in ("passed", "failed"),
    )
    decided = [item for item in each if item[1]["outcome"] in ("passed", "failed")]
    share.add(
        "agreement: decided verdicts on true texts that are right",
        decided,
        lambda item: item[1]["outcome"] == "passed",
    )
    share.add(
        "true texts with nothing open", true, lambda item: all(v["outcome"] != "undecided" for v in true[item])
    )
    failed = [item for item, verdicts in found.items() if item.kind != "random" and _has(verdicts, "failed")]
    share.add("precision of “failed”: failed texts that are faulty", failed, lambda item: item.kind == "faulty")
    proposed = [item for item, verdicts in found.items() if item.kind != "random" and _proposes(verdicts, "failed")]
    share.add(
        "precision of “proposed failed”: such texts that are faulty", proposed, lambda item: item.kind == "faulty"
    )
    favoured = [item for item, verdicts in found.items() if item.kind != "random" and _proposes(verdicts, "passed")]
    share.add(
        "precision of “proposed passed”: such texts that are true", favoured, lambda item: item.kind != "faulty"
    )
    share.add(
        "faulty texts that are failed or proposed failed",
        faulty,
        lambda item: _has(faulty[item], "failed") or _proposes(faulty[item], "failed"),
    )
    share.add(
        "faulty texts that are passed",
        faulty,
        lambda item: all(v["outcome"] in ("passed", "not_applicable") for v in faulty[item]),
    )
    honest = {text.name: verdicts for text, verdicts in found.items() if text.kind == "honest"}
    for digits in (2, 3, 4):
        tried = [
            text
            for text in found
            if text.kind == "random"
            and len(re.split(r"[.,]", text.number)[1]) == digits
            and text.instead in _traced(honest.get(text.name.replace("random-", "honest-"), ()))
        ]
        share.add(
            f"random numbers of {digits} decimals that are traced",
            tried,
            lambda item: _is_traced(item, found[item], honest),
        )
    return tuple(share.found)


class _Shares:
    """Collects shares, each with its interval."""

    def __init__(self) -> None:
        self.found: list[Share] = []

    def add(self, name: str, items: Any, hit: Callable[[Any], bool]) -> None:  # texts, or texts with a verdict
        by_writer: dict[str, list[bool]] = {}
        for item in items:
            text = item if isinstance(item, Text) else item[0]
            by_writer.setdefault(text.writer, []).append(bool(hit(item)))
        counts = [(sum(hits), len(hits)) for hits in by_writer.values()]
        count, of = sum(a for a, _ in counts), sum(b for _, b in counts)
        self.found.append(Share(name, count, of, *_interval(counts)))

    def add_students(self, name: str, texts: Collection[Text], hit: Collection[Text]) -> None:
        """Of whom some text is hit: each writer is one student on each notebook that they wrote about."""
        students = {(text.writer, text.base): text for text in texts}
        those = {(text.writer, text.base) for text in hit}
        self.add(name, students.values(), lambda text: (text.writer, text.base) in those)

    def add_writers(self, name: str, texts: Collection[Text], hit: Collection[Text]) -> None:
        """Of whom some text is hit: what one writer meets tells nothing of another."""
        of, count = len({text.writer for text in texts}), len({text.writer for text in hit})
        self.found.append(Share(name, count, of, *exact_interval(count, of), exact=True))


def exact_interval(count: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of a share of independent units (Clopper and Pearson, 1934)."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(count, of - count + 1, tail)) if count else 0.0
    return low, float(betaincinv(count + 1, of - count, 1 - tail)) if count < of else 1.0


def _interval(counts: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """The 95 % percentile interval of a share over draws of writers (Efron's bootstrap, clusters as units).

    Where every writer has none, or all, the exact bound over texts is given instead (Clopper and Pearson, 1934).
    """
    count, of = sum(a for a, _ in counts), sum(b for _, b in counts)
    if not of:
        return 0.0, 1.0
    if count in (0, of):
        bound = 0.05 ** (1 / of)
        return (0.0, 1 - bound) if count == 0 else (bound, 1.0)
    generator = random.Random(2027)  # noqa: S311 - a draw, not a secret
    shares = []
    for _ in range(DRAWS):
        drawn = generator.choices(counts, k=len(counts))
        total = sum(b for _, b in drawn)
        shares.append(sum(a for a, _ in drawn) / total if total else 0.0)
    shares.sort()
    return shares[int(0.025 * DRAWS)], shares[int(0.975 * DRAWS) - 1]


def verdicts_of(text: Text, result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What was said of the text: in its own cell, and of the notebook as a whole."""
    return [verdict for cell in result["cells"] for verdict in cell["verdicts"] if _reads(verdict, cell, text)]


def _reads(verdict: Mapping[str, Any], cell: Mapping[str, Any], text: Text) -> bool:
    """What a check said of what was written; the length of an answer is not what it says."""
    short = verdict["check"] == SHORT and verdict["outcome"] == "failed"
    own = cell["key"] == text.cell and verdict["check"] in TEXT_CHECKS and not short
    return own or verdict["check"] in NOTEBOOK_CHECKS


def _has(verdicts: Verdicts, outcome: str) -> bool:
    return any(verdict["outcome"] == outcome for verdict in verdicts)


def _proposes(verdicts: Verdicts, proposal: str) -> bool:
    return any(verdict.get("proposal") == proposal for verdict in verdicts)


def _is_traced(text: Text, verdicts: Verdicts, honest: Mapping[str, Verdicts]) -> bool:
    """The random number is traced, and not only where the same number was before."""
    before = _traced(honest[text.name.replace("random-", "honest-")])
    return _traced(verdicts).count(text.number) > before.count(text.number)


def _traced(verdicts: Verdicts) -> list[str]:
    return [
        str(item["text"]).split(" ")[0].lstrip("+-−±")
        for verdict in verdicts
        for item in verdict["values"].get("traced", ())
        if isinstance(item, Mapping)
    ]

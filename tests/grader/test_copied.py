"""What two submissions of a class have in common: pairs for the instructor, near-linear, never a deduction."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Likeness, Result, Sketch
from grader.pages.feedback import feedback_page
from grader.pages.report import MOST_GROUPS, report_page
from grader.similarity.groups import Group, groups_of, links_of
from grader.similarity.memos import CROWD
from grader.similarity.pairs import MOST, find_copies
from grader.similarity.sketch import HASHES, make_sketch, pack_text, unpack_sketch
from tests.grader.build import CASES, build, load
from tests.grader.classroom import careful_result, make_assignment, make_result

CLASSES = json.loads((CASES / "_classes.json").read_text(encoding="utf-8"))
CODE = json.loads((CASES / "_code.json").read_text(encoding="utf-8"))
WORDS = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(400)]


def hand_in(raw: dict[str, Any], released: str = "") -> Result:
    base = load(CASES / "_bases" / "homework.json")
    base["cells"]["title"]["released"] += f"\n\n{released}"
    prompt = base["cells"]["memo"]["released"].removesuffix("*Write your answer here.*")
    if "memo" in raw:
        base["cells"]["memo"]["handed"] = prompt + raw["memo"]
    for key in ("template", "last") if "memo" in raw else ("template", "memo", "last"):
        base["cells"][key]["handed"] = base["cells"][key]["released"]
    if "code" in raw:
        base["added"] = [{"after": "encoder-run", "type": "code", "text": CODE[raw["code"]]}]
    base["nonce"] = raw["nonce"]
    changed = base["runs"].pop("changed")
    expected = changed.pop("prediction")
    for number, made in enumerate(raw.get("predicted", ())):
        base["runs"][f"changed{number}"] = {**changed, "prediction": {**expected, **made}}
    return make_result(
        raw["name"], student=raw.get("student", raw["name"]), team=tuple(raw.get("team", ())),
        sketch=make_sketch(build(base)),
    )  # fmt: skip


def text(random: np.random.Generator, length: int = 150) -> list[str]:
    return [WORDS[n] for n in random.integers(0, len(WORDS), length)]


def written(number: int, words: list[str]) -> Result:
    return make_result(f"s{number}", sketch=Sketch((f"{number:032x}",), {"memo": pack_text(" ".join(words))}))


@pytest.mark.parametrize("raw", CLASSES, ids=lambda raw: raw["about"])
def test_a_class(raw: dict[str, Any]) -> None:
    """The pairs are those that the case names, and for the reason it names."""
    results = find_copies([hand_in(item, raw.get("released", "")) for item in raw["students"]])
    found = [[first, second, strongest(common)] for first, second, common in links_of(results)]
    assert sorted(found) == sorted(raw["pairs"])


def strongest(common: Likeness) -> str:
    """The first of `KINDS` that two have in common."""
    return Group(("a", "b"), (("a", "b", common),)).shares()[0].kind


def test_the_classes_show_every_kind() -> None:
    """Passing, failing, undecidable and disguised, as for every check."""
    assert {raw["kind"] for raw in CLASSES} == {"passing", "failing", "undecidable", "disguised"}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 60))
def test_the_estimate_is_near_the_share_in_common(seed: int, changed: int) -> None:
    """64 hashes estimate the Jaccard similarity of word runs to within five standard errors."""
    random = np.random.default_rng(seed)
    first = text(random)
    second = [*first[: 150 - changed], *text(random, changed)]
    runs = [{tuple(words[n : n + 5]) for n in range(146)} for words in (first, second)]
    truth = len(runs[0] & runs[1]) / len(runs[0] | runs[1])
    hashes = [unpack_sketch(pack_text(" ".join(words))) for words in (first, second)]
    assert hashes[0] is not None
    assert hashes[1] is not None
    assert abs(float((hashes[0] == hashes[1]).mean()) - truth) < 0.32


def test_near_copies_are_found_and_strangers_are_not() -> None:
    """Of 40 memos with a tenth of their words changed all are paired with their source; 200 others with nobody."""
    random = np.random.default_rng(5)
    texts = [text(random) for _ in range(240)]
    copies = [[*words[:135], *text(random, 15)] for words in texts[:40]]
    results = find_copies([written(number, words) for number, words in enumerate([*texts, *copies])])
    pairs = {(first, second) for first, second, _ in links_of(results)}
    assert pairs == {(f"s{number}", f"s{240 + number}") for number in range(40)}


def test_a_crowd_is_compared_with_its_first_and_names_no_more_than_it_can() -> None:
    """Three hundred variants of one text: everybody is found, and the pairs grow with the class, not its square."""
    random = np.random.default_rng(6)
    source = text(random)
    crowd = [[*source[:145], *text(random, 5)] for _ in range(300)]
    results = find_copies([written(number, words) for number, words in enumerate(crowd)])
    assert all(result.alike for result in results)
    assert max(len(result.alike) for result in results) <= MOST
    assert len(links_of(results)) < 300 * (CROWD + MOST)


def test_a_sketch_that_cannot_be_read_is_compared_with_nobody() -> None:
    """results.jsonl may have been edited."""
    good = [written(number, text(np.random.default_rng(1))) for number in (1, 2)]
    for packed in ("!", "AAAA", "é"):
        bad = make_result("bad", sketch=Sketch((), {"memo": packed}))
        assert [len(result.alike) for result in find_copies([*good, bad])] == [1, 1, 0]


def test_metrics_prove_nothing() -> None:
    """Equal seeds give everyone the same."""
    same = [careful_result(name, sketch=Sketch((name,), {})) for name in ("ann", "ben")]
    assert not any(result.alike for result in find_copies(same))


def test_the_instructor_sees_the_pair_and_the_student_does_not() -> None:
    """On the report with both names and the share; nowhere on a feedback page."""
    assignment = make_assignment()
    sketch = Sketch(("a" * 32,), {"trade_off": written(1, text(np.random.default_rng(2))).sketch.memos["memo"]})
    results = find_copies(
        [careful_result("ada", sketch=sketch), careful_result("ben", name="Ben Bo", sketch=sketch)]
    )
    page = report_page(results, assignment)
    assert "Submissions that resemble each other" in page
    assert "about 100% of the word runs in common" in page
    assert "Records of one session" in page
    for result in results:
        assert "resemble" not in feedback_page(result, assignment)
        assert result.score == careful_result().score


def test_a_class_of_one_text_is_one_row() -> None:
    """The page stays readable when a whole class handed in one text."""
    one = text(np.random.default_rng(3))
    results = find_copies([written(number, one) for number in range(230)])
    (group,) = groups_of(results)
    assert len(group.members) == 230
    assert report_page(results, make_assignment()).count("of the word runs in common") == 1


def test_groups_are_listed_up_to_a_number() -> None:
    """Many pairs that have nothing to do with each other."""
    random = np.random.default_rng(8)
    texts = [text(random) for _ in range(MOST_GROUPS + 3)]
    results = find_copies([written(number, words) for number, words in enumerate([*texts, *texts])])
    assert "3 more groups are in results.jsonl" in report_page(results, make_assignment())


def test_the_hashes_are_for_ever() -> None:
    """Sketches of two runs of the grader, on any machine, can be held against each other."""
    found = unpack_sketch(pack_text(" ".join(WORDS[:60])))
    assert found is not None
    assert found.shape == (HASHES,)
    assert found[:4].tolist() == [16903613, 229424296, 49730205, 2391122]

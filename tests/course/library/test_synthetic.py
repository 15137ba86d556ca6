"""The synthetic corpus: the course's exact shape, readable texts, the same on every machine."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import complaints
from complaints import Complaints, Size, default_merge_map
from complaints.synthetic.shape import shape
from complaints.synthetic.stories import families
from paribus.data.draws import integers, shuffled, uniforms
from paribus.data.templates import compile_template, phrase_pattern, render, reworded
from paribus.errors import DataError


@pytest.fixture(scope="module")
def smoke() -> Complaints:
    return complaints.load("synthetic", size="smoke")


@pytest.mark.long
def test_full_has_the_course_s_exact_shape(full: Complaints) -> None:
    counts = full.class_counts
    report = full.merge_report
    assert (report.raw_labels, report.merged_labels, report.classes) == (153, 146, 113)
    assert (len(full.train), len(full.validation), len(full.test)) == (57_846, 6_430, 21_432)
    assert full.classes[0] == "Incorrect information on your report"
    assert counts[0] == 13_333
    assert set(counts[-10:].tolist()) == {4, 5}
    assert full.classes[int(np.flatnonzero(counts == 3_905)[0])] == "Attempts to collect debt not owed"
    assert full.tier_limits() == (2_000, 100)
    tiers = full.tiers()
    assert [int(np.sum(tiers == tier)) for tier in ("head", "mid", "tail")] == [6, 40, 67]
    assert int(np.sum((counts >= 50) & (counts < 100))) == 47
    validation = np.bincount(full.validation.labels, minlength=113)
    assert (int(np.sum(validation <= 5)), int(np.sum(validation == 1))) == (20, 10)


@pytest.mark.long
def test_full_gives_the_lectures_class_weights(full: Complaints) -> None:
    weights = full.class_counts**-0.5 / np.mean(full.class_counts**-0.5)
    weight_of = dict(zip(full.class_counts.tolist(), weights.round(2).tolist(), strict=True))
    assert [weight_of[count] for count in (13_333, 3_905, 5, 4)] == [0.06, 0.12, 3.23, 3.61]


@pytest.mark.long
def test_full_has_the_course_s_texts(full: Complaints) -> None:
    texts = full.train.texts + full.validation.texts + full.test.texts
    words = np.array([len(text.split()) for text in texts])
    redacted = np.mean(["XXXX" in text for text in texts])
    assert redacted == pytest.approx(0.635, abs=0.005)
    assert 45 <= np.median(words) <= 55
    assert words.mean() > np.median(words) + 8, "skewed to the right"
    # A word is about 1.3 tokens, so 98 words fit in 128 tokens.
    assert 0.85 <= np.mean(words <= 98) <= 0.90
    assert len({text.casefold() for text in texts}) == len(texts)


def test_smoke_is_the_same_tail_in_small(smoke: Complaints) -> None:
    tiers = smoke.tiers()
    assert smoke.n_classes == 113
    assert 5_500 <= len(smoke.train) <= 6_500
    assert [int(np.sum(tiers == tier)) for tier in ("head", "mid", "tail")] == [6, 40, 67]
    words = [len(text.split()) for text in smoke.train.texts]
    assert np.quantile(words, 0.95) <= 48


def test_micro_has_every_tier_and_every_step_of_the_audit() -> None:
    data = complaints.load("synthetic", size="micro")
    assert 20 <= data.n_classes <= 30
    assert 550 <= data.merge_report.rows <= 750
    assert set(data.tiers().tolist()) == {"head", "mid", "tail"}
    assert data.merge_report.merged
    assert data.merge_report.dropped


@pytest.mark.parametrize("size", ["micro", "smoke"])
def test_the_same_seed_gives_the_same_corpus_and_another_another(size: Size) -> None:
    one, again, other = (complaints.load_raw(size=size, seed=seed).frame for seed in (1, 1, 2))
    assert one.equals(again)
    assert not one["text"].equals(other["text"])
    assert one["issue"].value_counts().to_dict() == other["issue"].value_counts().to_dict()


def test_hash_randomisation_does_not_matter() -> None:
    program = "import complaints; print(complaints.load(size='micro').split_digest)"
    library = str(Path(complaints.__file__).parents[1])
    path = os.pathsep.join(filter(None, (library, os.environ.get("PYTHONPATH"))))
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert digests == {complaints.load(size="micro").split_digest}


def test_the_draws_are_pcg64_raw_and_so_the_same_everywhere() -> None:
    """Pinned values: a change of numpy or platform that moves them would move every reference."""
    assert uniforms(2027, 0, 2).tolist() == [0.008005460405767217, 0.3858825508850847]
    draws = integers(2027, 4)
    assert [next(draws) for _ in range(3)] == [288989988, 1982081912, 595027891]
    assert shuffled(2027, 5, 6).tolist() == [3, 1, 2, 0, 5, 4]


def test_every_label_has_stories_and_every_story_a_label() -> None:
    for redacted in (False, True):
        told = {(name, label) for name, family in families(redacted=redacted).items() for label in family.stories}
        assert told == {(item.family, item.canonical) for item in shape("full")}


def test_only_the_seven_renamed_labels_are_merged() -> None:
    renamed = [item for item in shape("full") if item.canonical != item.label]
    assert len(renamed) == 7
    assert all(default_merge_map()[item.label] == item.canonical for item in renamed)


def test_nothing_of_the_templates_shows_in_the_texts(smoke: Complaints) -> None:
    """No bracket, bar or slot survives; sentences start with a capital unless the writer uses none."""
    for text in smoke.train.texts:
        assert not re.search(r"[\[\]|]|\{(?!\$)", text), text
        assert "  " not in text
        without_capitals = text.lower().replace("xxxx", "XXXX").replace("xx/xx", "XX/XX")
        assert text[0].isupper() or text.startswith("{$") or text == without_capitals, text


def rendered(text: str, draws: list[int], **slots: list[str]) -> str:
    out: list[str] = []
    render(compile_template(text, slots), iter(draws).__next__, out)
    return "".join(out)


@pytest.mark.parametrize(
    ("template", "draws", "expected"),
    [
        ("plain {$XXX.XX}", [], "plain {$XXX.XX}"),
        ("a [b|c] d", [1], "a c d"),
        ("a [b|c [d|e]]", [1, 0], "a c d"),
        ("{who} [said|wrote]", [1, 0], "she said"),
        ("[{who}|nobody]", [0, 0], "he"),
    ],
)
def test_a_template_is_rendered_by_the_draws(template: str, draws: list[int], expected: str) -> None:
    assert rendered(template, draws, who=["he", "she"]) == expected


@pytest.mark.parametrize(
    ("template", "problem"),
    [("a [b|c", "never closes"), ("a] b", "unbalanced"), ("a|b", "outside of br"), ("{nobody}", "not defined")],
)
def test_a_malformed_template_is_refused(template: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        compile_template(template, {})


def test_the_thesaurus_offers_other_wordings_and_keeps_capitals() -> None:
    thesaurus = {"they say": ["they claim"], "they say no": ["they refuse"]}
    template = reworded(compile_template("They say no. [they say|x]", {}), thesaurus, phrase_pattern(thesaurus))
    out: list[str] = []
    render(template, iter([1, 0, 1]).__next__, out)
    assert "".join(out) == "They refuse. they claim"

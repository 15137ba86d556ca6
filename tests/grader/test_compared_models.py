"""Two models that `notebook.compare` held against one another are a pair as an experiment's arms are: the ends of
their intervals are traced, and what is said of their tests is not held against an experiment beside them.
"""

import pytest

from generator.rehearsal.kinds import findings
from generator.rehearsal.others import Text
from grader.evidence.measured import measure
from grader.evidence.versus import compared_pairs
from tests.shipped import OUTSIDERS
from tools.prose import case_of, grade

BASE, CELL = "week3_homework-solved", "models_read"
TRUE = (
    "The encoder is right for 0.5577 of the complaints and the decoder for 0.4231. For macro-F1 the interval over "
    "items leaves out zero; McNemar's exact p is 0.0654, so accuracy is another matter."
)


def written(text: str) -> Text:
    """An answer about both models."""
    return Text("one", "", BASE, CELL, "honest", text)


def test_the_models_are_found_from_the_differences_that_were_recorded() -> None:
    measured = measure(case_of(written(TRUE), OUTSIDERS))
    pairs = [(first.key, second.key) for first, second in measured.experiments]
    assert ("run:encoder", "run:decoder") in pairs


def test_two_pairs_that_fit_are_no_pair() -> None:
    measured = measure(case_of(written(TRUE), OUTSIDERS))
    models = [group for group in measured.groups if group.key in ("run:encoder", "run:decoder")]
    assert compared_pairs(models, (), measured.named)
    assert not compared_pairs([*models, *models], (), measured.named)
    assert not compared_pairs(models, [(models[0], models[1])], measured.named)
    assert not compared_pairs(models, (), ())


@pytest.mark.parametrize(
    "text",
    [
        TRUE,
        "McNemar's test gives p = 0.0654, so a difference in accuracy is not significant at 5 %.",
        "11 complaints are answered right by only one of the two, 9 by the encoder and 2 by the decoder.",
    ],
)
def test_what_the_comparison_shows_is_left_alone(text: str) -> None:
    verdicts = grade(written(text), OUTSIDERS).verdicts
    assert verdicts
    assert not any("failed" in (verdict["outcome"], verdict["proposal"]) for verdict in verdicts)


@pytest.mark.parametrize(
    "text",
    [
        "The interval holds zero, but the soft targets cost nothing at run time, since the network is the same.",
        "Compression in week 5 cost nothing in accuracy.",
    ],
)
def test_what_is_free_may_be_the_time_or_another_weeks_work(text: str) -> None:
    answer = Text("one", "", "week6_homework-solved", "router", "honest", text)
    assert "wrong_effects" not in {item.kind for item in findings(grade(answer, OUTSIDERS).verdicts)}

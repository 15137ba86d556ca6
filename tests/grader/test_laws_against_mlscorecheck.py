"""Our laws between numbers agree with mlscorecheck, an independent judge of whether scores fit a test set.

mlscorecheck enumerates the confusion matrices that a test set allows (Fazekas and Kovács, 2024, "Testing the
consistency of performance scores reported for binary classification problems", Applied Soft Computing 164).
"""

import logging
import random

import pytest
from mlscorecheck.check.binary import check_1_testset_no_kfold

from grader.evidence.laws import broken, rounded

DRAWS, MANY = 150, 2_000


@pytest.fixture(autouse=True)
def quiet() -> None:
    """The library logs every step."""
    logging.getLogger("mlscorecheck").setLevel(logging.ERROR)


def inconsistent(positives: int, negatives: int, scores: dict[str, float], decimals: int) -> bool:
    """What mlscorecheck says of scores that were printed at so many decimals."""
    found = check_1_testset_no_kfold(
        testset={"p": positives, "n": negatives}, scores=scores, eps=0.5 * 10.0**-decimals, numerical_tolerance=1e-9
    )
    return bool(found["inconsistency"])


def accuracies(count: int) -> list[tuple[int, int, float, int]]:
    """Random accuracies of random test sets: positives, negatives, a printed value, its decimals."""
    draw = random.Random(2027)  # noqa: S311 - a draw, not a secret
    found = []
    for _ in range(count):
        decimals = draw.randint(2, 4)
        found.append((draw.randint(1, 300), draw.randint(1, 300), round(draw.random(), decimals), decimals))
    return found


def judged_alike(count: int) -> list[tuple[int, int, float, int]]:
    """Accuracies of which the two judges say different things."""
    return [
        (positives, negatives, value, decimals)
        for positives, negatives, value, decimals in accuracies(count)
        if bool(broken("whole", rounded(value, decimals), positives + negatives))
        != inconsistent(positives, negatives, {"acc": value}, decimals)
    ]


def test_an_accuracy_of_no_whole_count_is_one_to_both_judges() -> None:
    """The law of whole counts says what mlscorecheck says."""
    assert not judged_alike(DRAWS)


@pytest.mark.long
def test_two_thousand_accuracies_are_judged_alike() -> None:
    """As above."""
    assert not judged_alike(MANY)


def wrongly_broken(count: int) -> tuple[int, list[tuple[float, float, float]]]:
    """How many random triples break the law of the harmonic mean, and those that mlscorecheck finds consistent."""
    draw = random.Random(31)  # noqa: S311 - as above
    ours, wrong = 0, []
    for _ in range(count):
        precision, recall, f1 = (round(draw.uniform(0.05, 0.95), 2) for _ in range(3))
        if broken("harmonic", rounded(precision, 2), rounded(recall, 2), rounded(f1, 2)):
            ours += 1
            scores = {"ppv": precision, "sens": recall, "f1": f1}
            if not inconsistent(draw.randint(20, 200), draw.randint(20, 200), scores, 2):
                wrong.append((precision, recall, f1))
    return ours, wrong


def test_what_breaks_the_harmonic_mean_is_possible_to_no_judge() -> None:
    """No confusion matrix of any size gives what our law calls broken."""
    ours, wrong = wrongly_broken(DRAWS)
    assert ours > DRAWS // 2
    assert not wrong


@pytest.mark.long
def test_two_thousand_broken_triples_are_possible_to_no_judge() -> None:
    """As above."""
    assert not wrongly_broken(MANY)[1]


@pytest.mark.parametrize("hits", [0, 7, 26, 52])
def test_a_true_accuracy_is_possible_to_both_judges(hits: int) -> None:
    """The true twin: a count out of 52."""
    value = round(hits / 52, 3)
    assert not broken("whole", rounded(value, 3), 52)
    assert not inconsistent(20, 32, {"acc": value}, 3)

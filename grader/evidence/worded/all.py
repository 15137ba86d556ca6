"""All that an answer says in words and the facts contradict."""

from collections.abc import Callable, Iterable, Iterator

from grader.evidence.measured import Measured
from grader.evidence.statements import Sentence
from grader.evidence.worded import counts, distances, epochs, extremes, factors, order, seeds, spans, tiers, unsupported
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values

READERS: tuple[Callable[[Reading, Values], Iterator[Doubt]], ...] = (
    order.wrong_orders,
    order.wrong_sameness,
    extremes.wrong_extremes,
    seeds.wrong_counts_of_seeds,
    seeds.wrong_seeds,
    spans.wrong_intervals,
    tiers.wrong_counts_of_tiers,
    counts.wrong_parts_of_zero,
    counts.wrong_kinds_of_zero,
    factors.wrong_factors,
    epochs.wrong_endings,
    epochs.wrong_best_epochs,
    epochs.wrong_courses,
    distances.wrong_distances,
    distances.wrong_spreads,
    distances.wrong_shares,
    unsupported.wrong_repetitions,
    unsupported.unsupported_claims,
)


def find_doubts(
    sentences: Iterable[Sentence], measured: Measured, about: frozenset[str] = frozenset()
) -> Iterator[Doubt]:
    """What the facts contradict under every reading, sentence by sentence. ``about``: the groups of the question."""
    values = Values(measured, about)
    for sentence in sentences:
        reading = Reading(sentence)
        for read in READERS:
            yield from read(reading, values)

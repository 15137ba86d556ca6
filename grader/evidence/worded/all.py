"""All that an answer says in words and the facts contradict."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from grader.evidence.measured import Measured
from grader.evidence.statements import Sentence
from grader.evidence.worded import (
    counts,
    distances,
    effects,
    epochs,
    extremes,
    factors,
    items,
    landing,
    order,
    repeated,
    seeds,
    significance,
    sizes,
    spans,
    stated_settings,
    subsets,
    tiers,
    unsupported,
)
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values

READERS: tuple[Callable[[Reading, Values], Iterator[Doubt]], ...] = (
    order.wrong_orders,
    order.wrong_sameness,
    order.wrong_for_all,
    extremes.wrong_extremes,
    seeds.wrong_counts_of_seeds,
    seeds.wrong_seeds,
    spans.wrong_intervals,
    tiers.wrong_counts_of_tiers,
    counts.wrong_parts_of_zero,
    counts.wrong_kinds_of_zero,
    factors.wrong_factors,
    items.wrong_items,
    items.wrong_class_counts,
    stated_settings.wrong_settings,
    stated_settings.sold_as_test,
    epochs.wrong_endings,
    epochs.wrong_best_epochs,
    epochs.wrong_courses,
    epochs.wrong_steps,
    distances.wrong_distances,
    distances.wrong_spreads,
    landing.wrong_shares,
    subsets.wrong_subsets,
    effects.wrong_effects,
    significance.untested_significance,
    significance.impossible_tests,
    sizes.wrong_sizes,
    repeated.wrong_repetitions,
    unsupported.unsupported_claims,
)


CONCLUSIONS = frozenset({effects.wrong_effects, significance.untested_significance})
"""What the template's own check reads in a conclusion."""


def find_doubts(
    sentences: Iterable[Sentence],
    measured: Measured,
    about: frozenset[str] = frozenset(),
    *,
    conclusions: bool = True,
) -> Iterator[Doubt]:
    """What the facts contradict under every reading, sentence by sentence. ``about``: the groups of the question;
    ``conclusions``: whether an effect was shown is looked at as well.
    """
    values = Values(measured, about)
    before: Sentence | None = None
    for sentence in sentences:
        reading = Reading(sentence, before if before is not None and before.block == sentence.block else None)
        before = sentence
        for read in READERS:
            if read in CONCLUSIONS and not conclusions:
                continue
            yield from (replace(doubt, kind=read.__name__) for doubt in read(reading, values))

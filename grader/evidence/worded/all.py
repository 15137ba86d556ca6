"""All that an answer says in words and the facts contradict."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from grader.evidence.measured import Measured
from grader.evidence.statements import Sentence
from grader.evidence.worded import (
    alike,
    boards,
    complements,
    counts,
    courses,
    distances,
    effects,
    elsewhere,
    epochs,
    extremes,
    factors,
    items,
    landing,
    limits,
    machinery,
    moved,
    order,
    outcomes,
    overreach,
    owners,
    p_values,
    paired,
    percent,
    predictions,
    printed,
    quoted,
    ranks,
    repeated,
    rows,
    same_settings,
    seeds,
    several_rows,
    siblings,
    significance,
    signs,
    sizes,
    spans,
    stated_settings,
    subsets,
    tops,
    trained,
    unmade,
    unsupported,
)
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.scope import Scope, confirming
from grader.evidence.worded.values import Values, values_of

READERS: tuple[Callable[[Reading, Values], Iterator[Doubt]], ...] = (
    order.wrong_orders,
    order.wrong_sameness,
    order.wrong_in_every_epoch,
    extremes.wrong_extremes,
    extremes.wrong_slopes,
    seeds.wrong_counts_of_seeds,
    spans.wrong_intervals,
    spans.contradicting_ends,
    counts.wrong_parts_of_zero,
    counts.wrong_rescues,
    factors.wrong_factors,
    items.wrong_items,
    items.wrong_class_counts,
    stated_settings.wrong_settings,
    stated_settings.sold_as_test,
    epochs.wrong_endings,
    epochs.wrong_best_epochs,
    epochs.wrong_courses,
    epochs.wrong_epoch_changes,
    epochs.wrong_steps,
    epochs.wrong_shares_of_epochs,
    distances.wrong_distances,
    distances.wrong_spreads,
    landing.wrong_shares,
    subsets.wrong_subsets,
    effects.wrong_effects,
    significance.untested_significance,
    significance.impossible_tests,
    sizes.wrong_sizes,
    repeated.wrong_repetitions,
    rows.wrong_counts_of_rows,
    percent.points_called_percent,
    unsupported.unsupported_claims,
    outcomes.held_predictions,
    predictions.miscounted_predictions,
    machinery.other_machinery,
    same_settings.unlike_settings,
    boards.swapped_cells,
    boards.cells_of_another_column,
    boards.wrong_bests,
    ranks.wrong_row_orders,
    limits.broken_limits,
    complements.found_for_zero,
    complements.wrong_relative_changes,
    courses.unsteady_courses,
    courses.wrong_between_epochs,
    signs.dropped_signs,
    paired.spreads_of_differences,
    paired.bounds_of_every_seed,
    paired.misnamed_spreads,
    p_values.insignificant_p,
    p_values.unprinted_p,
    p_values.wrong_floors,
    p_values.mcnemar_of_scores,
    trained.trained_for_each_seed,
    trained.trained_again,
    printed.wrong_choices,
    printed.borrowed_numbers,
    printed.wrong_percentiles,
    quoted.wrong_multiples,
    quoted.wrong_larger_numbers,
    quoted.wrong_parts_of_before,
    quoted.wrong_restatements,
    quoted.wrong_differences,
    quoted.less_probable_predictions,
    moved.reversed_changes,
    alike.unlike_in_seeds,
    alike.not_identical,
    alike.wrong_of_every_tier,
    unmade.unmade_changes,
    unmade.other_ends,
    unmade.wrong_updates,
    unmade.wrong_training_rows,
    tops.wrong_tops,
    tops.unsteady_rows,
    tops.wrong_parts_of_rows,
    owners.numbers_of_another_owner,
    owners.swapped_outcomes,
    owners.rest_for_the_share,
    owners.values_of_other_seeds,
    owners.values_of_nothing,
    owners.counts_of_another_noun,
    overreach.measured_elsewhere,
    overreach.gains_of_removed_parts,
    overreach.zeros_as_unpredicted,
    overreach.fractions_called_points,
    overreach.wrong_parts_of_requests,
    overreach.limits_not_kept,
    elsewhere.wrong_best_elsewhere,
    elsewhere.borrowed_numbers_elsewhere,
    elsewhere.wrongly_chosen,
    siblings.values_of_a_sibling,
    ranks.wrong_ranks,
    ranks.wrong_of_two,
    several_rows.wrong_counts_beyond,
    several_rows.wrong_meetings,
    several_rows.wrong_factors_of_rows,
)


CONCLUSIONS = frozenset({effects.wrong_effects, significance.untested_significance})
"""What the template's own check reads in a conclusion."""


EARLIER = 3
"""Sentences of a paragraph whose words a later one may go on about."""
WORDS = 6
"""Words that make a sentence of a table's cell, as templates have them."""


def _as_prose(sentence: Sentence) -> Sentence:
    """A cell of a table that holds a sentence is read as one; what its row is about is then only implied."""
    if not sentence.row or len(sentence.text.split()) < WORDS:
        return sentence
    own = tuple(item for item in sentence.metrics if item.start >= 0)
    around = frozenset(item.name for item in sentence.metrics if item.start < 0)
    return replace(sentence, row=False, metrics=own, implied_metrics=sentence.implied_metrics | around)


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
    values = values_of(measured, about)
    fresh = confirming(measured)
    confirmed = values if fresh is None else values_of(fresh, about)
    readers = [read for read in READERS if conclusions or read not in CONCLUSIONS]
    earlier: list[Sentence] = []
    for sentence in map(_as_prose, sentences):
        earlier = [item for item in earlier if item.block == sentence.block][-EARLIER:]
        before = earlier[-1] if earlier else None
        reading = Reading(sentence, before, " ".join(item.text for item in earlier))
        earlier.append(sentence)
        about_what = Scope(reading, values)
        for read in readers:
            name = read.__name__
            if about_what.may_judge(name):
                known = confirmed if fresh is not None and about_what.is_of_fresh_seeds(name) else values
                for doubt in read(reading, known):
                    yield replace(doubt, kind=name)

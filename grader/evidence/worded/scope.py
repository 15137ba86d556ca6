"""What a sentence is about: the abstentions that all readers of words share.

A reader holds a sentence against what runs scored. It may do so only where the sentence can mean nothing else: no
word of another measure is in it (a latency, a size, a calibration error), no row of a table that is no run of
the notebook, no tier where the whole is judged, no single seed where a mean is.
"""

import re
from functools import cached_property, lru_cache

from grader.evidence.measured import Measured, measure
from grader.evidence.runs import CASES, experiment_keys
from grader.evidence.worded.reading import Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary
from grader.reading.vocabulary import Phrases
from paribus.metrics.registry import registry

NOT_BY_SCORES = frozenset(
    {
        "wrong_intervals", "wrong_settings", "sold_as_test", "wrong_shares", "wrong_subsets", "wrong_sizes",
        "wrong_repetitions", "wrong_counts_of_rows", "points_called_percent", "unsupported_claims",
        "impossible_tests", "held_predictions", "miscounted_predictions", "other_machinery", "unlike_settings",
        "cells_of_another_column", "swapped_cells", "wrong_bests", "wrong_row_orders",
        "broken_limits", "found_for_zero", "wrong_relative_changes", "unsteady_courses", "dropped_signs",
        "spreads_of_differences", "bounds_of_every_seed", "insignificant_p", "unprinted_p", "wrong_floors",
        "mcnemar_of_scores", "trained_for_each_seed", "trained_again", "wrong_choices", "borrowed_numbers",
        "wrong_percentiles", "misnamed_spreads", "contradicting_ends", "wrong_multiples", "wrong_larger_numbers",
        "less_probable_predictions", "reversed_changes", "unlike_in_seeds", "not_identical", "wrong_of_every_tier",
        "unmade_changes", "other_ends", "wrong_updates", "wrong_training_rows", "wrong_tops", "unsteady_rows",
        "numbers_of_another_owner", "swapped_outcomes", "rest_for_the_share",
        "measured_elsewhere", "gains_of_removed_parts", "zeros_as_unpredicted", "fractions_called_points",
        "wrong_parts_of_requests", "limits_not_kept", "wrong_best_elsewhere",
        "wrong_parts_of_rows", "values_of_other_seeds", "borrowed_numbers_elsewhere", "wrongly_chosen",
        "wrong_parts_of_before", "wrong_restatements", "wrong_differences",
        "values_of_a_sibling", "values_of_nothing", "counts_of_another_noun", "wrong_ranks", "wrong_of_two",
        "wrong_counts_beyond", "wrong_meetings", "wrong_factors_of_rows",
    }
)  # fmt: skip
"""Readers that judge by something else than what runs scored."""
OF_THE_WHOLE = frozenset(
    {"wrong_counts_of_seeds", "wrong_effects", "wrong_class_counts", "untested_significance", "wrong_items"}
)
"""Readers that judge a score over all classes, whichever tier is spoken of."""
OF_EACH_SEED = frozenset({"wrong_counts_of_seeds", "wrong_distances", "wrong_spreads"})
"""Readers that look at single seeds themselves."""
OF_AN_EFFECT = frozenset({"wrong_effects", "untested_significance"})
SEVERAL = 2
"""Experiments up to which a bold word without a metric is one about their scores."""
UNLIKE_COUNTS = 100
"""From here on a number that is some run's seed counts no classes."""
_FRESH = re.compile(
    r"\b(?:fresh|new) (?:\w+ )?seeds\b|\bconfirm(?:ed|ing|ation|s)?\b|\bfrische[nr]? (?:\w+ )?seeds\b"
)
_SAME_SEEDS = re.compile(r"\bsame (?:\w+ )?seeds\b")
_NO_SCORE = re.compile(r"\bcosts? nothing\b.{0,30}\b(?:time|memory|to run)\b|\bweeks? \d")
"""What is free may be the work, and another week had other runs."""
_COMPLEMENT = re.compile(r"(?<![\w.])1\s?[-−–]\s?(?:the )?[a-z]|\b(?:one|100 ?%) (?:minus|less) (?:the )?[a-z]")
"""An error that is one minus a score goes the other way."""
_ELSEWHERE = re.compile(r"\b(?:tables?|rows?|explor\w*|sweeps?|tabelle|zeile)\b")
_GOES_ON = re.compile(r"^\W*(?:it|its|this|that|they|their|these|those|here|there|in (?:mid|head|tail))\b")
"""A sentence that goes on about what the one before it names."""


class Scope:
    """What one sentence is about, worked out once for all readers that ask."""

    def __init__(self, reading: Reading, values: Values) -> None:
        """Of ``reading``, held against ``values``."""
        self._reading = reading
        self._values = values

    def may_judge(self, reader: str) -> bool:
        """Whether a reader may hold the sentence against what runs scored, so that it judges nothing else by
        them.
        """
        if reader in NOT_BY_SCORES:
            return True
        if self._names_another or (reader in OF_THE_WHOLE and self._tiers):
            return False
        if reader in OF_AN_EFFECT and self._may_mean_work:
            return False
        return reader in OF_EACH_SEED or not self._names_one_seed

    def is_of_fresh_seeds(self, reader: str) -> bool:
        """What a reader judges by scores is about the runs that confirm, and about no table beside them."""
        return reader not in NOT_BY_SCORES and self._of_fresh_seeds

    @cached_property
    def _names_another(self) -> bool:
        if _COMPLEMENT.search(self._reading.lower):
            return True
        return names_another_measure(self._reading, self._values) or names_another_row(self._reading, self._values)

    @cached_property
    def _tiers(self) -> bool:
        before = self._reading.before
        earlier = before.text if before is not None and _goes_on(self._reading) else ""
        return bool(self._reading.tiers) or bool(vocabulary.find_all("places", earlier))

    @cached_property
    def _may_mean_work(self) -> bool:
        """What is free may be the time that it takes."""
        if _NO_SCORE.search(self._reading.lower):
            return True
        return not self._reading.sentence.metrics and len(self._values.measured.experiments) > SEVERAL

    @cached_property
    def _names_one_seed(self) -> bool:
        """It gives a seed's number, where the runs that are meant have several."""
        reading, values = self._reading, self._values
        if all(len(group.runs) < 2 for group in values.measured.settled):
            return False
        least = 0 if "seed" in f"{reading.earlier} {reading.lower}" else UNLIKE_COUNTS
        return any(
            number.whole and number.value >= least and int(number.value) in values.known_seeds
            for number in reading.sentence.numbers
        ) or bool(reading.sentence.named_seeds & values.known_seeds)

    @cached_property
    def _of_fresh_seeds(self) -> bool:
        reading = self._reading
        text = reading.lower
        if _SAME_SEEDS.search(text) and reading.before is not None:
            text = f"{reading.before.text.lower()} {text}"
        return _FRESH.search(text) is not None and _ELSEWHERE.search(text) is None


def names_another_measure(reading: Reading, values: Values) -> bool:
    """It speaks of a measure that no prediction gives, such as a latency; or goes on about one."""
    other = _other_measures(values.measured)
    if other.find(reading.lower):
        return True
    before = reading.before
    if reading.sentence.metrics or before is None or not _goes_on(reading):
        return False
    return bool(other.find(before.text.lower())) and not before.metrics


def names_another_row(reading: Reading, values: Values) -> bool:
    """It names a row of a table that is no run of the notebook: a candidate that only value records hold."""
    return bool(_other_rows(values.measured).find(reading.lower))


def names_a_row(reading: Reading, values: Values) -> bool:
    """It names a row of value records, whether or not runs of the notebook have its name."""
    return bool(_all_rows(values.measured).find(reading.lower))


def confirming(measured: Measured) -> Measured | None:
    """What belongs to the one experiment that ran on seeds of its own, where several were done; None where that
    cannot be said.
    """
    seeds = {
        first.key.rpartition(":")[0]: {run.seed for group in (first, second) for run in group.runs}
        for first, second in measured.experiments
    }
    own = [
        key
        for key, mine in seeds.items()
        if all(mine.isdisjoint(found) for other, found in seeds.items() if other != key)
    ]
    return measure(measured.case, own[0]) if len(seeds) > 1 and len(own) == 1 else None


def _goes_on(reading: Reading) -> bool:
    return _GOES_ON.match(reading.lower) is not None


@lru_cache(maxsize=4 * CASES)
def _other_measures(measured: Measured) -> Phrases:
    """The words of measures beside scores: those of the vocabulary, and what this notebook's runs measured."""
    known = registry()
    of_runs = {name for group in measured.groups for run in group.runs for name in run.metrics}
    unscored = [known[name] for name in of_runs if name in known and known[name].compute is None]
    words = {
        word
        for metric in unscored
        if not metric.name.endswith("_loss")
        for word in (metric.name, metric.title, *metric.words)
    }
    more = vocabulary.phrases("measures", "timed") if any("latency" in metric.name for metric in unscored) else ()
    found = (*vocabulary.phrases("measures", "unscored"), *more, *sorted(words))
    return Phrases((word, "measure") for word in found)


@lru_cache(maxsize=4 * CASES)
def _all_rows(measured: Measured) -> Phrases:
    """The middle parts of value records' names that are rows of a table: "candidate.int8.size_mb". Rows that
    are experiments of their own are runs.
    """
    keys = frozenset(experiment_keys(measured.case))
    columns: dict[tuple[str, str], set[str]] = {}
    for name, _, _ in measured.named:
        parts = name.split(".")
        if len(parts) == 3 and f"{parts[0]}-{parts[1]}" not in keys:
            columns.setdefault((parts[0], parts[2]), set()).add(parts[1])
    rows = {row for found in columns.values() if len(found) > 1 for row in found}
    arms = {"baseline", "changed"}
    return Phrases((row, "row") for row in sorted(rows - arms) if not vocabulary.find_all("columns", row))


@lru_cache(maxsize=4 * CASES)
def _other_rows(measured: Measured) -> Phrases:
    """Those of them that are no runs of the notebook."""
    return Phrases((row, "row") for row in _all_rows(measured).phrases if not measured.mentions.find(row))

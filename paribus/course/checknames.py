"""The names of every check there is, as data, so that a source can be validated without the grader.

The grader holds its own table of functions against this one in a test; a check may be added here, none is renamed.
"""

from collections.abc import Mapping

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "tasks": ("tests_passed",),
    "experiments": (
        "template_complete", "one_change", "held_constant", "predicted_first", "result_matches",
        "meaningful_supported",
    ),
    "seeds": ("reported", "enough", "summary_matches", "paired", "distinct"),
    "metrics": ("baseline_first", "recomputed", "near_reference", "test_untouched", "best_checkpoint"),
    "memo": ("sections_present", "answered", "numbers_traced", "sources_cited", "no_diary"),
    "form": (
        "ran_in_order", "no_errors", "outputs_present", "headings", "no_debug_cells", "no_fixed_paths", "links",
        "sections",
    ),
    "diagnosis": ("before_reveal", "matches", "evidence"),
    "integrity": ("chain", "copied"),
}  # fmt: skip

_OF_EXPERIMENT = ("experiment",)
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "tasks.tests_passed": ("task",),
    "experiments.template_complete": ("experiment", "parts"),
    "experiments.one_change": ("experiment", "vary", "smallest_factor"),
    "experiments.held_constant": _OF_EXPERIMENT,
    "experiments.predicted_first": _OF_EXPERIMENT,
    "experiments.result_matches": ("experiment", "min_numbers"),
    "experiments.meaningful_supported": ("experiment", "metric", "margin"),
    "seeds.reported": _OF_EXPERIMENT,
    "seeds.enough": ("experiment", "minimum", "exploring"),
    "seeds.summary_matches": _OF_EXPERIMENT,
    "seeds.paired": _OF_EXPERIMENT,
    "seeds.distinct": _OF_EXPERIMENT,
    "metrics.baseline_first": ("baselines",),
    "metrics.recomputed": ("tolerance",),
    "metrics.near_reference": ("values",),
    "memo.sections_present": ("sections",),
    "memo.answered": ("min_words",),
    "memo.numbers_traced": ("experiment", "min_numbers"),
    "memo.sources_cited": _OF_EXPERIMENT,
    "form.sections": ("sections",),
    "diagnosis.before_reveal": ("zoo", "model"),
    "diagnosis.matches": ("zoo", "model"),
    "diagnosis.evidence": ("zoo", "model", "least"),
}
"""What a check needs to know beyond its points, by name; a check that is not here takes no option."""

CHECK_NAMES: frozenset[str] = frozenset(f"{family}.{name}" for family, names in FAMILIES.items() for name in names)

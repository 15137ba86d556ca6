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

CHECK_NAMES: frozenset[str] = frozenset(f"{family}.{name}" for family, names in FAMILIES.items() for name in names)

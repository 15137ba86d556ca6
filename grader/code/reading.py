"""What reading the code finds about one experiment: all detectors together, proved ones first, each once."""

from functools import lru_cache

from grader.code.anew import rewritten
from grader.code.another import another_config
from grader.code.bent import bent_settings, caught_values, counted_runs
from grader.code.beside import worked_out
from grader.code.between import second_changes
from grader.code.branches import branches, cut_loops, lookups, written_rounds
from grader.code.cached import cached_weights, changed_after_caching, kept_lists, running_state
from grader.code.decided import decisions
from grader.code.defaults import default_wins, other_meaning
from grader.code.hashed import seeded_by_the_configuration
from grader.code.in_training import left_out, reused, unseen_by_the_memo
from grader.code.instead import bound_otherwise, handed_out, trained_instead
from grader.code.iterators import counted_by_default, used_up
from grader.code.looks import chosen_seeds, early_looks
from grader.code.one_value import as_one
from grader.code.run_again import goes_on
from grader.code.shifted import shifted_answers
from grader.code.timed import ended_by_the_clock
from grader.code.tries import best_of_tries
from grader.code.two_sources import read_beside, trained_with_another
from grader.evidence.runs import CASES
from grader.evidence.submitted import read_program, trained
from grader.model import Case
from paribus.check.code.carried import carried_state, kept_models, shared_weights, taken_up
from paribus.check.code.configured import not_followed
from paribus.check.code.findings import CodeFinding, Kind, Standing
from paribus.check.code.in_place import changed_in_place
from paribus.check.code.lasting import left_behind
from paribus.check.code.seeded import ignored_seed, replaced_seeders, seeded_by_the_clock

MOST = 12
"""Findings of one experiment that are told."""


@lru_cache(maxsize=4 * CASES)
def about_experiment(case: Case, key: str, vary: str) -> tuple[CodeFinding, ...]:
    """What the code of one experiment's runs shows beside its records; () where nothing could be followed."""
    found = trained(case, key)
    if found is None:
        return ()
    program = read_program(case)
    findings = [
        *default_wins(case, program, found, vary),
        *other_meaning(case, program, found, vary),
        *worked_out(case, program, found, vary),
        *left_behind(case, program, found),
        *changed_in_place(case, program, found),
        *used_up(case, program, found),
        *counted_by_default(case, program, found),
        *trained_instead(case, program, found, vary),
        *bound_otherwise(case, program, found, vary),
        *replaced_seeders(case, program, found),
        *seeded_by_the_clock(case, program, found),
        *written_rounds(case, program, found),
        *shared_weights(case, program, found),
        *second_changes(case, program, found, vary),
        *carried_state(case, program, found),
        *kept_models(case, program, found, vary),
        *goes_on(case, program, found),
        *taken_up(case, program, found),
        *rewritten(case, program, found, vary),
        *chosen_seeds(case, program, found),
        *bent_settings(case, program, found, vary),
        *caught_values(case, program, found, vary),
        *counted_runs(case, program, found),
        *not_followed(case, program, found, vary),
        *branches(case, program, found, vary),
        *lookups(case, program, found, vary),
        *decisions(case, program, found, vary),
        *cut_loops(case, program, found),
        *left_out(case, program, found),
        *reused(case, program, found, vary),
        *unseen_by_the_memo(case, program, found, vary),
        *ignored_seed(case, program, found),
        *early_looks(case, program, found, vary),
        *read_beside(case, program, found, vary),
        *as_one(case, program, found, vary),
        *seeded_by_the_configuration(case, program, found),
        *shifted_answers(case, program, found, vary),
        *best_of_tries(case, program, found),
        *changed_after_caching(case, program, found),
        *cached_weights(case, program, found),
        *kept_lists(case, program, found, vary),
        *running_state(case, program, found),
        *ended_by_the_clock(case, program, found),
    ]
    for position in dict.fromkeys(call.step.position for call in found.calls):
        findings += another_config(case, program, position)
        findings += handed_out(case, program, position)
        findings += trained_with_another(case, program, position)
    once = {(item.kind, item.about, item.places[:1]): item for item in reversed(findings)}
    listed = sorted(once.values(), key=lambda item: (item.standing is not Standing.PROVED, not item.sure))
    return tuple(listed[:MOST])


def of_kind(findings: tuple[CodeFinding, ...], *kinds: Kind) -> tuple[CodeFinding, ...]:
    """The findings of these kinds."""
    return tuple(item for item in findings if item.kind in kinds)

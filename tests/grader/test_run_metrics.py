"""What the report says an arm reached: the mean over all of its seeds, with an earlier run that serves it."""

from statistics import fmean

from grader.evidence.runs import by_seed, find_arms
from grader.grading.grade import run_metrics
from tests.grader.test_contradicted import of_base


def test_an_earlier_run_is_one_seed_of_the_arm_whose_other_seeds_were_trained_for_it() -> None:
    case = of_base("week1_homework-more_seeds")
    seeds = [run.metrics["macro_f1"] for run in by_seed(find_arms(case, "one_change").baseline).values()]
    assert len(seeds) == 3
    assert run_metrics(case)["one_change.baseline.macro_f1"] == fmean(seeds)


def test_an_earlier_run_that_serves_alone_keeps_its_own_name() -> None:
    found = run_metrics(of_base("week1_homework-slower"))
    assert "one_change.baseline.macro_f1" not in found
    assert found["encoder.macro_f1"] == 0.16082899435433998

"""A loop over batches that ends before it has seen them all is seen; one that goes through all is left alone."""

import pytest

from grader.reading.short_loops import short_loops
from tests.grader.build import CASES, build, load
from tests.grader.test_departures import FROM_PROFILE, SMOKE, told

LOOP = """def train(config, data, run):
    for epoch in range(1, config.epochs + 1):
        for batch in {batches}:
            loss = training_step(model, batch)
            {after}
        run.log(epoch=epoch, train_loss=loss)
        if no_better(loss):
            break
"""


@pytest.mark.parametrize(
    ("batches", "after", "rounds"),
    [
        ("loader", "break", 1), ("loader", "return loss", 1), ("loader[:1]", "pass", 1),
        ('track(loader[:3], "epoch")', "pass", 3), ("itertools.islice(loader, 2)", "pass", 2),
        ("islice(loader, 1)", "pass", 1), ("loader", "if step >= 4: break", 4), ("loader", "if step > 4: break", 5),
        ("loader", "if step == 1:\n                break", 1),
    ],
)  # fmt: skip
def test_a_loop_over_batches_that_ends_early_is_seen(batches: str, after: str, rounds: int) -> None:
    (loop,) = short_loops(LOOP.format(batches=batches, after=after))
    assert (loop.function, loop.line, loop.rounds) == ("train", 3, rounds)


@pytest.mark.parametrize(
    ("batches", "after"),
    [
        ("loader", "pass"), ("loader", "if torch.isnan(loss): break"), ("loader[1:]", "pass"),
        ("loader[:half]", "pass"), ("loader", "if step >= steps: break"),
        ('track(loader, "epoch")', "losses[:1] = [loss]"),
    ],
)  # fmt: skip
def test_a_loop_that_goes_through_all_batches_is_left_alone(batches: str, after: str) -> None:
    assert short_loops(LOOP.format(batches=batches, after=after)) == ()


@pytest.mark.parametrize(
    "source", ["", "def f(:", "%%time\ntrain()", "(" * 9_000, "for x in y[:1]:\n    x.backward()"]
)
def test_other_code_has_no_such_loop(source: str) -> None:
    """A loop that logs no epochs may be a try on one batch."""
    assert short_loops(source) == ()


def test_one_step_an_epoch_is_told_of_a_changed_cell_and_not_of_a_released_one() -> None:
    raw = load(CASES / "_bases" / "homework.json")
    raw["cells"]["begin"]["released"] += FROM_PROFILE
    for run in raw["runs"].values():
        run["data"] = SMOKE
    raw["cells"]["encoder-run"]["handed"] = LOOP.format(batches="loader", after="break")
    words = (
        "The loop over batches in train (encoder-run, line 3) ends after 1 round: an epoch is 1 step instead of "
    )
    assert told(build(raw)) == f"{words}about 13."
    raw["cells"]["encoder-run"]["released"] = raw["cells"]["encoder-run"]["handed"]
    assert not told(build(raw))
    raw["added"] = [{"after": "title", "type": "code", "text": LOOP.format(batches="loader[:12]", after="pass")}]
    assert not told(build(raw)), "twelve of thirteen batches are nearly all"

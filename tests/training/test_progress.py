"""Progress is one line of text, and silent for what is quick."""

import io

import pytest

from paribus.training import track
from paribus.training.progress import Ticker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_takes_under_ten_seconds_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track([1, 2, 3], "epoch 1")) == [1, 2, 3]
    assert capsys.readouterr().out == ""


def test_what_takes_longer_says_how_far_it_is_and_what_is_left_and_wipes_its_line() -> None:
    stream, clock = io.StringIO(), Clock()
    ticker = Ticker("epoch 1", 1_000, stream=stream, clock=clock)

    for clock.now, done in [(5.0, 50), (11.0, 100), (12.0, 110), (50.0, 500)]:
        ticker.step(done)
    ticker.close()

    lines = stream.getvalue().split("\r")
    assert [line.strip() for line in lines] == [
        "",
        "epoch 1: 100 of 1,000 batches, about 2 min left",
        "epoch 1: 500 of 1,000 batches, about 50 s left",
        "",
        "",
    ]

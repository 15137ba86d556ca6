"""A number in the student's own code excuses a listed constant only where it may be that setting's value."""

import pytest

from grader.evidence.own_numbers import may_set


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("optimizer = AdamW(model.parameters(), lr=0.002, weight_decay=0.1)", "weight_decay"),
        ("WD = 0.1", "weight_decay"),
        ("decay = 0.1", "weight_decay"),
        ("warmup = 0.1", "warmup_share"),
        ("optimizer = AdamW(model.parameters(), 0.002, (0.9, 0.99), 1e-8, 0.1)", "weight_decay"),
        ("train(model, lr, 0.1)", "learning_rate"),
    ],
)
def test_a_line_that_may_give_the_setting_its_value(line: str, name: str) -> None:
    assert may_set(line, name)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("toy_optimizer = torch.optim.SGD(toy.parameters(), lr=0.1)", "weight_decay"),
        ('selfcheck.close(means["tail"], 0.1, "the mean of the tail")', "weight_decay"),
        ("prediction = Prediction('macro_f1', low=-0.1, high=0.0)", "warmup_share"),
    ],
)
def test_a_line_about_something_else(line: str, name: str) -> None:
    assert not may_set(line, name)

"""Models outside of the training function that held other weights in the second arm than in the first."""

from dataclasses import replace

import pytest

from grader.model import Case, FoundRecord, Outcome
from tests.grader.program_cases import Example, marks, submitted, verdicts

FIRST, TRAINED, LARGER = "0" * 8 + ":" + "a" * 16, "0" * 8 + ":" + "b" * 16, "1" * 8 + ":" + "b" * 16
CHECK = "experiments.one_change@one_change"


def began_with(before: dict[str, str], after: dict[str, str], vary: str = "learning_rate") -> Case:
    """Both arms with the weights that their start records hold."""
    case = submitted(Example("one", {"vary": vary}), "honest")

    def held(found: FoundRecord) -> FoundRecord:
        record = found.record
        if record is None or record.kind != "start":
            return found
        return replace(found, record=replace(record, weights=after if record.run.startswith("c") else before))

    return replace(case, records=tuple(map(held, case.records)))


def test_other_weights_at_the_start_of_the_changed_arm_go_to_a_person_with_both_digests() -> None:
    found = verdicts(began_with({"net": FIRST}, {"net": TRAINED}))
    assert found[CHECK].outcome is Outcome.UNDECIDED
    assert "net, which was made outside of the training function, held other weights" in found[CHECK].because
    told = [item.text for item in found[CHECK].evidence]
    assert any("net aaaaaaaa" in text for text in told)
    assert any("net bbbbbbbb" in text for text in told)


ALIKE: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "the same weights": ({"net": FIRST}, {"net": FIRST}, "learning_rate"),
    "another layout, which a setting explains": ({"net": FIRST}, {"net": LARGER}, "learning_rate"),
    "it is the declared change": ({"net": FIRST}, {"net": TRAINED}, "net"),
    "older records": ({}, {}, "learning_rate"),
    "one arm's records are older": ({}, {"net": FIRST}, "learning_rate"),
}


@pytest.mark.parametrize("case", ALIKE.values(), ids=ALIKE)
def test_weights_that_are_the_same_or_explained_are_left_alone(
    case: tuple[dict[str, str], dict[str, str], str],
) -> None:
    found = verdicts(began_with(*case))
    assert "held other weights" not in found[CHECK].because
    assert case[2] == "net" or not marks(found)

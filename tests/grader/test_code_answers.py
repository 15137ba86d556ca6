"""Answers in code cells below a prompt are answers: a text by itself, what was printed, comments without code."""

from dataclasses import replace

import pytest

from grader.grading.judge import judge_cell
from grader.model import CellResult, Outcome
from grader.reading.answers import text_in_code
from paribus.course.assignment import CheckPoints
from tests.grader.build import CASES, build, fill_in, load, told_by

PROMPT = "### What the encoder changed\n\nIn 40 to 300 words: how do the two compare?\n\n*Write your answer here.*"
ANSWER = (
    "TF-IDF has a macro-F1 of {tfidf[macro_f1]:.3f} on the validation split.\n"
    "The encoder has a macro-F1 of {encoder[macro_f1]:.3f} there, and an accuracy of {encoder[accuracy]:.3f}.\n"
    "The classes that it rescues are rare ones, and one item decides over each of them. "
    "Whether the words of each class explain it could be tested on a larger split."
)
FORMS = {
    "a text by itself": ('"""\n{}\n"""', ""),
    "a text shown as Markdown": ('display(Markdown("""{}"""))', ""),
    "printed": ('print("""{}""")', "{}"),
    "printed line by line": ("for line in LINES:\n    print(line)\nprint('''{}''')", "{}"),
    "comments": ("# {}", ""),
    "comments with a rule": ("# ----------\n## {}\n", ""),
}
formed = pytest.mark.parametrize("form", FORMS)


def judged(form: str, answer: str) -> CellResult:
    """The memo with its prompt untouched, and the answer in a code cell below it."""
    source, shown = FORMS[form]
    raw = load(CASES / "_bases" / "homework.json")
    text = fill_in(answer, told_by(raw))
    written = text.replace("\n", "\n# ") if source.lstrip().startswith("#") else text
    raw["cells"]["memo"] |= {"released": PROMPT, "handed": PROMPT}
    outputs = [{"name": "stdout", "text": text}] if shown else []
    cell = {"after": "memo", "type": "code", "text": source.replace("{}", written), "outputs": outputs}
    case = build({**raw, "added": [cell]})
    memo = replace(
        case.assignment.cell("memo"),
        checks=(CheckPoints("memo.answered", 1.0, {}), CheckPoints("memo.numbers_traced", 1.0, {})),
        manual=2.0,
    )
    return judge_cell(case, memo)


@formed
def test_it_is_answered_and_a_person_gives_the_manual_points(form: str) -> None:
    found = judged(form, ANSWER)
    assert [item.outcome for item in found.verdicts] == [Outcome.PASSED, Outcome.PASSED], found.verdicts
    assert found.pending == 2.0


@formed
def test_a_wrong_number_in_it_is_found(form: str) -> None:
    """The true twin of the above."""
    found = judged(form, ANSWER.replace("{encoder[macro_f1]:.3f}", "0.777"))
    assert [item.outcome for item in found.verdicts] == [Outcome.PASSED, Outcome.FAILED]
    assert "0.777" in found.verdicts[1].because


@pytest.mark.parametrize(
    "source",
    [
        "# model = train(rate, epochs)\n# for seed in seeds:\n#     run(model, seed)\n# print(scores, best, mean)",
        "# two words",
        "x = 1  # the encoder is better than the baseline here, and I would say so to anybody who asks me about it",
    ],
)
def test_code_out_of_use_and_comments_beside_code_are_no_answer(source: str) -> None:
    case = build({**load(CASES / "_bases" / "homework.json"), "added": [{"after": "memo", "text": source}]})
    (cell,) = (item for item in case.notebook.cells if item.source == source)
    assert text_in_code(cell) == ""

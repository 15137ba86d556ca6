"""The page a student reads."""

import base64
import hashlib
import importlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from grader.classrun.changes import Change
from grader.classrun.grade_class import Handback
from grader.commands.grade_told import print_changes, print_summary
from grader.gradebook.scores import PERSON, PersonGrade, read_slots, with_people
from grader.intake.roster import UNCLEAR
from grader.lms.choose import platform_named
from grader.model import Evidence, Outcome, Result
from grader.pages.feedback import feedback_page, summary_line
from grader.pages.plots import Band
from grader.pages.report import report_page
from grader.pages.shared import CheckWords, cell_title, humanise, points, render, shown
from grader.recover.clean import clean_code, clean_markdown
from paribus.course.rubric import RubricLine
from tests.grader.classroom import (
    BAD,
    CELLS,
    GOOD,
    OPEN,
    WORDS,
    careful_result,
    cell_result,
    make_assignment,
    make_release,
    make_result,
    unreadable_result,
    verdict,
)

ASSIGNMENT = make_assignment()
ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"

PLACES = ("moodle.roster", "canvas.roster", "plain.placing")


def page(result: Result, bands: dict[str, Band] | None = None, checks: Mapping[str, CheckWords] = WORDS) -> str:
    return feedback_page(result, ASSIGNMENT, checks=checks, bands=bands)


def words(html: str) -> str:
    """The page's text as a reader sees it, on one line."""
    body = html[html.index("</svg>") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&#39;", "'")


def test_it_says_the_score_what_is_open_and_every_verdict() -> None:
    text = words(page(careful_result()))
    assert "Ada Lovelace 16 of 28 points so far" in text
    assert "The trade-off 5 of 8 points" in text
    assert "Change one thing not met: exactly one thing changed (4 points)" in text
    for cell in careful_result().cells:
        for item in cell.verdicts:
            assert item.because in text


def test_outcomes_are_words_and_icons_not_colours_alone() -> None:
    html = page(careful_result())
    for kind, word in (("passed", "Met"), ("failed", "Not met"), ("undecided", "A person will look")):
        assert f'<use href="#i-{kind}"/></svg><span>{word}</span>' in html
        assert f'<symbol id="i-{kind}"' in html


def test_a_verdict_shows_the_values_and_cells_it_rests_on() -> None:
    about = {"experiments.one_change": CheckWords("One setting", "Exactly one setting differs.")}
    text = words(page(careful_result(), checks=about))
    assert "The check: Exactly one setting differs. experiments.one_change" in text, "the name can be quoted"
    assert "Learning rate 0.001 → 0.0005" in text
    assert "In batch_size: record run-3 (changed), record run-2 (baseline)" in text


def test_checks_are_called_by_their_titles() -> None:
    """A machine's name stands only beside the check's own sentence, for whoever quotes it."""
    html = page(careful_result())
    text = words(html)
    assert "Not met Exactly one thing changed 0 of 4" in text
    assert "Met Predicted before the run 3 of 3" in text
    for cell in careful_result().cells:
        for item in cell.verdicts:
            assert html.count(item.check) == html.count(f'<span class="id">{item.check}</span>') == 1
            assert humanise(item.check) not in text


def test_what_was_missed_is_listed_by_title_and_as_not_met() -> None:
    """A title says what is met; alone it would praise what was missed."""
    result = make_result(
        "ada",
        cell_result(
            "trade_off", 2.0, verdict("memo.no_diary", BAD, 1.0, "A diary."),
            verdict("memo.sources_cited", BAD, 2.0, "No sources."), verdict("memo.answered", BAD, 0.0, "Advice."),
        ),
    )  # fmt: skip
    assert "The trade-off not met: about the model, not a diary; sources named (3 points)" in words(page(result))


def test_a_check_that_todays_table_lacks_shows_its_name_in_words() -> None:
    """An older result may hold one."""
    item = verdict("experiments.tidy_arms", BAD, 1.0, "Untidy.", values={"arms": 3})
    text = words(page(make_result("ada", cell_result("batch_size", 0.0, item))))
    assert "Change one thing not met: experiments: tidy arms (1 point)" in text
    assert "Not met Experiments: tidy arms 0 of 1 Untidy." in text
    assert "The check:" not in text


def test_the_recorded_runs_stand_in_a_table() -> None:
    text = words(page(careful_result()))
    assert "Run Accuracy Macro-F1 Classes at F1 = 0 encoder 0.566 0.213 46 tfidf 0.544 0.132 –" in text
    assert "reference" not in text[text.index("Your recorded runs") :]


def test_a_band_stands_beside_a_metric_where_it_is_public() -> None:
    bands = {"encoder.macro_f1": Band(0.209, 0.19, 0.228), "tfidf.macro_f1": Band(0.132)}
    text = words(page(careful_result(), bands=bands))
    assert "0.213 reference 0.190 to 0.228" in text
    assert "0.132 reference 0.132" in text


def test_tracebacks_and_unpublished_references_stay_with_the_instructor() -> None:
    broken = verdict(
        "memo.answered", OPEN, 3.0, "This check could not be carried out.",
        traceback="Traceback: SECRET", values={"low": 0.123456, "high": 0.654321, "reference": 0.333, "yours": 0.2},
    )  # fmt: skip
    near = verdict(
        "metrics.near_reference", OPEN, 3.0, "macro_f1 is 0.3; reference runs lie between 0.1901 and 0.2281.",
        values={"outside": {"macro_f1": {"value": 0.3, "low": 0.1901, "high": 0.2281}}},
    )  # fmt: skip
    result = make_result("ada", cell_result("whole", 0.0, broken, near))
    html = page(result)
    for hidden in ("SECRET", "Traceback", "0.1235", "0.6543", "0.333", "0.1901", "0.2281"):
        assert hidden not in html
    assert "Yours" in html
    assert "outside of where the course's own runs lie" in words(html)
    assert "0.1901" in page(result, bands={"encoder.macro_f1": Band(0.2, 0.1901, 0.2281)})


def test_everything_a_student_wrote_is_text() -> None:
    item = verdict(ATTACK, BAD, 1.0, ATTACK, values={ATTACK: ATTACK}, evidence=(Evidence(ATTACK, ATTACK),))
    result = make_result(
        "ada", cell_result("whole", 0.0, item), name=ATTACK, remarks=(ATTACK,), metrics={f"{ATTACK}.accuracy": 0.5}
    )
    html = page(replace(result, source=ATTACK, family=ATTACK))
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;") >= 8


def test_nothing_a_student_wrote_turns_the_words_around_it(capsys: pytest.CaptureFixture[str]) -> None:
    """An override shows 0.12 as 21.0 and can turn our own sentence; a terminal obeys escape codes."""
    tricks = "Ada \u202e21.0\u202c \u2067x\u2069 \x1b]0;evil\x07 \x9b31m"
    item = verdict("memo.answered", BAD, 1.0, tricks, values={"text": tricks}, evidence=(Evidence("a", tricks),))
    result = replace(make_result("ada", cell_result("whole", 0.0, item), name=tricks), source=tricks)
    broken = replace(unreadable_result("pdf", name=tricks), remarks=(tricks,))
    change = Change("ada", tricks, "file", tricks, tricks)
    print_summary(Handback((result, broken), (tricks,), 0, platform_named("moodle")), Path("out"))
    print_changes([change])
    printed = capsys.readouterr().out
    shown = (page(result), report_page([result, broken], ASSIGNMENT, notes=(tricks,)), printed, clean_code(tricks))
    for text in (*shown, clean_markdown(tricks)):
        assert "21.0" in text
        assert not set("\u202e\u202c\u2067\u2069\x1b\x07\x9b") & set(text)
    assert "<bdi>Ada 21.0" in shown[1]


def test_the_policy_allows_this_style_sheet_and_pictures_within_the_page_and_nothing_else() -> None:
    html = page(careful_result())
    content = html[html.index("<style>") + 7 : html.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    assert f'content="{policy.replace(chr(39), "&#39;")}"' in html
    assert " style=" not in html
    assert "http://" not in html
    assert "https://" not in html


def test_the_same_result_gives_the_same_bytes() -> None:
    assert page(careful_result()) == page(careful_result())


def test_an_unreadable_file_gets_a_page_that_says_what_to_hand_in() -> None:
    text = words(page(unreadable_result(name="Bob")))
    assert "Your file could not be read. There is no score yet." in text
    assert "Export the notebook as HTML and hand that in." in text
    assert "points" not in text


def test_what_concerns_the_platforms_table_stays_with_the_instructor() -> None:
    told = "duplicate: 2 files were handed in: the last one counts."
    missing = [importlib.import_module(f"grader.lms.{place}").MISSING for place in PLACES]
    unclear = UNCLEAR.format(who="Bo Berg and Cy Cole")
    item = replace(careful_result(), remarks=(told, *missing, unclear))
    text = words(page(item))
    assert told in text
    assert not [remark for remark in (*missing, "Bo Berg") if remark in text]
    assert (
        summary_line(unreadable_result(remarks=(*missing, unclear)), ASSIGNMENT) == "Your file could not be read."
    )


def test_what_a_person_decided_reads_so() -> None:
    release = make_release()
    slots = read_slots(release.assignment, release.notebook)
    people = {"trade_off": PersonGrade(1.5, "Well argued."), "trade_off-evidence": PersonGrade(6.0)}
    text = words(page(with_people(release.assignment, slots, careful_result(), people)))
    assert "Decided by a person Your instructor 1.5 of 2 Well argued." in text
    assert "A person has looked Numbers come from your runs" in text
    assert "A person will read this" not in text


def test_what_a_person_settled_is_not_said_to_wait_for_one() -> None:
    """The reason why a check was left open is told while it is open, and not beside the decision."""
    release = make_release()
    slots = read_slots(release.assignment, release.notebook)
    open_one = careful_result()
    why = next(v.because for cell in open_one.cells if cell.key == "trade_off" for v in cell.verdicts
               if v.outcome is Outcome.UNDECIDED)  # fmt: skip
    people = {"trade_off": PersonGrade(1.5, "Well argued."), "trade_off-evidence": PersonGrade(6.0)}
    decided = words(page(with_people(release.assignment, slots, open_one, people)))
    assert why in words(page(open_one))
    assert why not in decided
    assert "Well argued." in decided


@pytest.mark.parametrize(
    ("comment", "said"), [("", "what your instructor graded"), ("Too short.", "what your instructor wrote")]
)
def test_points_without_a_comment_are_not_said_to_be_written(comment: str, said: str) -> None:
    assert f"{said} (" in words(judged(PersonGrade(0.5, comment)))


RUBRIC = (
    RubricLine("two", 2.0, "names two rescued classes with their F1 before and after"),
    RubricLine("half", 0.5, f"quotes <the class> {ATTACK}"),
    RubricLine("seed", -1.0, "generalises from one seed"),
    RubricLine("note", 0.0, "reads well"),
)


def judged(given: PersonGrade) -> str:
    """The page of somebody whose memo a person graded."""
    release = make_release()
    slots = read_slots(release.assignment, release.notebook)
    return page(with_people(release.assignment, slots, careful_result(), {"trade_off": given}))


def test_the_lines_that_a_person_chose_are_below_their_words() -> None:
    html = judged(PersonGrade(1.5, "Well argued.", RUBRIC))
    text = words(html)
    assert "1.5 of 2 Well argued. +2 names two rescued classes with their F1 before and after +0.5" in text
    assert "\N{MINUS SIGN}1 generalises from one seed 0 reads well" in text
    assert html.count('<ul class="rubric">') == 1
    assert ATTACK not in html


def test_lines_alone_say_the_points_first() -> None:
    text = words(judged(PersonGrade(0.0, "", RUBRIC[2:3])))
    assert "gave 0 of 2 points here. \N{MINUS SIGN}1 generalises from one seed" in text


def test_without_lines_a_persons_verdict_is_a_number_and_a_comment() -> None:
    assert '<ul class="rubric">' not in judged(PersonGrade(1.5, "Well argued."))
    assert "rubric" not in words(page(careful_result()))


def test_a_final_score_is_not_called_so_far() -> None:
    done = make_result("ada", cell_result("whole", 0.0, verdict("form.ran_in_order", GOOD, 3.0, "In order.")))
    assert "3 of 28 points" in words(page(done))
    assert "so far" not in words(page(done))


def test_a_check_without_points_is_advice() -> None:
    item = make_result(
        "ada", cell_result("whole", 0.0, verdict("seeds.enough", BAD, 0.0, "One seed shows little."))
    )
    text = words(page(item))
    assert "Advice Enough seeds advice One seed shows little." in text
    assert "What to look at" not in text
    item = make_result("ada", cell_result("whole", 0.0, verdict("seeds.enough", OPEN, 0.0, "No records.")))
    assert "Cannot tell Enough seeds" in words(page(item))


def test_the_line_for_moodle_is_short_and_plain() -> None:
    line = summary_line(careful_result(), ASSIGNMENT)
    assert line.startswith("16 of 28 points so far; 8 wait for a person (The trade-off; The notebook as a whole).")
    assert "Two settings differ" in line
    assert summary_line(unreadable_result(), ASSIGNMENT).startswith("This file seems to be a PDF.")
    assert summary_line(unreadable_result(remarks=()), ASSIGNMENT) == "Your file could not be read."
    many = make_result(
        "ada", cell_result("whole", 0.0, *[verdict(f"a.b{n}", BAD, 1.0, f"No {n}.") for n in range(5)])
    )
    assert summary_line(many, ASSIGNMENT).endswith("No 2. 2 more findings are in the feedback file.")
    four = make_result("ada", cell_result("whole", 0.0, *many.cells[0].verdicts[:4]))
    assert summary_line(four, ASSIGNMENT).endswith("No 2. 1 more finding is in the feedback file.")
    read = verdict(PERSON, BAD, 2.0, "Which runs?")
    judged = make_result("ada", cell_result("trade_off", 0.0, read), cell_result("batch_size", 0.0, read))
    assert summary_line(judged, ASSIGNMENT).endswith("The trade-off: Which runs? Change one thing: Which runs?")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.123456, "0.1235"), (3.0, "3"), (True, "yes"), (False, "no"), (None, "none"), (["a", 1], "a, 1"),
     ({"a": 0.5}, "a = 0.5"), ("x" * 500, "x" * 400 + " …")],
)  # fmt: skip
def test_values_are_shown_short(value: object, text: str) -> None:
    assert shown(value) == text


def test_titles_come_from_the_assignment_and_else_from_the_key() -> None:
    assert cell_title(ASSIGNMENT, "trade_off").heading == "The trade-off"
    assert cell_title(ASSIGNMENT, "other-cell").heading == "Other cell"
    assert cell_title(ASSIGNMENT, "whole").heading == "The notebook as a whole"
    memo = ASSIGNMENT.cell("trade_off")
    twice = make_assignment((*CELLS, replace(memo, key="second_answer")))
    assert cell_title(twice, "second_answer").heading == "The trade-off · Second answer"
    assert humanise("experiments.predicted_first") == "Experiments: predicted first"
    assert [points(value) for value in (3.0, 2.5, 0.25, 10.0)] == ["3", "2.5", "0.25", "10"]


def test_a_template_that_lacks_a_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("feedback.html.j2")

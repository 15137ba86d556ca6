"""The class as data: who is executed with which seed and change, who writes how, and what is wrong with whose work.

Every fault names the check that owns it; ``expects`` of an honest student is empty. Names are made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from generator.classroom.memos import Style

Exporter = Literal["lab", "classic", "ipynb"]

_HONEST = """experiment = notebook.experiment("one_change", vary="{vary}")
experiment.baseline(encoder, CONFIG)
experiment.predict(metric="macro_f1", direction="{direction}", low={low}, high={high}, why="{why}")
changed = experiment.run("changed", train, replace(CONFIG, {vary}={value}), data=data, seed=SEED)
"""

# Students who go around the experiment's guard do so through the two calls that everybody may use.
_TWO_KNOBS = """experiment = notebook.experiment("one_change", vary="learning_rate")
experiment.baseline(encoder, CONFIG)
experiment.predict(metric="macro_f1", direction="up", low=0.0, high=0.05, why="Larger steps learn more.")
both = replace(CONFIG, learning_rate=CONFIG.learning_rate * 3, batch_size=CONFIG.batch_size // 2)
run = notebook.start("changed", config=both, seed=SEED, data=data, code=train,
                     experiment="one_change", arm="changed", vary="learning_rate")
train(both, data, run)
changed = run.finish()
"""
_NO_PREDICTION = """experiment = notebook.experiment("one_change", vary="batch_size")
experiment.baseline(encoder, CONFIG)
smaller = replace(CONFIG, batch_size=CONFIG.batch_size // 2)
run = notebook.start("changed", config=smaller, seed=SEED, data=data, code=train,
                     experiment="one_change", arm="changed", vary="batch_size")
train(smaller, data, run)
changed = run.finish()
"""


_BY_HAND = 'figures.training_curves({"baseline": encoder.epochs, "changed": changed.epochs})'


def _experiment(  # noqa: PLR0917 - a table of six columns reads best by position
    vary: str,
    value: str,
    direction: str,
    low: float,
    high: float,
    why: str,
) -> str:
    return _HONEST.format(vary=vary, value=value, direction=direction, low=low, high=high, why=why)


@dataclass(frozen=True)
class Execution:
    """One notebook that is really executed: its seed, and the cells that differ from the solution, by key.

    ``report`` stands in the cell that reports the experiment: who trained an arm by hand has no report to show.
    ``wrong_task`` replaces the solution of a task by one of the assignment's planted wrong answers; its visible
    tests then fail in the run, as they would for a student.
    """

    name: str
    seed: int
    experiment: str
    report: str = "experiment.report()"
    wrong_task: str = ""
    wrong_answer: str = ""


EXECUTIONS: tuple[Execution, ...] = (
    Execution(
        "slower",
        11,
        _experiment(
            "learning_rate",
            "CONFIG.learning_rate / 10",
            "down",
            -0.2,
            0.0,
            "Smaller steps hardly move the weights.",
        ),
    ),
    Execution(
        "faster",
        12,
        _experiment(
            "learning_rate",
            "CONFIG.learning_rate * 3",
            "up",
            0.0,
            0.1,
            "Two epochs are few, larger steps get further.",
        ),
    ),
    Execution(
        "larger_batch",
        13,
        _experiment(
            "batch_size", "CONFIG.batch_size * 2", "down", -0.1, 0.0, "Half as many updates in the same two epochs."
        ),
    ),
    Execution(
        "smaller_batch",
        14,
        _experiment(
            "batch_size", "CONFIG.batch_size // 2", "up", 0.0, 0.1, "Twice as many updates in the same two epochs."
        ),
    ),
    Execution(
        "shorter",
        15,
        _experiment(
            "max_length", "CONFIG.max_length // 2", "down", -0.1, 0.0, "The end of long complaints is cut off."
        ),
    ),
    Execution(
        "decayed",
        16,
        _experiment(
            "weight_decay", "0.1", "none", -0.02, 0.02, "Two epochs are too few for weight decay to matter."
        ),
    ),
    Execution("two_knobs", 17, _TWO_KNOBS, _BY_HAND),
    Execution("no_prediction", 18, _NO_PREDICTION, _BY_HAND),
    Execution(
        "wrong_tier",
        19,
        _experiment(
            "learning_rate",
            "CONFIG.learning_rate / 3",
            "down",
            -0.1,
            0.0,
            "Smaller steps learn less in two epochs.",
        ),
        wrong_task="f1_by_tier",
        wrong_answer="swallowed_tail",
    ),
)


@dataclass(frozen=True)
class Student:
    """One student. ``execution`` names whose runs stand in the notebook, "" where no notebook is handed in.

    ``copies`` says that another student holds the same execution: the records then get a nonce of their own,
    since copied work is no fault to be simulated here. ``edits`` are names in `generator.classroom.faults`.
    ``expects`` are the checks that must fail, ``status`` the status that the result must have.
    """

    name: str
    execution: str
    about: str
    style: Style = field(default_factory=Style)
    exporter: Exporter = "lab"
    edits: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    status: str = "graded"
    in_worksheet: bool = True
    extra_attempt: bool = False


_COMMA = Style(numbers="comma", template="bullets")
_PERCENT = Style(numbers="percent", template="table")
_HEADINGS = Style(numbers="fraction", template="headings", digits=2)

STUDENTS: tuple[Student, ...] = (
    Student("Ada Fekete", "slower", "honest, nbconvert's lab template"),
    Student("Bence Szűcs", "faster", "honest, percent, the classic template", _PERCENT, "classic"),
    Student("Carla d'Angelo", "larger_batch", "honest, hands in the notebook itself", exporter="ipynb"),
    Student("Dmitri Орлов", "smaller_batch", "honest, decimal commas and a bullet list", _COMMA),
    Student("Esi Owusu", "shorter", "honest, headings instead of a table", _HEADINGS),
    Student("Fatima al-Zahra", "decayed", "honest, a negative result plainly reported", _PERCENT),
    Student(
        "Gábor Tóth",
        "two_knobs",
        "changes learning rate and batch size at once",
        expects=("experiments.one_change", "experiments.held_constant"),
    ),
    Student(
        "Hana Nováková",
        "no_prediction",
        "runs the changed arm without a prediction",
        expects=("experiments.predicted_first",),
    ),
    Student(
        "Ivan Petrović",
        "wrong_tier",
        "hands in a task whose visible tests fail",
        expects=("tasks.tests_passed", "form.no_errors"),
    ),
    Student("Jing 李静", "slower", "honest, percent, re-ran cells out of order", _PERCENT, edits=("rerun_cells",)),
    Student("Kwame Boateng", "faster", "honest, commas, classic template", _COMMA, "classic"),
    Student("Léa Marchand", "larger_batch", "honest, added cells of her own", _HEADINGS, edits=("extra_cells",)),
    Student(
        "Maya Nair",
        "smaller_batch",
        "honest, ids and tags lost on the way",
        edits=("lost_ids",),
        exporter="classic",
    ),
    Student(
        "Niko Virtanen",
        "shorter",
        "leaves a memo section untouched",
        edits=("untouched_memo",),
        expects=("memo.answered",),
    ),
    Student(
        "Olga Sokolova",
        "decayed",
        "claims a clear effect from one seed an arm",
        edits=("claims_effect",),
        expects=("experiments.meaningful_supported",),
    ),
    Student(
        "Pedro Alves",
        "faster",
        "a memo number that the runs do not show",
        edits=("memo_number",),
        expects=("memo.numbers_traced",),
    ),
    Student(
        "Quynh Nguyễn",
        "slower",
        "edits a recorded metric in the HTML",
        edits=("record_number",),
        expects=("integrity.chain",),
    ),
    Student(
        "Rosa_María Gil",
        "larger_batch",
        "writes a diary instead of an argument",
        edits=("diary",),
        expects=("memo.no_diary",),
    ),
    Student(
        "Samir Haddad",
        "",
        "hands in the released notebook without a line of work",
        edits=("untouched",),
        expects=("tasks.tests_passed", "experiments.one_change", "memo.answered"),
    ),
    Student("Tomasz Zieliński", "", "a corrupt file", edits=("corrupt",), status="unreadable"),
    Student("Uma Krishnan", "", "an HTML page that is no notebook", edits=("plain_page",), status="unreadable"),
    Student("Viktor Ólafsson", "", "a PDF named .html", edits=("pdf",), status="unreadable"),
    Student(
        "Wanjiru Kamau",
        "",
        "the lab's notebook instead of the homework",
        edits=("other_assignment",),
        status="other_assignment",
    ),
    Student(
        "Yusuf Demir",
        "smaller_batch",
        "not in the worksheet, hands in twice",
        _PERCENT,
        in_worksheet=False,
        extra_attempt=True,
    ),
)


def execution_of(student: Student) -> Execution:
    """The execution whose runs stand in a student's notebook."""
    by_name: Mapping[str, Execution] = {execution.name: execution for execution in EXECUTIONS}
    return by_name[student.execution]


def shares_execution(student: Student) -> bool:
    """Whether an earlier student in the list already holds this execution's records."""
    earlier = STUDENTS[: STUDENTS.index(student)]
    return any(other.execution == student.execution for other in earlier)

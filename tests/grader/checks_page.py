"""docs/checks.md, made from the checks' titles, their docstrings and their cases.

.venv/bin/python -m tests.grader.checks_page
"""

import json
import tomllib
from pathlib import Path

from grader.checks import CHECKS
from grader.grading.check_cases import CASE_HEAD, case_row, in_cell
from paribus.files import write_atomic
from tests.grader.build import CASES, build, load

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"

HEAD = """# The checks

Made from the titles, the docstrings and the cases in `tests/grader/cases`;
`python -m tests.grader.checks_page` makes it anew.

A check looks at one cell of one submission and gives a verdict. **Passed** earns the check's points. **Failed**
means that what was handed in proves it: the cell was recovered, and a record, the output or the untouched text
contradicts what was asked. **Undecided** earns nothing and costs nothing until a person has decided: an export may
have lost something, or what was written cannot be read for certain. An undecided verdict may carry a
**proposal** (passed or failed, with a reason): the grader suspects something and cannot prove it. A student never
sees a proposal. **Not applicable** says that there is nothing the check is about; where a cell gives points for it,
a person decides over them. A check that breaks is undecided, with its traceback for the instructor. Each verdict
names its **basis**, the evidence that it rests on.

**One fault costs once.** Some checks come after others (the table at the end of this page). Where a check fails for
faults that have all cost points at checks before it, it does not apply, says so, and a person decides over its
points. A check without points takes none, so the fault then costs at the next one. Three things are faults of their
own: a second change and a list that names the declared variable as held constant; a wrong number and another wrong
number; a blank row and another blank row. A cell that is as it was released earns nothing, since nothing was
handed in there; in other cells' checks that costs nothing more.

The evidence is a claim. A record's digest catches careless edits; anyone who calls paribus can write a false record
that fits.

## How a number in prose is read

1. Numbers that claim nothing are left out: dates, versions, citations, sections, settings, confidence levels, and
   limits that the notebook's own text sets ("the gate asks for 0.92").
2. Every other number is held against all facts of the submission: recorded values, means, spreads, differences,
   ratios, intervals, class scores, and the numbers that the notebook shows. The words around it (metric, run,
   epoch, "mean", "difference") say how near each fact is.
3. The number is **traced** where two things hold. A near fact rounds to it, and a random number of as many digits
   would meet a fact that near in at most 5 % of cases (4 % for two decimals or fewer). Few digits therefore need
   clearer words. The same holds for a number that follows from two traced ones beside it. What is unclear then is
   held against the numbers around it. They show which printed row or column, which run or which report is quoted.
   A number is traced where it is one of the few values that are left of these (2.5 % for a random one). So is a
   number that follows from others as two more around it do, each less a limit or each as a multiple of another.
4. It is **wrong**, and fails, only where the sentence names one metric, one run and one kind of number, no other
   reading of the sentence fits, and the recorded value differs. A score over other items (training texts, some of
   the classes, a subset) or of another run (an earlier session, another machine) is never called wrong.
5. Where a number is likely wrong and this is not proved, it is **doubtful**: the check proposes to fail it.
6. Everything else is unclear. Beside three traced numbers or more, an unclear one costs nothing where it is a
   rounding of something that its sentence may mean. Where more than a third are unclear, or one is a rounding of
   nothing, a person looks.

Runs are called by their names, by what an arm's setting is, and as the notebook calls them: where its code says
`candidates = ...` and its text "the candidate", both name these runs. A check that is asked about one experiment
holds nobody's numbers of another experiment against them.

An accuracy that no whole number of validation items gives, in one run or as a mean over the seeds there are, is
doubtful, unless the notebook records accuracies of other items. So is a change that the two numbers beside it do
not have, and a p-value that so many seeds cannot give.

**Numbers of one sentence, or of one row of a table, are held to the laws between them.** This needs no record:

- a mean and a standard deviation (with n − 1 or n, or the standard error) are those of the values listed beside them;
- the F1 of one class, or a micro average, is the harmonic mean of its precision and its recall (macro and weighted
  averages are left alone, as are means over seeds);
- with z of K classes at F1 = 0, macro-F1 is at most (K − z)/K;
- accuracy and micro-F1 are one number where each item has one label;
- an accuracy times the items that the sentence names is a whole number;
- a factor, and a change that is called relative, are those of the two numbers before them.

A printed number may be any value that rounds to it. Where no such values satisfy the law, the number is doubtful. It is
wrong where the words leave no other reading, and where twice the rounding does not help either, since digits may have
been cut. The reason shows the arithmetic. A number that was traced is not held against the values listed beside it.

## How a sentence without a number is read

1. A sentence is cut into clauses. Left out is a clause's word on the future or on others' work, and a question.
2. Its words name metrics, runs, tiers, epochs, seeds, and how they compare: more, less, better, steadier, in each
   seed, inside an interval. The words are lists in `grader/reading/*.toml`, in English, German, French, Spanish,
   Italian, Portuguese, Hungarian, Polish, Russian and Chinese. A text in none of them is not read, and never
   failed.
3. A clause may leave something unsaid. Then it may be anything that the sentence, the one before it, or the
   question names.
4. Where the records refute every such reading, a person compares, and the check proposes to fail it. Nothing is
   failed for words alone, but a plain conclusion, a list of what was held constant, and an excuse in a memo. A
   conclusion is plain where it holds no condition, no "might", no "but" and no caution. Caution behind a claim takes
   it back. "Higher" alone is no proof: it may be said of the other arm or of an error, so the check proposes.
5. Held so are orders and changes, each or none of the seeds, so many of the intervals. So are counts of classes
   at zero that are tried or never predicted, rescued or lost. So are rows of a printed list above a bound,
   significance without a test, means over more seeds than ran, and validation called test. So are sizes of the
   data, settings (also one that is called the same in both runs), and the device, the model and the kind of data
   that every run recorded. So is a claim behind a "but" that follows caution. The template is held to what it
   says was changed, predicted and found, and how many predictions held. A citation that is in no list of sources
   and nowhere else is left to a person.
6. Tables that the notebook prints, and value records of one family (`candidate.int8.size_mb`), are read cell by
   cell. Found are a number beside a row's name that is another row's or another column's, or another row's and
   nothing else in the notebook, and two numbers that changed places. Read are also which of two rows is faster or has more, which is the best of all, and a steady
   course that is none. So are an arm's numbers that are the other arm's, how many rows lie beyond a bound, who keeps
   a limit in milliseconds, and a size in MB that no output shows.
7. Some sentences refute themselves or a rule. One is a p-value above 0.05 that is said to support a gain, or one
   that no output prints or that so many seeds cannot reach. Others are McNemar's test said of an average over
   classes, and a number that keeps a limit below it. Still others are "from 3.6 to 2.3 MB, a reduction by 63 %", and
   a sign that every output prints the other way round.
8. Two numbers of a sentence are held against what it says of them: more or less, and how many times. The predicted
   class has the highest probability, so no true class has a higher one. "From 0.247 down to 0.130" is held against
   every pair that the notebook shows before and after a change. A fraction is no number of percentage points.
9. What is said of all is held against each: the same in every seed, the same losses to the last digit, every tier or
   none. So are a change of a setting that no run has, from what to what a setting was varied, the factor for the
   updates, and on how many rows was trained. So is which row of a table has the most, and a steady course over
   its numbered rows.
10. A number may belong to something else. It may be the other model's, the opposite outcome's (won for lost), another
    column's, another seed's, or the rest of a whole. A median keeps no limit for the 95th percentile. Other seeds,
    other machines and the split are claims that no run of one seed, one machine and one split shows.
11. A memo that no other check reads is read by `memo.answered`, which then leaves it to a person.

A number that `notebook.quote(...)` showed is traced at once, since its record says what it is. Nobody has to use
it.

## Work without records

Nobody has to use paribus to train. Where a file holds no record of an experiment, its runs are read from what the
student's cells printed, and from the settings with which the code calls the training. Read are dictionaries,
JSON, `key=value` lines, progress bars, lines in words, data frames, and the tables and reports of transformers,
Keras, Lightning, fastai and scikit-learn. Numbers that were typed into the code which prints them are no results.
Such a verdict has the basis *shown* or *written*. **It never fails**: what the page contradicts is undecided,
with the proposal to fail.

- `experiments.one_change` passes where all of this holds. One allowed setting differs, and the seeds are equal.
  One function of the notebook trained both arms, reads the setting and does not branch on it. Nothing that it
  uses was replaced in between, and the cells ran once each from top to bottom. Where one setting differs and the
  rest is not proved, it proposes to pass. It proposes to fail where two settings differ, where the seeds differ,
  and where a function that trains was rewritten between the arms.
- `experiments.predicted_first` proposes to pass where a prediction is above the changed arm's run, in a
  text or in the code. Nobody can tell from a page when it was written.
- `experiments.held_constant` passes where the list agrees with the settings and one_change is proved, and else
  proposes to pass. It proposes to fail where a listed setting differs, or has another value.
- `experiments.result_matches`, `memo.numbers_traced` and `seeds.summary_matches` pass where the numbers are
  traced to outputs. A number that contradicts its run is proposed to fail where it is printed nowhere.
- `experiments.meaningful_supported` holds the claim against the printed seeds. "One seed cannot tell" passes
  whatever ran; an effect from one seed is proposed to fail.
- `seeds.enough`, `seeds.paired` and `seeds.distinct` pass where seeds and results are printed or written. Seeds
  that differ between the arms are proposed to fail.
- `metrics.baseline_first` passes where a baseline was printed in a cell that ran before the first training.
- `metrics.best_checkpoint` passes where each run of several epochs names its best one, or reports its numbers.
- `metrics.near_reference` proposes to pass where a printed baseline has the course's own numbers, and the model
  is in the band.

`metrics.recomputed` stays undecided: without predictions nobody can recompute what was printed.
"""

FAMILIES = {
    "tasks": "Code tasks",
    "experiments": "Experiments",
    "seeds": "Seeds",
    "metrics": "Metrics",
    "memo": "Memos",
    "form": "Form",
    "diagnosis": "Diagnoses of blind models",
    "integrity": "Integrity",
}
OVER_THE_CLASS = "integrity.copied"
ORDER = {"passed": 0, "failed": 1, "undecided": 2, "not_applicable": 3}


def render() -> str:
    """The page."""
    lines = [HEAD]
    family = ""
    for name, item in CHECKS.items():
        if name.split(".")[0] != family:
            family = name.split(".")[0]
            lines.append(f"## {FAMILIES[family]}\n")
        lines += [f"### {name}\n", f"**{item.title}.** {item.about}\n", *_table(name), ""]
    return "\n".join([*lines, *_causes()])


def _causes() -> list[str]:
    """Which checks come after which, with the faults of the cases that both of them see."""
    pairs = tomllib.loads((CASES / "_causes.toml").read_text(encoding="utf-8"))["pair"]
    lines = ["## Faults that two checks see\n", "| fault | costs at | is spared |", "| --- | --- | --- |"]
    for pair in pairs:
        costs, spared = (pair[name].partition(" at ")[0] for name in ("costs", "spared"))
        lines.append(f"| {in_cell(pair['about'])} | {costs} | {spared} |")
    lines += ["", "| check | comes after |", "| --- | --- |"]
    lines += [f"| {item.name} | {', '.join(item.after)} |" for item in CHECKS.values() if item.after]
    return [*lines, ""]


def _table(name: str) -> list[str]:
    """One row a case: what was handed in, the verdict, what the student reads."""
    if name == OVER_THE_CLASS:
        return _classes()
    rows = []
    for path in sorted((CASES / name).glob("*.json")):
        raw = load(path)
        case = build(raw)
        found = CHECKS[name](case, case.assignment.cell(raw["at"]), raw.get("options", {}))
        disguise = " (in disguise)" if raw["kind"] == "disguised" else ""
        row = case_row(found.outcome, f"{raw['about']}{disguise}", found.because)
        rows.append((ORDER[found.outcome], path.stem, row))
    return [*CASE_HEAD, *(row for _, _, row in sorted(rows))]


def _classes() -> list[str]:
    """One row a class: what two people handed in, and whether the instructor is shown the pair."""
    rows = []
    for raw in json.loads((CASES / "_classes.json").read_text(encoding="utf-8")):
        disguise = " (in disguise)" if raw["kind"] == "disguised" else ""
        rows.append(f"| {'shown' if raw['pairs'] else 'not shown'} | {in_cell(raw['about'])}{disguise} |")
    return ["| to the instructor | what two people handed in |", "| --- | --- |", *sorted(rows, reverse=True)]


if __name__ == "__main__":
    write_atomic(PAGE, render())

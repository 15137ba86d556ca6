"""The README's list of the course: each week's notebooks, and what the recorded runs measured.

    python -m tools.course_table            # writes the table into README.md
    python -m tools.course_table --print

No number is typed: each is a reference that a recorded run left in solutions/, or a rate of a zoo's evidence there.
A test holds README.md to it.
"""

import argparse
import json
import re
import string
from pathlib import Path

from generator.project import shipped_course
from generator.running.references import References, load_references
from paribus.course.catalog import load_course
from paribus.files import write_atomic
from paribus.training.profiles import Profile

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- course: begin -->", "<!-- course: end -->"
PROFILE = "smoke"
OPEN = "not recorded yet"
ZOOS = "zoos/"
ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("1", "lab: audit the data, fit the model to beat", "week1_lab",
     "TF-IDF: accuracy {tfidf.accuracy:.3f}, macro-F1 {tfidf.macro_f1:.3f}"),
    ("1", "homework: fine-tune an encoder, change one thing", "week1_homework",
     "encoder: macro-F1 {encoder.macro_f1:.3f}, {encoder.zero_f1_classes:.1f} classes at zero"),
    ("2", "lab: four models without a label", "zoos/week2",
     "one naming fits in {one_key:.0f} of {seeds:.0f} seeds; weights: macro-F1 {weighted.higher_macro_f1:+.3f}"),
    ("2", "homework: class weights over seeds, where errors land", "week2_homework",
     "macro-F1 {class_weights.baseline.macro_f1:.3f}, with weights {class_weights.changed.macro_f1:.3f}"),
    ("3", "lab: a script that does not train, six pathologies", "zoos/pathologies",
     "one naming fits in {one_key:.0f} of {seeds:.0f} seeds; overfitted: loss {overfitting.validation_rose:+.2f}"),
    ("3", "homework: a decoder with LoRA against the encoder", "week3_homework",
     "accuracy {encoder.accuracy:.3f} of the encoder, {decoder.accuracy:.3f} of the decoder with LoRA"),
    ("4", "lab: calibration, unknown texts, intervals, McNemar", "week4_lab",
     "AUROC of the maximum softmax against texts that are no complaints: {unknown.softmax_strangers.roc_auc:.3f}"),
    ("4", "homework: four remedies in one table, confirmed on fresh seeds", "week4_homework",
     "macro-F1 {confirmed.baseline.macro_f1:.3f}, with the chosen row {confirmed.changed.macro_f1:.3f}"),
    ("5", "lab: the same model in fewer bits", "week5_lab",
     "two bits: accuracy {bits2_group0.accuracy:.3f}, with a scale for 32 weights {bits2_group32.accuracy:.3f}"),
    ("5", "homework: your own model within a latency budget", "week5_homework",
     "accuracy {every.plain.accuracy:.3f}, with half of each text {every.half_length.accuracy:.3f}"),
    ("6", "lab: distillation, and models made smaller without a label", "week6_lab",
     "accuracy {twin.accuracy:.3f} on labels alone, {student.accuracy:.3f} with a teacher"),
    ("6", "homework: the recommendation, from the term's own records", "week6_homework",
     "accuracy {mix.baseline.accuracy:.3f} on labels alone, {mix.changed.accuracy:.3f} with soft targets"),
    ("–", "methodology lab: controls behind which something really trains", "methodology_lab",
     "accuracy {leak.photograph:.3f} split by photograph, {leak.entity:.3f} split by entity"),
    ("–", "project: an intent classifier; its proposal and mid-term", "project_midterm",
     "the model in use: accuracy {champion.accuracy:.3f}, on messages with two intents {slice.two:.3f}"),
)  # fmt: skip
"""Week, notebook, the assignment whose references (or the zoo whose rates) are shown, and the words around them."""


def course_table(references: References, profile: Profile) -> str:
    """The table in Markdown; a cell says `OPEN` where a reference it names was not recorded on the profile."""
    lines = ["| week | notebook | what our runs on smoke measured |", "| --- | --- | --- |"]
    for week, notebook, assignment, words in ROWS:
        lines.append(f"| {week} | {notebook} | {_filled(words, assignment, references, profile)} |")
    return "\n".join(lines)


def _filled(words: str, assignment: str, references: References, profile: Profile) -> str:
    parts = []
    for literal, name, form, _ in string.Formatter().parse(words):
        parts.append(literal)
        if name is None:
            continue
        if assignment.startswith(ZOOS):
            number = _rate(assignment, name, profile)
        else:
            found = references.lookup(assignment, name, profile=profile)
            number = None if found is None else found.mean
        if number is None:
            return OPEN
        parts.append(format(number, form or ""))
    return "".join(parts)


def _rate(zoo: str, name: str, profile: Profile) -> float | None:
    """A zoo's number by the profile: ``one_key`` and ``seeds`` are counts, any other name is a test's mean."""
    raw = json.loads((load_course(shipped_course()).folders.solutions / f"{zoo}.json").read_text(encoding="utf-8"))
    for entry in raw["entries"]:
        if entry["profile"] == profile.name:
            tests = entry["tests"]
            counts = {"one_key": entry["one_key"], "seeds": min(test["seeds"] for test in tests.values())}
            return float(counts[name] if name in counts else tests[name]["mean"])
    return None


def with_table(text: str, table: str) -> str:
    """The README's text with the table between its two marks."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n{table}\n{END}", text, count=1)


def current_table() -> str:
    """The table of the shipped course as its solutions are now."""
    course = load_course(shipped_course())
    return course_table(load_references(course.folders.solutions), course.profile(PROFILE))


def main() -> int:
    """Write the table into README.md, or print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--print", action="store_true", help="print the table and write nothing")
    if parser.parse_args().print:
        print(current_table())  # noqa: T201 - a command
        return 0
    write_atomic(README, with_table(README.read_text(encoding="utf-8"), current_table()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

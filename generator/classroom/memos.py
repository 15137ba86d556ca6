"""How simulated students write: the same findings in several hands.

Every number comes from `Findings`, that is, from the student's own executed runs. A style decides how a
number looks and how sentences go; what is said stays true of the numbers, whatever they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from generator.classroom.findings import Findings

Numbers = Literal["fraction", "percent", "comma"]
Template = Literal["table", "bullets", "headings"]


@dataclass(frozen=True)
class Style:
    """How a student writes: numbers as 0.542, 54.2 % or 0,542; the template as table, list or headings."""

    numbers: Numbers = "fraction"
    template: Template = "table"
    digits: int = 3


def write_number(value: float, style: Style) -> str:
    """A fraction in the student's notation."""
    if style.numbers == "percent":
        return f"{100 * value:.{style.digits - 2}f} %"
    text = f"{value:.{style.digits}f}"
    return text.replace(".", ",") if style.numbers == "comma" else text


def template_rows(findings: Findings, style: Style, meaningful: str = "") -> list[tuple[str, str]]:
    """The five fields of the experiment template, filled in from the runs."""
    before, after = findings.before_and_after
    held = [name for name in ("learning rate", "batch size", "max length", "weight decay", "scheduler", "epochs")
            if name != findings.vary.replace("_", " ")]  # fmt: skip
    baseline, changed = findings.of("encoder", "macro_f1"), findings.of("changed", "macro_f1")
    return [
        ("Variable changed", f"{findings.vary.replace('_', ' ')}, from {before} to {after}"),
        ("Held constant", f"data and split, model, {', '.join(held)}, warm-up, seed"),
        ("Prediction", "as stated before the run: the macro-F1 will move in the direction I gave, for the reason I gave"),
        ("Result", f"macro-F1 was {write_number(baseline, style)} in the baseline arm and "
                   f"{write_number(changed, style)} in the changed arm"),
        ("Meaningful?", meaningful or "Cannot tell: one seed an arm shows a difference, not whether it exceeds the noise"),
    ]  # fmt: skip


def write_template(rows: list[tuple[str, str]], template: Template) -> str:
    """The template's rows as a markdown table, a bullet list or headings."""
    writers: dict[Template, Callable[[list[tuple[str, str]]], str]] = {
        "table": _table,
        "bullets": lambda items: "\n".join(f"- **{field}:** {words}" for field, words in items),
        "headings": lambda items: "\n\n".join(f"#### {field}\n{words}." for field, words in items),
    }
    return writers[template](rows)


def _table(rows: list[tuple[str, str]]) -> str:
    lines = ["| field | what you write |", "| --- | --- |"]
    return "\n".join(lines + [f"| {field} | {words} |" for field, words in rows])


def write_comparison(findings: Findings, style: Style) -> str:
    """The memo's first section: what the encoder changed."""
    def show(run: str, metric: str) -> str:
        return write_number(findings.of(run, metric), style)

    zero = {run: f"{findings.of(run, 'zero_f1_classes'):.0f}" for run in ("tfidf", "encoder")}
    return (
        f"On the validation split TF-IDF has an accuracy of {show('tfidf', 'accuracy')} and a macro-F1 of "
        f"{show('tfidf', 'macro_f1')}. The encoder has an accuracy of {show('encoder', 'accuracy')} and a macro-F1 of "
        f"{show('encoder', 'macro_f1')}. TF-IDF leaves {zero['tfidf']} classes at F1 = 0, the encoder leaves "
        f"{zero['encoder']} classes at F1 = 0, counted over the classes that occur in the validation split.\n\n"
        "Accuracy counts complaints and is carried by the few large classes, so it says little about the tail. Macro-F1 "
        "counts every class once, and there the classes without a single correct answer weigh heavily. Most classes that "
        "changed sides have few training examples and very few validation examples, so one complaint more or less decides "
        "whether a class counts as rescued. I looked at two of the rescued classes: their complaints use many different "
        "words for the same event, which a bag of words cannot join. That can be tested by measuring how much vocabulary "
        "the complaints of a class share, and asking whether classes with little overlap are rescued more often than "
        "others of the same size."
    )


def write_recommendation(findings: Findings, style: Style) -> str:
    """The memo's second section: a decision, its limits, the next experiment and the sources."""
    return (
        f"With a macro-F1 of {write_number(findings.of('encoder', 'macro_f1'), style)} for the encoder against "
        f"{write_number(findings.of('tfidf', 'macro_f1'), style)} for TF-IDF I would not decide yet. One training run of the "
        "encoder stands against a deterministic model, and the spread between seeds is unknown, so the comparison cannot "
        "carry a deployment. TF-IDF costs nothing to serve and its weights can be read, which counts for a team that has "
        "to explain its routing to a regulator. What the evidence cannot show is how either model behaves on next month's "
        "complaints, since the split is random and not in time. The experiment I would run next changes one thing, the "
        "seed, three times in each arm; I predict a standard deviation of macro-F1 that is small against the gap between "
        "head and tail.\n\n"
        "Sources: the week 1 lecture and lab; Warner et al. (2024) on ModernBERT. AI use: none."
    )

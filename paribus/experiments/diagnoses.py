"""Blind models: say how each was trained, with numbers for it, before anybody tells.

    diagnoses = notebook.diagnoses(zoo, {"baseline": "three epochs on all data", …})
    diagnoses.diagnose(
        "Alpha", recipe="baseline",
        evidence=[seen("accuracy", 0.561, "comparison"), seen("epochs", 3, "curves")],
        why="No other model is as accurate, and …",
    )
    diagnoses.commitment()          a code to hand in before the reveal

Nothing here knows the answer. What can be refused is a diagnosis that could not be judged.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from paribus.display.markup import Table
from paribus.display.show import executed_cells, show_tables
from paribus.errors import DiagnosisError
from paribus.experiments.commitment import commit_diagnoses
from paribus.experiments.recording import Recording
from paribus.records.diagnosis import Citation, Diagnosis
from paribus.records.fields import clean_text
from paribus.zoo.folder import ZooFolder

LEAST_WORDS = 5
LEAST_CITED = 2
LONGEST = 2_000


@dataclass(repr=False)
class Diagnoses:
    """The diagnoses of one zoo in one notebook. ``choices`` are the recipes, each with what it means."""

    notebook: Recording
    zoo: ZooFolder
    choices: Mapping[str, str]

    def __repr__(self) -> str:
        """One line for people."""
        said = ", ".join(f"{item.model}: {item.recipe}" for item in self.made().values())
        return f"Diagnoses({self.zoo.name}; {said or 'none yet'})"

    def diagnose(self, model: str, *, recipe: str, evidence: Sequence[Citation], why: str) -> None:
        """Write down how ``model`` was trained and which numbers say so; the last one made of a model counts.

        ``evidence`` is a list of `seen`. The same diagnosis made again keeps the time at which it was first
        written. DiagnosisError where there is no such model or recipe, no evidence, or no reason.
        """
        if model not in self.zoo.models:
            raise DiagnosisError(f"There is no model called {model!r}. The zoo has {', '.join(self.zoo.models)}.")
        if not isinstance(recipe, str) or recipe not in self.choices:
            listed = "; ".join(f"{name!r} ({what})" for name, what in self.choices.items())
            raise DiagnosisError(f"{recipe!r} is none of the recipes. Choose one of: {listed}.")
        cited = tuple(evidence) if isinstance(evidence, list | tuple) else ()
        if not cited or not all(isinstance(item, Citation) for item in cited):
            raise DiagnosisError(
                f'A diagnosis of {model} rests on numbers: evidence=[seen("epochs", 3, "curves"), …].'
            )
        if not isinstance(why, str) or len(why.split()) < LEAST_WORDS or len(why) > LONGEST:
            raise DiagnosisError(f'Say in a sentence why the numbers point to {recipe!r}: why="…".')
        session = self.notebook.session
        made = Diagnosis(
            self.zoo.name, self.zoo.digest, model, recipe, cited, clean_text(why.strip()), session.now(),
            session.count,
        )  # fmt: skip
        earlier = (item.diagnosis for item in session.find("diagnosis", release=session.release))
        for found in earlier:
            if found is not None and replace(found, written=made.written, written_after=made.written_after) == made:
                made = found
                break
        table = diagnosis_table(made, self.choices[recipe])
        notes = (table.note, *remarks(made, executed_cells()))
        self.notebook.diagnosis(made, replace(table, note=" ".join(notes)))

    def made(self) -> dict[str, Diagnosis]:
        """The diagnosis in force of each model that has one, by codename in the zoo's order."""
        newest: dict[str, Diagnosis] = {}
        for record in self.notebook.session.find("diagnosis"):
            item = record.diagnosis
            if item is not None and (item.zoo, item.edition) == (self.zoo.name, self.zoo.digest):
                newest.setdefault(item.model, item)
        return {name: newest[name] for name in self.zoo.models if name in newest}

    def commitment(self) -> str:
        """A short code for all of these diagnoses, to hand in before the reveal.

        It fits these recipes, these numbers and this notebook alone. Takes a moment on purpose. DiagnosisError
        where a model has no diagnosis yet.
        """
        made = self.made()
        missing = [name for name in self.zoo.models if name not in made]
        if missing:
            raise DiagnosisError(f"There is no diagnosis of {', '.join(missing)} yet. Call diagnose(…) first.")
        code = commit_diagnoses(made.values(), self.notebook.session.nonce)
        note = (
            "Hand this code in before the reveal. A diagnosis that is changed afterwards, or a deleted .paribus "
            "folder, does not fit it any more; the words of a reason may still be polished."
        )
        rows = tuple((name, item.recipe) for name, item in made.items())
        show_tables(Table(f"Commitment for {self.zoo.name}: {code}", ("model", "recipe"), rows, note))
        return code

    def summary(self) -> None:
        """Show which models have a diagnosis, and which have none."""
        made = self.made()
        rows = tuple(
            (name, made[name].recipe, _numbers(made[name])) if name in made else (name, "not diagnosed yet", "")
            for name in self.zoo.models
        )
        show_tables(Table(f"Diagnoses of {self.zoo.name}", ("model", "recipe", "evidence"), rows))


def diagnosis_table(made: Diagnosis, meaning: str) -> Table:
    """What people see of a diagnosis."""
    rows = (
        ("recipe", f"{made.recipe}: {meaning}" if meaning else made.recipe),
        *((item.statistic, f"{item.value:g} (in {item.cell})") for item in made.evidence),
        ("because", made.why),
    )
    return Table(f"Diagnosis of {made.model}", ("", ""), rows, f"First written {made.written}.")


def remarks(made: Diagnosis, cells: Sequence[str]) -> tuple[str, ...]:
    """What a diagnosis lacks that was asked for: numbers enough, and places that there are among ``cells``.

    Whether the numbers are right is not looked at.
    """
    statistics = {item.statistic for item in made.evidence}
    lacking = () if len(statistics) >= LEAST_CITED else (
        f"Only {', '.join(statistics)} is cited: at least {LEAST_CITED} different statistics are asked for.",
    )  # fmt: skip
    places = dict.fromkeys(item.cell for item in made.evidence) if cells else {}
    unknown = [place for place in places if not _is_cell(place, cells)]
    return *lacking, *(
        f"No cell that ran in this session begins with “# {place}”: cite a cell by its first line."
        for place in unknown
    )


def _is_cell(place: str, cells: Sequence[str]) -> bool:
    """Whether a cell that ran has this number, or a first line whose words are in the place's name."""
    numbers = [int(found) for found in re.findall(r"\d{1,6}", place)]
    firsts = (cell.strip().partition("\n")[0] for cell in cells)
    names = [first.lstrip("# ").casefold() for first in firsts if first.startswith("#")]
    known = any(name and re.search(rf"\b{re.escape(name)}\b", place.casefold()) for name in names)
    return known or any(0 < number < len(cells) for number in numbers)


def _numbers(made: Diagnosis) -> str:
    return ", ".join(f"{item.statistic} {item.value:g}" for item in made.evidence)

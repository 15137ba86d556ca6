"""`paribus zoo build`: recipes in; a folder for students, a reveal for the instructor, a marker written last.

DIR/student/zoo/<zoo>/                    what students get (a Kaggle data set as it is)
DIR/instructor/zoo/<zoo>/<term>/          reveal.json (the sealed key), reveal.html, reveal.ipynb, notebooks/
DIR/instructor/zoo/<zoo>/<term>/complete.json   written last
DIR/instructor/zoo-<zoo>-<recipe>/…       the training runs, kept by their content
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from generator.errors import ZooBuildError
from generator.platforms.kaggle.settings import load_kaggle
from generator.running.given import given_library
from generator.running.kernel import Kernel
from generator.running.library_code import library_function
from generator.running.run import Observe
from generator.zoo.data import card_of, data_of, priors_of, settings_of, source_of
from generator.zoo.evidence import Found, failed_gates, fitting_keys, judge
from generator.zoo.outcome import make_tokenizer
from generator.zoo.plan import Plan
from generator.zoo.rates import read_rates
from generator.zoo.reveal import REVEAL, write_reveal
from generator.zoo.seal import Leak, find_leaks
from generator.zoo.student import DataCard, student_files, write_student_folder, writing
from generator.zoo.training import Trained, train_all
from paribus.course.catalog import Course
from paribus.course.zoo import Zoo
from paribus.course.zoo.recipes import FUNCTION
from paribus.course.zoo.statistics import Observed, compute
from paribus.data.texts import TextData
from paribus.files import json_text, write_atomic
from paribus.zoo.comparison import Load, load_data, logits_of, tail_of
from paribus.zoo.folder import open_zoo
from paribus.zoo.sheets import Sheet
from paribus.zoo.where import CHECKSUMS

MARKER = "complete.json"
SCHEMA = "paribus.reveal/1"


@dataclass(frozen=True)
class Order:
    """What a user asks of a build; ``data`` None is the profile's own."""

    data: str | None = None
    workers: int = 1
    force: bool = False
    time_limit: float | None = None


@dataclass(frozen=True)
class Built:
    """A finished zoo: its folders, each test's answer, and how many ways of naming the models the gates leave."""

    student: Path
    instructor: Path
    edition: str
    found: tuple[Found, ...]
    fitting: int
    trained: tuple[Trained, ...]


Say = Callable[[str], None]


def student_folder(out: Path, zoo: str) -> Path:
    """Where a zoo's student folder is below the output folder."""
    return out / "student" / "zoo" / zoo


def instructor_folder(out: Path, zoo: str, term: str) -> Path:
    """Where a term's reveal is below the output folder."""
    return out / "instructor" / "zoo" / zoo / term


def build_zoo(
    plan: Plan, out: Path, order: Order, *, course: Course, solutions: Path | None = None,
    kernel: Kernel | None = None,    observe: Observe = lambda progress: None, say: Say = lambda words: None,
) -> Built:  # fmt: skip
    """Train, prove, hand out, reveal; what was finished stays whatever fails after it.

    ``solutions`` hold the measured rates, the course's where it is None.

    RunError where a training run fails; ZooBuildError where a gating test does not hold, the student's folder
    tells too much, or a disk is full.
    """
    zoo, profile = plan.zoo, plan.profile
    source = source_of(profile, order.data)
    target = instructor_folder(out, zoo.name, plan.term)
    (target / MARKER).unlink(missing_ok=True)
    if FUNCTION.fullmatch(_model(plan)):
        library_function(course, _model(plan), f"{zoo.file}: [profiles.{profile.name}] model")
    say("reading the data")
    data = data_of(course, zoo, profile, order.data)
    say("tokenising the texts")
    share_tokens(plan, data)
    say("training")
    with writing(out):
        library = given_library(course)
    trained = train_all(
        plan, source, out, workers=order.workers, force=order.force, kernel=kernel, observe=observe,
        limit=order.time_limit, library=library,
    )  # fmt: skip
    say("weighing the evidence")
    of = {item.recipe: compute(_observed(zoo, item, data)) for item in trained}
    rates = read_rates(zoo, plan.profile.name, _model(plan), solutions or course.folders.solutions)
    found = judge(zoo, of, rates)
    outcomes = {item.recipe: item.outcome for item in trained}
    card = card_of(data, source, settings_of(zoo, profile))
    files = student_files(plan, outcomes, card, _max_length(plan), load_kaggle(course))
    reveal = reveal_json(plan, trained, of, found, data=card)
    with writing(target):
        _keep(target, reveal, trained, plan.codenames)
    failed = failed_gates(found)
    if failed:
        lines = "\n".join(_sentence(item, plan.codenames) for item in failed)
        raise ZooBuildError(
            f"The zoo {zoo.name!r} of {plan.term} does not show what it must:\n{lines}\nNo folder for students was "
            f"written; the runs and {target / REVEAL} are kept. Change the recipe and measure it again (make "
            "zoo-terms); another seed until it shows is not evidence."
        )
    say("writing the student's folder")
    folder = write_student_folder(student_folder(out, zoo.name), files)
    leaks = find_leaks(folder, zoo)
    if leaks:
        (folder / CHECKSUMS).unlink()  # without them nobody opens or publishes it
        raise ZooBuildError(leaks_message(folder, leaks))
    edition = open_zoo(folder).digest
    with writing(target):
        write_atomic(target / REVEAL, json_text({**reveal, "edition": edition}))
        write_reveal(target, folder, zoo)
        marker = {"schema": SCHEMA, "zoo": zoo.name, "term": plan.term, "edition": edition,
                  "reveal": hashlib.sha256((target / REVEAL).read_bytes()).hexdigest()}  # fmt: skip
        write_atomic(target / MARKER, json_text(marker))
    by_codename = {plan.codenames[name]: values for name, values in of.items()}
    fitting = len(fitting_keys(zoo, by_codename, rates)) if any(item.gates for item in found) else 0
    return Built(folder, target, edition, found, fitting, trained)


def observed(log: Any, labels: Any, logits: Any, data: TextData, sheet: Sheet | None = None) -> Observed:
    """What can be seen of one model, with the data's tiers and priors."""
    return Observed(log, labels, logits, tail_of(data), priors_of(data), sheet)


def share_tokens(plan: Plan, data: TextData) -> None:
    """Tokenise what the runs need before they start side by side, so that each finds it done."""
    from paribus.training.shared import prepare_shared

    configs = [plan.zoo.settings(recipe, plan.profile.name)[0] for recipe in plan.zoo.recipes]
    # Most recipes have one model and one length, so that their tokens are the same.
    unlike = {(config.model, config.max_length, config.train_rows): config for config in configs}
    for config in unlike.values():
        prepare_shared(data, config, make_tokenizer(config.model, data))


def reveal_json(
    plan: Plan, trained: Sequence[Trained], of: Mapping[str, Mapping[str, float]], found: Sequence[Found],
    *, data: DataCard,
) -> dict[str, Any]:  # fmt: skip
    """The sealed key with everything the instructor shows afterwards, by codename."""
    models = {}
    for item in sorted(trained, key=lambda one: plan.codenames[one.recipe]):
        recipe = plan.zoo.recipe(item.recipe)
        config, regime = plan.zoo.settings(recipe, plan.profile.name)
        models[plan.codenames[item.recipe]] = {
            "recipe": recipe.name, "title": recipe.title, "lectures": recipe.lectures, "story": recipe.story,
            "changes": recipe.changed(plan.profile.name), "config": asdict(config), "regime": regime.to_json(),
            "seed": item.seed, "attempts": list(item.attempts), "seconds": round(item.seconds, 1),
            "finite": item.outcome.finite,
            "statistics": {name: _plain(value) for name, value in of[item.recipe].items()},
            "evidence": [one.to_json() for one in found if one.recipe == item.recipe],
        }  # fmt: skip
    return {
        "schema": SCHEMA, "zoo": plan.zoo.name, "title": plan.zoo.title, "term": plan.term,
        "profile": plan.profile.name, "data": data.to_json(), "models": models,
        "versions": dict(trained[0].versions),
    }  # fmt: skip


def read_reveal(folder: Path) -> dict[str, Any]:
    """A finished term's reveal; ZooBuildError where the build did not end, another version wrote it, or it was
    altered since.
    """
    if not (folder / MARKER).is_file():
        raise ZooBuildError(
            f"{folder}: there is no {MARKER}, so this zoo was not finished. Run `paribus zoo build` with this "
            "--term and --out; what was trained is not trained again."
        )
    try:
        content = (folder / REVEAL).read_bytes()
        raw: dict[str, Any] = json.loads(content)
        marker = json.loads((folder / MARKER).read_bytes())
    except (OSError, ValueError) as error:
        raise ZooBuildError(f"{folder / REVEAL}: cannot be read ({error}). Build the zoo again.") from error
    if raw.get("schema") != SCHEMA:
        raise ZooBuildError(
            f"{folder / REVEAL}: a zoo of schema {raw.get('schema')!r}; this paribus reads "
            f"{SCHEMA!r}. Build it again."
        )
    if marker.get("reveal") != hashlib.sha256(content).hexdigest():
        raise ZooBuildError(f"{folder / REVEAL}: was changed after its build. Build the zoo again.")
    return raw


def leaks_message(folder: Path, leaks: Sequence[Leak]) -> str:
    """What a folder tells that it must not."""
    lines = "\n".join(f"  {leak.file}: {leak.kind}: {leak.what}" for leak in leaks)
    return f"{folder}: tells more than it may, so it must not be handed out:\n{lines}"


def recompute(folder: Path, load: Load) -> dict[str, dict[str, float]]:
    """Codename → statistics from the student's folder alone: its logs, and its weights on the validation part
    of the data that ``load`` gives.

    DataError where the data at hand are not those the folder names.
    """
    handed = open_zoo(folder)
    data = load_data(handed, load)
    labels = np.asarray(data.validation.labels, dtype=np.int64)
    found = {}
    for name in handed.models:
        if handed.sheets:
            found[name] = compute(observed(None, labels, handed.logits(name), data, handed.sheet(name)))
            continue
        logits = logits_of(handed, name, data) if handed.weights else None
        found[name] = compute(observed(handed.log(name), labels, logits, data))
    return found


def _observed(zoo: Zoo, item: Trained, data: TextData) -> Observed:
    found = item.outcome
    return observed(found.log, found.labels, found.logits if zoo.answers else None, data, found.sheet)


def _model(plan: Plan) -> str:
    return str(plan.zoo.profiles[plan.profile.name]["model"])


def _max_length(plan: Plan) -> int:
    return int(plan.zoo.profiles[plan.profile.name]["max_length"])


def _keep(
    target: Path, reveal: Mapping[str, Any], trained: Sequence[Trained], codenames: Mapping[str, str]
) -> None:
    """The reveal and the executed notebooks, before anything is judged."""
    write_atomic(target / REVEAL, json_text(reveal))
    (target / "notebooks").mkdir(exist_ok=True)
    for item in trained:
        shutil.copyfile(item.notebook, target / "notebooks" / f"{codenames[item.recipe]}.ipynb")


def _sentence(item: Found, codenames: Mapping[str, str]) -> str:
    name = codenames[item.recipe]
    return f"  {item.recipe} ({name}), {item.test}: {item.value:.4g}, bound {item.bound:g}. {item.says}"


def _plain(value: float) -> float | None:
    return float(f"{value:.6g}") if np.isfinite(value) else None

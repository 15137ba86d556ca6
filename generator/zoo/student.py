"""The students' folder: flat, as Kaggle wants it, the same bytes for the same models, and nothing but the models.

Which recipe is behind a codename decides what is in its weights and its log, and nothing else.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import ZooBuildError
from generator.publishing.kaggle_metadata import DATASET_FILE, KaggleSettings, slug_of
from generator.publishing.kaggle_metadata import to_text as metadata_text
from generator.zoo.outcome import TOKENIZER_FILES, Outcome
from generator.zoo.plan import Plan
from paribus.files import write_atomic
from paribus.zoo.folder import CONFIG, SCHEMA
from paribus.zoo.where import CARD, CHECKSUMS

README = "README.md"
FILE_TIME = 1_767_225_600
"""Every file's time: the first of January 2026, UTC."""
MODE = 0o644


@dataclass(frozen=True)
class DataCard:
    """What students may know of the data: how to load them (a source, settings by name), and that they have the
    right ones.
    """

    source: str
    settings: Mapping[str, Any]
    fingerprint: str
    split_digest: str
    classes: int

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"source": self.source, **self.settings, "fingerprint": self.fingerprint,
                "split_digest": self.split_digest, "classes": self.classes}  # fmt: skip


def student_files(
    plan: Plan, outcomes: Mapping[str, Outcome], data: DataCard, max_length: int, kaggle: KaggleSettings | None
) -> dict[str, bytes]:
    """Every file by name but the checksums; ``outcomes`` maps recipes to their runs. Without Kaggle's settings the
    folder has no metadata for Kaggle.

    ZooBuildError where the models do not share one architecture and tokenizer, or cannot be opened by students.
    """
    from safetensors.numpy import load_file, save

    codenames = plan.codenames
    shared = {} if plan.zoo.sheets else _shared(outcomes)
    files: dict[str, bytes] = {
        CARD: _card(plan, data, max_length), README: _readme(plan, data).encode(),
    }  # fmt: skip
    if kaggle is not None:
        files[DATASET_FILE] = metadata_text(dataset_metadata(plan, kaggle)).encode()
    if plan.zoo.weights:
        if json.loads(shared[CONFIG]) == {}:
            raise ZooBuildError(
                f"The models of the zoo {plan.zoo.name!r} are no transformers models, so students cannot "
                "open their weights. Write weights = false into the zoo's file: students then get the logs."
            )
        files |= {CONFIG: shared["config.json"], **{name: shared[name] for name in TOKENIZER_FILES}}
    for recipe, outcome in outcomes.items():
        codename = codenames[recipe]
        if outcome.sheet is not None:
            files[f"{codename}.json"] = outcome.sheet.to_json().encode()
            files[f"{codename}.safetensors"] = save({"logits": outcome.logits})
            continue
        files[f"{codename}.json"] = outcome.log.to_json().encode()
        files[f"{codename}.csv"] = outcome.log.to_csv().encode()
        if plan.zoo.weights:
            # Written anew: a file's metadata and the order of its tensors are the library's, not the run's.
            files[f"{codename}.safetensors"] = save(dict(sorted(load_file(outcome.weights).items())))
    return dict(sorted(files.items()))


def write_student_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write the folder anew, the checksums last, every file with the same time and mode.

    Kaggle's client reads the data set's metadata and does not hand it on, so the checksums leave that file out:
    students there get every other one. ZooBuildError where the disk is full; what was trained stays.
    """
    sums = {
        name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items()) if name != DATASET_FILE
    }
    with writing(folder):
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        last = (json.dumps(sums, sort_keys=True, indent=1) + "\n").encode()
        for name, content in {**files, CHECKSUMS: last}.items():
            write_atomic(folder / name, content)
            (folder / name).chmod(MODE)
            os.utime(folder / name, (FILE_TIME, FILE_TIME))
        os.utime(folder, (FILE_TIME, FILE_TIME))
    return folder


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """What the system refuses to write below ``folder`` as a ZooBuildError that says what to do."""
    try:
        yield
    except OSError as error:
        raise ZooBuildError(
            f"{folder}: cannot be written ({error.strerror}). The models whose training ended are kept; free some "
            "space and run the same command again."
        ) from error


def dataset_metadata(plan: Plan, kaggle: KaggleSettings) -> dict[str, Any]:
    """The dataset-metadata.json of the zoo, under the same owner and license as the course's own data set."""
    title = f"paribus zoo {plan.zoo.name} {plan.term}"[:50].rstrip("-_ ")
    return {
        "id": f"{kaggle.owner}/{slug_of(title)}", "title": title, "subtitle": plan.zoo.title[:80],
        "description": plan.zoo.about, "licenses": [{"name": kaggle.dataset["license"]}],
        "isPrivate": bool(kaggle.dataset["is_private"]), "keywords": list(kaggle.dataset["keywords"]),
        "resources": [],
    }  # fmt: skip


def _shared(outcomes: Mapping[str, Outcome]) -> Mapping[str, bytes]:
    first, *others = outcomes.items()
    for recipe, outcome in others:
        for name, content in outcome.shared.items():
            if content != first[1].shared[name]:
                raise ZooBuildError(
                    f"The runs of {first[0]!r} and {recipe!r} differ in {name}: all models of a zoo share one "
                    "architecture and tokenizer. Keep model and max_length out of the recipes' changes."
                )
    return first[1].shared


def _card(plan: Plan, data: DataCard, max_length: int) -> bytes:
    card = {
        "schema": SCHEMA, "name": plan.zoo.name, "title": plan.zoo.title, "term": plan.term,
        "profile": plan.profile.name, "models": sorted(plan.zoo.codenames), "weights": plan.zoo.weights,
        "data": data.to_json(), "max_length": max_length, **({"sheets": True} if plan.zoo.sheets else {}),
    }  # fmt: skip
    return (json.dumps(card, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _readme(plan: Plan, data: DataCard) -> str:
    zoo = plan.zoo
    names = sorted(zoo.codenames)
    ends = ("json", "safetensors") if zoo.sheets else ("csv", "json", *(("safetensors",) if zoo.weights else ()))
    rows = "\n".join(f"- **{name}**: " + ", ".join(f"`{name}.{end}`" for end in ends) for name in names)
    weights = (
        "\nAll models share `config.json` and the tokenizer. `paribus.zoo.open_zoo(folder).load(name)` gives a "
        "model and its tokenizer.\n"
        if zoo.weights
        else ""
    )
    settings = "".join(f", {name} `{value}`" for name, value in data.settings.items())
    called = (f"`{data.source}`" if data.source else "the course's own") + settings
    if zoo.sheets:
        return (
            f"# {zoo.title}\n\n{zoo.about}\n\n{rows}\n\n"
            "A sheet has the size of the saved weights, what is left of it when zipped, and the latency of one "
            "text on a processor: median, 95th percentile, and the median divided by that of the yardstick, the "
            "plain "
            "architecture in 32 bits, which was measured in turn with the model. The `.safetensors` files hold "
            "`logits`, what each model says about the validation part.\n\n"
            f"Data: {called}, {data.classes} classes, fingerprint `{data.fingerprint}`. Term {plan.term}.\n"
        )
    return (
        f"# {zoo.title}\n\n{zoo.about}\n\n{rows}\n{weights}\n"
        "A log has a line an evaluation: the epoch (1.5 is halfway through the second), the step, the mean "
        "training loss since the line before (of the whole epoch where the epoch is whole), and the "
        "validation part's loss, accuracy and macro-F1. Validation losses are unweighted; the training loss is "
        "what the optimiser saw.\n\n"
        f"Data: {called}, {data.classes} classes, fingerprint `{data.fingerprint}`. Term {plan.term}.\n"
    )

"""The folder that students get, checked when it is opened: a card, logs, weights, a tokenizer, digests.

zoo.json              the card: the zoo's name, its models, the data they were trained on
README.md             the same for people
Alpha.json, Alpha.csv the training log of one model
Alpha.safetensors     its weights
config.json           the architecture that all models share
tokenizer.json, …     the tokenizer that all models share
A zoo of sheets has no logs and no weights: Alpha.json is a sheet of size and latency (`paribus.zoo.sheets`), and
Alpha.safetensors holds the model's logits for the validation part.

checksums.json        written last: the SHA-256 of every other file but dataset-metadata.json, which stays behind
                      when the folder goes to Kaggle
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paribus.errors import DataError
from paribus.zoo.logs import Log, read_log
from paribus.zoo.sheets import Sheet, read_sheet
from paribus.zoo.where import CARD, CHECKSUMS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEMA = "paribus.zoofolder/1"
CONFIG = "config.json"


@dataclass(frozen=True)
class ZooFolder:
    """An opened zoo: ``models`` are the codenames; ``data`` says what they were trained and are evaluated on."""

    path: Path
    name: str
    title: str
    term: str
    profile: str
    models: tuple[str, ...]
    weights: bool
    data: dict[str, Any]
    max_length: int
    sheets: bool = False

    @cached_property
    def digest(self) -> str:
        """16 hex digits that name this edition: the SHA-256 of its checksums."""
        return hashlib.sha256((self.path / CHECKSUMS).read_bytes()).hexdigest()[:16]

    def log(self, codename: str) -> Log:
        """The training log of one model."""
        file = f"{self._known(codename)}.json"
        return read_log((self.path / file).read_text(encoding="utf-8"), file)

    def sheet(self, codename: str) -> Sheet:
        """The size and latency of one model; DataError where this zoo hands out no sheets."""
        if not self.sheets:
            raise DataError(f"The zoo {self.name!r} hands out no sheets; open its logs with log({codename!r}).")
        file = f"{self._known(codename)}.json"
        return read_sheet((self.path / file).read_text(encoding="utf-8"), file)

    def logits(self, codename: str) -> "NDArray[np.float32]":
        """What one model of a zoo of sheets says about the validation part, shape (items, classes)."""
        if not self.sheets:
            raise DataError(f"The zoo {self.name!r} hands out no answers; paribus.zoo.compare computes them.")
        from safetensors.numpy import load_file

        found: NDArray[np.float32] = load_file(self.path / f"{self._known(codename)}.safetensors")["logits"]
        return found

    def load(self, codename: str) -> tuple[Any, Any]:
        """``(model, tokenizer)`` of one model, on the CPU in evaluation mode.

        DataError where this zoo hands out logs only, or the weights do not fit the architecture.
        """
        if not self.weights:
            instead = "sheets and answers" if self.sheets else "logs"
            raise DataError(f"The zoo {self.name!r} hands out {instead}, not weights.")
        self._known(codename)
        from safetensors.torch import load_file
        from transformers import AutoConfig, AutoModelForSequenceClassification, PreTrainedTokenizerFast

        from paribus.training.quiet import quiet

        raw = json.loads((self.path / CONFIG).read_text(encoding="utf-8"))
        with quiet():
            config = AutoConfig.for_model(**raw)
            model = AutoModelForSequenceClassification.from_config(config)
            tokenizer = PreTrainedTokenizerFast.from_pretrained(str(self.path), local_files_only=True)
        try:
            model.load_state_dict(load_file(self.path / f"{codename}.safetensors"))
        except RuntimeError as error:
            raise DataError(
                f"{codename}.safetensors does not fit {CONFIG} ({str(error).splitlines()[0]}). "
                "Take the zoo's folder anew."
            ) from error
        return model.eval(), tokenizer

    def _known(self, codename: str) -> str:
        if codename not in self.models:
            raise DataError(f"The zoo {self.name!r} has no model {codename!r}; it has {', '.join(self.models)}.")
        return codename


def open_zoo(path: Path | str, *, check: bool = True) -> ZooFolder:
    """Open a zoo's folder; with ``check`` every file is held against the checksums.

    DataError says which file is missing, altered, or of another version.
    """
    folder = Path(path)
    card, sums = _read(folder, CARD), _read(folder, CHECKSUMS)
    if card.get("schema") != SCHEMA:
        raise DataError(
            f"{folder / CARD}: a zoo of schema {card.get('schema')!r}; this paribus reads {SCHEMA!r}. "
            "Use the wheel that came with the zoo."
        )
    if check:
        for name, expected in sorted(sums.items()):
            file = folder / name
            if not file.is_file():
                raise DataError(f"{folder}: {name} is missing. Take the zoo's folder anew.")
            with file.open("rb") as opened:
                if hashlib.file_digest(opened, "sha256").hexdigest() != expected:
                    raise DataError(f"{file}: was changed or cut short. Take the zoo's folder anew.")
    try:
        return ZooFolder(
            folder, str(card["name"]), str(card["title"]), str(card["term"]), str(card["profile"]),
            tuple(str(item) for item in card["models"]), bool(card["weights"]), dict(card["data"]),
            int(card["max_length"]), bool(card.get("sheets", False)),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder / CARD}: lacks {error}. Take the zoo's folder anew.") from error


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        raw = json.loads((folder / name).read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"{folder}: {name} is missing, so this is no complete zoo. Take the folder anew, or build it again."
        ) from error
    except ValueError as error:
        raise DataError(f"{folder / name}: is no JSON ({error}). Take the zoo's folder anew.") from error
    if not isinstance(raw, dict):
        raise DataError(f"{folder / name}: holds no object. Take the zoo's folder anew.")
    return raw

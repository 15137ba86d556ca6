"""What one training run leaves in its working folder, for the build to collect: written by the notebook.

outcome/weights.safetensors   the model as training ended (without metadata, tensors by name)
outcome/predictions.safetensors   validation logits and labels
outcome/log.json              the log, as students will get it
outcome/sheet.json            its size and latency, where the zoo hands out sheets
outcome/config.json           the architecture, without provenance
outcome/tokenizer.json, …     the tokenizer
outcome/outcome.json          written last: digests, steps, whether the run stayed finite
"""

import hashlib
import json
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.errors import ZooBuildError
from paribus.course.zoo.recipes import FUNCTION
from paribus.files import write_atomic
from paribus.training.cache import cache_folder
from paribus.training.config import TrainingConfig
from paribus.training.regime import Regime
from paribus.zoo.logs import Log, log_from, read_log
from paribus.zoo.sheets import Sheet, read_sheet

SCHEMA = "paribus.outcome/1"
MARKER = "outcome.json"
PROGRESS = "progress.json"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")
PROVENANCE = frozenset(
    "_name_or_path architectures dtype id2label label2id name_or_path torch_dtype transformers_version".split()
)


@dataclass(frozen=True, eq=False)
class Outcome:
    """One finished training run, read back. ``weights`` is a file, or None where there are none to hand out."""

    folder: Path
    log: Log
    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    finite: bool
    resumed: int
    shared: Mapping[str, bytes]
    sheet: Sheet | None = None

    @property
    def weights(self) -> Path:
        """The model's weights."""
        return self.folder / "weights.safetensors"


def make_model(config: TrainingConfig, regime: Regime, data: Any, seed: int) -> tuple[Any, Any]:
    """``(model, tokenizer)`` of a recipe: the configured model, one that a function of the course's library makes,
    or the deep network that the regime wires.
    """
    from paribus.training import models

    if regime.wiring is None:
        if FUNCTION.fullmatch(config.model):
            own: tuple[Any, Any] = _call(config.model)(data, seed)
            return own
        return models.load(config.model, len(data.classes), texts=data.train.texts, seed=seed)
    from paribus.training.deep import DeepNetwork

    tokenizer = make_tokenizer(config.model, data)
    return DeepNetwork(len(tokenizer), len(data.classes), regime.wiring, seed), tokenizer


def make_tokenizer(model: str, data: Any) -> Any:
    """The tokenizer of a model: of a name or a folder, or of a function of the course's library."""
    from paribus.training import models

    if FUNCTION.fullmatch(model):
        return _call(model)(data, 0)[1]
    return models.load_tokenizer(model, texts=data.train.texts)


def _call(function: str) -> Callable[[Any, int], tuple[Any, Any]]:
    """A function of the course's library, which lies in the working folder or was imported before."""
    module, _, name = function.partition(":")
    found: Callable[[Any, int], tuple[Any, Any]] = getattr(import_module(module), name)
    return found


def checkpoint_folder(config: str, regime: str, seed: int, fingerprint: str) -> Path:
    """Where a run keeps its state between epochs; another recipe, seed or data set has a folder of its own."""
    key = hashlib.sha256(json.dumps([SCHEMA, config, regime, seed, fingerprint]).encode()).hexdigest()
    return cache_folder() / "checkpoints" / key[:32]


def write_progress(progress: Any) -> None:  # `paribus.training.recorded.Progress`
    """Say where the run is, in a file that the build looks at; not at every step."""
    if progress.step == progress.steps or progress.step % 10 == 1:
        plain = {name: getattr(progress, name) for name in ("epoch", "epochs", "step", "steps", "resumed")}
        target = Path(PROGRESS)
        half = target.with_suffix(".part")
        half.write_text(json.dumps(plain), encoding="utf-8")
        half.replace(target)


def write_outcome(folder: Path, made: Any, labels: NDArray[np.int64], checkpoints: Path) -> None:
    """Write everything of a `generator.zoo.making.Made`, the marker last; then the checkpoints are dropped."""
    from safetensors.numpy import save_file

    recorded, tokenizer = made.recorded, made.tokenizer
    folder.mkdir(parents=True, exist_ok=True)
    if made.sheet is not None:
        write_atomic(folder / "sheet.json", made.sheet.to_json())
    state = {
        name: value.detach().float().cpu().numpy() if value.is_floating_point() else value.cpu().numpy()
        for name, value in sorted(recorded.model.state_dict().items())
    }
    save_file({name: np.ascontiguousarray(value) for name, value in state.items()}, folder / "weights.safetensors")
    save_file(
        {"labels": np.asarray(labels), "logits": np.ascontiguousarray(made.logits)},
        folder / "predictions.safetensors",
    )
    write_atomic(folder / "log.json", log_from(recorded.log).to_json())
    tokenizer.backend_tokenizer.no_truncation()  # what the last call left behind is no part of the tokenizer
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.save_pretrained(folder)
    for name in TOKENIZER_FILES[1:]:
        _clean(folder / name)
    settings = getattr(recorded.model, "config", None)
    write_atomic(folder / "config.json", _config_text(settings) if settings is not None else "{}\n")
    digests = {path.name: _digest(path) for path in sorted(folder.iterdir()) if path.name != MARKER}
    marker = {
        "schema": SCHEMA, "files": digests, "finite": recorded.finite, "resumed": recorded.resumed,
        "steps_per_epoch": recorded.steps_per_epoch,
    }  # fmt: skip
    write_atomic(folder / MARKER, json.dumps(marker, sort_keys=True, indent=1) + "\n")
    for kept in (checkpoints, checkpoints.with_name(f"{checkpoints.name}-teacher")):
        shutil.rmtree(kept, ignore_errors=True)


def read_outcome(folder: Path) -> Outcome:
    """Read a finished run's outcome; ZooBuildError where it is incomplete or was altered."""
    from safetensors.numpy import load_file

    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        if marker["schema"] != SCHEMA:
            raise ZooBuildError(f"{folder}: an outcome of schema {marker['schema']!r}, expected {SCHEMA!r}.")
        for name, expected in marker["files"].items():
            if _digest(folder / name) != expected:
                raise ZooBuildError(f"{folder / name}: was changed after its run. Build again with --force.")
        arrays = load_file(folder / "predictions.safetensors")
        log = read_log((folder / "log.json").read_text(encoding="utf-8"), str(folder / "log.json"))
        measured = folder / "sheet.json"
        sheet = read_sheet(measured.read_text("utf-8"), str(measured)) if "sheet.json" in marker["files"] else None
        shared = {name: (folder / name).read_bytes() for name in ("config.json", *TOKENIZER_FILES)}
    except (OSError, ValueError, KeyError) as error:
        raise ZooBuildError(
            f"{folder}: the run's outcome is incomplete ({type(error).__name__}: {error}). "
            "Build again with --force."
        ) from error
    return Outcome(
        folder,
        log,
        arrays["logits"],
        arrays["labels"],
        bool(marker["finite"]),
        int(marker["resumed"]),
        shared,
        sheet,
    )


def read_progress(folder: Path) -> dict[str, int] | None:
    """Where a run is, None before it says so."""
    try:
        raw = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
        return {name: int(value) for name, value in raw.items()}
    except (OSError, ValueError, AttributeError):
        return None  # the next look will see it


def _config_text(settings: Any) -> str:  # a transformers configuration
    everything = settings.to_dict().items()
    plain = {name: value for name, value in everything if name not in PROVENANCE and _is_plain(value)}
    plain["num_labels"] = settings.num_labels
    return json.dumps(plain, sort_keys=True, indent=1) + "\n"


def _is_plain(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is not None


def _clean(path: Path) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    kept = {name: value for name, value in raw.items() if name not in PROVENANCE | {"is_local", "local_files_only"}}
    write_atomic(path, json.dumps(kept, sort_keys=True, indent=1) + "\n")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

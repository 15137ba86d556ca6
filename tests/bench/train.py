"""`make bench-train`: three loops on the same model, data, seeds, batch size and optimiser steps, in one run.

(a) the lectures' plain loop: every row padded to max_length, fp32, batches as they come
(b) transformers' Trainer with its defaults and dynamic padding
(c) paribus.training: tokenised once, batches by length, half precision and fused AdamW where the GPU has them

Each evaluates the validation part after every epoch in its own way. Writes build/bench-train.json: examples a
second, final metrics over seeds, memory, and the token ceiling (padded tokens of (a) over real ones: what padding
alone can give).
"""

import argparse
import gc
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

import complaints
from paribus import training
from paribus.files import write_atomic
from paribus.metrics import evaluate_fast
from paribus.training import Encoded, Prepared, TrainingConfig, models
from paribus.training.batching import collate
from paribus.training.encoding import take
from paribus.training.recorded import train_recorded
from paribus.training.regime import Regime


@dataclass(frozen=True, eq=False)
class Work:
    """One run's model, data and setting."""

    model: Any
    prepared: Prepared
    setting: "Setting"
    seed: int
    device: Any
    tokenizer: Any


LOOPS = ("lectures", "trainer", "paribus")
NEVER = 10**9


@dataclass(frozen=True)
class Setting:
    """What all three loops share."""

    size: str
    model: str
    rows: int
    max_length: int
    epochs: int
    learning_rate: float
    seeds: tuple[int, ...]
    batch_size: int = 32

    @property
    def config(self) -> TrainingConfig:
        """The shared configuration; no warm-up and a linear fall, as the Trainer's own default has it."""
        return TrainingConfig(
            self.model, self.epochs, self.batch_size, self.learning_rate, warmup_share=0.0, weight_decay=0.0,
            max_length=self.max_length,
        )  # fmt: skip


def run_one(loop: str, setting: Setting, seed: int) -> dict[str, float]:
    """One run of one loop: seconds of training alone, examples a second, metrics, memory."""
    data = complaints.load("synthetic", size=setting.size)
    tokenizer = models.load_tokenizer(setting.model, texts=data.train.texts)
    whole = training.prepare(data, setting.config, tokenizer)
    rows = np.arange(min(setting.rows, len(whole.train)))
    prepared = Prepared(take(whole.train, rows), whole.validation, whole.n_classes)
    training.seed_everything(seed)
    model, _ = models.load(setting.model, data.n_classes, texts=data.train.texts, seed=seed)
    device, _ = training.device_and_precision()
    model.to(device)
    train: Callable[[Work], None] = {"lectures": _lectures, "trainer": _trainer, "paribus": _paribus}[loop]
    gc.collect()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    began, worked = time.perf_counter(), time.process_time()
    train(Work(model, prepared, setting, seed, device, tokenizer))
    if device.type == "cuda":
        torch.cuda.synchronize()
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    logits = training.predict(model, prepared.validation)
    scores = evaluate_fast(prepared.validation.labels, logits.argmax(axis=1), prepared.n_classes)
    peak = (
        torch.cuda.max_memory_allocated() / 2**20
        if device.type == "cuda"
        else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    )
    return {
        "seconds": seconds, "cpu_seconds": worked, "examples": float(len(prepared.train) * setting.epochs),
        "accuracy": scores.accuracy, "macro_f1": scores.macro_f1, "peak_mib": float(peak),
        "real_tokens": float(prepared.train.lengths.sum()),
        "padded_tokens": float(len(prepared.train) * setting.max_length),
    }  # fmt: skip


def _shuffled(encoded: Encoded, batch_size: int, seed: int, epoch: int) -> Iterator[Any]:
    order = np.random.default_rng((seed, epoch)).permutation(len(encoded))
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


def _lectures(work: Work) -> None:
    """Padded to max_length, fp32, one loop and nothing else."""
    model, prepared, setting, device = work.model, work.prepared, work.setting, work.device
    optimizer = torch.optim.AdamW(model.parameters(), lr=setting.learning_rate, weight_decay=0.0)
    steps = setting.epochs * -(-len(prepared.train) // setting.batch_size)
    schedule = training.linear_schedule(optimizer, 0, steps)
    model.train()
    for epoch in range(1, setting.epochs + 1):
        for rows in _shuffled(prepared.train, setting.batch_size, work.seed, epoch):
            batch = collate(prepared.train, rows, pad_to_multiple=setting.max_length).to(device)
            loss = torch.nn.functional.cross_entropy(model(**batch.inputs).logits, batch.labels)
            loss.backward()
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        model.eval()
        with torch.no_grad():
            for start in range(0, len(prepared.validation), setting.batch_size):
                rows = np.arange(start, min(start + setting.batch_size, len(prepared.validation)))
                batch = collate(prepared.validation, rows, pad_to_multiple=setting.max_length).to(device)
                model(**batch.inputs).logits.argmax(dim=-1).cpu()
        model.train()


class _Rows(torch.utils.data.Dataset):  # type: ignore[misc]
    """The encoded rows as the Trainer's collator takes them."""

    def __init__(self, encoded: Encoded) -> None:
        self._encoded = encoded

    def __len__(self) -> int:
        return len(self._encoded)

    def __getitem__(self, index: int) -> dict[str, Any]:
        row = self._encoded.row(index)
        return {
            "input_ids": row.tolist(),
            "attention_mask": [1] * len(row),
            "labels": int(self._encoded.labels[index]),
        }


def _trainer(work: Work) -> None:
    """Transformers' Trainer as it comes, with the padding collator that it takes from a tokenizer."""
    from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

    setting, on_cpu = work.setting, work.device.type == "cpu"

    with tempfile.TemporaryDirectory() as scratch:
        arguments = TrainingArguments(
            output_dir=scratch, per_device_train_batch_size=setting.batch_size, num_train_epochs=setting.epochs,
            learning_rate=setting.learning_rate, seed=work.seed, use_cpu=on_cpu, report_to="none",
            disable_tqdm=True, save_strategy="no", logging_strategy="no", eval_strategy="epoch",
            dataloader_pin_memory=not on_cpu,
        )  # fmt: skip
        Trainer(
            model=work.model, args=arguments, train_dataset=_Rows(work.prepared.train),
            eval_dataset=_Rows(work.prepared.validation), data_collator=DataCollatorWithPadding(work.tokenizer),
        ).train()  # fmt: skip


def _paribus(work: Work) -> None:
    """Ours, as the zoo's models are trained."""
    _, precision = training.device_and_precision()
    regime = Regime(evaluate_every=NEVER)
    train_recorded(
        work.model, work.setting.config, regime, work.prepared, seed=work.seed, device=work.device,
        precision=precision,
    )  # fmt: skip


def compare(setting: Setting, out: Path, *, say: Callable[[str], None]) -> dict[str, Any]:
    """Every loop under every seed, each in a process of its own, loops taking turns; kept run by run."""
    kept = json.loads(out.read_text(encoding="utf-8")) if out.is_file() else {}
    runs: dict[str, Any] = kept.get("runs", {}) if kept.get("setting") == _plain(setting) else {}
    for seed in setting.seeds:
        for loop in LOOPS:
            key = f"{loop}/{seed}"
            if key not in runs:
                runs[key] = _in_a_process(loop, setting, seed)
                write_atomic(out, json.dumps(_summary(setting, runs), sort_keys=True, indent=1) + "\n")
            say(f"{key}: {runs[key]['examples'] / runs[key]['seconds']:.1f} examples/s")
    return _summary(setting, runs)


def _in_a_process(loop: str, setting: Setting, seed: int) -> dict[str, float]:
    order = json.dumps({"loop": loop, "seed": seed, "setting": _plain(setting)})
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.train", "--one", order], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{loop}, seed {seed}: {done.stderr[-2000:]}")
    last: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return last


def _plain(setting: Setting) -> dict[str, Any]:
    return {**asdict(setting), "seeds": list(setting.seeds)}


def _summary(setting: Setting, runs: dict[str, Any]) -> dict[str, Any]:
    """Rates, ratios, metrics with their spread, memory, and the token ceiling."""
    of = {loop: [value for key, value in runs.items() if key.startswith(f"{loop}/")] for loop in LOOPS}
    loops = {
        loop: {
            "examples_per_second": round(statistics.median(run["examples"] / run["seconds"] for run in found), 2),
            "examples_per_cpu_second": round(
                statistics.median(run["examples"] / run["cpu_seconds"] for run in found), 2
            ),
            "macro_f1": _spread([run["macro_f1"] for run in found]),
            "accuracy": _spread([run["accuracy"] for run in found]),
            "peak_mib": round(max(run["peak_mib"] for run in found)),
        }
        for loop, found in of.items()
        if found
    }
    any_run = next(iter(runs.values()))
    summary: dict[str, Any] = {
        "setting": _plain(setting), "loops": loops, "runs": runs,
        "token_ceiling": round(any_run["padded_tokens"] / any_run["real_tokens"], 3),
        "hardware": _hardware(), "versions": {"torch": torch.__version__, "python": platform.python_version()},
    }  # fmt: skip
    if all(of.values()):
        rate = {loop: values["examples_per_second"] for loop, values in loops.items()}
        work = {loop: values["examples_per_cpu_second"] for loop, values in loops.items()}
        summary["ratio"] = {other: round(rate["paribus"] / rate[other], 2) for other in LOOPS[:2]}
        summary["ratio_cpu_seconds"] = {other: round(work["paribus"] / work[other], 2) for other in LOOPS[:2]}
    return summary


def _spread(values: list[float]) -> dict[str, Any]:
    sd = statistics.stdev(values) if len(values) > 1 else None
    return {"mean": round(statistics.fmean(values), 4), "sd": None if sd is None else round(sd, 4),
            "values": [round(value, 4) for value in values]}  # fmt: skip


def _hardware() -> str:
    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name(0))
    return f"CPU, {torch.get_num_threads()} threads"


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.train", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--size", default="smoke", help="of the synthetic corpus (default: %(default)s)")
    parser.add_argument("--model", default="tiny", help="tiny, a folder or a hub name (default: %(default)s)")
    parser.add_argument("--rows", type=int, default=2_000, help="training rows (default: %(default)s)")
    parser.add_argument("--max-length", type=int, default=128, help="default: %(default)s")
    parser.add_argument("--epochs", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--learning-rate", type=float, default=1e-3, help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=3, help="how many (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("build/bench-train.json"), help="default: %(default)s")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        order = json.loads(given.one)
        setting = Setting(**{**order["setting"], "seeds": tuple(order["setting"]["seeds"])})
        sys.stdout.write(json.dumps(run_one(order["loop"], setting, order["seed"])) + "\n")
        return 0
    setting = Setting(
        given.size, given.model, given.rows, given.max_length, given.epochs, given.learning_rate,
        tuple(range(1, given.seeds + 1)),
    )  # fmt: skip
    found = compare(setting, given.out, say=_say)
    found.pop("runs")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Independent honest executions of week 1's homework: what the plausibility of records is measured against.

    python -m tools.honest_runs make --size micro --first 0 --count 100 --out build/honest
    python -m tools.honest_runs make --size micro-wide --first 0 --count 100 --out build/honest
    python -m tools.honest_runs pack --out build/honest

The training is the notebook's own: the solution's cells are run here, once, and then its loop trains for each
execution with another seed and another experiment, as another student would. An execution is left as the records
that its notebook would show, one file each, so that a run that was stopped goes on. ``pack`` puts them into the
file that the tests read.
"""

import argparse
import contextlib
import gzip
import io
import json
import linecache
import os
import random
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.building.notebooks import solution_notebook
from generator.project import ROOT, shipped_course
from paribus.course.catalog import load_course
from paribus.data.texts import digest_of_rows, frozen_labels, normalised
from paribus.files import write_atomic

ASSIGNMENT = "week1_homework"
CELLS = ("parameters", "begin", "baselines", "config", "model", "training_step", "validate", "train")
PACKED = ROOT / "tests" / "grader" / "fixtures" / "plausibility"


@dataclass(frozen=True)
class Size:
    """How large an execution is: its course's profile, its training rows (0 for all), and how many corpora of the
    same shape lend their validation split, drawn with the seeds that follow the shipped one.
    """

    profile: str
    rows: int = 0
    corpora: int = 1


SIZES = {"micro": Size("micro"), "micro-wide": Size("micro", corpora=10), "smoke": Size("smoke", rows=1000)}
"""100 runs over all of smoke's rows would take hours; its validation split of 671 items is whole. Executions of one
number train alike in both sizes of micro: the wide one has more to be measured on, and nothing else.
"""
CHANGES: tuple[tuple[str, tuple[float | int | str, ...]], ...] = (
    ("learning_rate", (0.1, 0.3, 2.0)),
    ("batch_size", (0.5, 2.0)),
    ("weight_decay", (0.0, 0.1)),
    ("scheduler", ("cosine", "linear")),
)


def make(size: str, first: int, count: int, out: Path) -> None:
    """Executions ``first`` to ``first + count - 1``; those that are there already are not made again."""
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    wanted = [number for number in range(first, first + count) if not _path(out, size, number).is_file()]
    if not wanted:
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with contextlib.redirect_stdout(io.StringIO()):
            namespace = _run_cells(size)
        for number in wanted:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                texts = _execute(namespace, size, number)
            write_atomic(_path(out, size, number), json.dumps(texts) + "\n")
            sys.stdout.write(f"{size} {number}: {len(texts)} records\n")
            sys.stdout.flush()
        os.chdir(out)


def _path(out: Path, size: str, number: int) -> Path:
    return out / f"{size}-{number:03d}.json"


def _run_cells(size: str) -> dict[str, Any]:
    """The names that the solution's cells make, up to its training loop; ``data`` has the size's split."""
    import torch

    torch.set_num_threads(1)
    namespace: dict[str, Any] = {}
    for cell in solution_notebook(load_course(shipped_course()), ASSIGNMENT)["cells"]:
        tags = cell["metadata"].get("tags", [])
        key = next((tag.removeprefix("paribus-") for tag in tags if tag.startswith("paribus-")), "")
        if cell["cell_type"] != "code" or key not in CELLS:
            continue
        source = "".join(cell["source"])
        if key == "parameters":
            source = source.replace('PROFILE = "full"', f'PROFILE = "{SIZES[size].profile}"')
        name = f"<{key}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), namespace)  # noqa: S102 - the course's own solution
    if SIZES[size].corpora > 1:
        namespace["data"] = widened(namespace["data"], size)
    return namespace


def widened(data: Any, size: str) -> Any:  # the course's own data
    """The same training texts and a larger validation split: its own items first, then those of further corpora,
    without texts that are there already.
    """
    import complaints

    chosen = SIZES[size]
    texts, labels = list(data.validation.texts), data.validation.labels.tolist()
    known = {normalised(text) for part in (data.train, data.validation, data.test) for text in part.texts}
    for seed in range(complaints.SHIPPED_SEED + 1, complaints.SHIPPED_SEED + chosen.corpora):
        other = complaints.load(size=chosen.profile, seed=seed)
        for text, label in zip(other.validation.texts, other.validation.labels.tolist(), strict=True):
            if normalised(text) not in known:
                known.add(normalised(text))
                texts.append(text)
                labels.append(data.classes.index(other.classes[label]))
    validation = type(data.validation)(tuple(texts), frozen_labels(labels))
    digest = digest_of_rows((data.fingerprint, validation.fingerprint))
    return replace(
        data, validation=validation, source=f"synthetic/{size}/{complaints.SHIPPED_SEED}", fingerprint=digest,
        split_digest=digest,
    )  # fmt: skip


def _execute(namespace: dict[str, Any], size: str, number: int) -> list[str]:
    """The records of one student who works honestly: baselines, the encoder, one change that was predicted."""
    import paribus

    draw = random.Random(f"{SIZES[size].profile} {number}")  # noqa: S311 - settings of experiments
    data, config, train = namespace["data"], namespace["CONFIG"], namespace["train"]
    if rows := SIZES[size].rows:
        part = data.train
        data = replace(data, train=type(part)(part.texts[:rows], part.labels[:rows]))
        config = replace(config, learning_rate=3e-3)
    seed = draw.randrange(10_000)
    with tempfile.TemporaryDirectory() as folder:
        notebook = paribus.begin(ASSIGNMENT, release="0123456789abcdef", directory=folder)
        notebook.use(data)
        settings = replace(namespace["baseline"].TfidfSettings(), C=draw.choice((1.0, 3.0, 10.0)))
        fit = namespace["baseline"].fit_tfidf
        run = notebook.start(
            "tfidf", config=settings, seed=seed, data=data, code=fit, derived={"deterministic": True}
        )
        run.finish(predictions=fit(data.train, settings).predict(data.validation.texts))
        encoder = notebook.run("encoder", train, config, data=data, seed=seed)
        knob, values = draw.choice(CHANGES)
        value = draw.choice([item for item in values if item != getattr(config, knob)])
        if knob in ("learning_rate", "batch_size"):
            value = type(getattr(config, knob))(getattr(config, knob) * float(value))
        experiment = notebook.experiment("one_change", vary=knob)
        experiment.baseline(encoder, config)
        experiment.predict(
            metric="macro_f1", direction="down", low=-0.1, high=0.1, why="A smaller step learns less."
        )
        experiment.run("changed", train, replace(config, **{knob: value}), data=data, seed=seed)
        return [record.to_json() for record in notebook.session.records]


def pack(out: Path) -> None:
    """The executions of each size in one compressed file; the same executions give the same bytes."""
    PACKED.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        lines = [path.read_text(encoding="utf-8").strip() for path in sorted(out.glob(f"{size}-[0-9]*.json"))]
        if lines:
            content = gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0)
            (PACKED / f"{size}.jsonl.gz").write_bytes(content)
            sys.stdout.write(f"{size}: {len(lines)} executions, {len(content):,} bytes\n")


def main() -> None:
    """The two commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("make", "pack"))
    parser.add_argument("--size", choices=tuple(SIZES), default="micro")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--out", type=Path, default=Path("build/honest"))
    arguments = parser.parse_args()
    if arguments.what == "make":
        make(arguments.size, arguments.first, arguments.count, arguments.out)
    else:
        pack(arguments.out)


if __name__ == "__main__":
    main()

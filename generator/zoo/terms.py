"""`make zoo-terms`: does the evidence hold, seed after seed and term after term?

    python -m generator.zoo.terms measure week2 --seeds 10 --record
    python -m generator.zoo.terms build week2 --terms 2027S 2027A 2028S 2028A

`measure` trains every recipe under ten seeds, in this process and without notebooks, keeps each run (so it can be
stopped and gone on with), and says in how many seeds each test held, and how firmly. `build` builds the zoo for
several terms, one after the other, and says how long each took.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from course.zoo import Zoo, load_zoo
from course.zoo.recipes import Recipe
from course.zoo.statistics import compute
from generator.gpu import require_gpu
from generator.zoo.build import Order, build_zoo, observed
from generator.zoo.evidence import Rate, measure, write_rates
from generator.zoo.outcome import make_model
from generator.zoo.plan import make_plan
from generator.zoo.training import workers_for
from paribus.data import complaints
from paribus.data.corpus import Complaints
from paribus.files import write_atomic
from paribus.profiles import get_profile
from paribus.zoo.logs import log_from

SOLUTIONS = Path("solutions")
Say = Callable[[str], None]


def measure_seeds(
    zoo: Zoo, profile: str, seeds: Sequence[int], out: Path, *, data: Complaints, say: Say, model: str = ""
) -> list[Mapping[str, Mapping[str, float]]]:
    """Every recipe under every seed: seed → recipe → statistics, each run kept below ``out`` as it ends.

    ``model`` replaces the profile's (a folder or a name).
    """
    found: list[Mapping[str, Mapping[str, float]]] = []
    for seed in seeds:
        of = {}
        for number, recipe in enumerate(zoo.recipes):
            kept = out / zoo.name / profile / data.fingerprint / f"{recipe.name}-{seed}.json"
            began = time.monotonic()
            if not kept.is_file():
                values = run_one(zoo, recipe, profile, seed * 100 + number, data=data, model=model)
                write_atomic(kept, json.dumps(values, sort_keys=True) + "\n")
                say(f"seed {seed}, {recipe.name}: {time.monotonic() - began:.0f} s")
            of[recipe.name] = _read(kept)
        found.append(of)
    return found


def run_one(
    zoo: Zoo, recipe: Recipe, profile: str, seed: int, *, data: Complaints, model: str = ""
) -> dict[str, Any]:
    """Train one recipe under one seed, and compute every statistic; what is not finite is None."""
    from dataclasses import replace

    from paribus import training
    from paribus.training.recorded import train_recorded
    from paribus.training.shared import prepare_shared

    config, regime = zoo.settings(recipe, profile)
    config = replace(config, model=model) if model else config
    training.seed_everything(seed)
    network, tokenizer = make_model(config, regime, data, seed)
    prepared = prepare_shared(data, config, tokenizer)
    device, precision = training.device_and_precision()
    run = train_recorded(network, config, regime, prepared, seed=seed, device=device, precision=precision)
    logits = run.logits if zoo.weights else None
    values = compute(observed(log_from(run.log), prepared.validation.labels, logits, data))
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def table(rates: Mapping[str, Rate]) -> str:
    """The measured rates as a markdown table."""
    lines = ["| test | held | mean | sd | margin / sd | |", "| --- | --- | --- | --- | --- | --- |"]
    for name, rate in rates.items():
        firm = f"{rate.margin / rate.sd:.1f}" if rate.sd else "same in all"
        role = "gates" if rate.gates else "informs"
        lines.append(
            f"| {name} | {rate.held} of {rate.seeds} | {rate.mean:.4g} | {rate.sd:.2g} | {firm} | {role} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or build several terms."""
    parser = argparse.ArgumentParser(
        prog="python -m generator.zoo.terms", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("action", choices=("measure", "build"))
    parser.add_argument("name", help="a zoo: week2 or pathologies")
    parser.add_argument("--profile", default="smoke", help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds to measure (default: %(default)s)")
    parser.add_argument("--record", action="store_true", help="keep the rates in solutions/zoos/")
    parser.add_argument("--terms", nargs="+", default=["2027S", "2027A", "2028S", "2028A"], metavar="TERM")
    parser.add_argument("-j", "--jobs", type=int, help="build: models at a time")
    parser.add_argument(
        "--out", type=Path, default=Path("build/zoo-terms"), metavar="DIR", help="default: %(default)s"
    )
    given = parser.parse_args(arguments)
    zoo, profile = load_zoo(given.name), get_profile(given.profile)
    require_gpu(profile)

    def say(words: str) -> None:
        sys.stdout.write(words + "\n")
        sys.stdout.flush()

    if given.action == "build":
        for term in given.terms:
            began = time.monotonic()
            order = Order(workers=workers_for(given.jobs, given.profile))
            built = build_zoo(make_plan(zoo, term, given.profile), given.out / term, order, solutions=SOLUTIONS)
            gates = sum(item.gates for item in built.found)
            say(f"{term}: {gates} gates hold, {built.fitting} key fits, {time.monotonic() - began:.0f} s")
        return 0
    data = complaints.load(profile.data, size=profile.size)
    seeds = measure_seeds(zoo, given.profile, range(1, given.seeds + 1), given.out, data=data, say=say)
    say(table(measure(zoo, seeds)))
    if given.record:
        about = {"data": data.fingerprint, "seeds": len(seeds)}
        model = str(zoo.profiles[given.profile]["model"])
        say(str(write_rates(zoo, given.profile, model, seeds, about=about, solutions=SOLUTIONS)))
    return 0


def _read(path: Path) -> dict[str, float]:
    raw = json.loads(path.read_text(encoding="utf-8"))
    return {name: float("nan") if value is None else float(value) for name, value in raw.items()}


if __name__ == "__main__":
    raise SystemExit(main())

"""`make zoo-terms`: does the evidence hold, seed after seed and term after term?

    python -m generator.zoo.terms measure ZOO --seeds 10 --record
    python -m generator.zoo.terms build ZOO --terms 2027S 2027A 2028S 2028A

`measure` trains every recipe under ten seeds, in this process and without notebooks. It keeps each run, so it can
be stopped and goes on later. It says in how many seeds each test held, and how firmly. `build` builds the zoo for
several terms, one after the other, and says how long each took.
"""

import argparse
import hashlib
import json
import math
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generator.running.gpu import require_gpu
from generator.zoo.build import Order, build_zoo, observed
from generator.zoo.data import data_of
from generator.zoo.evidence import fitting_keys, measure
from generator.zoo.plan import make_plan
from generator.zoo.rates import Rate, write_rates
from generator.zoo.training import workers_for
from paribus.course.locate import add_course, course_of
from paribus.course.zoo import Zoo, load_zoo
from paribus.course.zoo.recipes import Recipe
from paribus.course.zoo.statistics import compute
from paribus.data.texts import TextData
from paribus.files import write_atomic
from paribus.training.config import TrainingConfig
from paribus.training.regime import Regime
from paribus.zoo.logs import log_from

Say = Callable[[str], None]


@dataclass(frozen=True)
class Measurement:
    """What is measured, and where each run is kept; ``model`` replaces the profile's (a folder or a name)."""

    zoo: Zoo
    profile: str
    data: TextData
    out: Path
    model: str = ""

    def settings(self, recipe: Recipe) -> tuple[TrainingConfig, Regime]:
        """The recipe's configuration on this measurement's model."""
        config, regime = self.zoo.settings(recipe, self.profile)
        return (replace(config, model=self.model) if self.model else config), regime

    def kept(self, recipe: Recipe, seed: int) -> Path:
        """A run's file, named by everything that decides the run."""
        config, regime = self.settings(recipe)
        what = json.dumps([config.to_fields()["model"].value, repr(config), repr(regime), self.data.fingerprint])
        digest = hashlib.sha256(what.encode()).hexdigest()[:12]
        return self.out / self.zoo.name / self.profile / f"{recipe.name}-{digest}-{seed}.json"

    def run(self, recipe: Recipe, seed: int) -> dict[str, float]:
        """Train one recipe under one seed, or read what an earlier run found; resumes at the last epoch."""
        kept = self.kept(recipe, seed)
        if not kept.is_file():
            values = self._train(recipe, seed, kept.with_suffix(""))
            plain = {name: value if math.isfinite(value) else None for name, value in values.items()}
            write_atomic(kept, json.dumps(plain, sort_keys=True) + "\n")
        raw = json.loads(kept.read_text(encoding="utf-8"))
        return {name: math.nan if value is None else float(value) for name, value in raw.items()}

    def _train(self, recipe: Recipe, seed: int, checkpoints: Path) -> dict[str, float]:
        from generator.zoo.making import make

        config, regime = self.settings(recipe)
        own = seed * 100 + [item.name for item in self.zoo.recipes].index(self.zoo.seeded_as(recipe.name))
        plain = self.model or str(self.zoo.profiles[self.profile]["model"])
        made = make(
            config, regime, self.data, own, sheets=self.zoo.sheets, yardstick=plain, checkpoints=checkpoints
        )
        for kept in (checkpoints, checkpoints.with_name(f"{checkpoints.name}-teacher")):
            shutil.rmtree(kept, ignore_errors=True)
        logits = made.logits if self.zoo.answers else None
        log = log_from(made.recorded.log)
        return compute(observed(log, self.data.validation.labels, logits, self.data, made.sheet))


def measure_seeds(
    measurement: Measurement, seeds: Sequence[int], *, say: Say, until: float = math.inf
) -> list[Mapping[str, Mapping[str, float]]]:
    """Every recipe under every seed (recipe → statistics, one mapping a seed), as far as the clock allows.

    No further run is begun after ``until`` (`time.monotonic`); a seed counts only when it is whole.
    """
    found: list[Mapping[str, Mapping[str, float]]] = []
    for seed in seeds:
        of = {}
        for recipe in measurement.zoo.recipes:
            began = time.monotonic()
            if began > until and not measurement.kept(recipe, seed).is_file():
                return found
            of[recipe.name] = measurement.run(recipe, seed)
            if time.monotonic() - began > 1:
                say(f"seed {seed}, {recipe.name}: {time.monotonic() - began:.0f} s")
        found.append(of)
    return found


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
    parser.add_argument("name", help="a zoo of the course: a name under [zoos] in course.toml")
    add_course(parser)
    parser.add_argument(
        "--profile", help="a profile of the course (default: run_profile in course.toml, or the first)"
    )
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds to measure (default: %(default)s)")
    parser.add_argument("--first-seed", type=int, default=1, metavar="N", help="default: %(default)s")
    parser.add_argument("--record", action="store_true", help="keep the rates in solutions/zoos/")
    parser.add_argument("--terms", nargs="+", default=["2027S", "2027A", "2028S", "2028A"], metavar="TERM")
    parser.add_argument("-j", "--jobs", type=int, help="build: models at a time")
    parser.add_argument(
        "--out", type=Path, default=Path("build/zoo-terms"), metavar="DIR", help="default: %(default)s"
    )
    given = parser.parse_args(arguments)
    course = course_of(given)
    zoo, profile = load_zoo(course, given.name), course.profile(given.profile)
    require_gpu(profile)

    def say(words: str) -> None:
        sys.stdout.write(words + "\n")
        sys.stdout.flush()

    if given.action == "build":
        for term in given.terms:
            began = time.monotonic()
            order = Order(workers=workers_for(given.jobs, profile))
            built = build_zoo(make_plan(zoo, term, profile), given.out / term, order, course=course)
            gates = sum(item.gates for item in built.found)
            say(f"{term}: {gates} gates hold, {built.fitting} key fits, {time.monotonic() - began:.0f} s")
        return 0
    data = data_of(course, zoo, profile)
    asked = range(given.first_seed, given.first_seed + given.seeds)
    seeds = measure_seeds(Measurement(zoo, profile.name, data, given.out), asked, say=say)
    rates = measure(zoo, seeds)
    say(table(rates))
    named = sum(len(fitting_keys(zoo, of, rates)) == 1 for of in seeds)
    say(f"the gates leave one way of naming the models in {named} of {len(seeds)} seeds")
    if given.record:
        about = {"data": data.fingerprint, "first_seed": given.first_seed, "one_key": named}
        model = str(zoo.profiles[profile.name]["model"])
        say(str(write_rates(zoo, profile.name, model, rates, about=about, solutions=course.folders.solutions)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

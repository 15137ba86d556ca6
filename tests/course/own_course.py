"""A course of somebody else, as a test writes it into a folder: cars instead of complaints, its own library, file,
profiles and experiment, and no learning platform. It runs in seconds.
"""

from pathlib import Path

COURSE = """
[course]
title = "Machine learning for mechanics"
platforms = ["jupyter"]

[profiles.quick]
about = "seconds"
width = 4

[profiles.long]
about = "minutes"
width = 40

[points.task]
"tasks.tests_passed" = 1

[points.experiment]
"experiments.one_change" = 0.5
"experiments.predicted_first" = 0.5

[library]
name = "mechanics-library"

[weeks.week1]
title = "Cars"

[weeks.week1.assignments.week1_cars]
title = "Week 1: slow and fast cars"
kind = "homework"
source = "week1/cars.py"
profile = "quick"
files = ["week1/cars.csv"]
"""

LIBRARY = '''"""What the notebooks of the course import."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Part:
    texts: tuple[str, ...]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class Cars:
    train: Part
    validation: Part
    classes: tuple[str, ...]
    source: str
    fingerprint: str
    split_digest: str


def load(path: Path) -> Cars:
    """The cars of a file, every third one for validation."""
    text = path.read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    names, labels = [row[0] for row in rows], np.array([int(row[1]) for row in rows])
    held = np.arange(len(rows)) % 3 == 0
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    parts = [Part(tuple(np.array(names)[mask].tolist()), labels[mask]) for mask in (~held, held)]
    return Cars(*parts, ("slow", "fast"), path.name, digest, digest)
'''

SOURCE = """# %% [markdown] key="title"
# # Slow and fast cars

# %% tags=["parameters"] key="parameters"
PROFILE = "long"
WIDTH = 1

# %% key="begin"
import numpy as np
import paribus
from mechanics import load
from paribus import selfcheck
from paribus.data.given import find_file

notebook = paribus.begin("week1_cars", release="{{ release }}")
data = load(find_file("cars.csv"))
notebook.use(data)
print(len(data.train), "cars to learn from, width", WIDTH)

# %% task="speed" points=2
def speed(metres, seconds):
    ### BEGIN SOLUTION
    return metres / seconds
    ### END SOLUTION

# %% tests="speed"
selfcheck.close(selfcheck.call(speed, 10, 2), 5.0, "10 metres in 2 seconds")
selfcheck.close(selfcheck.call(speed, -3, 2), -1.5, "backwards")
drawn = notebook.draws("speed").uniform(1, 9, 2)
selfcheck.close(selfcheck.call(speed, *drawn), drawn[0] / drawn[1], "two numbers")
notebook.tested("speed")

# %% experiment="threshold" vary="threshold" metric="accuracy" points=4
### BEGIN SOLUTION
def train(config, data, run):
    long = np.array([len(text) > config["threshold"] for text in data.validation.texts])
    return long.astype(int)


experiment = notebook.experiment("threshold", vary="threshold")
experiment.predict(metric="accuracy", direction="down", low=-0.25, high=0.0, why="short names are slow cars")
arms = {"baseline": {"threshold": 5}, "changed": {"threshold": 50}}
for arm, config in arms.items():
    run = experiment.start(arm, config, data=data, seed=1, code=train)
    run.finish(predictions=train(config, data, run))
experiment.report()
### END SOLUTION
"""
WRONG = {
    "swapped": "return seconds / metres",
    "minus": "return metres - seconds",
    "whole": "return metres // seconds",
}


def write_course(folder: Path) -> Path:
    """Write the course; its course.toml."""
    rows = [f"{'car' if number % 2 else 'roadster'}{number},{1 - number % 2}" for number in range(30)]
    texts = {
        "course.toml": COURSE,
        "library/mechanics/__init__.py": LIBRARY,
        "week1/cars.py": SOURCE,
        "week1/cars.csv": "\n".join(["name,fast", *rows]) + "\n",
        **{f"week1/wrong/week1_cars/speed/{name}.py": f"# {name}\n{code}\n" for name, code in WRONG.items()},
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "course.toml"

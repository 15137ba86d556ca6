"""A course on images, as a test writes it into a folder: scikit-learn's digits from 0 to 4, a small network of torch
with a loop of its own, accuracy and, from the probabilities, the area under the ROC curve. It runs in seconds.
"""

# ruff: noqa: E501 - a cell's header is one line
from pathlib import Path

COURSE = """
[course]
title = "Digits"
platforms = ["jupyter"]

[profiles.course]
about = "seconds on any machine"

[points.task]
"tasks.tests_passed" = 1.0

[points.experiment]
"experiments.one_change" = 0.6
"experiments.predicted_first" = 0.4

[points.memo]
"memo.answered" = 1.0

[settings]
margin = 0.01

[weeks.week1]
title = "Digits"

[weeks.week1.assignments.week1_digits]
title = "Week 1: read digits"
kind = "homework"
source = "week1/digits.py"
profile = "course"
needs = ["torch"]
"""

SOURCE = '''# %% [markdown] key="title"
# # Read digits

# %% tags=["parameters"] key="parameters"
PROFILE = "course"
SEEDS = (1, 2, 3)

# %% key="begin"
from dataclasses import dataclass, replace

import numpy as np
import torch
from sklearn.datasets import load_digits

import paribus
from paribus import selfcheck
from paribus.data.dataset import Dataset

notebook = paribus.begin("week1_digits", release="{{ release }}")
images, digits = load_digits(n_class=5, return_X_y=True)
data = Dataset.split_from("digits", images / 16, digits, metrics=("accuracy", "macro_f1", "roc_auc"))
notebook.use(data)

# %% task="most_likely" points=4
def most_likely(scores):
    """The class of the highest score of each row."""
    ### BEGIN SOLUTION
    return np.asarray(scores).argmax(axis=1)
    ### END SOLUTION


# %% tests="most_likely"
selfcheck.equal(list(selfcheck.call(most_likely, np.array([[0.1, 0.9], [0.6, 0.4]]))), [1, 0], "two rows")
drawn = notebook.draws("most_likely").random((5, 3))
selfcheck.equal(list(selfcheck.call(most_likely, drawn)), [int(np.argmax(row)) for row in drawn], "random rows")
notebook.tested("most_likely")

# %% key="train"
@dataclass(frozen=True)
class Config:
    """Every setting of the network that somebody chose."""

    hidden: int = 24
    learning_rate: float = 0.01
    epochs: int = 2
    batch_size: int = 50


CONFIG = Config()


def train(config, data, run):
    """Train a network of one hidden layer; every pass is logged with its scores."""
    torch.manual_seed(run.seed)
    parts = torch.nn.Linear(64, config.hidden), torch.nn.ReLU(), torch.nn.Linear(config.hidden, 5)
    network = torch.nn.Sequential(*parts)
    optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    pixels, truth = torch.tensor(data.train.features).float(), torch.tensor(data.train.labels)
    for epoch in range(1, config.epochs + 1):
        total = 0.0
        for rows in torch.randperm(len(truth)).split(config.batch_size):
            loss = torch.nn.functional.cross_entropy(network(pixels[rows]), truth[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(rows)
        with torch.no_grad():
            scores = network(torch.tensor(data.validation.features).float()).double().softmax(dim=1).numpy()
        run.log(epoch=epoch, train_loss=total / len(truth), predictions=scores.argmax(axis=1), scores=scores)


# %% key="baseline"
counts = np.bincount(data.train.labels, minlength=5)
run = notebook.start("largest", config={"model": "largest"}, seed=SEEDS[0], data=data, derived={"deterministic": True})
shares = np.tile(counts / counts.sum(), (len(data.validation), 1))
largest = run.finish(predictions=most_likely(shares), scores=shares)

# %% experiment="rate" vary="learning_rate" metric="roc_auc" min_seeds=3 points=10 checks={"experiments.one_change": 4, "experiments.predicted_first": 3, "seeds.enough": 2, "seeds.paired": 1}
### BEGIN SOLUTION
experiment = notebook.experiment("rate", vary="learning_rate")
experiment.run("baseline", train, CONFIG, data=data, seeds=SEEDS)
experiment.predict(metric="roc_auc", direction="down", low=-0.2, high=0.0, why="So few small steps leave it near its start.")
experiment.run("changed", train, replace(CONFIG, learning_rate=0.001), data=data, seeds=SEEDS)
### END SOLUTION

# %% key="report"
report = experiment.report()

# %% [markdown] memo="template" points=8 experiment="rate" checks={"experiments.template_complete": 2, "experiments.held_constant": 2, "experiments.result_matches": 2, "experiments.meaningful_supported": 2}
# ### The experiment in five lines
#
# | field | what you write |
# | --- | --- |
# <!-- BEGIN SOLUTION -->
# | Variable changed | learning_rate, from 0.01 to 0.001 |
# | Held constant | data and split, hidden, epochs, batch size, seeds |
# | Prediction | ROC AUC goes down by at most 0.2, because so few small steps leave it near its start |
# | Result | The mean ROC AUC over three seeds was {{ reference("week1_digits", "rate.baseline.roc_auc", ".3f") }} in the baseline arm and {{ reference("week1_digits", "rate.changed.roc_auc", ".3f") }} in the changed arm |
# | Meaningful? | Yes: ROC AUC went down, and over the three seeds both intervals exclude zero |
# <!-- END SOLUTION -->

# %% notebook="whole" points=8 checks={"metrics.baseline_first": {"points": 2, "baselines": ["largest"]}, "metrics.recomputed": 2, "form.ran_in_order": 2, "form.no_errors": 2, "integrity.chain": 0}
notebook.summary()
'''

WRONG = {
    "least": "return np.asarray(scores).argmin(axis=1)",
    "columns": "return np.asarray(scores).argmax(axis=0)",
    "values": "return np.asarray(scores).max(axis=1)",
}


def write_course(folder: Path) -> Path:
    """Write the course; its course.toml."""
    texts = {
        "course.toml": COURSE,
        "week1/digits.py": SOURCE,
        **{
            f"week1/wrong/week1_digits/most_likely/{name}.py": f"# {name}\n{code}\n" for name, code in WRONG.items()
        },
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "course.toml"

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] key="title"
# # Week 1 homework: a forest, and one change
#
# You grow a random forest on the data of the lab, write the function that says how much of the error it removes, and run
# your first controlled experiment: change **one** setting, hold everything else, say beforehand what you expect, and
# repeat it over seeds.
#
# | part | points |
# | --- | --- |
# | 1. the forest (one task) | 10 |
# | 2. the experiment | 20 |
# | 3. the memo | 10 |
# | the notebook as a whole | 10 |

# %% tags=["parameters"] key="parameters"
PROFILE = "course"
SEEDS = (1, 2, 3)

# %% key="begin"
from dataclasses import dataclass, replace

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor

import paribus
from paribus import selfcheck
from paribus.data.dataset import Dataset

notebook = paribus.begin("week1_homework", release="{{ release }}")
frame, target = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
data = Dataset.split_from("diabetes", frame, target, predicts="value", metrics=("rmse", "mae"))
notebook.use(data)

# %% [markdown] key="baseline-text"
# ## Part 1. The forest
#
# The baseline comes first: one constant for everybody, the mean of the training part.

# %% key="baseline"
run = notebook.start("constant", config={"model": "constant"}, seed=SEEDS[0], data=data, derived={"deterministic": True})
constant = run.finish(predictions=np.full(len(data.validation), data.train.labels.mean()))


# %% [markdown] key="share-text"
# **Your turn.** A model with half the baseline's error removed half of it. Return the share of the baseline's error that a
# model removes; it is negative where the model is worse.

# %% task="removed_share" points=10
def removed_share(baseline: float, model: float) -> float:
    """Which share of the error `baseline` a model with the error `model` removes."""
    ### BEGIN SOLUTION
    return 1 - model / baseline
    ### END SOLUTION


# %% tests="removed_share"
selfcheck.close(selfcheck.call(removed_share, 80.0, 40.0), 0.5, "half the error is left")
selfcheck.close(selfcheck.call(removed_share, 50.0, 50.0), 0.0, "nothing is removed")
selfcheck.close(selfcheck.call(removed_share, 50.0, 75.0), -0.5, "a model that is worse")
low, high = sorted(float(number) for number in notebook.draws("removed_share").uniform(10, 90, size=2))
selfcheck.close(selfcheck.call(removed_share, high, low), (high - low) / high, "two random errors")
notebook.tested("removed_share")

# %% key="train"
@dataclass(frozen=True)
class Config:
    """Every setting of the forest that somebody chose."""

    trees: int = 60
    max_depth: int = 3
    min_leaf: int = 2


CONFIG = Config()


def train(config, data, run):
    """Grow a forest with `config` and hand its predictions to `run`."""
    forest = RandomForestRegressor(
        config.trees, max_depth=config.max_depth, min_samples_leaf=config.min_leaf, random_state=run.seed
    )
    forest.fit(data.train.features, data.train.labels)
    run.finish(predictions=forest.predict(data.validation.features))


# %% key="forest"
forest = notebook.run("forest", train, CONFIG, data=data, seed=SEEDS[0])
share = removed_share(constant.value("rmse"), forest.value("rmse"))
notebook.value("forest.removed_share", share)
print(f"the forest removes {share:.1%} of the constant's error")

# %% [markdown] key="experiment-text"
# ## Part 2. Change one thing
#
# Choose what to vary (`trees`, `max_depth` or `min_leaf`), write your prediction, and run both arms with the same seeds.
# A smaller RMSE is better, so a gain is negative.

# %% experiment="one_change" vary=["trees", "max_depth", "min_leaf"] metric="rmse" min_seeds=3 points=10 checks={"experiments.one_change": 4, "experiments.predicted_first": 3, "seeds.enough": 2, "seeds.paired": 1} stub="experiment = notebook.experiment(\"one_change\", vary=\"…\")\nraise NotImplementedError(\"Experiment one_change is not done yet: name the setting above, and replace this line with the other three calls.\")"
### BEGIN SOLUTION
experiment = notebook.experiment("one_change", vary="max_depth")
experiment.run("baseline", train, CONFIG, data=data, seeds=SEEDS)
experiment.predict(
    metric="rmse", direction="up", low=0.0, high=12.0, why="Trees of one split cannot combine two measurements any more."
)
experiment.run("changed", train, replace(CONFIG, max_depth=1), data=data, seeds=SEEDS)
### END SOLUTION

# %% key="report"
report = experiment.report()

# %% [markdown] memo="template" points=10 experiment="one_change" checks={"experiments.template_complete": 2, "experiments.held_constant": 2, "experiments.result_matches": 4, "experiments.meaningful_supported": 2}
# ### The experiment in five lines
#
# Complete every row. *Result* quotes the metric that you predicted, for both arms. *Meaningful?* says whether the difference
# is larger than noise.
#
# | field | what you write |
# | --- | --- |
# <!-- BEGIN SOLUTION -->
# | Variable changed | max_depth, from 3 to 1 |
# | Held constant | data and split, trees, min_leaf, seeds |
# | Prediction | RMSE goes up by at most 12, because trees of one split cannot combine two measurements |
# | Result | The mean RMSE over three seeds was {{ reference("week1_homework", "one_change.baseline.rmse", ".2f") }} in the baseline arm and {{ reference("week1_homework", "one_change.changed.rmse", ".2f") }} in the changed arm |
# | Meaningful? | Yes: RMSE went up, and over the three seeds both intervals exclude zero |
# <!-- END SOLUTION -->

# %% [markdown] memo="recommendation" points=10 manual=5 min_words=60 checks={"memo.answered": 2, "memo.numbers_traced": 3}
# ## Part 3. The memo
#
# In 60 to 200 words: would you use the forest, and with which setting? Name the numbers that decide it for you, and what
# they cannot show.
#
# <!-- BEGIN SOLUTION -->
# I would use the forest with a depth of 3. Over three seeds the baseline arm has a mean RMSE of
# {{ reference("week1_homework", "one_change.baseline.rmse", ".2f") }} and the changed arm has a mean RMSE of
# {{ reference("week1_homework", "one_change.changed.rmse", ".2f") }}; the constant has an RMSE of
# {{ reference("week1_homework", "constant.rmse", ".2f") }}. All seeds share one validation part, so the numbers cannot show what
# other patients would have brought, and they say nothing about depths that I did not try. The next experiment would change
# the number of trees alone.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: says whether to use the forest and with which setting, and by which numbers
# - 1: sets the difference between the arms beside the spread between seeds
# - 2: says what the numbers cannot show, such as other patients or settings that were not tried
# - -1: claims that the setting is the best one, though two were compared
# <!-- END RUBRIC -->

# %% notebook="whole" points=10 checks={"metrics.baseline_first": {"points": 3, "baselines": ["constant"]}, "metrics.recomputed": 3, "form.ran_in_order": 2, "form.no_errors": 2, "integrity.chain": 0}
notebook.summary()

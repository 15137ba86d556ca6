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
# # Week 1 lab: what there is to beat
#
# Ten measurements of 442 patients, and one number a year later: how far their diabetes has progressed. In this lab you
# write the metric yourself and measure two models that take a second: a constant, and a straight line.
#
# | part | points |
# | --- | --- |
# | 1. the metric (one task) | 10 |
# | 2. the memo | 6 |
# | the notebook as a whole | 4 |

# %% tags=["parameters"] key="parameters"
PROFILE = "course"
SEED = 7

# %% key="begin"
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

import paribus
from paribus import selfcheck
from paribus.data.dataset import Dataset

notebook = paribus.begin("week1_lab", release="{{ release }}")
frame, target = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
data = Dataset.split_from("diabetes", frame, target, predicts="value", metrics=("rmse", "mae"))
notebook.use(data)
data

# %% [markdown] key="metric-text"
# ## Part 1. The metric
#
# The **root mean squared error** is in the unit of the target, so it can be held against the target's own spread.
#
# **Your turn.** Square the errors, take their mean, and take the root.

# %% task="rmse" points=10
def rmse(truth: np.ndarray, predictions: np.ndarray) -> float:
    """The root of the mean squared difference between two arrays of one length."""
    ### BEGIN SOLUTION
    return float(np.sqrt(np.mean((np.asarray(truth) - np.asarray(predictions)) ** 2)))
    ### END SOLUTION


# %% tests="rmse"
selfcheck.close(selfcheck.call(rmse, np.array([1.0, 2.0]), np.array([1.0, 4.0])), np.sqrt(2.0), "one error of 2 among two items")
selfcheck.close(selfcheck.call(rmse, np.array([3.0, 3.0]), np.array([3.0, 3.0])), 0.0, "no error at all")
selfcheck.close(selfcheck.call(rmse, np.array([0.0, 0.0]), np.array([-1.0, 1.0])), 1.0, "errors to both sides do not cancel")
drawn = notebook.draws("rmse").normal(size=(2, 30))
selfcheck.close(selfcheck.call(rmse, *drawn), float(((drawn[0] - drawn[1]) ** 2).mean() ** 0.5), "thirty random numbers")
notebook.tested("rmse")

# %% key="baselines"
constant = np.full(len(data.validation), data.train.labels.mean())
run = notebook.start("constant", config={"model": "constant"}, seed=SEED, data=data, derived={"deterministic": True})
run.finish(predictions=constant)

line = LinearRegression().fit(data.train.features, data.train.labels)
run = notebook.start("linear", config={"model": "linear"}, seed=SEED, data=data, derived={"deterministic": True})
run.finish(predictions=line.predict(data.validation.features))
print(f"your RMSE of the constant: {rmse(data.validation.labels, constant):.2f}")

# %% [markdown] memo="what_to_beat" points=6 manual=3 min_words=40 checks={"memo.answered": 1, "memo.numbers_traced": 2}
# ## Part 2. What there is to beat
#
# In 40 to 150 words: what RMSE do the constant and the straight line have on the validation part? What does the difference
# between them say about the ten measurements, and what does it not say?
#
# <!-- BEGIN SOLUTION -->
# On the validation part the constant has an RMSE of {{ reference("week1_lab", "constant.rmse", ".1f") }} and the linear model has
# an RMSE of {{ reference("week1_lab", "linear.rmse", ".1f") }}. So the ten measurements hold something about the course of
# the disease that a straight line can use. The comparison does not say how much more there is: a model that bends may find
# what the line cannot, and one split of a few hundred patients moves both numbers by some units.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: says that the line beats the constant, and by how much
# - 1: concludes that the measurements tell something about the disease
# - 1: says what the difference leaves open, such as what a model that bends would find
# - -1: takes the line's error for the best that is possible
# <!-- END RUBRIC -->

# %% notebook="whole" points=4 checks={"metrics.recomputed": 2, "form.ran_in_order": 1, "form.no_errors": 1, "integrity.chain": 0}
notebook.summary()

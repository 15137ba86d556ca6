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
# # Methodology lab: what to do when it does not learn
#
# Designing a model takes a small part of the time that a project takes. Most of it goes into finding out why something does not work, and
# whether it really does. This lab is about that part. Nothing in it is drawn by hand: behind every control something is really trained while you
# wait, usually for less than a second, on 8 × 8 pictures of handwritten digits. Until the picture is there, *working …* is shown below the controls.
#
# The controls need a running notebook. In an exported page you see the picture of the start values.
#
# | part | points |
# | --- | --- |
# | 1. five steps to a broken model (one task) | 5 |
# | 2. four instruments | – |
# | 3. searching: a grid against chance (one task) | 4 |
# | 4. four ways to hold a model back | – |
# | 5. what accuracy hides (one task) | 4 |
# | 6. the leak that a random split makes (one task) | 4 |
# | what you take with you | 3 |

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # the lab is the same in every profile
SEED = 7

# %% key="begin"
from functools import partial

import digits
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix

import paribus
from paribus import explore, selfcheck
from paribus.figures.canvas import BLUE, GREY, NotebookFigure, ORANGE

notebook = paribus.begin("methodology_lab", release="{{ release }}")
torch.set_num_threads(1)  # for so small a network, threads cost more than they give
pictures = digits.load()
data = pictures.data
notebook.use(data)
(X, y), (V, w) = pictures.training, pictures.validation
print(f"{len(X)} training pictures, {len(V)} validation pictures, 10 digits")

# %% [markdown] key="network-text"
# One function trains everything below, by plain gradient descent. It returns what the four instruments show: the losses, the norm of the gradient in the
# first layer, the learning rate. It can also break the training in five ways. `digits.fit??` in a cell of your own shows its code; predict first, then look.

# %% key="network"
network = partial(digits.network, seed=SEED)
fit = partial(digits.fit, held=(V, w), seed=SEED)
held_out = partial(digits.held_out, held=(V, w))
print(f"one hidden layer: {sum(part.numel() for part in network().parameters()):,} parameters")

# %% [markdown] key="triage-text"
# ## Part 1. Five steps to a broken model
#
# When training does not work, change nothing yet. Go through these steps in this order; each one rules something out.
#
# 1. **One batch.** Can the model learn ten examples by heart? If not, something is broken: the loss, the labels, the optimiser.
# 2. **A small subset.** Can it learn a few hundred? If not, it is too small, or the rate does not fit.
# 3. **All data, both curves.** Both losses high: underfitting. A growing gap: overfitting.
# 4. **Gradients.** Near zero: they vanish. Growing without bound: they explode.
# 5. **The data.** Look at inputs and labels side by side.
#
# Below, step 1 is run on ten pictures with a fault of your choice. Predict for each fault, before you choose it: will the loss on ten pictures reach
# zero? Two of them pass step 1, which tells you something about the step.

# %% key="triage"
def one_batch(fault):
    """Step 1 with a fault: the loss on ten pictures."""
    seen = fit(network(), X[:10], y[:10], steps=200, rate=0.3, batch=10, fault=fault)
    figure = NotebookFigure(figsize=(7, 2.8))
    axis = figure.subplots()
    axis.plot(seen["loss"], color=BLUE)
    axis.axhline(np.log(10), color=GREY, linestyle=":")
    axis.set(xlabel="step", ylabel="loss on ten pictures", ylim=(0, 4), title=f"fault: {fault}")
    return figure.saying(f"Loss on ten pictures with the fault {fault}: from {seen['loss'][0]:.2f} to {seen['loss'][-1]:.2f}; a guess has 2.30.")


explore(one_batch, {"fault": digits.FAULTS})

# %% key="triage-record"
ends = {fault: fit(network(), X[:10], y[:10], steps=200, rate=0.3, batch=10, fault=fault)["loss"][-1] for fault in digits.FAULTS}
notebook.values({f"one_batch.{fault.replace(' ', '_')}": value for fault, value in ends.items()})
for fault, value in ends.items():
    print(f"{fault:<24} {value:.3f}")

# %% [markdown] key="triage-task-text"
# Shuffled labels pass: ten wrong pairs can be learned by heart as well as ten right ones. That is why step 5 exists. Gradients that are never cleared pass
# as well: on so few pictures the ever longer steps happen to lead down.
#
# **Your turn.** Turn the steps into a rule. `passed` says for each of the steps 1 to 4, in order, whether it passed; a step that was not run is missing
# at the end. Return the first step that failed. If all that were run passed, return the step to go on with (5 after all four).

# %% task="next_step" points=5
def next_step(passed: list[bool]) -> int:
    """The first step that failed, or the one to go on with."""
    ### BEGIN SOLUTION
    return passed.index(False) + 1 if False in passed else len(passed) + 1
    ### END SOLUTION


# %% tests="next_step"
selfcheck.equal(selfcheck.call(next_step, [False]), 1, "one batch cannot be learned")
selfcheck.equal(selfcheck.call(next_step, [True, False]), 2, "one batch can, a subset cannot")
selfcheck.equal(selfcheck.call(next_step, []), 1, "nothing was run yet")
selfcheck.equal(selfcheck.call(next_step, [True, True]), 3, "two steps passed: go on with the third")
selfcheck.equal(selfcheck.call(next_step, [True] * 4), 5, "all four passed: look at the data")
selfcheck.equal(selfcheck.call(next_step, [True, False, True, False]), 2, "the first failure counts")
where = int(notebook.draws("next_step").integers(0, 4))
selfcheck.equal(selfcheck.call(next_step, [step != where for step in range(4)]), where + 1, f"step {where + 1} of four failed")
notebook.tested("next_step")

# %% [markdown] key="instruments-text"
# ## Part 2. Four instruments
#
# A loss curve alone is one instrument of four. Set the learning rate too high, then too low, then make the network deep with sigmoids, and read all
# four panels each time. A flat loss has at least three causes, and only the other panels tell them apart.

# %% key="instruments"
def instruments(rate, depth, activation):
    """Loss, gradient norm, learning rate and weights of one training run."""
    model = network(depth=depth, activation=activation)
    seen = fit(model, X, y, rate=rate)
    figure = NotebookFigure(figsize=(9, 4.6))
    (loss, norm), (schedule, weights) = figure.subplots(2, 2)
    loss.plot(seen["loss"], color=BLUE, alpha=0.6, label="training")
    loss.plot(range(9, len(seen["loss"]), 10), seen["validation"], color=ORANGE, label="validation")
    loss.set(title="loss", ylim=(0, 4))
    loss.legend(frameon=False)
    norm.semilogy(np.maximum(np.nan_to_num(seen["norm"], posinf=1e6), 1e-7), color=BLUE)
    norm.set(title="gradient norm, first layer", ylim=(1e-6, 1e4))
    schedule.plot(seen["rate"], color=BLUE)
    schedule.set(title="learning rate", xlabel="step")
    values = torch.cat([parameter.detach().flatten() for parameter in model.parameters()]).numpy()
    weights.hist(np.clip(np.nan_to_num(values), -3, 3), bins=60, color=GREY)
    weights.set(title="weights at the end", xlabel="value")
    figure.subplots_adjust(hspace=0.4)  # quicker than tight_layout, which draws twice
    accuracy = held_out(model)[1]
    return figure.saying(
        f"Learning rate {rate:g}, {depth} hidden layers, {activation}: training loss {seen['loss'][-1]:.2f}, validation accuracy {accuracy:.2f}, "
        f"gradient norm {seen['norm'][0]:.2g} at first and {seen['norm'][-1]:.2g} at the end."
    )


explore(
    instruments,
    {"rate": (0.0003, 0.003, 0.03, 0.1, 0.3, 1.0, 10.0), "depth": (1, 2, 4, 8), "activation": ("relu", "tanh", "sigmoid")},
    start={"rate": 0.1},
)

# %% key="instruments-record"
for name, (rate, depth, activation) in {"healthy": (0.1, 1, "relu"), "too_high": (10.0, 2, "relu"), "too_low": (0.0003, 1, "relu"), "vanishing": (0.1, 8, "sigmoid")}.items():
    model = network(depth=depth, activation=activation)
    seen = fit(model, X, y, rate=rate)
    notebook.values({f"instruments.{name}.accuracy": held_out(model)[1], f"instruments.{name}.first_norm": seen["norm"][0]})
    print(f"{name:<10} validation accuracy {held_out(model)[1]:.2f}, gradient norm of the first step {seen['norm'][0]:.2g}")

# %% [markdown] key="search-text"
# ## Part 3. Searching: a grid against chance
#
# Nine trials, two settings: the learning rate, which matters, and weight decay, which here hardly does. A grid of 3 × 3 tries three learning rates. Nine
# random trials try nine (Bergstra and Bengio, 2012). Each dot below is a training run; its colour is the validation accuracy it reached.
# The seed draws the random trials; a grid is the same with every seed.

# %% key="search"
def trials_of(kind, count, seed):
    """Pairs (learning rate, weight decay): a square grid, or drawn at random on the same ranges, by factors."""
    if kind == "grid":
        side = int(np.sqrt(count))
        return [(10.0**a, 10.0**b) for a in np.linspace(-3, 0.7, side) for b in np.linspace(-5, -1, side)]
    generator = np.random.default_rng(seed)
    return [(10.0 ** generator.uniform(-3, 0.7), 10.0 ** generator.uniform(-5, -1)) for _ in range(count)]


def score(rate, decay):
    """Validation accuracy of a short run."""
    model = network()
    fit(model, X, y, steps=60, rate=rate, decay=decay)
    return held_out(model)[1]


def search(kind, count, seed):
    """Where the trials lie, and how each of them did."""
    trials = trials_of(kind, count, seed)
    scores = [score(*trial) for trial in trials]
    figure = NotebookFigure(figsize=(6.5, 3.6))
    axis = figure.subplots()
    dots = axis.scatter([t[0] for t in trials], [t[1] for t in trials], c=scores, vmin=0, vmax=1, s=90, cmap="viridis")
    figure.colorbar(dots, ax=axis, label="validation accuracy")
    axis.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="weight decay", title=f"{kind}: best {max(scores):.3f}")
    rates = len({rate for rate, _ in trials})
    return figure.saying(f"{len(trials)} trials, {kind}: {rates} learning rates were tried, the best accuracy is {max(scores):.3f}.")


explore(search, {"kind": ("grid", "random"), "count": (4, 9, 16), "seed": (0, 1, 2, 3)}, start={"count": 9})

# %% [markdown] key="search-task-text"
# **Your turn.** Return the best trial, and whether its learning rate lies at the edge of the rates that were tried. A best value at the edge says that the
# range was too small, and the search is not over. Of equal scores the first counts.

# %% task="best_trial" points=4
def best_trial(rates: list[float], scores: list[float]) -> tuple[int, bool]:
    """(position of the best trial, whether its rate is the smallest or the largest that was tried)."""
    ### BEGIN SOLUTION
    best = int(np.argmax(scores))
    return best, rates[best] in (min(rates), max(rates))
    ### END SOLUTION


# %% tests="best_trial"
selfcheck.equal(selfcheck.pair(selfcheck.call(best_trial, [0.01, 0.1, 1.0], [0.5, 0.9, 0.3]), "best_trial"), (1, False), "the best lies inside")
selfcheck.equal(tuple(selfcheck.call(best_trial, [0.1, 1.0, 0.01], [0.5, 0.9, 0.3])), (1, True), "the largest rate is the best: an edge, wherever it stands in the list")
selfcheck.equal(tuple(selfcheck.call(best_trial, [0.1, 0.01, 1.0], [0.5, 0.9, 0.3])), (1, True), "the smallest rate is an edge too")
selfcheck.equal(tuple(selfcheck.call(best_trial, [0.3, 0.1, 0.2], [0.7, 0.7, 0.7])), (0, True), "equal scores: the first counts")
order = notebook.draws("best_trial").permutation(7)
drawn = (0.001 * 2.0**order).tolist()
selfcheck.equal(tuple(selfcheck.call(best_trial, drawn, (-np.abs(order - 3)).tolist())), (order.tolist().index(3), False), "the middle one of seven shuffled rates")
selfcheck.equal(selfcheck.call(best_trial, drawn, order.tolist())[1], True, "the largest of seven shuffled rates")
notebook.tested("best_trial")

# %% [markdown] key="regularisation-text"
# ## Part 4. Four ways to hold a model back
#
# With 120 pictures a wide network learns every one of them by heart. Dropout, weight decay, stopping early and noise on the pictures hold it back. Only the last
# one adds something: the others limit what the model may do with what it has. Look at the gap between the two curves, then at the accuracy. They do not always
# agree.

# %% key="regularisation"
def held_back(dropout, decay, noise, stop_early):
    """A wide network on 120 pictures: both losses, and the accuracy that counts."""
    generator = torch.Generator().manual_seed(SEED)
    copies = 4 if noise else 1
    x = (X[:120].repeat(copies, 1) + noise * torch.randn(120 * copies, 64, generator=generator)).clamp(0, 1)
    model = network(width=160, dropout=dropout)
    seen = fit(model, x, y[:120].repeat(copies), steps=300, rate=0.3, decay=decay)
    best = int(np.argmin(seen["validation"]))
    at, where = (best, "at the stop") if stop_early == "yes" else (-1, "at the end")
    figure = NotebookFigure(figsize=(7, 3))
    axis = figure.subplots()
    axis.plot(seen["loss"], color=BLUE, alpha=0.5, label="training")
    axis.plot(range(9, 300, 10), seen["validation"], color=ORANGE, label="validation")
    if stop_early == "yes":
        axis.axvline(10 * best + 9, color=GREY, linestyle=":")
    axis.set(xlabel="step", ylabel="loss", ylim=(0, 2.5))
    axis.legend(frameon=False)
    trained = np.reshape(seen["loss"], (-1, 10)).mean(axis=1)[at]
    return figure.saying(
        f"Dropout {dropout:g}, weight decay {decay:g}, noise {noise:g}, stop early: {stop_early}. Validation loss {seen['validation'][at]:.3f}, gap to the "
        f"training loss {seen['validation'][at] - trained:.3f}, accuracy {where} {seen['accuracy'][at]:.3f}."
    )


explore(held_back, {"dropout": (0.0, 0.2, 0.5), "decay": (0.0, 0.003, 0.03), "noise": (0.0, 0.1, 0.3), "stop_early": ("no", "yes")})

# %% [markdown] key="confusion-text"
# ## Part 5. What accuracy hides
#
# Now the digit 8 is rare: only a few of its training pictures are left. Accuracy hardly notices. The confusion matrix does. The control changes how much an 8
# weighs in the loss.

# %% key="confusion"
KEPT = np.flatnonzero(y.numpy() != 8).tolist() + np.flatnonzero(y.numpy() == 8)[:4].tolist()
ROWS, DIGITS = X.numpy()[KEPT], y.numpy()[KEPT]


def confusion(weight):
    """The confusion matrix, and the recall of each digit, with an 8 that weighs so much."""
    model = LogisticRegression(max_iter=200, class_weight={digit: weight if digit == 8 else 1.0 for digit in range(10)}).fit(ROWS, DIGITS)
    table = confusion_matrix(w, model.predict(V.numpy()))
    recall = np.diag(table) / table.sum(axis=1)
    figure = NotebookFigure(figsize=(8, 3.4))
    left, right = figure.subplots(1, 2)
    left.imshow(table, cmap="Blues")
    left.set(xlabel="predicted", ylabel="true", xticks=range(10), yticks=range(10))
    right.bar(range(10), recall, color=[ORANGE if digit == 8 else BLUE for digit in range(10)])
    right.set(xlabel="digit", ylabel="recall", ylim=(0, 1), xticks=range(10))
    figure.tight_layout()
    return figure.saying(f"An 8 weighs {weight:g}: accuracy {np.trace(table) / table.sum():.3f}, recall of the 8 {recall[8]:.2f}.")


explore(confusion, {"weight": (1.0, 3.0, 10.0, 30.0, 100.0)})

# %% [markdown] key="confusion-task-text"
# **Your turn.** From a confusion matrix (rows are true classes), return accuracy and the class with the smallest recall. Classes without an example in the split
# have no recall and do not count.

# %% task="weakest_class" points=4
def weakest_class(confusion: np.ndarray) -> tuple[float, int]:
    """(accuracy, the class with the smallest recall)."""
    ### BEGIN SOLUTION
    sizes = confusion.sum(axis=1)
    recall = np.where(sizes > 0, np.diag(confusion) / np.maximum(sizes, 1), np.inf)
    return float(np.trace(confusion) / confusion.sum()), int(np.argmin(recall))
    ### END SOLUTION


# %% tests="weakest_class"
toy = np.array([[95, 5, 0], [0, 90, 0], [8, 0, 2]])
accuracy, weakest = selfcheck.pair(selfcheck.call(weakest_class, toy), "weakest_class")
selfcheck.close(accuracy, 187 / 200, "187 of 200 are right")
selfcheck.equal(int(weakest), 2, "class 2 is found in two of ten cases")
selfcheck.equal(int(selfcheck.call(weakest_class, np.array([[9, 1, 0], [0, 0, 0], [2, 0, 8]]))[1]), 2, "a class without an example does not count")
selfcheck.equal(int(selfcheck.call(weakest_class, np.array([[5, 0], [50, 50]]))[1]), 1, "rows are true classes; columns would say 0")
drawn = notebook.draws("weakest_class").integers(5, 30, 6)
toy = np.diag(drawn)
toy[4, 0] = drawn[4]
accuracy, weakest = selfcheck.pair(selfcheck.call(weakest_class, toy), "weakest_class")
selfcheck.equal(int(weakest), 4, "half of class 4 is taken for class 0")
selfcheck.close(accuracy, drawn.sum() / (drawn.sum() + drawn[4]), "the accuracy of these predictions")
notebook.tested("weakest_class")

# %% [markdown] key="leak-text"
# ## Part 6. The leak that a random split makes
#
# Suppose every digit was photographed several times: the same ink, a little noise. Split the *photographs* at random, and photographs of one digit lie on both sides.
# A model that remembers (the nearest neighbour does nothing else) then looks like one that understands. Split by *what was photographed*, the entity, and the number is honest. Move the
# control. With one photograph of each digit there is nothing to leak; with several, the split by photograph flatters the model.

# %% key="leak"
def leak(count):
    """The two splits side by side."""
    found = {by: digits.by_nearest_neighbour(pictures.training, count, by, seed=SEED) for by in ("photograph", "entity")}
    figure = NotebookFigure(figsize=(5, 2.8))
    axis = figure.subplots()
    axis.bar(list(found), list(found.values()), color=[ORANGE, BLUE])
    axis.set(ylabel="accuracy on what was held out", ylim=(0, 1), title=f"{count} photographs of each digit")
    return figure.saying(f"{count} photographs of each digit: accuracy {found['photograph']:.2f} split by photograph, {found['entity']:.2f} split by entity.")


explore(leak, {"count": (1, 2, 4, 8)}, start={"count": 4})
notebook.values({f"leak.{by}": digits.by_nearest_neighbour(pictures.training, 4, by, seed=SEED) for by in ("photograph", "entity")})

# %% [markdown] key="leak-task-text"
# **Your turn.** Split by entity. Return a mask that is True for the rows held out: every row of an entity is on the same side, and entities are held out in the order of
# `shuffled` (their names, shuffled) until at least `share` of the *rows* is held out.

# %% task="held_out_rows" points=4
def held_out_rows(entities: np.ndarray, shuffled: np.ndarray, share: float) -> np.ndarray:
    """Which rows are held out, shape (rows,)."""
    ### BEGIN SOLUTION
    out = np.zeros(len(entities), dtype=bool)
    for entity in shuffled:
        if out.mean() >= share:
            break
        out |= entities == entity
    return out
    ### END SOLUTION


# %% tests="held_out_rows"
toy = np.array([0, 0, 1, 1, 2, 2, 3, 3])
selfcheck.equal(np.flatnonzero(selfcheck.call(held_out_rows, toy, np.array([2, 0, 1, 3]), 0.25)).tolist(), [4, 5], "a quarter of eight rows: the first entity in the order")
selfcheck.equal(np.flatnonzero(selfcheck.call(held_out_rows, toy, np.array([2, 0, 1, 3]), 0.3)).tolist(), [0, 1, 4, 5], "a little more than a quarter: one more entity")
selfcheck.equal(int(selfcheck.call(held_out_rows, np.array([5, 5, 5, 5, 6]), np.array([6, 5]), 0.5).sum()), 5, "shares are of rows, not of entities")
selfcheck.equal(int(selfcheck.call(held_out_rows, toy, np.array([3, 2, 1, 0]), 0.0).sum()), 0, "nothing is held out")
owners = notebook.draws("held_out_rows").integers(0, 9, 60)
mask = np.asarray(selfcheck.call(held_out_rows, owners, np.random.default_rng(5).permutation(9), 0.4))
selfcheck.true(not set(owners[mask]) & set(owners[~mask]), "no entity is on both sides")
selfcheck.true(bool(mask.mean() >= 0.4), "at least the share that was asked for")
notebook.tested("held_out_rows")

# %% [markdown] memo="takeaway" points=3 manual=2 min_words=50 checks={"memo.answered": 1}
# ### What you take with you
#
# In 50 to 120 words: which of your predictions about the faults was wrong, and what does it say about step 1? Where in your own project could an entity be on both sides of
# the split?
#
# <!-- BEGIN SOLUTION -->
# I expected shuffled labels to fail on one batch, and they passed: ten wrong pairs are as easy to learn by heart as ten right ones. So step 1 finds a broken loop, and never
# broken data, which is why the data come last and must not be left out. Gradients that are never cleared passed as well, on ten pictures. In our project a customer who writes
# several messages about one order could be on both sides. Names and order numbers in the text would give it away.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: names a prediction that was wrong, and what follows for step 1
# - 1: names an entity of the project, and how it could leak
# <!-- END RUBRIC -->

# %% notebook="whole" points=0 checks={"form.ran_in_order": 0, "form.no_errors": 0}
notebook.summary()

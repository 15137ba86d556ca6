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
# # Week 2 lab: four models without a label
#
# Somebody trained four classifiers of the course's complaints and kept no notes. They share everything you can see
# from outside: the architecture, the tokenizer, the data, the validation part. They differ in how they were
# trained, and that is what you have to find out from their training logs and from what they predict.
#
# It is detective work with one rule: **a hypothesis is worth as much as the number it rests on**. For each model you
# name a recipe, cite at least two numbers with the cell you read them in, and say why they point there. All of it
# before the reveal.
#
# **What you will do**
#
# | part | points |
# | --- | --- |
# | 1. three instruments that you build yourself | 9 |
# | 2. the four models on the instruments | |
# | 3. a diagnosis of each model, before the reveal | 20 |
# | 4. a bug that every log can tell you about | |
# | 5. two questions to close | 8 |
# | the notebook as a whole | 3 |
#
# The lab fits into one class. A GPU makes Part 2 quicker and is not needed.

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # how large Part 4 is: "full" is the course; "smoke" and "micro" are small rehearsals
ZOO_DATA = None  # None: the data that the models' card names. Or the path of a .parquet or .csv file that holds them
SEED = 13

# %% key="begin"
import math

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

import complaints
import paribus
from paribus import figures_errors, figures_zoo, models, selfcheck, training
from paribus.zoo.diagnosis import explain, seen

notebook = paribus.begin("week2_lab", release="{{ release }}")

# %% [markdown] key="instruments-intro"
# ## Part 1. Three instruments
#
# ### How much data did it see?
#
# A log counts optimiser steps. Whoever knows the batch size can turn steps back into data: one epoch of $s$ steps
# with batches of $b$ complaints has at most $s \cdot b$ complaints, and since the last batch holds at least one, it
# has more than $(s - 1) \cdot b$.
#
# **Your turn.** Return the fewest and the most training complaints that fit.

# %% task="training_rows" points=3
def training_rows(steps_per_epoch: int, batch_size: int) -> tuple[int, int]:
    """(fewest, most) training examples whose epoch has this many steps."""
    ### BEGIN SOLUTION
    return (steps_per_epoch - 1) * batch_size + 1, steps_per_epoch * batch_size
    ### END SOLUTION


# %% tests="training_rows"
fewest, most = selfcheck.pair(selfcheck.call(training_rows, 3, 10), "training_rows")
selfcheck.equal(fewest, 21, "the fewest examples that make 3 batches of 10")
selfcheck.equal(most, 30, "the most examples that make 3 batches of 10")
selfcheck.equal(tuple(selfcheck.call(training_rows, 1, 32)), (1, 32), "one batch of 32")
selfcheck.equal(tuple(selfcheck.call(training_rows, 157, 32)), (4993, 5024), "157 batches of 32")
selfcheck.equal(tuple(selfcheck.call(training_rows, 7, 1)), (7, 7), "batches of one")
batches, size = notebook.draws("training_rows").integers(2, 99, 2).tolist()
fewest, most = selfcheck.call(training_rows, batches, size)
selfcheck.equal(most, batches * size, f"the most examples that make {batches} batches of {size}")
selfcheck.equal(most - fewest, size - 1, "what the last batch may lack")
notebook.tested("training_rows")

# %% [markdown] key="turning-text"
# ### Where did the validation loss turn?
#
# A validation loss that rises again says that the model goes on fitting its training examples while it grows
# *worse calibrated* on others: more sure of itself than it should be. It does not say that predictions get worse,
# and it does not say why. Too many epochs and too little data both look like this.
#
# **Your turn.** From the validation losses of a log, in order, return the position of the smallest one (counted from
# 0; of equal ones the first) and how far the last one lies above it.

# %% task="turning_point" points=3
def turning_point(losses: list[float]) -> tuple[int, float]:
    """(position of the first smallest loss, last loss minus smallest loss)."""
    ### BEGIN SOLUTION
    smallest = min(losses)
    return losses.index(smallest), losses[-1] - smallest
    ### END SOLUTION


# %% tests="turning_point"
lowest_at, rise = selfcheck.pair(selfcheck.call(turning_point, [2.9, 1.6, 1.5, 1.55, 1.6]), "turning_point")
selfcheck.equal(lowest_at, 2, "where 2.9, 1.6, 1.5, 1.55, 1.6 is smallest")
selfcheck.close(rise, 0.1, "how far its last value lies above that")
selfcheck.equal(selfcheck.call(turning_point, [2.0, 1.0, 1.0, 1.5])[0], 1, "of two equal ones the first")
selfcheck.close(selfcheck.call(turning_point, [1.0, 3.0, 2.0])[1], 1.0, "the end, not the highest value")
selfcheck.equal(selfcheck.call(turning_point, [3.0, 2.0, 1.0])[0], 2, "a loss that falls to the end")
selfcheck.close(selfcheck.call(turning_point, [3.0, 2.0, 1.0])[1], 0.0, "the rise of a loss that falls to the end")
selfcheck.close(selfcheck.call(turning_point, [0.5])[1], 0.0, "a single evaluation")
falling = np.sort(notebook.draws("turning_point").random(5))[::-1].tolist()
lowest_at, rise = selfcheck.call(turning_point, [*falling, falling[4] + 0.25])
selfcheck.equal(lowest_at, 4, "the fifth of six losses is the smallest")
selfcheck.close(rise, 0.25, "the last one lies 0.25 above it")
notebook.tested("turning_point")

# %% [markdown] key="landmarks-text"
# ### What should a loss be?
#
# A training loss of 4.5: is that good? Without landmarks nobody can say. Three of them can be computed before any
# training, from nothing but the number of training examples of each class:
#
# 1. **Knowing nothing.** A model that gives each of $K$ classes the same probability has a loss of $\ln K$. That is
#    where a fresh classifier starts.
# 2. **Knowing only how common classes are.** A model that always answers with the class shares $p_k$ has a loss of
#    $-\sum_k p_k \ln p_k$, the entropy of the shares. Whatever has read a single text should end below.
# 3. **The softmax taken twice.** `cross_entropy` takes the softmax itself. Hand it probabilities $q$ instead of
#    logits, and it computes $-q_y + \ln \sum_k e^{q_k}$. The best that can happen is a probability of 1 on the right
#    class and 0 on all others, which gives $\ln(K - 1 + e) - 1$. A loss with this bug never goes below that.
#
# **Your turn.** Return the three, in this order, with natural logarithms. $K$ counts every class; one without training
# examples has a share of 0, and $0 \ln 0$ counts as 0.

# %% task="loss_landmarks" points=3
def loss_landmarks(counts: np.ndarray) -> tuple[float, float, float]:
    """(knowing nothing, knowing the class shares, best loss with the softmax taken twice)."""
    ### BEGIN SOLUTION
    shares = counts[counts > 0] / counts.sum()
    by_shares = -(shares * np.log(shares)).sum()
    return math.log(len(counts)), float(by_shares), math.log(len(counts) - 1 + math.e) - 1
    ### END SOLUTION


# %% tests="loss_landmarks"
toy = selfcheck.call(loss_landmarks, np.array([50, 25, 25]))
selfcheck.equal(len(toy), 3, "the number of landmarks")
selfcheck.close(toy[0], 1.098612, "knowing nothing of three classes", tolerance=1e-5)
selfcheck.close(toy[1], 1.039721, "knowing the shares 1/2, 1/4, 1/4", tolerance=1e-5)
selfcheck.close(toy[2], 0.551445, "the softmax taken twice, three classes", tolerance=1e-5)
even = selfcheck.call(loss_landmarks, np.array([10, 10, 10, 10]))
selfcheck.close(even[1], even[0], "equal shares are worth nothing")
gap = selfcheck.call(loss_landmarks, np.array([6, 0, 2]))
selfcheck.close(gap[0], math.log(3), "a class without examples is a class")
selfcheck.close(gap[1], -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)), "a share of 0 adds nothing")
selfcheck.close(gap[2], math.log(2 + math.e) - 1, "the floor counts it too")
selfcheck.close(selfcheck.call(loss_landmarks, np.array([7]))[2], 0.0, "one class")
kinds = int(notebook.draws("loss_landmarks").integers(3, 40))
selfcheck.close(selfcheck.call(loss_landmarks, np.full(kinds, 7))[1], math.log(kinds), f"the shares of {kinds} equal classes")
notebook.tested("loss_landmarks")

# %% [markdown] key="zoo-intro"
# ## Part 2. The four models on the instruments
#
# The models come as a folder: weights, one log each, a card. `find` looks for the card, wherever the platform put
# the folder. If it finds none, the message says what to attach or where to put it.

# %% only="colab" key="upload"
# On Colab: choose one zip of the folder with the models, or all files in it. It asks only where they are not here yet.
paribus.zoo.upload("week2")

# %% key="open"
zoo = paribus.zoo.open_zoo(paribus.zoo.find("week2"))
data = paribus.zoo.load_data(zoo, complaints.load, ZOO_DATA)
notebook.use(data)
tiers = data.tiers()  # "head", "mid" or "tail" for each class, by its training examples
print(f"{zoo.title}: {', '.join(zoo.models)}, edition {zoo.digest}")

# %% key="meet"
model, tokenizer = zoo.load(zoo.models[0])
text = data.validation.texts[0]
with torch.inference_mode():
    encoded_text = tokenizer(text, truncation=True, max_length=zoo.max_length, return_tensors="pt")
    given = functional.softmax(model(encoded_text["input_ids"]).logits[0], dim=0)
print(f"{zoo.models[0]} has {sum(weights.numel() for weights in model.parameters()):,} parameters and reads:")
print(" ".join(text.split())[:300])
print(f"It says {data.classes[int(given.argmax())]!r} ({given.max():.1%}); the label is {data.classes[data.validation.labels[0]]!r}.")

# %% [markdown] key="comparison-text"
# ### What they predict
#
# Every model predicts the validation part. You know four of the columns from week 1. `never_predicted` counts those
# of the classes at F1 = 0 that the model does not name even once; the others it names and is always wrong.
# `predicted_classes` counts the different classes it names at all. `tail_mass` is the probability that it gives to
# all tail classes together, on average: it shows a preference long before a class wins.
#
# The first line of a cell is the name to cite it by.

# %% key="comparison"
# comparison
comparison = paribus.zoo.compare(zoo, data)
for name in zoo.models:
    notebook.values({f"{name}.{column}": float(value) for column, value in comparison.row(name).items()})
in_tail = float(np.mean(tiers[data.validation.labels] == "tail"))
print(f"{in_tail:.4f} of the validation complaints belong to tail classes")
comparison.frame()

# %% key="tiers"
# tiers
figures_errors.f1_by_tier({name: [comparison.metrics[name]] for name in zoo.models}, tiers)

# %% key="spike"
# zeros
figures_errors.f1_spike({name: [comparison.metrics[name]] for name in zoo.models})

# %% [markdown] key="curves-text"
# ### What they logged
#
# Losses are drawn on one scale. The training loss is what the optimiser minimised, averaged over an epoch. The
# validation loss is the plain cross-entropy for every model, whatever it was trained with. The dots between whole
# epochs are evaluations inside the epoch: look there before you call a curve flat.

# %% key="curves"
# curves
figures_zoo.log_curves({name: zoo.log(name) for name in zoo.models})

# %% key="facts"
# facts
BATCH_SIZE = 32  # the same for all four
facts = {}
for name in zoo.models:
    log = zoo.log(name).frame()
    losses = log["validation_loss"].tolist()
    lowest_at, rise = turning_point(losses)
    epochs = math.ceil(log["epoch"].iloc[-1])
    steps = round(log["step"].iloc[-1] / log["epoch"].iloc[-1])
    fewest, most = training_rows(steps, BATCH_SIZE)
    facts[name] = {
        "epochs": epochs,
        "steps_per_epoch": steps,
        "fewest rows": fewest,
        "most rows": most,
        "final_train_loss": log["train_loss"].iloc[-1],
        "final_validation_loss": losses[-1],
        "lowest at epoch": log["epoch"].iloc[lowest_at],
        "validation_rise": rise,
        "validation_fall": losses[-3] - losses[-1] if len(losses) > 2 else math.nan,
        "train_to_validation": log["train_loss"].iloc[-1] / losses[-1],
    }
facts = pd.DataFrame(facts).T.round(4)
print(f"The training part holds {len(data.train.texts):,} complaints.")
facts

# %% [markdown] key="landmarks-reading"
# The names of the columns are the names to cite. Hold the losses against your landmarks:

# %% key="landmarks"
# landmarks
train_counts = np.bincount(data.train.labels, minlength=len(data.classes))
nothing, shares, twice = loss_landmarks(train_counts)
print(f"knowing nothing {nothing:.3f}, knowing the class shares {shares:.3f}, softmax taken twice at least {twice:.3f}")

# %% [markdown] key="diagnosis-text"
# ## Part 3. Diagnoses, before the reveal
#
# Six recipes, four models. Two of the recipes were not used, so you cannot reason by elimination alone. Note that two
# of them look alike at first sight: a rising validation loss has two causes, and only one of them can be cured by
# stopping earlier.

# %% key="recipes"
RECIPES = {
    "undertrained": "one epoch on all training complaints",
    "baseline": "three epochs on all training complaints, nothing special",
    "overtrained": "fifteen epochs on all training complaints",
    "starved": "many epochs on a small part of the training complaints",
    "weighted": "three epochs on all training complaints, rare classes weighted up in the loss (sqrt-inverse)",
    "softmax_twice": "three epochs on all training complaints, with the softmax taken twice",
}
diagnoses = notebook.diagnoses(zoo, RECIPES)
explain()

# %% [markdown] key="form-text"
# **Your turn, four times.** Fill in the form for each model:
#
# ```python
# diagnoses.diagnose(
#     "Alpha",
#     recipe="…",  # one of RECIPES
#     evidence=[seen("accuracy", 0.0000, "comparison"), seen("epochs", 0, "curves")],  # statistic, value, cell
#     why="…",  # in a sentence or two: why do these numbers point to this recipe and not to another?
# )
# ```
#
# Cite at least two different statistics a model, as you read them (three or four digits), and choose those that
# *separate* the recipe from the next best one: "accuracy 0.54" fits half of the recipes. You may run a cell as often
# as you like; the last diagnosis of a model stands.

# %% only="solution" key="hypotheses"
# What the instructor's own reading of the tables gives: each model by the number that sets it apart from the rest.
starved = facts["steps_per_epoch"].idxmin()
undertrained = facts["epochs"].drop(starved).idxmin()
others = [name for name in zoo.models if name not in (starved, undertrained)]
weighted = max(others, key=comparison.tail_mass.__getitem__)
READING = {starved: "starved", undertrained: "undertrained", weighted: "weighted"}
CITED = {
    "starved": (("steps_per_epoch", "train_to_validation"), "Its epochs are short, and it knows its few examples by heart."),
    "undertrained": (("epochs", "final_train_loss"), "It stopped after one epoch, with a loss that was still falling."),
    "weighted": (("tail_mass", "predicted_classes"), "It trained like the baseline, and gives the tail far more probability."),
    "baseline": (("epochs", "accuracy"), "It trained for three epochs on everything, and nothing sets it apart."),
}


def hypothesis(name):
    """The arguments of diagnose for one model."""
    recipe = READING.get(name, "baseline")
    names, why = CITED[recipe]
    numbers = {**comparison.frame().loc[name], **facts.loc[name]}
    cited = [
        seen(item, int(numbers[item]) if item in ("epochs", "steps_per_epoch", "predicted_classes") else numbers[item],
             "facts" if item in facts else "comparison")
        for item in names
    ]  # fmt: skip
    return {"recipe": recipe, "evidence": cited, "why": why}


# %% diagnosis="alpha" zoo="week2" model="Alpha" points=5
# Alpha: call diagnoses.diagnose("Alpha", …)
### BEGIN SOLUTION
diagnoses.diagnose("Alpha", **hypothesis("Alpha"))
### END SOLUTION

# %% diagnosis="bravo" zoo="week2" model="Bravo" points=5
# Bravo: call diagnoses.diagnose("Bravo", …)
### BEGIN SOLUTION
diagnoses.diagnose("Bravo", **hypothesis("Bravo"))
### END SOLUTION

# %% diagnosis="charlie" zoo="week2" model="Charlie" points=5
# Charlie: call diagnoses.diagnose("Charlie", …)
### BEGIN SOLUTION
diagnoses.diagnose("Charlie", **hypothesis("Charlie"))
### END SOLUTION

# %% diagnosis="delta" zoo="week2" model="Delta" points=5
# Delta: call diagnoses.diagnose("Delta", …)
### BEGIN SOLUTION
diagnoses.diagnose("Delta", **hypothesis("Delta"))
### END SOLUTION

# %% key="commitment"
diagnoses.summary()
code = diagnoses.commitment()

# %% [markdown] key="stop"
# **Stop here** until your instructor reveals the models. If your class collects the codes, hand in the one above: it
# fits these four diagnoses and no others, and it shows that they came first. Do not change them afterwards; being
# wrong for a good reason is worth more than being right after the fact.
#
# ## Part 4. A bug that every log can tell you about
#
# All four models were trained by code that works. Here is code that does not, and that raises no error:
#
# ```python
# loss = cross_entropy(softmax(logits), labels)
# ```
#
# `cross_entropy` expects raw logits. Probabilities differ by 1 at most, so the softmax inside hardly sees a
# difference between classes, and next to nothing flows back. You train the same tiny model twice, with the same
# seed, for about a minute; only the loss differs. **Before you run it**, write down where you expect the wrong one
# to stay: which of your three landmarks?

# %% key="bug-config"
SMALL_ROWS = min({"full": 4_000, "smoke": 1_500, "micro": 64}[PROFILE], len(data.train.texts))
SMALL = training.TrainingConfig(
    model="tiny",
    epochs={"full": 4, "smoke": 4, "micro": 1}[PROFILE],
    learning_rate=1e-3,
    max_length=48,
    train_rows=SMALL_ROWS,
)
LOSSES = {
    "right": lambda logits, truth: functional.cross_entropy(logits, truth),
    "softmax first": lambda logits, truth: functional.cross_entropy(functional.softmax(logits, dim=-1), truth),
}


def train_small(which):
    """Train the tiny model with one of LOSSES, log every epoch, return the finished run."""
    config = {"model": SMALL.model, "epochs": SMALL.epochs, "learning_rate": SMALL.learning_rate, "loss": which,
              "train_rows": SMALL_ROWS, "batch_size": SMALL.batch_size, "max_length": SMALL.max_length}  # fmt: skip
    run = notebook.start(f"tiny, {which}", config=config, seed=SEED, data=data, code=train_small)
    training.seed_everything(SEED)
    prepared = training.prepare(data, SMALL)
    network, _ = models.load(SMALL.model, prepared.n_classes, texts=data.train.texts, seed=SEED)
    device, _ = training.device_and_precision()
    network.to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=SMALL.learning_rate)
    for epoch in range(1, SMALL.epochs + 1):
        network.train()
        summed = 0.0
        for batch in training.batches(prepared.train, SMALL.batch_size, shuffle_seed=(SEED, epoch)):
            batch = batch.to(device)
            batch_loss = LOSSES[which](network(**batch.inputs).logits, batch.labels)
            batch_loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            summed += batch_loss.item() * len(batch.rows)
        found = training.predict(network, prepared.validation)
        run.log(
            epoch=epoch,
            train_loss=summed / len(prepared.train),
            validation_loss=training.validation_loss(found, prepared.validation.labels),
            predictions=found.argmax(axis=1),
        )
    return run.finish()


# %% key="bug-run"
small_runs = {which: train_small(which) for which in LOSSES}

# %% key="bug-look"
figures_zoo.loss_against(
    {which: result.epochs for which, result in small_runs.items()},
    {"knowing nothing": nothing, "softmax taken twice, at best": twice},
    len(data.classes),
)

# %% [markdown] key="bug-reading"
# Nothing crashed, and the loss even falls a little. Compare the two results above: accuracy may look respectable,
# since common classes need little gradient; macro-F1 and the classes at F1 = 0 do not. What gives the bug away is not
# the shape of the curve, since an undertrained model also has a high loss, but the **level**: it starts near $\ln K$
# and cannot leave the narrow band above $\ln(K - 1 + e) - 1$, however long you wait. One look at a landmark and you
# know; without one you tune learning rates for a week.
#
# ## Part 5. Two questions

# %% [markdown] memo="trade" points=4 manual=3 min_words=60 checks={"memo.answered": 1}
# ### Which would you deploy?
#
# In 60 to 150 words: two of the four models were trained on all complaints for the same number of epochs, and neither
# is the better one before somebody says what it is for. Which two, and what does each buy with what? Name one use for
# each, and the number that decides it.
#
# <!-- BEGIN SOLUTION -->
# The plain baseline and the model with weighted classes. The baseline is right more often, because the loss counts
# every complaint once and common classes are where most complaints are. The weighted model names more classes and
# gives the tail more of its probability, and pays for it with common complaints that it now sends to rare classes. To
# route calls I would take the baseline: each misrouted call costs about the same, so accuracy decides. To look for
# rare abuses I would take the weighted model and let people check what it flags: a class that is never predicted can
# never be found, so the number of predicted classes and the zero-F1 classes decide. Macro-F1 leans the same way, but
# with few validation complaints a class it is the noisiest number of the three.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: names the two models: the plain baseline and the one with weighted classes
# - 1: says what each of them gains, and what it pays for that
# - 1: names one use for each, and the number that decides it
# - -1: calls one of the two better before saying what it is for
# <!-- END RUBRIC -->

# %% [markdown] memo="habit" points=4 manual=3 min_words=60 checks={"memo.answered": 1}
# ### What will you look at first?
#
# In 60 to 150 words: you get a training log from a colleague whose model "does not learn". In which order do you look
# at what, which landmark do you hold it against, and how do you tell a bug in the loss from a learning rate that is
# too low and from too little data?
#
# <!-- BEGIN SOLUTION -->
# First the level of the first training loss: it should be near ln K. Then whether the loss ever falls below the entropy
# of the class shares; a model that stays there has not used a single word. A loss that falls and stops inside the
# narrow band above ln(K - 1 + e) - 1 points to a softmax taken twice, and I read the line that computes the loss. If
# the loss falls steadily but slowly, I count steps and look at the learning rate: too low a rate goes on falling when
# it is given more epochs, the bug does not. If the training loss falls to nearly zero while the validation loss rises,
# the optimiser works, and the steps of an epoch tell how much data there was: too little data is not cured by
# stopping early.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: gives an order that begins with the first loss, held against ln K or the entropy of the class shares
# - 1: tells the bug in the loss by the level at which the loss stays, however long one waits
# - 1: tells a rate that is too low (the loss still falls) from too little data (the validation loss rises)
# - -1: changes settings before looking at the loss
# <!-- END RUBRIC -->

# %% notebook="whole" points=3 checks={"form.ran_in_order": 1, "form.no_errors": 1, "metrics.recomputed": 1, "form.outputs_present": 0, "form.headings": 0, "integrity.chain": 0}
notebook.summary()

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
# # Week 2 homework: one change, three seeds, and where the errors land
#
# Last week you compared two runs and could not say whether the difference was more than luck. This week you can.
# You test the largest lever for rare classes, **class weights**, on the whole data with three seeds an arm. You
# find out whether batch size matters, you stop training at the right epoch, and then you leave averages behind and
# look at the errors themselves: which classes, which way, how sure the model was, and how much of your score is
# noise.
#
# **What you hand in**: this notebook as one HTML file (from Kaggle, the executed `.ipynb`), through Moodle. The last
# cell says how.
#
# | part | points |
# | --- | --- |
# | 1. a weighted loss, and a rule that stops training (three tasks) | 13 |
# | 2. class weights: confirmed with three seeds (two tasks, the experiment, its template) | 35 |
# | 3. batch size and early stopping: explored with one seed | 13 |
# | 4. where the errors land (three tasks) | 9 |
# | 5. how much of macro-F1 is noise (one task) | 3 |
# | 6. the memo in five sections | 18 |
# | the notebook as a whole | 9 |

# %% [markdown] key="budget"
# ## What it costs
#
# The budget is **three hours of training** on a free T4, for everything. On the course's data one epoch takes about
# 10.7 minutes: three epochs were measured at 32 minutes, and some 20 seconds of each epoch are validation. An epoch
# on 10,000 training complaints takes about 2.1 minutes.
#
# | what | epochs | minutes on a T4 |
# | --- | --- | --- |
# | class weights, all data: 2 arms × 3 seeds × 2 epochs | 12 large | 12 × 10.7 = 128 |
# | batch size, 10,000 rows: 2 arms × 1 seed × 2 epochs | 4 small | 4 × 2.1 = 8 |
# | early stopping, 10,000 rows: 1 seed, at most 8 epochs | 8 small | 8 × 2.1 = 17 |
# | **together** | | **153, which is 2 h 33 min** |
#
# Loading and tokenising add a minute or so a run. What is left of the three hours pays for *one* of these: a
# repeated run, or three more seeds of the batch size experiment (3 × 2 arms × 2 epochs × 2.1 = 25 minutes).
#
# The division is deliberate. **Explore cheaply**, on a subset with one seed: many ideas, none of them proven.
# **Confirm properly**, on all data with three seeds that had no part in the exploring. Start the class weights
# while you read on, and plan for it: six runs of 21 minutes.

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # how large the run is: "full" is the course; "smoke" and "micro" are small rehearsals
DATA = None  # None: what the profile says. Or "hub", "synthetic", or the path of a .parquet or .csv file
MODEL = None  # None: what the profile says. Or a hub name, or the folder of a model
SEED = 13  # the seed you explore with
REFERENCE_SEEDS = 0  # for the instructor's reference runs; leave it at 0

# %% key="begin"
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import confusion_matrix
from torch.nn import functional

import complaints
import paribus
from paribus import figures, figures_errors, kept, models, selfcheck, statistics, training

profile = paribus.profiles.get_profile(PROFILE, PROFILES)
notebook = paribus.begin("week2_homework", release="{{ release }}")
data = complaints.load(DATA or profile.data, size=profile.size)
notebook.use(data)

tiers = data.tiers()  # "head", "mid" or "tail" for each class, by its training examples
labels = data.validation.labels
train_counts = np.bincount(data.train.labels, minlength=len(data.classes))
for tier in ("head", "mid", "tail"):
    share = np.mean(tiers[labels] == tier)
    print(f"{tier}: {np.sum(tiers == tier)} classes, {share:.1%} of the validation complaints")

# %% [markdown] key="config-text"
# ## Part 1. Two things that the loop needs
#
# ### All settings in one place
#
# `CONFIG` is the baseline of the large runs. `EXPLORING` is the same on a subset. The three seeds that confirm are
# not the seed you explore with: a seed that helped you to choose has had its say already.

# %% key="config"
EPOCHS = {"full": 2, "smoke": 3, "micro": 1}[PROFILE]
PATIENT_EPOCHS = {"full": 8, "smoke": 12, "micro": 3}[PROFILE]
SUBSET_ROWS = min({"full": 10_000, "smoke": 1_500, "micro": 300}[PROFILE], len(data.train.texts))
# The small synthetic corpus is easier than the real one, and an easy task shows no trade-off: smoke reads 12 tokens.
MAX_LENGTH = 12 if PROFILE == "smoke" else profile.max_length
CONFIRMING_SEEDS = (101, 102, 103)

CONFIG = training.TrainingConfig(
    model=MODEL or profile.model,
    epochs=EPOCHS,
    batch_size=profile.batch_size,
    learning_rate=profile.learning_rate,
    max_length=MAX_LENGTH,
    class_weights="none",
)
EXPLORING = replace(CONFIG, train_rows=SUBSET_ROWS)
CONFIG

# %% [markdown] key="weights-text"
# ### How much a class weighs
#
# Plain cross-entropy gives every *complaint* one vote. The largest class then holds almost a quarter of the votes,
# and a class with five training examples holds less than one in ten thousand: ignoring it costs the optimiser
# nothing. A class weight multiplies the loss of each complaint of that class. The question is how much.
#
# A family of answers has one number, the power $a$: a class with $n_c$ training examples gets
#
# $$w_c = \frac{n_c^{-a}}{\frac{1}{K} \sum_{k} n_k^{-a}},$$
#
# so that the weights average 1 over the $K$ classes that have training examples. $a = 0$ is no weighting, $a = 1$
# is inverse frequency, and $a = 1/2$ ("sqrt-inverse") lies between. On the course's training split, from 13,333
# examples down to 4, sqrt-inverse weights span a factor of about 60 (0.06 to 3.61). Inverse frequency spans a
# factor of thousands; when the course's authors tried it, training collapsed.
#
# **Your turn.** Return the weights. A class without any training example (a subset has such) gets weight 0, and
# stays out of the mean: no complaint will ever ask for its weight.

# %% task="weigh_classes" points=4
def weigh_classes(counts: np.ndarray, power: float) -> np.ndarray:
    """One weight a class: counts ** -power, divided by the mean over the classes that have examples; 0 elsewhere."""
    ### BEGIN SOLUTION
    counts = np.asarray(counts, dtype=float)
    seen = counts > 0
    raised = np.zeros(len(counts))
    raised[seen] = counts[seen] ** -power
    return raised / raised[seen].mean()
    ### END SOLUTION


# %% tests="weigh_classes"
selfcheck.true(np.allclose(selfcheck.call(weigh_classes, np.array([9, 1, 7]), 0.0), [1, 1, 1]), "power 0 gives every class the weight 1")
toy = selfcheck.call(weigh_classes, np.array([100, 4]), 0.5)
selfcheck.close(toy[1] / toy[0], 5.0, "the ratio of the sqrt-inverse weights of 4 and 100 examples")
selfcheck.close(toy.mean(), 1.0, "the mean of the weights")
selfcheck.close(toy[0], 0.1 / 0.3, "the sqrt-inverse weight of 100 examples beside 4")
inverse = selfcheck.call(weigh_classes, np.array([10, 5, 1]), 1.0)
selfcheck.close(inverse[2] / inverse[0], 10.0, "inverse frequency: 1 example against 10")
selfcheck.close(inverse.mean(), 1.0, "the mean of inverse frequencies")
with np.errstate(divide="ignore"):
    gap = selfcheck.call(weigh_classes, np.array([100, 0, 4]), 0.5)
selfcheck.close(gap[1], 0.0, "the weight of a class without examples")
selfcheck.close(gap[[0, 2]].mean(), 1.0, "the mean over the classes that have examples")
selfcheck.close(selfcheck.call(weigh_classes, np.array([0, 3, 3]), 0.0)[0], 0.0, "no examples, no weight, at power 0 too")
selfcheck.close(selfcheck.call(weigh_classes, np.array([256, 16, 1]), 0.25)[1] * 1.75 / 3, 0.5, "another power: the fourth root")
drawn = notebook.draws("weigh_classes").integers(1, 500, 8)
weights = selfcheck.call(weigh_classes, drawn, 0.5)
selfcheck.close(weights.mean(), 1.0, "the mean of eight weights")
selfcheck.close(weights[0] / weights[1], np.sqrt(drawn[1] / drawn[0]), f"the ratio of the weights of {drawn[0]} and {drawn[1]} examples")
notebook.tested("weigh_classes")

# %% key="weights-look"
POWERS = {"none": 0.0, "sqrt_inverse": 0.5}
table = pd.DataFrame({"examples": train_counts}, index=list(data.classes))
for power in (0, 0.5, 1):
    table[f"weight, power {power:g}"] = weigh_classes(train_counts, power)
table.iloc[[0, 1, len(table) // 2, -2, -1]].round(3)

# %% [markdown] key="loss-text"
# ### What to divide by
#
# A weighted loss is a weighted mean, and the denominator of a weighted mean is the **sum of the weights**:
#
# $$L = \frac{\sum_i w_{y_i} \ell_i}{\sum_i w_{y_i}}$$
#
# over the complaints $i$ of a batch, where $\ell_i$ is the plain cross-entropy of one complaint. Dividing by the
# *number* of complaints looks harmless and is not: most complaints belong to large classes with small weights, so
# it makes the whole loss smaller (to about a fifth on the course's data). That acts like another learning rate: a
# second change, smuggled in with the first. Divided by the sum of weights, a constant factor on all weights
# cancels, which is one way to check your code.
#
# **Your turn.** `losses` has one loss per complaint, `labels` its class, `weights` one weight per class, all of
# them torch tensors. The result must stay a tensor, so that gradients can flow through it.

# %% task="weighted_mean" points=4
def weighted_mean(losses: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The mean of `losses`, each weighted by its class, divided by the sum of these weights."""
    ### BEGIN SOLUTION
    item_weights = weights[labels]
    return (item_weights * losses).sum() / item_weights.sum()
    ### END SOLUTION


# %% tests="weighted_mean"
toy_losses, toy_labels = torch.tensor([2.0, 4.0, 6.0]), torch.tensor([0, 0, 1])
selfcheck.close(selfcheck.call(weighted_mean, toy_losses, toy_labels, torch.ones(2)), 4.0, "equal weights: the plain mean")
selfcheck.close(selfcheck.call(weighted_mean, toy_losses, toy_labels, torch.tensor([1.0, 2.0])), 4.5, "(2 + 4 + 2 × 6) / (1 + 1 + 2)")
toy_weights = torch.tensor([0.2, 3.0, 9.0])
selfcheck.close(
    selfcheck.call(weighted_mean, toy_losses, toy_labels, toy_weights), (0.4 + 0.8 + 18) / 3.4, "a class that is not in the batch", tolerance=1e-5
)
selfcheck.close(
    selfcheck.call(weighted_mean, toy_losses, toy_labels, 7 * toy_weights), (0.4 + 0.8 + 18) / 3.4, "a factor on all weights", tolerance=1e-5
)
toy_logits = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 0.5]], requires_grad=True)
toy_loss = selfcheck.call(weighted_mean, functional.cross_entropy(toy_logits, toy_labels, reduction="none"), toy_labels, toy_weights)
toy_loss.backward()
mine = toy_logits.grad.clone()
toy_logits.grad = None
functional.cross_entropy(toy_logits, toy_labels, weight=toy_weights[:2]).backward()
selfcheck.true(torch.allclose(mine, toy_logits.grad, atol=1e-6), "the gradient is that of the weighted mean")
drawn = torch.tensor(notebook.draws("weighted_mean").random(3), dtype=torch.float32)
selfcheck.close(
    selfcheck.call(weighted_mean, drawn, toy_labels, torch.tensor([1.0, 0.0])), (drawn[0] + drawn[1]).item() / 2,
    "where one class has the weight 0", tolerance=1e-5,
)
notebook.tested("weighted_mean")

# %% [markdown] key="stopping-text"
# ### When to stop
#
# Train for more epochs than you need, look at the validation split after each, and stop when the score has not
# improved for a while. Which score? Validation loss and macro-F1 can disagree here: the loss rises when the model
# grows too sure of itself on common classes, while macro-F1 may still rise because rare classes come in. You stop
# on what you care about, **macro-F1**, and with patience, since it is the noisier of the two.
#
# The rule of the course: the best epoch is the **first** one with the highest score. Training stops as soon as
# `patience` epochs have gone by since the best one without a *higher* score (an equal one is no improvement). With
# `patience=None` it never stops early.
#
# **Your turn.** Given the scores of all epochs so far, say which epoch is the best (counted from 1), and whether to
# stop now.

# %% task="early_stopping" points=5
def early_stopping(scores: list[float], patience: int | None) -> tuple[int, bool]:
    """(best epoch so far, counted from 1; whether to stop now)."""
    ### BEGIN SOLUTION
    best = scores.index(max(scores)) + 1
    return best, patience is not None and len(scores) - best >= patience
    ### END SOLUTION


# %% tests="early_stopping"
best, stop = selfcheck.pair(selfcheck.call(early_stopping, [0.10, 0.15, 0.14], 2), "early_stopping")
selfcheck.equal(best, 2, "the best epoch of 0.10, 0.15, 0.14")
selfcheck.equal(bool(stop), False, "one epoch without a higher score, patience 2: stop")
selfcheck.equal(bool(selfcheck.call(early_stopping, [0.10, 0.15, 0.14, 0.13], 2)[1]), True, "two epochs without a higher score: stop")
selfcheck.equal(selfcheck.call(early_stopping, [0.10, 0.15, 0.15, 0.15], 3)[0], 2, "of equal scores, the first is the best")
selfcheck.equal(bool(selfcheck.call(early_stopping, [0.10, 0.15, 0.15, 0.15], 2)[1]), True, "an equal score is no improvement")
selfcheck.equal(bool(selfcheck.call(early_stopping, [0.20, 0.10, 0.15], 2)[1]), True, "better than the epoch before, but not than the best")
selfcheck.equal(bool(selfcheck.call(early_stopping, [0.20, 0.30, 0.40, 0.39], 2)[1]), False, "patience counts from the best epoch")
selfcheck.equal(bool(selfcheck.call(early_stopping, [0.20, 0.10, 0.10, 0.10], None)[1]), False, "without patience it never stops")
selfcheck.equal(tuple(selfcheck.call(early_stopping, [0.5], 2)), (1, False), "after the first epoch")
rising = np.sort(notebook.draws("early_stopping").random(6)).tolist()
selfcheck.equal(tuple(selfcheck.call(early_stopping, rising, 2)), (6, False), "six scores that rise")
selfcheck.equal(tuple(selfcheck.call(early_stopping, rising[::-1], 5)), (1, True), "six scores that fall, patience 5")
notebook.tested("early_stopping")

# %% [markdown] key="loop-text"
# ### The loop
#
# Your three functions are in it. Note three decisions:
#
# - **Only the loss that is minimised is weighted.** The training loss in the log and the validation loss are plain
#   means over complaints, in both arms. Otherwise the curves of the two arms would measure different things.
# - The best epoch's **logits** (one row per validation complaint, one column per class) are kept on disk beside the
#   run's records. The error analysis needs more than the winning class.
# - The epoch that counts is the first with the highest macro-F1, never simply the last one.

# %% key="train"
def train(config, data, run):
    """Fine-tune with `config`, log every epoch to `run`, keep the best epoch's logits."""
    training.seed_everything(run.seed)
    prepared = training.prepare(data, config)
    network, _ = models.load(config.model, prepared.n_classes, texts=data.train.texts, seed=run.seed)
    device, precision = training.device_and_precision()
    network.to(device)
    optimizer = training.make_optimizer(network, config)
    steps = config.epochs * len(training.batches(prepared.train, config.batch_size))
    scheduler = training.make_schedule(optimizer, config, steps)
    scaler = precision.scaler()  # fp16 gradients would vanish without it; does nothing in bf16 and fp32
    counts = np.bincount(prepared.train.labels, minlength=prepared.n_classes)
    weights = torch.tensor(weigh_classes(counts, POWERS[config.class_weights]), dtype=torch.float32, device=device)
    scores = []
    for epoch in range(1, config.epochs + 1):
        network.train()
        total = torch.zeros((), device=device)
        one_pass = training.batches(prepared.train, config.batch_size, shuffle_seed=(run.seed, epoch))
        for batch in training.track(one_pass, f"epoch {epoch}"):
            batch = batch.to(device)
            with precision.autocast():
                logits = network(**batch.inputs).logits
            losses = functional.cross_entropy(logits.float(), batch.labels, reduction="none")
            scaler.scale(weighted_mean(losses, batch.labels, weights)).backward()
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
            optimizer.zero_grad(set_to_none=True)
            total += losses.detach().sum()
        logits = training.predict(network, prepared.validation)
        metrics = run.log(
            epoch=epoch,
            train_loss=total.item() / len(prepared.train),
            validation_loss=training.validation_loss(logits, prepared.validation.labels),
            predictions=logits.argmax(axis=1),
        )
        scores.append(metrics.macro_f1)
        best, stop = early_stopping(scores, config.patience)
        if best == epoch:
            kept.put(run, "logits", logits)
        if stop:
            break


def logits_of(result):
    """The validation logits of a finished run's best epoch, shape (complaints, classes)."""
    return kept.get(notebook, result, "logits")


# %% [markdown] key="weights-experiment-text"
# ## Part 2. Class weights, confirmed
#
# The lecture's figures for one run each: without weights, more accuracy; with sqrt-inverse weights, a higher
# macro-F1 and fewer classes at zero. A trade-off, then, if it is real. Here it gets three seeds an arm.
#
# **Your turn.** Vary `class_weights` from `"none"` to `"sqrt_inverse"` and nothing else. Write the prediction
# first: one metric, a direction, a range, a reason. Predict something that could turn out wrong. Then run both arms
# with every seed of `CONFIRMING_SEEDS` (`seeds=CONFIRMING_SEEDS`). If the session dies in between, run the notebook
# again from the top: seeds that finished are found and not trained again. On Kaggle, attach the earlier version's
# output first.

# %% experiment="class_weights" vary="class_weights" min_seeds=3 points=17 checks={"experiments.one_change": 4, "experiments.predicted_first": 3, "seeds.enough": {"points": 4, "exploring": [13]}, "seeds.paired": 3, "seeds.distinct": 3}
experiment = notebook.experiment("class_weights", vary="class_weights")
# Three calls: experiment.run("baseline", train, CONFIG, …), experiment.predict(…), experiment.run("changed", …).
### BEGIN SOLUTION
experiment.run("baseline", train, CONFIG, data=data, seeds=CONFIRMING_SEEDS)
experiment.predict(
    metric="macro_f1",
    direction="up",
    low=0.0,
    high=0.04,
    why="A few rare classes leave zero, and each of them adds more to the mean than a large class loses.",
)
WEIGHTED = replace(CONFIG, class_weights="sqrt_inverse")
weighted_runs = experiment.run("changed", train, WEIGHTED, data=data, seeds=CONFIRMING_SEEDS)
### END SOLUTION

# %% key="weights-report"
experiment.report()
baseline_runs, weighted_runs = (
    [experiment.arms[arm][seed] for seed in CONFIRMING_SEEDS] for arm in ("baseline", "changed")
)
for arm, runs in {"baseline": baseline_runs, "changed": weighted_runs}.items():
    spread = {metric: np.std([run.value(metric) for run in runs], ddof=1) for metric in ("accuracy", "macro_f1")}
    notebook.values({f"class_weights.{arm}.{metric}_sd": float(sd) for metric, sd in spread.items()})

# %% only="solution" key="reference-seeds"
# Reference runs: both arms under more seeds, for means and spreads that rest on more than three.
for arm, runs in {"baseline": baseline_runs, "changed": weighted_runs}.items() if REFERENCE_SEEDS else ():
    arm_config = {"baseline": CONFIG, "changed": WEIGHTED}[arm]
    more = []
    for reference_seed in range(1000, 1000 + REFERENCE_SEEDS):
        run = notebook.start(f"class_weights.{arm}", config=arm_config, seed=reference_seed, data=data, code=train)
        train(arm_config, data, run)
        more.append(run.finish())
    for metric in ("macro_f1", "accuracy"):
        spread = np.std([run.value(metric) for run in (*runs, *more)], ddof=1)
        notebook.value(f"class_weights.{arm}.{metric}_sd", float(spread))

# %% [markdown] key="verdict-text"
# Read the report before you go on: the runs seed by seed, the two intervals over seeds, the interval over items.
# Then put your verdict beside what the statistics say. Change the two lines and run the cell as often as you like;
# what counts is the template below.

# %% key="weights-verdict" yours=["VERDICT", "WHY"]
VERDICT = "cannot tell"  # or "effect", or "no effect"
WHY = "I have yet to read the intervals in the report."
experiment.meaningful(VERDICT, why=WHY)

# %% [markdown] key="tail-text"
# ### What the weights did, seen before any decision
#
# Accuracy and F1 only see the winning class. Underneath, the model spreads a probability of 1 over all classes, and
# a weight on rare classes moves probability to them long before they win. Measure that directly.
#
# **Your turn.** Turn logits into probabilities (softmax), add up what the tail classes get for each complaint, and
# return the mean over the complaints. Logits can be large: subtract each row's maximum before you exponentiate.

# %% task="tail_probability" points=4
def tail_probability(logits: np.ndarray, in_tail: np.ndarray) -> float:
    """Mean, over complaints, of the probability that all tail classes get together. `in_tail`: one bool a class."""
    ### BEGIN SOLUTION
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = shifted / shifted.sum(axis=1, keepdims=True)
    return float(probabilities[:, in_tail].sum(axis=1).mean())
    ### END SOLUTION


# %% tests="tail_probability"
toy_tail = np.array([False, True, True])
selfcheck.close(selfcheck.call(tail_probability, np.zeros((4, 3)), toy_tail), 2 / 3, "equal logits, two of three classes in the tail")
selfcheck.close(selfcheck.call(tail_probability, np.log([[0.7, 0.2, 0.1]]), toy_tail), 0.3, "probabilities of 0.7, 0.2 and 0.1")
toy_logits = np.log([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
selfcheck.close(selfcheck.call(tail_probability, toy_logits, toy_tail), (0.3 + 0.9) / 2, "the mean over two complaints")
selfcheck.close(selfcheck.call(tail_probability, toy_logits + 5, toy_tail), (0.3 + 0.9) / 2, "logits are free up to a constant")
selfcheck.close(selfcheck.call(tail_probability, np.array([[2000.0, 0.0, 0.0], [0.0, 2000.0, 0.0]]), toy_tail), 0.5, "large logits")
selfcheck.close(selfcheck.call(tail_probability, toy_logits, ~toy_tail), 1 - (0.3 + 0.9) / 2, "the rest of the classes")
drawn = notebook.draws("tail_probability").dirichlet(np.ones(4))
toy_tail = np.array([False, False, True, True])
selfcheck.close(selfcheck.call(tail_probability, np.log([drawn]), toy_tail), drawn[2] + drawn[3], f"probabilities of {np.round(drawn, 2)}")
notebook.tested("tail_probability")

# %% key="tail-run"
in_tail = tiers == "tail"
true_share = float(in_tail[labels].mean())
masses, predicted = {}, {}
for arm, runs in {"baseline": baseline_runs, "changed": weighted_runs}.items():
    masses[arm] = [tail_probability(logits_of(run), in_tail) for run in runs]
    predicted[arm] = [len(np.unique(run.predictions)) for run in runs]
    notebook.values(
        {
            f"class_weights.{arm}.tail_probability": float(np.mean(masses[arm])),
            f"class_weights.{arm}.predicted_classes": float(np.mean(predicted[arm])),
        }
    )
notebook.value("validation.tail_share", true_share)
figures_errors.by_seed(
    {
        "accuracy": ([run.metrics.accuracy for run in baseline_runs], [run.metrics.accuracy for run in weighted_runs]),
        "macro-F1": ([run.metrics.macro_f1 for run in baseline_runs], [run.metrics.macro_f1 for run in weighted_runs]),
        "tail probability": (masses["baseline"], masses["changed"]),
        "classes predicted": (predicted["baseline"], predicted["changed"]),
    },
    seeds=CONFIRMING_SEEDS,
    arms=("no weights", "sqrt-inverse"),
    marks={"tail probability": (true_share, "share of the tail")},
)

# %% [markdown] key="tail-reading"
# The dotted line is the share of validation complaints that really belong to tail classes. A model whose
# probabilities can be taken at their word puts about that much probability there on average. Which arm is nearer to
# it, and what does that say about the probabilities of a model trained with weights?
#
# ### F1 = 0 is not "never predicted"
#
# A class at F1 = 0 has no correct prediction. That happens in two ways: the model **never predicts** it, or it
# predicts it and is **always wrong**. The first is a class the model has given up on. The second is one it tries:
# another epoch, more examples or a few validation complaints more could turn it.
#
# **Your turn.** From a confusion matrix (rows are true classes, columns predicted ones), return the classes at F1 =
# 0 of both kinds. Only classes that occur in the split (with at least one true complaint) count.

# %% task="zero_classes" points=4
def zero_classes(confusion: np.ndarray) -> tuple[list[int], list[int]]:
    """(never predicted, predicted but always wrong): the classes of the split at F1 = 0, in ascending order."""
    ### BEGIN SOLUTION
    occurs = confusion.sum(axis=1) > 0
    zero = occurs & (np.diag(confusion) == 0)
    predicted = confusion.sum(axis=0) > 0
    return np.flatnonzero(zero & ~predicted).tolist(), np.flatnonzero(zero & predicted).tolist()
    ### END SOLUTION


# %% tests="zero_classes"
toy_confusion = np.array([[5, 0, 1, 0], [2, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 3]])
never, wrong = selfcheck.pair(selfcheck.call(zero_classes, toy_confusion), "zero_classes")
selfcheck.equal(list(never), [1], "the classes that are never predicted (column 1 is empty)")
selfcheck.equal(list(wrong), [2], "the classes that are predicted and always wrong")
toy_confusion = np.array([[4, 1, 0, 2], [3, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]])
never, wrong = selfcheck.call(zero_classes, toy_confusion)
selfcheck.equal((list(never), list(wrong)), ([], [1, 3]), "class 2 does not occur and is not counted")
selfcheck.equal(tuple(map(list, selfcheck.call(zero_classes, np.diag([2, 1, 0])))), ([], []), "perfect predictions")
toy_confusion = np.array([[0, 3, 0], [0, 2, 0], [0, 1, 0]])
selfcheck.equal(tuple(map(list, selfcheck.call(zero_classes, toy_confusion))), ([0, 2], []), "a model that answers with one class")
toy_confusion = np.array([[2, 0, 0], [1, 0, 0], [0, 4, 1]])
selfcheck.equal(tuple(map(list, selfcheck.call(zero_classes, toy_confusion))), ([], [1]), "rows are true classes, columns predicted ones")
first, second, other = notebook.draws("zero_classes").choice(6, 3, replace=False)
toy_confusion = np.diag(np.full(6, 3))
toy_confusion[[first, second]] = 0
toy_confusion[[first, second], other] = 3
never, wrong = selfcheck.call(zero_classes, toy_confusion)
selfcheck.equal((sorted(never), list(wrong)), (sorted([first, second]), []), f"classes {first} and {second} are taken for {other}")
notebook.tested("zero_classes")

# %% key="zero-run"
every_class = np.arange(len(data.classes))
for arm, runs in {"baseline": baseline_runs, "changed": weighted_runs}.items():
    pairs = [zero_classes(confusion_matrix(labels, run.predictions, labels=every_class)) for run in runs]
    never, wrong = (float(np.mean([len(pair[side]) for pair in pairs])) for side in (0, 1))
    notebook.values({f"class_weights.{arm}.never_predicted": never, f"class_weights.{arm}.always_wrong": wrong})
    print(f"{arm:>8}: {never:.1f} classes never predicted, {wrong:.1f} always wrong (means over {len(runs)} seeds)")
figures_errors.f1_spike(
    {"no weights": [run.metrics for run in baseline_runs], "sqrt-inverse": [run.metrics for run in weighted_runs]}
)

# %% key="tier-run"
for arm, runs in {"baseline": baseline_runs, "changed": weighted_runs}.items():
    means = {tier: np.nanmean([np.nanmean(run.metrics.per_class_f1[tiers == tier]) for run in runs]) for tier in ("head", "mid", "tail")}
    notebook.values({f"class_weights.{arm}.tier_f1_{tier}": float(mean) for tier, mean in means.items()})
figures_errors.f1_by_tier(
    {"no weights": [run.metrics for run in baseline_runs], "sqrt-inverse": [run.metrics for run in weighted_runs]}, tiers
)

# %% [markdown] memo="class_weights_template" points=10 experiment="class_weights" checks={"experiments.template_complete": 2, "experiments.held_constant": 1, "experiments.result_matches": 2, "experiments.meaningful_supported": 3, "seeds.summary_matches": 2}
# ### Class weights in five lines
#
# *Result*: quote the metric you predicted for both arms as **mean ± standard deviation** over the seeds, and the
# difference. *Meaningful?* says whether the difference is larger than the spread between seeds, and what the
# report's intervals say. Three seeds can support an effect by a t interval, which rests on normality; an exact
# sign-flip test of three seeds cannot go below p = 0.25. "Cannot tell" is a result.
#
# | field | what you write |
# | --- | --- |
# <!-- BEGIN SOLUTION -->
# | Variable changed | class weights, from none to sqrt-inverse |
# | Held constant | data and split, model, epochs, batch size, learning rate, scheduler, max length, weight decay, the three seeds |
# | Prediction | macro-F1 goes up by up to 0.04, because a few rare classes leave zero |
# | Result | macro-F1 was {{ reference("week2_homework", "class_weights.baseline.macro_f1") }} ± {{ reference("week2_homework", "class_weights.baseline.macro_f1_sd") }} for the baseline and {{ reference("week2_homework", "class_weights.changed.macro_f1") }} ± {{ reference("week2_homework", "class_weights.changed.macro_f1_sd") }} with sqrt-inverse weights |
# | Meaningful? | Cannot tell from three seeds alone: the sign-flip test has no power with so few, and all runs share one validation split |
# <!-- END SOLUTION -->

# %% [markdown] key="batch-text"
# ## Part 3. Explored with one seed
#
# ### Does batch size matter?
#
# Half the batch size means twice as many steps an epoch, each with a noisier gradient. With many classes and 32
# complaints a batch, most batches hold no example of a given tail class. Whether smaller batches help is not
# settled; it is an empirical question about *this* task.
#
# One warning. A smaller batch with a rescaled learning rate is two changes. Leave the learning rate as it is, and
# say in your template what that means for the reading.
#
# **Your turn.** Explore on the subset with the single seed `SEED`: `EXPLORING` against half its batch size. What
# comes out is a lead and not a finding.

# %% experiment="batch_size" vary="batch_size" points=6 checks={"experiments.one_change": 3, "experiments.predicted_first": 3, "seeds.paired": 0}
batch_experiment = notebook.experiment("batch_size", vary="batch_size")
### BEGIN SOLUTION
batch_experiment.run("baseline", train, EXPLORING, data=data, seed=SEED)
batch_experiment.predict(
    metric="macro_f1",
    direction="up",
    low=-0.01,
    high=0.03,
    why="Twice as many steps on the same data; on a small subset the model has not learned all it can yet.",
)
SMALLER = replace(EXPLORING, batch_size=EXPLORING.batch_size // 2)
smaller_run = batch_experiment.run("changed", train, SMALLER, data=data, seed=SEED)
### END SOLUTION

# %% key="batch-report"
batch_experiment.report()

# %% [markdown] memo="batch_size_template" points=7 experiment="batch_size" checks={"experiments.template_complete": 2, "experiments.held_constant": 1, "experiments.result_matches": 2, "experiments.meaningful_supported": 2}
# ### Batch size in five lines
#
# With one seed an arm, what may the last line claim?
#
# | field | what you write |
# | --- | --- |
# <!-- BEGIN SOLUTION -->
# | Variable changed | batch size, halved |
# | Held constant | data and subset, model, epochs, learning rate, scheduler, max length, weight decay, class weights, seed |
# | Prediction | macro-F1 changes by −0.01 to 0.03, because there are twice as many steps |
# | Result | macro-F1 was {{ reference("week2_homework", "batch_size.baseline.macro_f1") }} for the baseline and {{ reference("week2_homework", "batch_size.changed.macro_f1") }} with half the batch size |
# | Meaningful? | Cannot tell from one seed an arm; it is a lead to confirm with three |
# <!-- END SOLUTION -->

# %% [markdown] key="early-text"
# ### Early stopping on macro-F1
#
# Now the rule you wrote goes to work: many epochs allowed, patience 2, still the subset and the exploring seed. The
# learning rate follows its schedule for the *allowed* epochs, so a run that is stopped has never seen the low rates
# at the end: stopping early is not the same run as a shorter one.

# %% key="early-run"
PATIENT = replace(EXPLORING, epochs=PATIENT_EPOCHS, patience=2)
run = notebook.start("early_stopping", config=PATIENT, seed=SEED, data=data, code=train)
train(PATIENT, data, run)
patient = run.finish()

macro_f1 = [line.metrics["macro_f1"] for line in patient.epochs]
best_by_macro_f1, _ = early_stopping(macro_f1, None)
best_by_loss, _ = early_stopping([-line.metrics["validation_loss"] for line in patient.epochs], None)
notebook.values(
    {
        "early_stopping.epochs_run": len(patient.epochs),
        "early_stopping.best_epoch": best_by_macro_f1,
        "early_stopping.best_epoch_by_loss": best_by_loss,
        "early_stopping.last_minus_best": macro_f1[-1] - max(macro_f1),
    }
)
print(f"{len(patient.epochs)} of at most {PATIENT_EPOCHS} epochs ran.")
print(f"Best by macro-F1: epoch {best_by_macro_f1}. Best by validation loss: epoch {best_by_loss}.")
print(f"The last epoch's macro-F1 is {macro_f1[-1] - max(macro_f1):+.4f} from the best.")
figures.training_curves({"early stopping": patient.epochs})

# %% [markdown] key="early-reading"
# The ring marks the checkpoint that counts. When training stopped by patience, the last epoch is never the best
# one: that is what stopping by patience means. When it ran to the end, the two may coincide, and then you do not
# know whether more epochs would have helped.
#
# The best of several epochs is a **maximum** of noisy numbers, taken on the same validation split that then reports
# it. It flatters: a run with eight looks at the split is flattered more than one with two. Compare only arms that
# had the same number of looks.
#
# ## Part 4. Where the errors land
#
# Take the weighted model. When it gets a *tail* complaint wrong, where does the prediction go? Three stories:
#
# - **head**: rare complaints are swamped by the large classes;
# - **similar mid**: the model knows the topic and misses the subtlety, so it answers with a related class of medium
#   size;
# - **other tail**: it mixes up rare classes with one another.
#
# To tell the second story from chance we need a meaning of *similar* that does not depend on the model. Here it is:
# two classes are similar when their training complaints use the same vocabulary. Each class gets its mean TF-IDF
# vector; its three nearest classes of medium size (by cosine) are its similar ones.
#
# **Your turn.** Commit yourself before you look. Write the shares you expect, of all wrong predictions on tail
# complaints: they lie between 0 and 1 and add up to 1.

# %% task="landing_prediction" points=1
def landing_prediction() -> dict[str, float]:
    """Expected shares of the tail's errors: "head", "similar mid", "other mid" and "other tail"."""
    ### BEGIN SOLUTION
    return {"head": 0.5, "similar mid": 0.2, "other mid": 0.2, "other tail": 0.1}
    ### END SOLUTION


# %% tests="landing_prediction"
LANDINGS = ("head", "similar mid", "other mid", "other tail")
expected_landing = selfcheck.call(landing_prediction)
selfcheck.equal(sorted(expected_landing), sorted(LANDINGS), "the names of your four shares")
selfcheck.close(sum(expected_landing.values()), 1.0, "the sum of your four shares", tolerance=1e-3)
selfcheck.true(all(0 <= share <= 1 for share in expected_landing.values()), "every share lies between 0 and 1")
selfcheck.equal(len(selfcheck.call(landing_prediction)), 4, "four shares")
selfcheck.close(sum(selfcheck.call(landing_prediction).values()), 1.0, "the sum of the shares, not of percents", tolerance=1e-3)
selfcheck.true(min(selfcheck.call(landing_prediction).values()) >= 0, "no share is negative")
notebook.tested("landing_prediction")

# %% key="landing-record"
notebook.values({f"landing.expected.{name.replace(' ', '_')}": share for name, share in expected_landing.items()})

vectors = TfidfVectorizer(sublinear_tf=True, min_df=2, stop_words="english").fit_transform(data.train.texts)
members = np.zeros((len(data.classes), len(data.train.texts)))
members[data.train.labels, np.arange(len(data.train.texts))] = 1
centres = np.asarray((vectors.T @ members.T).T)
centres /= np.linalg.norm(centres, axis=1, keepdims=True)
cosine = centres @ centres.T
mid = np.flatnonzero(tiers == "mid")
similar = np.zeros(cosine.shape, dtype=bool)  # row: a class; True where the column is one of its similar mid classes
for row in every_class:
    others = mid[mid != row]
    similar[row, others[np.argsort(-cosine[row, others], kind="stable")[:3]]] = True
example = int(np.flatnonzero(in_tail)[0])
print(repr(data.classes[example]), "is similar to", [data.classes[column] for column in np.flatnonzero(similar[example])])

# %% [markdown] key="landing-text"
# **Your turn.** Look only at rows of *tail* classes, and there only at wrong predictions. Every one of them lands
# in exactly one of the four places. Return the shares of all these errors together (a class with many errors counts
# for more). If there is no error at all, every share is 0.

# %% task="error_landing" points=5
def error_landing(confusion: np.ndarray, tiers: np.ndarray, similar: np.ndarray) -> dict[str, float]:
    """Shares of the tail classes' errors that land in "head", "similar mid", "other mid" and "other tail"."""
    ### BEGIN SOLUTION
    errors = confusion * (1 - np.eye(len(confusion), dtype=int))
    errors = errors * (tiers == "tail")[:, None]
    is_mid = np.broadcast_to(tiers == "mid", errors.shape)
    counts = {
        "head": errors[:, tiers == "head"].sum(),
        "similar mid": errors[is_mid & similar].sum(),
        "other mid": errors[is_mid & ~similar].sum(),
        "other tail": errors[:, tiers == "tail"].sum(),
    }
    return {name: float(count / max(errors.sum(), 1)) for name, count in counts.items()}
    ### END SOLUTION


# %% tests="error_landing"
toy_tiers = np.array(["head", "mid", "mid", "tail", "tail"])
toy_similar = np.zeros((5, 5), dtype=bool)
toy_similar[3, 1] = toy_similar[4, 2] = True
toy_confusion = np.array([[9, 9, 9, 9, 9], [9, 9, 9, 9, 9], [9, 9, 9, 9, 9], [4, 2, 1, 7, 1], [0, 0, 0, 0, 3]])
landing = selfcheck.call(error_landing, toy_confusion, toy_tiers, toy_similar)
selfcheck.close(landing["head"], 4 / 8, "errors of tail class 3 that land in the head: 4 of 8")
selfcheck.close(landing["similar mid"], 2 / 8, "errors of tail class 3 that land in its similar class")
selfcheck.close(sum(landing.values()), 1.0, "the sum of the four shares")
selfcheck.close(landing["other mid"], 1 / 8, "the errors that land in another class of medium size")
selfcheck.close(landing["other tail"], 1 / 8, "a correct prediction is no error, and no other tail class")
toy_confusion = np.zeros((5, 5), dtype=int)
toy_confusion[3, 0], toy_confusion[4, 2], toy_confusion[4, 1] = 1, 2, 5
landing = selfcheck.call(error_landing, toy_confusion, toy_tiers, toy_similar)
selfcheck.close(landing["head"], 1 / 8, "shares of all errors together, not the mean over classes")
selfcheck.close(landing["similar mid"], 2 / 8, "similar is meant row by row: class 4 is similar to class 2")
selfcheck.close(landing["other mid"], 5 / 8, "similar to another class is not similar to this one")
selfcheck.equal(set(selfcheck.call(error_landing, np.diag([1, 1, 1, 1, 1]), toy_tiers, toy_similar).values()), {0.0}, "no error at all")
to_head, to_similar = notebook.draws("error_landing").integers(1, 9, 2).tolist()
toy_confusion = np.zeros((5, 5), dtype=int)
toy_confusion[3, :2] = to_head, to_similar
landing = selfcheck.call(error_landing, toy_confusion, toy_tiers, toy_similar)
selfcheck.close(landing["head"], to_head / (to_head + to_similar), f"{to_head} errors land in the head, {to_similar} in the similar class")
notebook.tested("error_landing")

# %% key="landing-run"
pooled = sum(confusion_matrix(labels, run.predictions, labels=every_class) for run in weighted_runs)
landing = error_landing(pooled, tiers, similar)
notebook.values({f"landing.found.{name.replace(' ', '_')}": share for name, share in landing.items()})
figures_errors.error_landing(landing, expected_landing)

# %% [markdown] key="chance-text"
# A share means little without what chance would give. A model that gets a tail complaint wrong and picks its answer
# in proportion to the size of the classes would land in the head most of the time, simply because that is where the
# complaints are. The next cell gives that comparison, and the confusion matrix behind it, all three seeds of the
# weighted arm together.

# %% key="chance-run"
chance = np.tile(train_counts, (len(tiers), 1)) * (1 - np.eye(len(tiers)))
chance *= (pooled.sum(axis=1) - np.diag(pooled))[:, None] / chance.sum(axis=1, keepdims=True)
by_size = error_landing(chance, tiers, similar)
notebook.values({f"landing.by_size.{name.replace(' ', '_')}": share for name, share in by_size.items()})
for name, share in by_size.items():
    print(f"{name:>12}: expected {expected_landing[name]:.0%}, found {landing[name]:.0%}, by class size {share:.0%}")
figures_errors.confusion_by_tier(pooled, tiers)

# %% [markdown] key="confident-text"
# ### The most confident errors
#
# A model that is wrong and unsure tells you little. A model that is wrong and *sure* tells you what it has
# misunderstood, or that the label is wrong, or that the complaint could be filed under either. Aggregates cannot
# tell these apart; reading can.
#
# **Your turn.** Return the positions of the `k` wrong predictions with the highest probability of the predicted
# class, most confident first.

# %% task="confident_errors" points=3
def confident_errors(logits: np.ndarray, labels: np.ndarray, k: int) -> list[int]:
    """Rows of the `k` errors whose predicted class has the highest probability, most confident first."""
    ### BEGIN SOLUTION
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    confidence = (shifted / shifted.sum(axis=1, keepdims=True)).max(axis=1)
    wrong = np.flatnonzero(logits.argmax(axis=1) != labels)
    return wrong[np.argsort(-confidence[wrong], kind="stable")][:k].tolist()
    ### END SOLUTION


# %% tests="confident_errors"
toy_logits = np.log([[0.6, 0.4], [0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
selfcheck.equal(list(selfcheck.call(confident_errors, toy_logits, np.array([1, 1, 1, 0]), 2)), [1, 3], "the two most confident errors of four rows")
selfcheck.equal(list(selfcheck.call(confident_errors, toy_logits, np.array([0, 0, 1, 1]), 2)), [], "no errors at all")
shifted_logits = toy_logits + np.array([[50.0], [0.0], [0.0], [20.0]])
selfcheck.equal(
    list(selfcheck.call(confident_errors, shifted_logits, np.array([1, 1, 1, 0]), 3)), [1, 3, 0], "probabilities decide, not raw logits"
)
selfcheck.equal(list(selfcheck.call(confident_errors, toy_logits, np.array([1, 1, 0, 0]), 9)), [1, 2, 3, 0], "fewer errors than asked for")
three_way = np.log([[0.50, 0.49, 0.01], [0.60, 0.10, 0.30]])
selfcheck.equal(
    list(selfcheck.call(confident_errors, three_way, np.array([2, 1]), 1)), [1], "the predicted class's probability, not the true one's"
)
order = notebook.draws("confident_errors").permutation(5)
sure = 0.55 + 0.08 * order
drawn = selfcheck.call(confident_errors, np.log(np.stack([sure, 1 - sure], axis=1)), np.ones(5, dtype=int), 2)
selfcheck.equal(list(drawn), [order.tolist().index(4), order.tolist().index(3)], f"two of five errors, with {np.round(sure, 2)}")
notebook.tested("confident_errors")

# %% key="confident-run"
chosen = weighted_runs[0]
logits = logits_of(chosen)
probabilities = torch.softmax(torch.from_numpy(logits), dim=1).numpy()
for row in confident_errors(logits, labels, 8):
    guess = int(logits[row].argmax())
    print(f"true:      {data.classes[labels[row]]} ({tiers[labels[row]]}), given {probabilities[row, labels[row]]:.1%}")
    print(f"predicted: {data.classes[guess]} ({tiers[guess]}), given {probabilities[row, guess]:.1%}")
    print(f"text:      {' '.join(data.validation.texts[row].split())[:420]}\n")

# %% [markdown] key="confident-reading"
# Read all eight. For each, decide: does the text support the predicted class as well as the true one (an ambiguous
# label), do the two classes share vocabulary, or did the model simply miss what is there? You need the counts in
# the memo.
#
# ## Part 5. How much of macro-F1 is noise?
#
# Macro-F1 is a mean over classes, each with the same voice. But a class with one validation complaint has an F1 of
# either zero or something large, decided by a single complaint. How many voices of that kind are in your mean?
#
# **Your turn.** From the number of validation complaints of each class, return two shares: of the classes that
# occur at all, the share with at most `at_most` complaints; and the share of all complaints that these classes
# hold.

# %% task="noise_share" points=3
def noise_share(counts: np.ndarray, at_most: int = 5) -> tuple[float, float]:
    """(share of the occurring classes with at most `at_most` complaints, share of the complaints they hold)."""
    ### BEGIN SOLUTION
    counts = np.asarray(counts)
    occurs = counts > 0
    few = occurs & (counts <= at_most)
    return float(few.sum() / occurs.sum()), float(counts[few].sum() / counts.sum())
    ### END SOLUTION


# %% tests="noise_share"
noisy_classes, noisy_complaints = selfcheck.pair(selfcheck.call(noise_share, np.array([90, 6, 3, 1])), "noise_share")
selfcheck.close(noisy_classes, 2 / 4, "the share of classes with at most five complaints in [90, 6, 3, 1]")
selfcheck.close(noisy_complaints, 4 / 100, "the share of complaints they hold")
selfcheck.close(selfcheck.call(noise_share, np.array([10, 5, 0, 0]))[0], 1 / 2, "classes that do not occur are not counted; five counts as few")
selfcheck.close(selfcheck.call(noise_share, np.array([10, 5, 0, 0]))[1], 5 / 15, "the complaints of a class with exactly five")
selfcheck.close(selfcheck.call(noise_share, np.array([10, 2, 1, 0]), at_most=1)[0], 1 / 3, "another limit")
selfcheck.close(selfcheck.call(noise_share, np.array([10, 20]))[0], 0.0, "no small class at all")
few = notebook.draws("noise_share").integers(1, 6, 7)
drawn = selfcheck.pair(selfcheck.call(noise_share, np.append(few, [50, 60])), "noise_share")
selfcheck.close(drawn[0], 7 / 9, "seven of nine classes have at most five complaints")
selfcheck.close(drawn[1], few.sum() / (few.sum() + 110), f"the complaints of classes with {few} of them")
notebook.tested("noise_share")

# %% key="noise-run"
validation_counts = np.bincount(labels, minlength=len(data.classes))
noisy_classes, noisy_complaints = noise_share(validation_counts)
notebook.values(
    {
        "noise.classes_share": noisy_classes,
        "noise.complaints_share": noisy_complaints,
        "noise.single_complaint_classes": int(np.sum(validation_counts == 1)),
    }
)
print(f"{noisy_classes:.0%} of the voices in macro-F1 come from {noisy_complaints:.1%} of the complaints")
figures_errors.validation_examples(validation_counts)

# %% key="noise-move"
steady = validation_counts > 5
for arm, runs in {"baseline": baseline_runs, "changed": weighted_runs}.items():
    everything = np.array([run.metrics.macro_f1 for run in runs])
    without = np.array([run.metrics.per_class_f1[steady].mean() for run in runs])
    notebook.value(f"noise.{arm}.steady_macro_f1", float(without.mean()))
    print(f"{arm:>8}: macro-F1 {everything.mean():.3f} ± {everything.std(ddof=1):.3f}", end="; ")
    print(f"over classes with more than five complaints {without.mean():.3f} ± {without.std(ddof=1):.3f}")
fragile = statistics.fragility(baseline_runs[0].metrics)
print(
    f"The first baseline run's macro-F1 of {fragile.macro_f1:.3f} would move by {fragile.rise:+.3f} if each of the "
    f"{len(fragile.classes)} small classes had one more complaint right, and by {fragile.fall:+.3f} if each had one "
    f"fewer. {fragile.still} of them are never predicted and move nothing."
)

# %% key="noise-classes"
few = np.flatnonzero((validation_counts > 0) & ~steady)
names = [data.classes[label] for label in few]
table = pd.DataFrame({"validation": validation_counts[few], "training": train_counts[few]}, index=names)
for run in weighted_runs:
    table[f"F1, seed {run.seed}"] = run.metrics.per_class_f1[few].round(2)
table.sort_values(["validation", "training"])

# %% [markdown] key="noise-reading"
# These are the classes that are noise, with their F1 in each run of the weighted arm. Look for rows that jump: the
# configuration was the same in all three columns.
#
# Two kinds of chance are at work, and they are not the same. **Seeds** change the head's first weights and the
# order of the batches: three seeds show that spread. **Which complaints happen to be in the validation split** is
# the other: no number of seeds shows it, because every run here shares the same split.
#
# ## Part 6. The memo
#
# Five sections, for a colleague who has not seen this notebook. Quote numbers with the metric and the arm they
# belong to; they are compared with the runs recorded above (`notebook.quote.mean(weighted_runs, "macro_f1")` shows one as
# text to paste). Say what the evidence supports and what it does not.
# What you would have done with more time is of no use to the reader.

# %% [markdown] memo="trade_off" points=4 manual=2 min_words=100 checks={"memo.answered": 1, "memo.numbers_traced": {"points": 1, "experiment": "class_weights"}}
# ### 1. The trade-off
#
# In 100 to 250 words: what did sqrt-inverse weights do to accuracy, macro-F1 and the classes at F1 = 0, as mean ±
# standard deviation? Where did the change come from: which tier gained, which paid? Of the classes at zero, did
# those never predicted or those always wrong become fewer? Why can both accuracy and macro-F1 not be at their best
# at once (one reading may help: Menon et al.; Kang et al.)?
#
# <!-- BEGIN SOLUTION -->
# Over the seeds the baseline without weights has an accuracy of
# {{ reference("week2_homework", "class_weights.baseline.accuracy") }} and a macro-F1 of
# {{ reference("week2_homework", "class_weights.baseline.macro_f1") }}. With sqrt-inverse weights the accuracy is
# {{ reference("week2_homework", "class_weights.changed.accuracy") }} and macro-F1 is
# {{ reference("week2_homework", "class_weights.changed.macro_f1") }}. The two metrics answer different questions,
# and a model cannot be best at both. For accuracy, the best answer to an unclear complaint is the class that is
# most probable, which leans on how common the class is. For a score that counts every class once, the best answer
# corrects for how common it is. Weights in the loss move the model from the first towards the second. Menon et al.
# (2021) derive that correction: logits shifted by the logarithm of the class priors.
#
# The probability that the tail receives shows the shift before any decision is made, and the figure by tier shows
# who gains and who pays. Classes that were never predicted are the ones to watch: a weight can make the model try
# them, and a class that it tries and gets wrong is still at zero. That is why the number of predicted classes moves
# more than the number of classes at F1 = 0.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 0.5: says which way accuracy, macro-F1 and the classes at F1 = 0 moved, beside their spread
# - 0.5: says which tier gained and which one paid
# - 0.5: tells classes that are never predicted from classes that are always wrong
# - 0.5: explains why accuracy and macro-F1 have different best answers
# - -0.5: takes a difference within the spread between seeds for an effect
# <!-- END RUBRIC -->

# %% [markdown] memo="knobs" points=3 manual=1 min_words=80 checks={"memo.answered": 1, "memo.numbers_traced": 1}
# ### 2. Batch size and early stopping
#
# In 80 to 200 words: does batch size matter on this task, as far as one seed on a subset can say, and would you pay
# for confirming it? At which epoch would macro-F1 have stopped training, at which validation loss, and why do they
# differ or agree? What does choosing the best of several epochs do to the number you report?
#
# <!-- BEGIN SOLUTION -->
# On the subset the baseline of the batch size experiment has a macro-F1 of
# {{ reference("week2_homework", "batch_size.baseline.macro_f1") }}, and half the batch size has a macro-F1 of
# {{ reference("week2_homework", "batch_size.changed.macro_f1") }}. One seed an arm cannot separate that difference
# from luck, and a smaller batch at an unchanged learning rate also takes twice as many steps, so even a confirmed
# gain would not say which of the two did it. I would pay for three seeds only if half the batch size also fits the
# training budget, since its epochs are slower.
#
# Macro-F1 and validation loss need not pick the same epoch. The loss punishes confidence in wrong answers, which
# grows as the model fits the common classes; macro-F1 only sees which class wins, and rare classes start to win
# late. The best of several epochs is a maximum taken on the same split that reports it, so it is too high by an
# amount that grows with the number of looks.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 0.5: says what one seed on a subset can show of the batch size, and whether confirming it is worth the price
# - 0.25: compares the epochs that macro-F1 and the validation loss choose, and says why
# - 0.25: says that the best of several epochs is a number that is too high
# - -0.5: claims an effect of the batch size from one seed an arm
# <!-- END RUBRIC -->

# %% [markdown] memo="errors" points=4 manual=2 min_words=120 checks={"memo.answered": 1, "memo.numbers_traced": 1}
# ### 3. Where the errors land
#
# In 120 to 300 words: where do the tail's errors land, against what you expected and against what class sizes alone
# would give? Which of the three stories do the shares support? Of the eight most confident errors, how many are
# ambiguous labels, how many shared vocabulary, how many plain misses? Quote a few words of one. How does F1 fall
# from head to tail in both arms?
#
# <!-- BEGIN SOLUTION -->
# Of all errors on tail complaints, a share of {{ reference("week2_homework", "landing.found.head", ".2f") }} lands
# in the head, where I expected half. In proportion to the size of the classes it would have been
# {{ reference("week2_homework", "landing.by_size.head", ".2f") }}. The comparison with class sizes is what matters:
# a share that merely equals it says that the model, once wrong, answers with whatever is common. The share that
# lands in similar mid classes, set against what sizes would give, is the evidence for the second story, that the
# topic was understood and the subtlety was missed.
#
# The confident errors have to be read one by one. In most of them the text names two problems at once, for instance
# a wrong entry in a report and the phone call in which nobody corrected it, and the label picks one of the two. I
# count these as ambiguous labels: a second annotator could have chosen the predicted class. Some share the
# vocabulary of both classes, and one or two are plain misses in which the decisive sentence stands at the end,
# beyond what the model reads. F1 falls from head to mid to tail in both arms. Weights narrow that distance without
# closing it, as a handful of examples cannot draw a boundary, however much each of them counts.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 0.5: compares where the tail's errors land with the expectation and with class sizes alone
# - 0.5: says which of the three stories the shares support, and by which share
# - 0.5: sorts the eight confident errors into the three kinds, and quotes one of them
# - 0.5: says how F1 falls from head to tail in both arms
# - -0.5: lists shares and counts, and draws no conclusion from them
# <!-- END RUBRIC -->

# %% [markdown] memo="noise" points=4 manual=2 min_words=100 checks={"memo.answered": 1, "memo.numbers_traced": 1}
# ### 4. What the numbers can bear
#
# In 100 to 250 words: how large is the spread between seeds, and how large is the difference between the arms
# beside it? Which classes are noise in your macro-F1, how many are they, and does the comparison change when they
# are left out? Which kind of chance do three seeds not show?
#
# <!-- BEGIN SOLUTION -->
# Between seeds, macro-F1 of the baseline has a standard deviation of
# {{ reference("week2_homework", "class_weights.baseline.macro_f1_sd") }}. That is the yardstick for every
# single-run comparison in this notebook: a difference of its size, seen once, is nothing. Classes with five or
# fewer validation complaints make up a share of {{ reference("week2_homework", "noise.classes_share", ".2f") }} of
# the classes in macro-F1 and hold a share of {{ reference("week2_homework", "noise.complaints_share", ".2f") }} of
# the complaints. For a class with one complaint F1 is decided by that complaint, so a rescued class of this kind is
# a coin that fell the other way.
#
# Leaving those classes out gives another mean over other classes, so it must not be compared with the full
# macro-F1; what can be compared is the difference between the arms in both versions. Three seeds show the chance in
# the first weights and in the order of the batches. They do not show the chance in which complaints were drawn into
# the validation split, because every run is scored on the same ones. For that one needs intervals over items, or
# another split.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 0.5: sets the difference between the arms beside the spread between seeds
# - 0.5: says which classes are noise and how many, and why one complaint decides their F1
# - 0.5: says whether the comparison of the arms changes without these classes
# - 0.5: says that three seeds do not show which complaints were drawn into the split
# - -0.5: compares macro-F1 over fewer classes with macro-F1 over all of them
# <!-- END RUBRIC -->

# %% [markdown] memo="recommendation" points=3 manual=1 min_words=80 checks={"memo.answered": 1, "memo.sources_cited": 1}
# ### 5. Recommendation and sources
#
# In 80 to 200 words: for which use would you deploy the weighted model, and for which the one without weights?
# Which one experiment comes next (one change, a prediction, a number of seeds)? Close with your sources: what you
# read, two or three papers of the reading list among it, and which AI tools you used for what; "none" is an answer.
#
# <!-- BEGIN SOLUTION -->
# For routing calls I would deploy the model without weights: the cost of an error is about the same for every
# caller, so accuracy is the right thing to maximise, and its probabilities are closer to what they claim. For a
# watchdog that must not overlook a rare kind of abuse I would deploy the weighted model, and let people check what
# it flags, because a class that is never predicted cannot be found by reading its output. The next experiment keeps
# the model without weights and shifts its logits by the class priors after training: one change, no training at
# all, three seeds that are there already. I predict that it reaches at least half of the change in macro-F1 that
# the weights gave.
#
# Sources: the week 2 lecture; Menon et al. (2021), *Long-Tail Learning via Logit Adjustment*; Kang et al. (2020),
# *Decoupling Representation and Classifier for Long-Tailed Recognition*; Cui et al. (2019), *Class-Balanced Loss
# Based on Effective Number of Samples*. AI use: none.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 0.25: names a use for the weighted model, and the error that it avoids there
# - 0.25: names a use for the model without weights, and the error that it avoids there
# - 0.25: proposes one next experiment in which one thing changes
# - 0.25: gives its prediction and the number of seeds
# - -0.25: calls one of the two models better for every use
# <!-- END RUBRIC -->

# %% notebook="whole" points=9 checks={"metrics.best_checkpoint": 2, "metrics.test_untouched": 1, "metrics.recomputed": 2, "form.ran_in_order": 1, "form.no_errors": 1, "memo.sections_present": 1, "memo.no_diary": 1, "form.outputs_present": 0, "form.headings": 0, "integrity.chain": 0}
notebook.summary()

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
# # Week 3 lab: a script that does not train, and six runs on the instruments
#
# A model that does not learn looks the same whatever the reason: the loss is too high. Guessing at learning rates is
# how weeks get lost. This lab teaches an order instead. First you repair a training script in which several things
# are wrong at once, in **five steps that each rule something out**. Then you read six training runs on four
# instruments and say what is wrong with each, as in week 2: with numbers, before the reveal.
#
# | part | points |
# | --- | --- |
# | 1. the five-step triage on a broken script (six tasks) | 16 |
# | 2. six training runs on four instruments | 18 |
# | 3. one question to close | 4 |
# | the notebook as a whole | 2 |
#
# The lab fits into one class. No GPU is needed.

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # how large Part 1 is: "full" is the course; "smoke" and "micro" are small rehearsals
DATA = None  # None: what the profile says. Or "hub", "synthetic", or the path of a .parquet or .csv file
SEED = 13

# %% key="begin"
import collections
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

import complaints
import paribus
from paribus import figures_zoo, selfcheck
from paribus.zoo.diagnosis import explain, seen

profile = paribus.profiles.get_profile(PROFILE, PROFILES)
notebook = paribus.begin("week3_lab", release="{{ release }}")
data = complaints.load(DATA or profile.data, size=profile.size)
notebook.use(data)

# %% [markdown] key="script-text"
# ## Part 1. The five-step triage
#
# Here is the script as it was found. It is small on purpose: words are looked up, a text is the sum or mean of its
# words, two layers say which class. Read it once, and resist the urge to repair what you see. A bug that you find by
# reading is luck; the steps below find it every time.

# %% key="script"
torch.set_num_threads(1)  # for so small a network, threads cost more than they give
ROWS = min({"full": 12_000, "smoke": 3_000, "micro": 320}[PROFILE], len(data.train.texts))
EPOCHS = {"full": 6, "smoke": 8, "micro": 4}[PROFILE]
BATCH, WORDS, LENGTH = 32, 3_000, 80
PAD = 0

common = collections.Counter(word for text in data.train.texts[:ROWS] for word in text.lower().split())
VOCABULARY = {word: number for number, (word, _) in enumerate(common.most_common(WORDS), start=1)}


def read(texts):
    """Texts as word numbers, shape (texts, LENGTH), filled up with PAD."""
    rows = np.full((len(texts), LENGTH), PAD)
    for row, text in enumerate(texts):
        known = [VOCABULARY[word] for word in text.lower().split() if word in VOCABULARY][:LENGTH]
        rows[row, : len(known)] = known
    return rows


def found_pool(embedded, ids):
    """One vector a text from its words' vectors, shape (texts, LENGTH, width) to (texts, width)."""
    return embedded.sum(dim=1)


def found_shuffle(ids, targets, rng):
    """The same examples in another order."""
    return ids[rng.permutation(len(ids))], targets[rng.permutation(len(targets))]


def found_rate(step, total_steps):
    """The share of the learning rate at a step: falls from 1 in a straight line."""
    return max(0.0, 1 - step / (total_steps // EPOCHS))


def found_step(network, optimizer, ids, targets):
    """One update; returns the loss before it."""
    network.train()
    loss = functional.cross_entropy(network(ids), targets)
    loss.backward()
    network.zero_grad()
    optimizer.step()
    return loss.item()


@dataclass(frozen=True)
class Script:
    """The parts of the training script that can be exchanged."""

    pool: Callable = found_pool
    shuffle: Callable = found_shuffle
    rate: Callable = found_rate
    step: Callable = found_step


class Network(torch.nn.Module):
    """Words to vectors, vectors to one, one to class scores."""

    def __init__(self, pool, n_classes, width=64):
        super().__init__()
        torch.manual_seed(SEED)
        self.pool = pool
        self.words = torch.nn.Embedding(WORDS + 1, width, padding_idx=PAD)
        self.hidden = torch.nn.Linear(width, width)
        self.head = torch.nn.Linear(width, n_classes)

    def forward(self, ids):
        return self.head(torch.relu(self.hidden(self.pool(self.words(ids), ids))))


script = Script()
train_ids, train_targets = torch.tensor(read(data.train.texts[:ROWS])), torch.tensor(data.train.labels[:ROWS])
N_CLASSES = len(data.classes)

# %% [markdown] key="step1-text"
# ### Step 1. Overfit one batch
#
# Take a single batch and train on it again and again. A model with far more parameters than examples can learn 32
# different texts by heart, so the loss must go to nearly 0. **If it does not, the fault is in the code**, not in the data, the
# learning rate or the model's size. It takes seconds, which is why it comes first.

# %% key="step1-run"
def one_batch(script, updates=150):
    """The losses of training on the first batch alone."""
    network = Network(script.pool, N_CLASSES)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    return [script.step(network, optimizer, train_ids[:BATCH], train_targets[:BATCH]) for _ in range(updates)]


losses = one_batch(script)
print(f"first {losses[0]:.4f}, tenth {losses[9]:.4f}, last {losses[-1]:.4f}")

# %% [markdown] key="step1-task"
# The loss does not fall slowly: it does not move at all, to the last digit. So nothing reaches the weights, and the
# search is down to the five lines of one function.
#
# **Your turn.** Write the step as it should be. Gradients add up in `.grad` until somebody clears them, and the
# optimizer uses what it finds there. Return the loss as a plain number.

# %% task="repaired_step" points=3
def repaired_step(network, optimizer, ids, targets):
    """One update on a batch from fresh gradients; returns the loss before it as a float."""
    ### BEGIN SOLUTION
    network.train()
    loss = functional.cross_entropy(network(ids), targets)
    network.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% tests="repaired_step"
torch.manual_seed(int(notebook.draws("repaired_step").integers(1_000_000)))
toy = torch.nn.Linear(3, 2)
toy_inputs, toy_targets = torch.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]]), torch.tensor([0, 1])
toy_optimizer = torch.optim.SGD(toy.parameters(), lr=0.1)
loss_before, weights_before = functional.cross_entropy(toy(toy_inputs), toy_targets).item(), toy.weight.detach().clone()
told = selfcheck.call(repaired_step, toy, toy_optimizer, toy_inputs, toy_targets)
selfcheck.true(not torch.equal(weights_before, toy.weight), "the weights move")
selfcheck.close(told, loss_before, "the loss before the step")
torch.manual_seed(0)
fresh = torch.nn.Linear(3, 2)
reference = torch.nn.Linear(3, 2)
reference.load_state_dict(fresh.state_dict())
fresh_optimizer = torch.optim.SGD(fresh.parameters(), lr=0.1)
expected = []
for _ in range(3):
    own_loss = functional.cross_entropy(reference(toy_inputs), toy_targets)
    expected.append(own_loss.item())
    slopes = torch.autograd.grad(own_loss, list(reference.parameters()))
    with torch.no_grad():
        for weights, slope in zip(reference.parameters(), slopes):
            weights -= 0.1 * slope
given = [selfcheck.call(repaired_step, fresh, fresh_optimizer, toy_inputs, toy_targets) for _ in range(3)]
selfcheck.true(all(isinstance(loss, float) for loss in given), "the loss is a plain number")
selfcheck.true(np.allclose(given, expected, atol=1e-6), "three steps of plain gradient descent")
selfcheck.true(torch.allclose(fresh.weight, reference.weight, atol=1e-6), "gradients of one step do not enter the next")
fresh.weight.grad = torch.full_like(fresh.weight, 100.0)
kept = fresh.weight.detach().clone()
selfcheck.call(repaired_step, fresh, fresh_optimizer, toy_inputs, toy_targets)
selfcheck.true((fresh.weight - kept).abs().max() < 1, "gradients that lay there before do not enter the step")
resting = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Dropout(0.5)).eval()
selfcheck.call(repaired_step, resting, torch.optim.SGD(resting.parameters(), lr=0.1), toy_inputs, toy_targets)
selfcheck.true(resting.training, "the network is in training mode")
notebook.tested("repaired_step")

# %% key="step1-again"
script = replace(script, step=repaired_step)
losses = one_batch(script)
notebook.value("triage.one_batch", losses[-1])
print(f"first {losses[0]:.4f}, tenth {losses[9]:.4f}, last {losses[-1]:.4f}")

# %% [markdown] key="step2-text"
# ### Step 2. Overfit a small subset
#
# A few hundred examples, several epochs, shuffled as in real training. The model should still learn them by heart. If
# it cannot, though one batch worked, something between batches is wrong, or the model is too small.

# %% key="step2-run"
def small_subset(script, rows=200, epochs=40):
    """The mean training loss of each epoch on the first few hundred examples, at a constant learning rate."""
    network = Network(script.pool, N_CLASSES)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    rng = np.random.default_rng(SEED)
    ids, targets = train_ids[:rows], train_targets[:rows]
    means = []
    for _ in range(epochs):
        ids, targets = script.shuffle(ids, targets, rng)
        cuts = range(0, len(ids), BATCH)
        means.append(np.mean([script.step(network, optimizer, ids[at : at + BATCH], targets[at : at + BATCH]) for at in cuts]))
    return means


means = small_subset(script)
shares = np.bincount(train_targets[:200]) / 200
entropy = -(shares[shares > 0] * np.log(shares[shares > 0])).sum()
print(f"after 1 epoch {means[0]:.3f}, after {len(means)} {means[-1]:.3f}; entropy of the class shares {entropy:.3f}")

# %% [markdown] key="step2-task"
# One batch was learned by heart, 200 examples are not. Whatever is wrong happens when examples are put into a new
# order.
#
# **Your turn.** Write the shuffle so that each text keeps its label. `rng.permutation(n)` gives the numbers from 0
# to n - 1 in a random order, another one each time it is called.

# %% task="shuffle_together" points=2
def shuffle_together(ids, targets, rng):
    """`ids` and `targets` in one new random order, each text with its own label."""
    ### BEGIN SOLUTION
    order = rng.permutation(len(ids))
    return ids[order], targets[order]
    ### END SOLUTION


# %% tests="shuffle_together"
toy_ids, toy_targets = torch.arange(50).reshape(50, 1), torch.arange(50)
new_ids, new_targets = selfcheck.pair(selfcheck.call(shuffle_together, toy_ids, toy_targets, np.random.default_rng(1)), "shuffle_together")
selfcheck.true(torch.equal(new_ids[:, 0], new_targets), "each text keeps its label")
selfcheck.true(torch.equal(new_targets.sort().values, toy_targets), "every example once")
odd_ids, odd_targets = selfcheck.call(shuffle_together, 2 * toy_ids[:31], toy_targets[:31], np.random.default_rng(5))
selfcheck.true(torch.equal(odd_ids[:, 0], 2 * odd_targets), "each of 31 texts keeps its label")
selfcheck.true(not torch.equal(new_targets, toy_targets), "another order")
selfcheck.true(torch.equal(toy_targets, torch.arange(50)), "what was passed in stays as it was")
generator = np.random.default_rng(1)
first, second = (selfcheck.call(shuffle_together, toy_ids, toy_targets, generator)[1] for _ in range(2))
selfcheck.true(not torch.equal(first, second), "another order each time")
selfcheck.true(torch.equal(first, new_targets), "the same generator gives the same order")
drawn = int(notebook.draws("shuffle_together").integers(10, 50))
few_ids, few_targets = selfcheck.call(shuffle_together, toy_ids[:drawn], toy_targets[:drawn], np.random.default_rng(drawn))
selfcheck.equal(few_ids[:, 0].tolist(), few_targets.tolist(), f"each of {drawn} texts keeps its label")
notebook.tested("shuffle_together")

# %% key="step2-again"
script = replace(script, shuffle=shuffle_together)
means = small_subset(script)
notebook.value("triage.small_subset", float(means[-1]))
print(f"after 1 epoch {means[0]:.3f}, after {len(means)} {means[-1]:.3f}")

# %% [markdown] key="step3-text"
# ### Step 3. Full data, and both curves
#
# Now everything, with the schedule. Both losses high means underfitting; training low and validation high means
# overfitting. Draw the learning rate beside them: a schedule is code too.

# %% key="step3-run"
def full_run(script, validation_texts, validation_labels):
    """Train on all rows; a table of epochs, the learning rate of every step, and the network."""
    network = Network(script.pool, N_CLASSES)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    rng = np.random.default_rng(SEED)
    total = EPOCHS * -(-len(train_ids) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: script.rate(step, total))
    seen_ids, seen_targets = torch.tensor(read(validation_texts)), torch.tensor(validation_labels)
    ids, targets, table, rates = train_ids, train_targets, [], []
    for epoch in range(1, EPOCHS + 1):
        ids, targets = script.shuffle(ids, targets, rng)
        losses = []
        for at in range(0, len(ids), BATCH):
            rates.append(optimizer.param_groups[0]["lr"])
            losses.append(script.step(network, optimizer, ids[at : at + BATCH], targets[at : at + BATCH]))
            schedule.step()
        network.eval()
        with torch.inference_mode():
            scores = network(seen_ids)
            validation_loss = functional.cross_entropy(scores, seen_targets).item()
            accuracy = (scores.argmax(dim=1) == seen_targets).float().mean().item()
        table.append({"epoch": epoch, "train_loss": np.mean(losses), "validation_loss": validation_loss, "accuracy": accuracy})
    return pd.DataFrame(table).round(4), rates, network


validation_texts, validation_labels = list(data.validation.texts), np.array(data.validation.labels)
table, rates, _ = full_run(script, validation_texts, validation_labels)
print(f"learning rate: first {rates[0]:.4f}, in the middle {rates[len(rates) // 2]:.4f}, last {rates[-1]:.4f}")
table

# %% [markdown] key="step3-task"
# After the first epoch the validation loss does not change in any digit, and the learning rate says why.
#
# **Your turn.** Write the schedule: a share of 1 at step 0, in a straight line to 0 at `total_steps`, and never below
# 0 afterwards.

# %% task="rate_at" points=2
def rate_at(step: int, total_steps: int) -> float:
    """The share of the learning rate at `step`: 1 at step 0, 0 from `total_steps` on, a straight line between."""
    ### BEGIN SOLUTION
    return max(0.0, 1.0 - step / total_steps)
    ### END SOLUTION


# %% tests="rate_at"
selfcheck.close(selfcheck.call(rate_at, 0, 100), 1.0, "the share at step 0 of 100")
selfcheck.close(selfcheck.call(rate_at, 25, 100), 0.75, "the share at step 25 of 100")
selfcheck.close(selfcheck.call(rate_at, 100, 100), 0.0, "the share at the end")
selfcheck.close(selfcheck.call(rate_at, 101, 100), 0.0, "the share after the end")
selfcheck.close(selfcheck.call(rate_at, 6, 8), 0.25, "another length")
step, steps = np.sort(notebook.draws("rate_at").choice(np.arange(1, 500), 2, replace=False)).tolist()
selfcheck.close(selfcheck.call(rate_at, step, steps), (steps - step) / steps, f"the share at step {step} of {steps}")
notebook.tested("rate_at")

# %% key="step3-again"
script = replace(script, rate=rate_at)
table, rates, network = full_run(script, validation_texts, validation_labels)
print(f"learning rate: first {rates[0]:.4f}, in the middle {rates[len(rates) // 2]:.4f}, last {rates[-1]:.4f}")
table

# %% [markdown] key="step4-text"
# ### Step 4. The gradients
#
# It trains. Is it well? The norm of the gradient over all parameters tells how hard each batch pulls. On a healthy run
# it stays within one order of magnitude; a few batches that pull many times harder than the rest decide everything.
#
# **Your turn.** Build the instrument: the square root of the sum of squares of *all* numbers in all gradients. A
# parameter without a gradient (`.grad is None`) adds nothing.

# %% task="gradient_norm" points=3
def gradient_norm(network) -> float:
    """The norm of the gradients of all parameters taken together, as a plain number."""
    ### BEGIN SOLUTION
    slopes = [weights.grad for weights in network.parameters() if weights.grad is not None]
    return sum(float((slope**2).sum()) for slope in slopes) ** 0.5
    ### END SOLUTION


# %% tests="gradient_norm"
toy = torch.nn.ParameterDict({"a": torch.nn.Parameter(torch.zeros(2)), "b": torch.nn.Parameter(torch.zeros(1))})
toy["a"].grad, toy["b"].grad = torch.tensor([3.0, 0.0]), torch.tensor([4.0])
selfcheck.close(selfcheck.call(gradient_norm, toy), 5.0, "gradients of 3, 0 and 4")
toy["b"].grad = None
selfcheck.close(selfcheck.call(gradient_norm, toy), 3.0, "a parameter without a gradient")
toy["a"].grad = torch.tensor([-3.0, 4.0])
selfcheck.close(selfcheck.call(gradient_norm, toy), 5.0, "a negative gradient")
toy["a"].grad = None
selfcheck.close(selfcheck.call(gradient_norm, toy), 0.0, "no gradient at all")
toy["a"].grad, toy["b"].grad = torch.tensor([1.0, 1.0]), torch.tensor([1.0])
selfcheck.close(selfcheck.call(gradient_norm, toy), 3**0.5, "the square root of the sum, not the sum of norms")
scale = float(notebook.draws("gradient_norm").integers(2, 50))
toy["a"].grad, toy["b"].grad = torch.tensor([3.0, 0.0]) * scale, torch.tensor([4.0]) * scale
selfcheck.close(selfcheck.call(gradient_norm, toy), 5 * scale, f"gradients {scale:g} times as large")
notebook.tested("gradient_norm")

# %% key="step4-run"
def norms_by_length(script):
    """The median gradient norm of a fresh network on batches of the shortest and of the longest quarter of texts."""
    batches = max(1, len(train_ids) // 4 // BATCH)
    order = np.argsort((train_ids != PAD).sum(dim=1).numpy(), kind="stable")
    norms = {}
    for name, rows in (("short texts", order[: batches * BATCH]), ("long texts", order[-batches * BATCH :])):
        found = []
        for at in range(0, len(rows), BATCH):
            network = Network(script.pool, N_CLASSES)
            chosen = rows[at : at + BATCH]
            functional.cross_entropy(network(train_ids[chosen]), train_targets[chosen]).backward()
            found.append(gradient_norm(network))
        norms[name] = float(np.median(found))
    return norms


norms = norms_by_length(script)
print(", ".join(f"{name}: {norm:.2f}" for name, norm in norms.items()))

# %% [markdown] key="step4-task"
# Batches of long texts pull harder: how much a complaint counts depends on how long somebody went on writing. Look at
# `found_pool` again: a text is the *sum* of its words.
#
# **Your turn.** Make it the mean over the words that are there. `ids` tells where the padding is (`PAD`), and padding
# must neither be added nor counted. A text without any known word gets the zero vector.

# %% task="mean_pool" points=3
def mean_pool(embedded: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """The mean of each text's word vectors, padding left out; shape (texts, LENGTH, width) to (texts, width)."""
    ### BEGIN SOLUTION
    present = (ids != PAD).unsqueeze(-1).to(embedded.dtype)
    return (embedded * present).sum(dim=1) / present.sum(dim=1).clamp(min=1)
    ### END SOLUTION


# %% tests="mean_pool"
toy_ids = torch.tensor([[4, 2, PAD], [7, PAD, PAD]])
toy_vectors = torch.tensor([[[1.0, 0.0], [3.0, 2.0], [0.0, 0.0]], [[5.0, 5.0], [0.0, 0.0], [0.0, 0.0]]])
pooled = selfcheck.call(mean_pool, toy_vectors, toy_ids)
selfcheck.equal(tuple(pooled.shape), (2, 2), "the shape")
selfcheck.true(torch.allclose(pooled, torch.tensor([[2.0, 1.0], [5.0, 5.0]])), "the means of a text of two words and of one of one")
padded = toy_vectors.clone()
padded[0, 2], padded[1, 1:] = 9.0, -9.0
selfcheck.true(torch.allclose(selfcheck.call(mean_pool, padded, toy_ids), pooled), "what is in the padding does not enter")
empty = selfcheck.call(mean_pool, toy_vectors[:1], torch.zeros(1, 3, dtype=torch.long))
selfcheck.true(torch.equal(empty, torch.zeros(1, 2)), "a text without a known word")
sloped = toy_vectors.clone().requires_grad_()
selfcheck.call(mean_pool, sloped, toy_ids).sum().backward()
selfcheck.true(torch.allclose(sloped.grad[0, :, 0], torch.tensor([0.5, 0.5, 0.0])), "gradients reach words and no padding")
drawn = torch.tensor(notebook.draws("mean_pool").random((1, 3, 2)), dtype=torch.float32)
pooled = selfcheck.call(mean_pool, drawn, torch.tensor([[4, 2, PAD]]))
selfcheck.true(torch.allclose(pooled[0], (drawn[0, 0] + drawn[0, 1]) / 2), "the mean of two words of three places")
notebook.tested("mean_pool")

# %% key="step4-again"
script = replace(script, pool=mean_pool)
norms = norms_by_length(script)
print(", ".join(f"{name}: {norm:.2f}" for name, norm in norms.items()))

# %% [markdown] key="step5-text"
# ### Step 5. The data
#
# The code is sound now, so a result that is too good is as suspicious as one that is too bad. A colleague hands you a
# "larger validation set" and is pleased with the accuracy.

# %% key="step5-run"
rng = np.random.default_rng(SEED)
copied = rng.choice(ROWS, size=max(20, len(validation_texts) // 3), replace=False)
larger_texts = validation_texts + [f"  {data.train.texts[row].upper()} " for row in copied]
larger_labels = np.concatenate([validation_labels, data.train.labels[copied]])
table, _, network = full_run(script, larger_texts, larger_labels)
print(f"accuracy on {len(larger_texts):,} complaints after {EPOCHS} epochs: {table['accuracy'].iloc[-1]:.3f}")

# %% [markdown] key="step5-task"
# **Your turn.** Find the validation texts that the model was trained on. Two texts are the same when they differ only
# in upper and lower case and in white space (blanks, line breaks, how many of them). Return the positions in
# `validation`, in ascending order.

# %% task="leaked_rows" points=3
def leaked_rows(train: list[str], validation: list[str]) -> list[int]:
    """Positions of the validation texts that are also in `train`, whatever their case and white space."""
    ### BEGIN SOLUTION
    known = {" ".join(text.lower().split()) for text in train}
    return [row for row, text in enumerate(validation) if " ".join(text.lower().split()) in known]
    ### END SOLUTION


# %% tests="leaked_rows"
selfcheck.equal(
    selfcheck.call(leaked_rows, ["They never replied.", "A late fee"], ["a LATE fee", "Something else"]), [0], "one copy in capitals"
)
selfcheck.equal(selfcheck.call(leaked_rows, ["a  b\nc"], ["x", " A b C ", "a bc"]), [1], "other white space; words must stay words")
selfcheck.equal(selfcheck.call(leaked_rows, ["a"], ["a", "b", "A"]), [0, 2], "every copy")
selfcheck.equal(selfcheck.call(leaked_rows, ["a late fee was charged"], ["a late fee"]), [], "a part of a text is no copy")
selfcheck.equal(selfcheck.call(leaked_rows, [], ["a"]), [], "nothing to compare with")
place = int(notebook.draws("leaked_rows").integers(0, 9))
others = [f"text {number}" for number in range(9)]
selfcheck.equal(selfcheck.call(leaked_rows, [others[place].upper()], others), [place], f"text {place} of nine")
notebook.tested("leaked_rows")

# %% key="step5-again"
leaked = leaked_rows(list(data.train.texts[:ROWS]), larger_texts)
clean = np.setdiff1d(np.arange(len(larger_texts)), leaked)
with torch.inference_mode():
    hits = network(torch.tensor(read(larger_texts))).argmax(dim=1).numpy() == larger_labels
notebook.values({"triage.leaked": len(leaked), "triage.accuracy_clean": float(hits[clean].mean())})
print(f"{len(leaked)} of {len(larger_texts):,} texts are in the training part")
print(f"accuracy on them {hits[leaked].mean():.3f}, on all others {hits[clean].mean():.3f}")

# %% [markdown] key="triage-reading"
# Five steps, in the order of what they cost: seconds for one batch, minutes for the subset, then the long run. Each
# one leaves fewer places to look in. Nobody had to guess a learning rate.
#
# ## Part 2. Six runs on four instruments
#
# Six runs of one network were logged with everything a cockpit needs: the **loss** with evaluations inside the epoch,
# the **gradient norm** of every step, the **learning rate**, and the **weights**, as histograms and as the size of
# each update against them. Some of the runs are ill. One instrument is never enough: a flat loss can mean that nothing
# reaches the first layers, that the updates are too small, or that something else is wrong.

# %% only="colab" key="upload"
# On Colab: choose one zip of the folder with the runs, or all files in it. It asks only where they are not here yet.
paribus.zoo.upload("pathologies")

# %% key="open"
zoo = paribus.zoo.open_zoo(paribus.zoo.find("pathologies"))
print(f"{zoo.title}: {', '.join(zoo.models)}, edition {zoo.digest}; {zoo.data['classes']} classes")
print(f"knowing nothing would be a loss of {np.log(zoo.data['classes']):.3f}")

# %% key="dashboards"
# dashboards
for name in zoo.models:
    display(figures_zoo.dashboard(zoo.log(name), name))

# %% key="panel"
# panel
def statistics_of(log):
    """The numbers of one log, by the names to cite them by; nan where a run has none."""
    rows, steps, layers = log.frame("rows"), log.frame("steps"), log.frame("layers")
    validation = rows["validation_loss"].dropna()
    norms = steps["gradient_norm"].dropna()
    inner = [name for name in layers["layer"].unique() if name.startswith("layers.")]
    by_layer = layers.pivot_table(index="step", columns="layer", values="gradient_norm")
    first, last = (by_layer[name] if name in by_layer else pd.Series(dtype=float) for name in (inner[0], inner[-1]))
    ratio = (first / last)[last > 0]
    return {
        "epochs": np.ceil(rows["epoch"].iloc[-1]),
        "final_train_loss": rows["train_loss"].iloc[-1],
        "final_validation_loss": rows["validation_loss"].iloc[-1],
        "validation_rise": validation.iloc[-1] - validation.min() if len(validation) else np.nan,
        "nonfinite": float(rows[["train_loss", "validation_loss"]].isna().any(axis=None)),
        "gradient_norm": norms.median(),
        "gradient_spike": norms.max() / norms.median(),
        "loss_roughness": steps["loss"].dropna().diff().abs().mean(),
        "update_ratio": layers["update_ratio"].dropna().median(),
        "first_to_last": ratio.median(),
    }


panel = pd.DataFrame({name: statistics_of(zoo.log(name)) for name in zoo.models}).T.astype(float)
panel.map("{:.4g}".format)

# %% key="recipes"
RECIPES = {
    "healthy": "nothing is wrong",
    "too_high": "the learning rate is too high",
    "too_low": "the learning rate is too low",
    "overfitting": "many epochs on a small part of the data",
    "exploding": "gradients grow without bound: plain gradient descent, large weights, nothing that normalises or clips",
    "vanishing": "next to no gradient reaches the first layers: sigmoids, nothing that normalises, no shortcuts",
    "softmax_twice": "the softmax is taken twice",
}
diagnoses = notebook.diagnoses(zoo, RECIPES)
explain()

# %% [markdown] key="form-text"
# **Your turn, six times.** Seven recipes, six runs. As in week 2:
#
# ```python
# diagnoses.diagnose(
#     "Ash",
#     recipe="…",  # one of RECIPES
#     evidence=[seen("update_ratio", 0.0000, "panel"), seen("gradient_norm", 0.0, "panel")],  # statistic, value, cell
#     why="…",  # why these numbers point to this recipe, and not to the one that looks most like it
# )
# ```
#
# At least two different statistics a run, from two instruments wherever you can. Begin with the pair that a single
# instrument confuses: a loss that hardly moves.

# %% only="solution" key="hypotheses"
# What the instructor's own reading of the panel gives: one illness after the other, each by the number that only it has.
left = list(zoo.models)
READING = {}
for illness, numbers in (
    ("exploding", -panel["nonfinite"]),
    ("vanishing", panel["first_to_last"]),
    ("too_low", panel["update_ratio"]),
    ("too_high", -panel["loss_roughness"]),
    ("overfitting", -panel["epochs"]),
    ("healthy", panel["epochs"]),
):
    READING[illness] = numbers.loc[left].idxmin()
    left.remove(READING[illness])
CITED = {
    "exploding": (("nonfinite", "gradient_norm"), "The norm is huge and the loss ended as not a number."),
    "vanishing": (("first_to_last", "gradient_norm"), "Next to nothing of the gradient reaches the first layer."),
    "too_low": (("update_ratio", "gradient_norm"), "Gradients are ordinary, and the updates are too small to matter."),
    "too_high": (("loss_roughness", "update_ratio"), "The loss jumps from step to step, since every update is large."),
    "overfitting": (("epochs", "final_train_loss"), "It saw its examples most often, and they are few."),
    "healthy": (("final_validation_loss", "gradient_norm"), "Both losses fall, and no instrument shows anything odd."),
}


def hypothesis(name):
    """The arguments of diagnose for one run."""
    recipe = next(illness for illness, run in READING.items() if run == name)
    names, why = CITED[recipe]
    values = {item: float(f"{panel.loc[name, item]:.4g}") for item in names}
    return {"recipe": recipe, "evidence": [seen(item, value, "panel") for item, value in values.items()], "why": why}


# %% diagnosis="ash" zoo="pathologies" model="Ash" points=3 checks={"diagnosis.matches": 1, "diagnosis.evidence": 1, "diagnosis.before_reveal": 1}
# Ash: call diagnoses.diagnose("Ash", …)
### BEGIN SOLUTION
diagnoses.diagnose("Ash", **hypothesis("Ash"))
### END SOLUTION

# %% diagnosis="birch" zoo="pathologies" model="Birch" points=3 checks={"diagnosis.matches": 1, "diagnosis.evidence": 1, "diagnosis.before_reveal": 1}
# Birch: call diagnoses.diagnose("Birch", …)
### BEGIN SOLUTION
diagnoses.diagnose("Birch", **hypothesis("Birch"))
### END SOLUTION

# %% diagnosis="cedar" zoo="pathologies" model="Cedar" points=3 checks={"diagnosis.matches": 1, "diagnosis.evidence": 1, "diagnosis.before_reveal": 1}
# Cedar: call diagnoses.diagnose("Cedar", …)
### BEGIN SOLUTION
diagnoses.diagnose("Cedar", **hypothesis("Cedar"))
### END SOLUTION

# %% diagnosis="elm" zoo="pathologies" model="Elm" points=3 checks={"diagnosis.matches": 1, "diagnosis.evidence": 1, "diagnosis.before_reveal": 1}
# Elm: call diagnoses.diagnose("Elm", …)
### BEGIN SOLUTION
diagnoses.diagnose("Elm", **hypothesis("Elm"))
### END SOLUTION

# %% diagnosis="fir" zoo="pathologies" model="Fir" points=3 checks={"diagnosis.matches": 1, "diagnosis.evidence": 1, "diagnosis.before_reveal": 1}
# Fir: call diagnoses.diagnose("Fir", …)
### BEGIN SOLUTION
diagnoses.diagnose("Fir", **hypothesis("Fir"))
### END SOLUTION

# %% diagnosis="oak" zoo="pathologies" model="Oak" points=3 checks={"diagnosis.matches": 1, "diagnosis.evidence": 1, "diagnosis.before_reveal": 1}
# Oak: call diagnoses.diagnose("Oak", …)
### BEGIN SOLUTION
diagnoses.diagnose("Oak", **hypothesis("Oak"))
### END SOLUTION

# %% key="commitment"
diagnoses.summary()
code = diagnoses.commitment()

# %% [markdown] key="stop"
# **Stop here** until the reveal. If your class collects the codes, hand in the one above; it fits these six diagnoses
# and no others.
#
# ## Part 3. One question

# %% [markdown] memo="order" points=4 manual=3 min_words=60 checks={"memo.answered": 1}
# ### Two flat losses
#
# In 60 to 150 words: two of the six runs have a loss that hardly moves. Which instrument tells them apart, what would
# the first step of the triage have shown for each, and what would you change first in each? Why is "raise the learning
# rate" right for one of them and useless for the other?
#
# <!-- BEGIN SOLUTION -->
# The two are the run with the learning rate that is too low and the run with vanishing gradients. The gradient by layer
# tells them apart: with too low a rate every layer gets an ordinary gradient and the updates are tiny against the
# weights; with vanishing gradients the last layer gets one and the first gets next to none. One batch, trained on again
# and again, would fall slowly but go on falling in the first case, and stay at the entropy of the batch's labels in the
# second, because only the last layer can move. In the first I raise the learning rate. In the second that only shakes
# the last layer: a product of many small factors stays small whatever it is multiplied with, so I change the wiring,
# with another activation, normalisation or shortcuts.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: names the gradient by layer, and what it shows in each of the two runs
# - 1: says what training on one batch would have shown in each of the two runs
# - 1: raises the rate in one run, changes the wiring in the other, and says why a higher rate does not help there
# - -1: takes each of the two runs for the other
# <!-- END RUBRIC -->

# %% notebook="whole" points=2 checks={"form.ran_in_order": 1, "form.no_errors": 1, "form.outputs_present": 0, "form.headings": 0, "integrity.chain": 0}
notebook.summary()

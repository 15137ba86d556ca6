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
# # Week 1 homework: fine-tune an encoder, then change exactly one thing
#
# In the lab you fitted the model to beat. Now you fine-tune a pretrained encoder with a training loop that you can see,
# find out which of the ignored classes it rescues, and run your first controlled experiment: change **one** setting,
# hold everything else, and say beforehand what you expect.
#
# **What you hand in**: this notebook as one HTML file (from Kaggle, the executed `.ipynb`), through Moodle. The last
# cell says how.
#
# **What it costs**: two training runs of two epochs, about 20 minutes each on a free T4 with the course's data, plus
# five minutes of baselines: about 45 minutes of training. The budget is **75 minutes**, which leaves room for one
# repeated run. On Kaggle *Save & Run All* trains everything once more, in the background: write with `PROFILE =
# "smoke"`, and train in full there. Switch the accelerator on before you begin, and do not spend the budget on extra
# runs: in week 1 one seed is enough, as long as you do not claim more than one seed can show.
#
# | part | points |
# | --- | --- |
# | 1–3. the training loop and what it rescues (four tasks) | 36 |
# | 4. the experiment: one change, predicted first | 24 |
# | 5. the memo (two sections) | 20 |
# | the notebook as a whole: ran in order, baselines first, numbers that can be recomputed | 20 |

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # how large the run is: "full" is the course; "smoke" and "micro" are small rehearsals
DATA = None  # None: what the profile says. Or "hub", "synthetic", or the path of a .parquet or .csv file
MODEL = None  # None: what the profile says. Or a hub name, or the folder of a model
SEED = 13
REFERENCE_SEEDS = 0  # for the instructor's reference runs; leave it at 0

# %% key="begin"
from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional

import complaints
import paribus
from paribus import baseline, figures, models, selfcheck, training

profile = paribus.profiles.get_profile(PROFILE, PROFILES)
notebook = paribus.begin("week1_homework", release="{{ release }}")
data = complaints.load(DATA or profile.data, size=profile.size)
notebook.use(data)
print(f"{len(data.train.texts):,} training, {len(data.validation.texts):,} validation complaints, {len(data.classes)} classes")

# %% [markdown] key="baseline-intro"
# ## Part 1. What there is to beat
#
# The two baselines of the lab again, in this notebook, on this split. They come **first**: a baseline that is run after
# the result it is compared with has a way of being run until it suits.

# %% key="baselines"
run = notebook.start("majority", config={"model": "majority"}, seed=SEED, data=data)
majority_class = np.bincount(data.train.labels).argmax()
majority = run.finish(predictions=np.full(len(data.validation.labels), majority_class))

settings = baseline.TfidfSettings()
run = notebook.start(
    "tfidf", config=settings, seed=SEED, data=data, code=baseline.fit_tfidf, derived={"deterministic": True}
)
fitted = baseline.fit_tfidf(data.train, settings)
tfidf = run.finish(
    predictions=fitted.predict(data.validation.texts),
    outcome={"n_iter": fitted.n_iter, "converged": fitted.converged},
)

# %% only="solution" key="reference-orders"
# Reference runs for the grading band: the same rows in other orders, which is all that can move a deterministic model.
for order in range(1000, 1000 + min(REFERENCE_SEEDS, 3)):
    shuffled = np.random.default_rng(order).permutation(len(data.train.labels))
    rows = complaints.Part(tuple(data.train.texts[row] for row in shuffled), data.train.labels[shuffled])
    run = notebook.start(
        "tfidf", config=settings, seed=order, data=data, code=baseline.fit_tfidf, derived={"deterministic": True}
    )
    run.finish(predictions=baseline.fit_tfidf(rows, settings).predict(data.validation.texts))

# %% [markdown] key="config-text"
# ## Part 2. The training loop
#
# ### One object holds every setting
#
# Everything that somebody *chose* stands in one frozen object. Nothing is hidden in a default three files away, and a
# changed experiment is `replace(CONFIG, one_thing=...)`.

# %% key="config"
CONFIG = training.TrainingConfig(
    model=MODEL or profile.model,
    epochs=profile.epochs,
    batch_size=profile.batch_size,
    learning_rate=profile.learning_rate,
    max_length=profile.max_length,
)
CONFIG

# %% key="model"
class Classifier(torch.nn.Module):
    """A Hugging Face classifier that takes a batch's tensors and returns plain logits, one row per text."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, inputs):
        return self.network(**inputs).logits


device, _ = training.device_and_precision()
network, tokenizer = models.load(CONFIG.model, len(data.classes), texts=data.train.texts, seed=SEED)
print(f"{sum(weights.numel() for weights in network.parameters()):,} parameters, to be trained on {device}")
print("A complaint as the model sees it:", tokenizer.tokenize(data.train.texts[0])[:12], "…")

# %% [markdown] key="head-text"
# ### How much of the model is new?
#
# A pretrained encoder arrives knowing language. What it does not have is a **head** that maps its summary of a text
# to our labels; that part starts from random numbers.
#
# **Your turn.** How large is the new part? Return the share of a model's parameters whose names start with one of the
# given prefixes.

# %% task="parameter_share" points=4
def parameter_share(model: torch.nn.Module, prefixes: tuple[str, ...]) -> float:
    """Share, between 0 and 1, of all parameters (counted as numbers) whose name starts with one of `prefixes`."""
    ### BEGIN SOLUTION
    sizes = {name: weights.numel() for name, weights in model.named_parameters()}
    return sum(size for name, size in sizes.items() if name.startswith(prefixes)) / sum(sizes.values())
    ### END SOLUTION


# %% tests="parameter_share"
toy = torch.nn.ModuleDict({"body": torch.nn.Linear(9, 9), "head": torch.nn.Linear(9, 1)})
selfcheck.close(selfcheck.call(parameter_share, toy, ("head",)), 10 / 100, "the head's share in a toy model of 90 + 10 numbers")
selfcheck.close(selfcheck.call(parameter_share, toy, ("body", "head")), 1.0, "two prefixes that cover everything")
selfcheck.close(selfcheck.call(parameter_share, toy, ("nothing",)), 0.0, "a prefix that does not occur")
nested = torch.nn.ModuleDict({"head": torch.nn.Linear(1, 1), "overhead": torch.nn.Linear(5, 3)})
selfcheck.close(selfcheck.call(parameter_share, nested, ("head",)), 2 / 20, "a prefix is the start of a name, not any part of it")
width = int(notebook.draws("parameter_share").integers(2, 9))
drawn = torch.nn.ModuleDict({"body": torch.nn.Linear(width, width), "head": torch.nn.Linear(width, 1)})
selfcheck.close(
    selfcheck.call(parameter_share, drawn, ("head",)), 1 / (width + 1), f"the head's share where the body is {width} wide"
)
notebook.tested("parameter_share")
### BEGIN HIDDEN TESTS
shared = torch.nn.ModuleDict({"head": torch.nn.Linear(2, 3), "header": torch.nn.Linear(2, 2), "tail": torch.nn.Linear(4, 2)})
selfcheck.close(selfcheck.call(parameter_share, shared, ("header", "tail")), 16 / 25, "two prefixes, and a shorter name beside them")
frozen = torch.nn.ModuleDict({"head": torch.nn.Linear(4, 1), "body": torch.nn.Linear(4, 3)})
frozen["body"].requires_grad_(False)
selfcheck.close(selfcheck.call(parameter_share, frozen, ("head",)), 5 / 20, "parameters that are not trained count as well")
### END HIDDEN TESTS

# %% key="head-run"
share = parameter_share(network, ("classifier", "head", "score"))
notebook.value("model.head_share", share)
print(f"{share:.2%} of the parameters are new")

# %% [markdown] key="step-text"
# ### One step
#
# A training step has five parts, and each of them can be forgotten without an error message:
#
# 1. forward pass: the model turns a batch into *logits*, one raw score per class;
# 2. the loss: cross-entropy between logits and labels (it takes raw logits and applies the softmax itself);
# 3. backward pass: the gradient of the loss with respect to every parameter;
# 4. the optimiser moves the parameters, then the scheduler moves the learning rate;
# 5. the gradients are set back to zero, since PyTorch *adds* to them.
#
# **Your turn.** Complete `training_step`. `model(inputs)` gives the logits. The model must be in training mode, and the
# loss comes back as a plain number.

# %% task="training_step" points=10
def training_step(model, inputs, labels, optimizer, scheduler) -> float:
    """Train on one batch: forward, loss, backward, optimiser, scheduler. Returns the batch's mean loss."""
    ### BEGIN SOLUTION
    model.train()
    loss = functional.cross_entropy(model(inputs), labels)
    loss.backward()
    optimizer.step()
    scheduler.step()
    optimizer.zero_grad()
    return loss.item()
    ### END SOLUTION


# %% tests="training_step"
torch.manual_seed(int(notebook.draws("training_step").integers(1_000_000)))
toy = torch.nn.Linear(4, 3)
toy_optimizer = torch.optim.SGD(toy.parameters(), lr=0.1)
toy_scheduler = torch.optim.lr_scheduler.ExponentialLR(toy_optimizer, gamma=0.5)
toy_inputs, toy_labels = torch.randn(8, 4), torch.tensor([0, 1, 2, 0, 1, 2, 0, 1])
before = toy.weight.detach().clone()
expected_loss = functional.cross_entropy(toy(toy_inputs), toy_labels).item()
step_loss = selfcheck.call(training_step, toy, toy_inputs, toy_labels, toy_optimizer, toy_scheduler)
selfcheck.close(step_loss, expected_loss, "the loss of the first step, as a number", tolerance=1e-4)
selfcheck.true(not torch.equal(before, toy.weight), "the parameters change in a step")
selfcheck.close(toy_optimizer.param_groups[0]["lr"], 0.05, "the learning rate after the scheduler's first step")
selfcheck.true(isinstance(step_loss, float), "the loss is a plain number")
selfcheck.true(
    all(weights.grad is None or not weights.grad.any() for weights in toy.parameters()),
    "no gradient is left over for the next batch",
)
torch.manual_seed(1)
dropping = torch.nn.Sequential(torch.nn.Dropout(0.5), torch.nn.Linear(4, 3))
dropping.eval()
dropping_optimizer = torch.optim.SGD(dropping.parameters(), lr=0.1)
dropping_scheduler = torch.optim.lr_scheduler.ExponentialLR(dropping_optimizer, gamma=1.0)
selfcheck.call(training_step, dropping, toy_inputs, toy_labels, dropping_optimizer, dropping_scheduler)
selfcheck.true(dropping.training, "the model is in training mode during a step")
torch.manual_seed(2)
first, second = torch.nn.Linear(4, 3), torch.nn.Linear(4, 3)
second.load_state_dict(first.state_dict())
optimizer_first = torch.optim.SGD(first.parameters(), lr=0.1)
scheduler_first = torch.optim.lr_scheduler.ExponentialLR(optimizer_first, gamma=1.0)
selfcheck.call(training_step, first, toy_inputs, toy_labels, optimizer_first, scheduler_first)
functional.cross_entropy(second(toy_inputs), toy_labels).backward()
with torch.no_grad():
    for weights in second.parameters():
        weights -= 0.1 * weights.grad
selfcheck.true(torch.allclose(first.weight, second.weight, atol=1e-6), "the first step follows the plain gradient of the loss")
notebook.tested("training_step")

# %% [markdown] key="validate-text"
# ### One look at the validation set
#
# Validation must not train. The model goes into **evaluation mode** (no dropout), no gradients are computed, and
# the loss is the mean over *items*: the last batch is usually smaller, so the mean of the batches' means is another
# number. It is never weighted by class, or it could not be compared between models.
#
# **Your turn.** `batches` yields pairs `(inputs, labels)`. Return the mean loss per item and all logits in order.

# %% task="validate" points=10
def validate(model, batches) -> tuple[float, torch.Tensor]:
    """(mean cross-entropy per item, logits of all items in order), without training."""
    ### BEGIN SOLUTION
    model.eval()
    total, items, collected = 0.0, 0, []
    with torch.no_grad():
        for inputs, labels in batches:
            logits = model(inputs)
            total += functional.cross_entropy(logits, labels, reduction="sum").item()
            items += len(labels)
            collected.append(logits)
    return total / items, torch.cat(collected)
    ### END SOLUTION


# %% tests="validate"
torch.manual_seed(int(notebook.draws("validate").integers(1_000_000)))
toy = torch.nn.Linear(4, 3)
toy_inputs, toy_labels = torch.randn(5, 4), torch.tensor([0, 1, 2, 0, 1])
toy_batches = [(toy_inputs, toy_labels)]
mean_loss, logits = selfcheck.pair(selfcheck.call(validate, toy, toy_batches), "validate")
selfcheck.close(mean_loss, functional.cross_entropy(toy(toy_inputs), toy_labels).item(), "the loss of one batch", tolerance=1e-4)
selfcheck.equal(tuple(logits.shape), (5, 3), "the shape of the logits")
uneven = [(toy_inputs[:4], toy_labels[:4]), (toy_inputs[4:], toy_labels[4:])]
mean_loss, logits = selfcheck.call(validate, toy, uneven)
selfcheck.close(
    mean_loss, functional.cross_entropy(toy(toy_inputs), toy_labels).item(), "the mean over items of uneven batches", tolerance=1e-4
)
selfcheck.true(torch.allclose(logits, toy(toy_inputs), atol=1e-5), "the logits are in the order of the items")
selfcheck.true(not logits.requires_grad, "no gradients are kept")
dropping = torch.nn.Sequential(torch.nn.Dropout(0.9), torch.nn.Linear(4, 3))
dropping.train()
first_loss = selfcheck.call(validate, dropping, uneven)[0]
selfcheck.close(first_loss, selfcheck.call(validate, dropping, uneven)[0], "validating twice gives the same loss: evaluation mode")
selfcheck.close(
    first_loss,
    functional.cross_entropy(dropping.eval()(toy_inputs), toy_labels).item(),
    "the loss of a model whose dropout is off",
    tolerance=1e-4,
)
notebook.tested("validate")
### BEGIN HIDDEN TESTS
torch.manual_seed(5)
wide = torch.nn.Linear(6, 5)
many = [(torch.randn(size, 6), torch.arange(size) % 5) for size in (7, 1, 3)]
answers, classes = torch.cat([wide(inputs) for inputs, _ in many]).detach(), torch.cat([labels for _, labels in many])
mean_loss = selfcheck.call(validate, wide, many)[0]
selfcheck.close(mean_loss, functional.cross_entropy(answers, classes).item(), "the mean over eleven items in three batches", tolerance=1e-4)
### END HIDDEN TESTS

# %% [markdown] key="loop-text"
# ### The loop
#
# Your two functions are the heart of it. Read the rest line by line: there is nothing else.
#
# `run.log` keeps one line per epoch and shows it. At the end, the course's rule picks the checkpoint: the
# **first epoch with the highest validation macro-F1**. The best epoch is not always the last one.

# %% key="train"
def train(config, data, run):
    """Fine-tune with `config` and log every epoch to `run`."""
    training.seed_everything(run.seed)
    prepared = training.prepare(data, config)  # every text is tokenised once
    network, _ = models.load(config.model, prepared.n_classes, texts=data.train.texts, seed=run.seed)
    model = Classifier(network).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    steps = len(training.batches(prepared.train, config.batch_size)) * config.epochs
    scheduler = training.make_schedule(optimizer, config, steps)
    # Texts of similar length share a batch, so that little is padded; `order` puts the answers back in their places.
    validation = [batch.to(device) for batch in training.batches(prepared.validation, 4 * config.batch_size)]
    order = np.concatenate([batch.rows for batch in validation])
    for epoch in range(1, config.epochs + 1):
        total = 0.0
        batches = training.batches(prepared.train, config.batch_size, shuffle_seed=(run.seed, epoch))
        for batch in training.track(batches, f"epoch {epoch}"):
            batch = batch.to(device)
            total += len(batch.labels) * training_step(model, batch.inputs, batch.labels, optimizer, scheduler)
        validation_loss, logits = validate(model, [(batch.inputs, batch.labels) for batch in validation])
        predictions = np.empty(len(order), dtype=np.int64)
        predictions[order] = logits.argmax(dim=-1).cpu().numpy()
        train_loss = total / len(prepared.train)
        run.log(epoch=epoch, train_loss=train_loss, validation_loss=validation_loss, predictions=predictions)


# %% [markdown] key="encoder-text"
# `notebook.run` calls your loop. A run that finished with the same settings, data, code and seed is found again and not
# trained again, also after a restart of the kernel. Change a line that it uses, and it trains anew.

# %% key="encoder-run"
encoder = notebook.run("encoder", train, CONFIG, data=data, seed=SEED)

# %% key="encoder-curves"
figures.training_curves({"encoder": encoder.epochs})

# %% only="solution" key="reference-seeds"
# Reference runs for the grading band: the same configuration under other seeds.
for reference_seed in range(1000, 1000 + REFERENCE_SEEDS):
    run = notebook.start("encoder", config=CONFIG, seed=reference_seed, data=data, code=train)
    train(CONFIG, data, run)
    run.finish()

# %% [markdown] key="curves-text"
# Two epochs make short curves. Ask only what they can answer: is the training loss still falling? Is the validation
# loss? If both are, training was stopped before the model was done. Accuracy and macro-F1 need not peak in the
# same epoch.

# %% [markdown] key="rescue-intro"
# ## Part 3. What did the encoder change?
#
# ### Rescued and lost
#
# A class is **rescued** when its F1 was zero before and is above zero after. It is **lost** when it is the other way
# round. Counting only the rescued ones flatters every new model.
#
# **Your turn.** Both arrays hold one F1 per class, in the same order.

# %% task="rescued" points=6
def rescued(before: np.ndarray, after: np.ndarray) -> tuple[list[int], list[int]]:
    """(classes rescued, classes lost): positions in the arrays, in ascending order."""
    ### BEGIN SOLUTION
    before, after = np.asarray(before), np.asarray(after)
    gained = np.flatnonzero((before == 0) & (after > 0))
    lost = np.flatnonzero((before > 0) & (after == 0))
    return gained.tolist(), lost.tolist()
    ### END SOLUTION


# %% tests="rescued"
gained, lost = selfcheck.pair(selfcheck.call(rescued, np.array([0.0, 0.5, 0.0, 0.2]), np.array([0.3, 0.4, 0.0, 0.0])), "rescued")
selfcheck.equal(list(gained), [0], "the rescued classes of a small example")
selfcheck.equal(list(lost), [3], "the lost classes of a small example")
selfcheck.equal(list(selfcheck.call(rescued, np.zeros(3), np.zeros(3))[0]), [], "nothing is rescued when nothing changes")
gained, lost = selfcheck.call(rescued, np.array([0.5, 0.0, 0.0, 0.9]), np.array([0.6, 0.01, 0.7, 0.1]))
selfcheck.equal(list(gained), [1, 2], "better is not rescued, and a small F1 above zero is")
selfcheck.equal(list(lost), [], "worse is not lost")
selfcheck.equal(list(selfcheck.call(rescued, np.array([0.4, 0.3]), np.array([0.0, 0.0]))[1]), [0, 1], "two lost classes")
places = np.sort(notebook.draws("rescued").choice(9, 3, replace=False))
holes, level = np.full(9, 0.5), np.full(9, 0.4)
holes[places] = 0.0
gained, lost = selfcheck.pair(selfcheck.call(rescued, holes, level), "rescued")
selfcheck.equal(np.asarray(gained).tolist(), places.tolist(), "three rescued classes of nine")
selfcheck.equal(np.asarray(lost).tolist(), [], "none of nine is lost")
gained, lost = selfcheck.call(rescued, level, holes)
selfcheck.equal(np.asarray(lost).tolist(), places.tolist(), "the same classes, lost")
notebook.tested("rescued")
### BEGIN HIDDEN TESTS
gained, lost = selfcheck.call(rescued, np.array([0.0, 1e-9, 0.25]), np.array([1.0, 0.0, 0.25]))
selfcheck.equal([int(place) for place in gained], [0], "an equal F1 is not rescued")
selfcheck.equal([int(place) for place in lost], [1], "a tiny F1 that vanishes is lost")
### END HIDDEN TESTS

# %% key="rescue-run"
gained, lost = rescued(tfidf.metrics.per_class_f1, encoder.metrics.per_class_f1)
notebook.value("rescue.rescued_classes", len(gained))
notebook.value("rescue.lost_classes", len(lost))
train_counts = np.bincount(data.train.labels, minlength=len(data.classes))
print(f"{len(gained)} classes rescued, {len(lost)} lost")
figures.rescued_classes(tfidf.metrics, encoder.metrics, data.classes, train_counts)

# %% [markdown] key="tier-text"
# ### Where along the tail?
#
# **Your turn.** Did the change happen in the head, in the middle or in the tail? Average the per-class F1 within each tier. Tiers are given as
# one word per class; a class that does not occur in the validation split has an F1 of `nan` and is left out.

# %% task="f1_by_tier" points=6
def f1_by_tier(per_class_f1: np.ndarray, tiers: np.ndarray) -> dict[str, float]:
    """Mean F1 of each tier's classes, `nan` left out; a tier without any class that counts is left out."""
    ### BEGIN SOLUTION
    per_class_f1, tiers = np.asarray(per_class_f1, dtype=float), np.asarray(tiers)
    means = {}
    for tier in np.unique(tiers):
        scores = per_class_f1[(tiers == tier) & ~np.isnan(per_class_f1)]
        if len(scores):
            means[str(tier)] = float(scores.mean())
    return means
    ### END SOLUTION


# %% tests="f1_by_tier"
means = selfcheck.call(f1_by_tier, np.array([0.8, 0.4, 0.0, 0.2]), np.array(["head", "mid", "tail", "tail"]))
selfcheck.close(means["head"], 0.8, "the head's mean")
selfcheck.close(means["tail"], 0.1, "the tail's mean")
means = selfcheck.call(f1_by_tier, np.array([0.6, np.nan, 0.2, np.nan]), np.array(["tail", "tail", "tail", "mid"]))
selfcheck.close(means["tail"], 0.4, "a class that does not occur is left out of the mean, not counted as zero")
selfcheck.true("mid" not in means, "a tier without any class that counts is left out")
selfcheck.equal(sorted(selfcheck.call(f1_by_tier, np.array([0.5, 0.0]), np.array(["a", "b"]))), ["a", "b"], "the names of the tiers")
selfcheck.close(selfcheck.call(f1_by_tier, np.array([0.0, 0.0]), np.array(["a", "a"]))["a"], 0.0, "zeros count")
drawn = notebook.draws("f1_by_tier").random(6)
means = selfcheck.call(f1_by_tier, drawn, np.repeat(["head", "tail"], 3))
selfcheck.close(means["head"], drawn[:3].mean(), "the head's mean of three numbers")
selfcheck.close(means["tail"], drawn[3:].mean(), "the tail's mean of three numbers")
notebook.tested("f1_by_tier")
### BEGIN HIDDEN TESTS
scattered = np.array(["mid", "head", "mid", "tail", "tail", "tail"])
means = selfcheck.call(f1_by_tier, np.array([0.75, 0.5, 0.25, 0.0, np.nan, 0.125]), scattered)
selfcheck.close(means["mid"], 0.5, "a tier whose classes are not beside each other")
selfcheck.close(means["tail"], 0.0625, "a zero counts, and a class that does not occur does not")
### END HIDDEN TESTS

# %% key="tier-run"
for name, result in {"TF-IDF": tfidf, "encoder": encoder}.items():
    means = f1_by_tier(result.metrics.per_class_f1, data.tiers())
    notebook.values({f"tier.{result.name}.{tier}": mean for tier, mean in means.items()})
    print(f"{name:>8}:", ", ".join(f"{tier} {means[tier]:.3f}" for tier in ("head", "mid", "tail") if tier in means))
figures.accuracy_vs_macro_f1({"majority": majority.metrics, "TF-IDF": tfidf.metrics, "encoder": encoder.metrics})

# %% key="per-class"
figures.per_class_f1(encoder.metrics, train_counts)

# %% [markdown] key="experiment-intro"
# ## Part 4. Change one thing
#
# The authors of this course once changed the learning rate *and* the scheduler in the same run. Macro-F1 went up by two
# points. Which of the two did it? Nobody could say, and both runs had to be done again. So:
#
# - **one** setting changes, everything else is held;
# - the **prediction comes first**: which metric, which direction, how much, and why;
# - both arms use the same seed;
# - one run per arm can show a difference, but not that it is larger than the noise between seeds. Two points of
#   macro-F1 between two seeds of the *same* configuration are nothing unusual. If you have budget left, more
#   seeds are welcome; without them, say what you cannot tell.
#
# **Your turn.** Choose what to vary (`learning_rate`, `batch_size`, `max_length`, `weight_decay` or `scheduler`), write
# your prediction, and run the changed arm. The encoder you trained above is the baseline arm: it need not be trained
# again. Choose a step that is worth 20 minutes: learning rates differ in factors of three or ten, not in
# percents. These are the calls, with what is yours to fill in as `…`:
#
# ```python
# experiment = notebook.experiment("one_change", vary="…")  # the setting that changes
# experiment.baseline(encoder, CONFIG)
# experiment.predict(metric="macro_f1", direction="…", low=…, high=…, why="…")  # "up", "down" or "none"
# changed = experiment.run("changed", train, replace(CONFIG, …=…), data=data, seed=SEED)
# ```
#
# `low` and `high` bound the *change*, in the metric's own unit: one point of macro-F1 is 0.01, and a fall is negative.
# Whatever would spoil the comparison is refused before anything trains, with a message that says what to correct.

# %% experiment="one_change" vary=["learning_rate", "batch_size", "max_length", "weight_decay", "scheduler"] points=12 checks={"experiments.one_change": 7, "experiments.predicted_first": 5, "seeds.reported": 0, "seeds.paired": 0} stub="experiment = notebook.experiment(\"one_change\", vary=\"…\")\nraise NotImplementedError(\"Experiment one_change is not done yet: name the setting above, and replace this line with the other three calls.\")"
### BEGIN SOLUTION
experiment = notebook.experiment("one_change", vary="learning_rate")
experiment.baseline(encoder, CONFIG)
experiment.predict(
    metric="macro_f1",
    direction="down",
    low=-0.10,
    high=0.0,
    why="A learning rate ten times lower hardly moves the weights in two epochs: the model stays close to the majority.",
)
changed = experiment.run("changed", train, replace(CONFIG, learning_rate=CONFIG.learning_rate / 10), data=data, seed=SEED)
### END SOLUTION

# %% key="experiment-report"
experiment.report()

# %% [markdown] memo="one_change_template" points=12 experiment="one_change" checks={"experiments.template_complete": 3, "experiments.held_constant": 2, "experiments.result_matches": 4, "experiments.meaningful_supported": 3}
# ### The experiment in five lines
#
# Complete every row. *Held constant* names what stayed the same (everything else that you could have changed).
# *Result* quotes the metric you predicted, for both arms, and the difference. *Meaningful?* says whether the
# difference is larger than noise, and what you would need to know to be sure.
#
# | field | what you write |
# | --- | --- |
# <!-- BEGIN SOLUTION -->
# | Variable changed | learning rate, divided by ten |
# | Held constant | data and split, model, epochs, batch size, max length, weight decay, scheduler, warm-up, seed |
# | Prediction | macro-F1 goes down by up to 0.10, because the weights hardly move in two epochs |
# | Result | macro-F1 was {{ reference("week1_homework", "encoder.macro_f1") }} for the baseline and {{ reference("week1_homework", "one_change.changed.macro_f1") }} with the lower learning rate |
# | Meaningful? | Cannot tell from one seed an arm; three seeds an arm would show the spread |
# <!-- END SOLUTION -->

# %% [markdown] key="memo-intro"
# ## Part 5. The memo
#
# Write for a colleague who has not seen this notebook. Quote numbers with the model and the metric they belong to; they
# are compared with the runs recorded above. (`print(notebook.quote(encoder, "macro_f1"))` in a cell of your own gives you a
# number as text to paste, which is always found again.) State what you do not know. Do not write a diary: what you would have done
# with more time is of no use to the reader, what the evidence supports is.

# %% [markdown] memo="rescued_classes" points=10 manual=5 min_words=120 checks={"memo.answered": 2, "memo.numbers_traced": 3}
# ### What the encoder changed
#
# In 120 to 300 words: how do accuracy, macro-F1 and the number of classes at F1 = 0 compare between TF-IDF and your
# encoder? Which kinds of classes were rescued, which were lost, and in which tier? Look at two rescued classes and
# offer an explanation that somebody could test.
#
# <!-- BEGIN SOLUTION -->
# On the validation split TF-IDF has an accuracy of {{ reference("week1_homework", "tfidf.accuracy") }} and a macro-F1 of
# {{ reference("week1_homework", "tfidf.macro_f1") }}; the encoder has an accuracy of
# {{ reference("week1_homework", "encoder.accuracy") }} and a macro-F1 of {{ reference("week1_homework", "encoder.macro_f1") }}.
# The encoder leaves {{ reference("week1_homework", "encoder.zero_f1_classes", ".0f") }} classes at F1 = 0, and TF-IDF leaves
# {{ reference("week1_homework", "tfidf.zero_f1_classes", ".0f") }} classes at F1 = 0. Both counts are over the classes that
# occur in the validation split. Rescued and lost classes have to be read together, since a new model that rescues as many
# classes as it loses has moved the zeros around without removing any.
#
# Nearly all changes happen among classes with few training examples, where a single validation complaint decides whether
# a class counts as rescued. A class with one validation example has an F1 of zero or a large F1 and little in
# between, so a list of rescued classes is partly a list of lucky draws. An explanation that can be tested: rescued classes
# have wordings that differ from complaint to complaint but mean the same, which a bag of words cannot join and an encoder
# can. One could test it by measuring the overlap of vocabulary within each class, and by asking whether
# low-overlap classes are rescued more often than others of the same size.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: says how accuracy, macro-F1 and the zero-F1 classes differ between TF-IDF and the encoder
# - 1: says which kinds of classes were rescued, which were lost, and in which tier
# - 1: looks at two rescued classes by name, with what their complaints have in common
# - 1: explains these rescues by a cause, not by the metric that moved
# - 1: says how somebody could test the explanation
# - -1: takes one run for proof, and says nothing of seeds or of classes with few validation complaints
# <!-- END RUBRIC -->

# %% [markdown] memo="recommendation" points=10 manual=7 min_words=100 checks={"memo.answered": 2, "memo.sources_cited": 1}
# ### Recommendation and sources
#
# In 100 to 250 words: the call centre routes 64,000 complaints a month. Would you deploy the encoder, TF-IDF, or neither
# yet? Name the evidence that decides it for you, what the evidence cannot show, and the one experiment you would run next
# (one change, with a prediction). Close with your sources: what you read, and which AI tools you used for what; "none" is
# an answer.
#
# <!-- BEGIN SOLUTION -->
# I would deploy TF-IDF for now and keep the encoder as the challenger. The comparison above rests on one training run
# of the encoder, and the spread between seeds is unknown, so a difference of a point or two in macro-F1 cannot carry a
# decision. TF-IDF is deterministic, trains in about a minute on a laptop and costs nothing to serve, and its
# mistakes can be read from its weights. What the evidence cannot show is whether the classes that the encoder rescues would
# be rescued again under another seed, and how both models behave on next month's complaints, since the split is a random
# one and not one in time. The next experiment: three seeds of the same encoder configuration, nothing else changed; I
# predict that the standard deviation of macro-F1 between seeds is between 0.005 and 0.02.
#
# Sources: the week 1 lecture; Warner et al. (2024), *Smarter, Better, Faster, Longer* (ModernBERT). AI use: none.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: takes a side (encoder, TF-IDF or neither yet) and names the evidence that decides it
# - 1: weighs more than one score, such as cost, speed, or mistakes that can be explained
# - 2: says what the evidence cannot show, such as another seed or next month's complaints
# - 1: proposes one next experiment in which one thing changes
# - 1: predicts its outcome, with a metric and a direction or a range
# - -1: decides by a difference that seeds alone could explain, and does not say so
# <!-- END RUBRIC -->

# %% notebook="whole" points=20 checks={"metrics.baseline_first": 3, "metrics.recomputed": 4, "metrics.near_reference": 3, "form.ran_in_order": 2, "form.no_errors": 2, "form.outputs_present": 1, "form.headings": 1, "memo.sections_present": 2, "memo.no_diary": 2, "integrity.chain": 0}
notebook.summary()

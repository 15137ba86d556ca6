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
# # Week 6 lab: what a large model can tell a small one
#
# In week 5 you made a model smaller by taking things away, and looked at who paid for it. This week a small model is made
# the other way round: it is small from the beginning, and learns from what a large one *says*. Hinton, Vinyals and
# Dean called it distillation. You write its loss, watch a student learn from few complaints, and then take five unknown
# models and say how each was made, from nothing but its size, its speed and its answers.
#
# | part | points |
# | --- | --- |
# | 1. soft targets, and the loss that uses them (two tasks) | 10 |
# | 2. teacher, student, and a twin without a teacher (one task) | 4 |
# | 3. five models without a label (five diagnoses) | 20 |
# | 4. one question | 4 |
# | the notebook as a whole | 2 |
#
# **What it costs**: a teacher, two epochs on all complaints, about 22 minutes on a free T4; a student and its twin, half
# as deep, on 10,000 complaints, about 8 minutes together. The budget is **60 minutes**, which leaves room for a second
# teacher. The soft targets are kept beside the records: a restarted kernel trains nothing twice.

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # how large the run is: "full" is the course; "smoke" and "micro" are small rehearsals
DATA = None  # None: what the profile says. Or "hub", "synthetic", or the path of a .parquet or .csv file
MODEL = None  # what the teacher is made of. None: what the profile says. Or a hub name, or the folder of a model
SEED = 13
REFERENCE_SEEDS = 0  # for the instructor's reference runs; leave it at 0

# %% key="begin"
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

import complaints
import paribus
from paribus import compression, figures_compression, figures_errors, kept, models, selfcheck, training
from paribus.zoo.diagnosis import explain, seen

profile = paribus.profiles.get_profile(PROFILE, PROFILES)
notebook = paribus.begin("week6_lab", release="{{ release }}")
data = complaints.load(DATA or profile.data, size=profile.size)
notebook.use(data)
tiers = data.tiers()  # "head", "mid" or "tail" for each class, by its training examples
labels = data.validation.labels

# %% [markdown] key="soft-text"
# ## Part 1. Soft targets
#
# A label says: *this complaint is about a late fee*. A trained model says more: *late fee, 80 %; interest rate, 15 %;
# closing an account, 3 %; anything about mortgages, next to nothing*. The 15 % are wrong as an answer and right as a
# hint: they say which classes are neighbours. A label with one bit set to 1 cannot say that. Learning from the whole
# distribution is learning from **soft targets**.
#
# A confident model hides its hints: next to 99.5 % everything else is small. So the logits $z$ are divided by a
# **temperature** $T$ before the softmax,
#
# $$p_k(T) = \frac{e^{z_k / T}}{\sum_j e^{z_j / T}}.$$
#
# $T = 1$ is the model as it is; with a larger $T$ the distribution gets flatter, and the order of the classes stays.
#
# **Your turn.** Give the softened probabilities. Logits may be large: subtract each row's maximum before you
# exponentiate, or let a library do it.

# %% task="soften" points=4
def soften(logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """softmax(logits / temperature) over the last dimension."""
    ### BEGIN SOLUTION
    return torch.softmax(logits / temperature, dim=-1)
    ### END SOLUTION


# %% tests="soften"
toy = torch.log(torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]))
selfcheck.true(torch.allclose(selfcheck.call(soften, toy, 1.0), toy.exp(), atol=1e-6), "temperature 1 is the plain softmax")
flat = torch.tensor([0.7, 0.2, 0.1]).sqrt()
selfcheck.true(torch.allclose(selfcheck.call(soften, toy, 2.0)[0], flat / flat.sum(), atol=1e-6), "temperature 2: square roots, made to add up to 1")
selfcheck.true(torch.allclose(selfcheck.call(soften, toy, 0.5)[0], torch.tensor([0.49, 0.04, 0.01]) / 0.54, atol=1e-5), "temperature 0.5: squares, sharper than before")
large = selfcheck.call(soften, torch.tensor([[2000.0, 0.0], [0.0, 2000.0]]), 1.0)
selfcheck.true(bool(torch.isfinite(large).all()), "large logits")
selfcheck.true(torch.allclose(selfcheck.call(soften, toy, 3.0).sum(dim=1), torch.ones(2)), "every row adds up to 1")
drawn = torch.tensor(notebook.draws("soften").normal(size=(4, 6)), dtype=torch.float32)
found = selfcheck.call(soften, drawn, 4.0)
selfcheck.true(torch.equal(found.argsort(dim=1), drawn.argsort(dim=1)), "the order of the classes stays")
selfcheck.true(torch.allclose(found, torch.softmax(drawn / 4, dim=1), atol=1e-6), "four drawn rows at temperature 4")
notebook.tested("soften")

# %% [markdown] key="loss-text"
# ### The loss
#
# The student gets two lessons a step: the label, and what the teacher said. A **mixing weight** $\alpha$ says how much
# each counts:
#
# $$L = \alpha \, T^2 \, \mathrm{KL}\big(p^{\text{teacher}}(T) \,\big\|\, p^{\text{student}}(T)\big)
#   + (1 - \alpha) \, \mathrm{CE}(\text{student}, \text{label}).$$
#
# $\mathrm{KL}(p\,\|\,q) = \sum_k p_k (\ln p_k - \ln q_k)$ is zero where the two agree. It is a mean over the complaints of
# the batch. Why $T^2$? Softening divides logits by $T$, and the gradient of the first term shrinks like $1/T^2$. Without
# the factor a change of $T$ would also change $\alpha$: two knobs on one screw. The label's term is the plain
# cross-entropy at $T = 1$.
#
# **Your turn.** Return the loss as a tensor, so that gradients reach the *student*. The teacher's logits are given, and
# no gradient may flow into them.

# %% task="distillation_loss" points=6
def distillation_loss(
    student: torch.Tensor, teacher: torch.Tensor, labels: torch.Tensor, temperature: float, mix: float
) -> torch.Tensor:
    """mix · T² · KL(teacher at T ‖ student at T) + (1 − mix) · cross-entropy with the labels, means over the batch."""
    ### BEGIN SOLUTION
    log_student = functional.log_softmax(student / temperature, dim=-1)
    log_teacher = functional.log_softmax(teacher.detach() / temperature, dim=-1)
    divergence = (log_teacher.exp() * (log_teacher - log_student)).sum(dim=-1).mean()
    return mix * temperature**2 * divergence + (1 - mix) * functional.cross_entropy(student, labels)
    ### END SOLUTION


# %% tests="distillation_loss"
toy_student, toy_teacher = torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 0.5]]), torch.tensor([[1.0, 1.0, 0.0], [0.0, 3.0, 0.0]])
toy_labels = torch.tensor([0, 2])
hard = functional.cross_entropy(toy_student, toy_labels).item()
selfcheck.close(selfcheck.call(distillation_loss, toy_student, toy_teacher, toy_labels, 3.0, 0.0).item(), hard, "mix 0: the labels alone", tolerance=1e-5)
selfcheck.close(selfcheck.call(distillation_loss, toy_student, toy_student, toy_labels, 2.0, 1.0).item(), 0.0, "mix 1, and the student says what the teacher says", tolerance=1e-5)
p, q = torch.softmax(toy_teacher, dim=1), torch.softmax(toy_student, dim=1)
plain = (p * (p.log() - q.log())).sum(dim=1).mean().item()
selfcheck.close(selfcheck.call(distillation_loss, toy_student, toy_teacher, toy_labels, 1.0, 1.0).item(), plain, "mix 1, temperature 1: the divergence from teacher to student, a mean over complaints", tolerance=1e-5)
selfcheck.close(selfcheck.call(distillation_loss, toy_student, toy_teacher, toy_labels, 1.0, 0.25).item(), 0.25 * plain + 0.75 * hard, "mix 0.25", tolerance=1e-5)
p, q = torch.softmax(toy_teacher / 4, dim=1), torch.softmax(toy_student / 4, dim=1)
warm = 16 * (p * (p.log() - q.log())).sum(dim=1).mean().item()
selfcheck.close(selfcheck.call(distillation_loss, toy_student, toy_teacher, toy_labels, 4.0, 1.0).item(), warm, "temperature 4: both sides softened, times 16", tolerance=1e-4)
mine, theirs = toy_student.clone().requires_grad_(), toy_teacher.clone().requires_grad_()
selfcheck.call(distillation_loss, mine, theirs, toy_labels, 2.0, 0.5).backward()
selfcheck.true(mine.grad is not None and bool(mine.grad.abs().sum() > 0), "gradients reach the student")
selfcheck.true(theirs.grad is None or not theirs.grad.any(), "no gradient reaches the teacher")
rng = notebook.draws("distillation_loss")
drawn_student, drawn_teacher = (torch.tensor(rng.normal(size=(5, 4)), dtype=torch.float32) for _ in range(2))
drawn_labels = torch.tensor(rng.integers(0, 4, 5))
expected = 0.7 * 9 * functional.kl_div(torch.log_softmax(drawn_student / 3, 1), torch.softmax(drawn_teacher / 3, 1), reduction="batchmean") + 0.3 * functional.cross_entropy(drawn_student, drawn_labels)
selfcheck.close(selfcheck.call(distillation_loss, drawn_student, drawn_teacher, drawn_labels, 3.0, 0.7).item(), expected.item(), "five drawn complaints, temperature 3, mix 0.7", tolerance=1e-4)
notebook.tested("distillation_loss")

# %% [markdown] key="teacher-text"
# ### The teacher
#
# It is trained once, on all complaints and on labels alone, as in week 1. On a small profile it is twice as deep as the tiny
# encoder of the other weeks: it has four layers. What it says about every *training* complaint is computed once and kept:
# these logits are the soft targets, and the teacher is not needed again.

# %% key="config"
TEACHER = models.teacher_of(MODEL or profile.model)  # of the tiny encoder, one that is twice as deep
# The small synthetic corpus is easier than the real one: smoke reads 16 tokens.
MAX_LENGTH = 16 if PROFILE == "smoke" else profile.max_length
FEW = min({"full": 10_000, "smoke": 1_200, "micro": 120}[PROFILE], len(data.train.texts))
TEACHING = training.TrainingConfig(
    model=TEACHER,
    epochs={"full": 2, "smoke": 3, "micro": 2}[PROFILE],
    batch_size=profile.batch_size,
    learning_rate=profile.learning_rate,
    max_length=MAX_LENGTH,
)


def teach(config, data, run):
    """Train the teacher on all complaints, log every epoch, and keep its logits for the training and validation part."""
    fitted = training.fit(config, data, run=run, seed=run.seed)
    prepared = training.prepare(data, config)
    kept.put(run, "soft_targets", training.predict(fitted.model, prepared.train))
    kept.put(run, "logits", fitted.logits)


def few_rows():
    """The positions of the FEW training complaints that the student sees."""
    place = {text: row for row, text in enumerate(data.train.texts)}
    return np.array([place[text] for text in data.subset(FEW, 0).train.texts])


teacher = notebook.run("teacher", teach, TEACHING, data=data, seed=SEED)
soft_targets = kept.get(notebook, teacher, "soft_targets")

# %% key="soft-look"
# One complaint on which the teacher hesitates, at three temperatures.
teacher_logits = torch.tensor(kept.get(notebook, teacher, "logits"))
sure = soften(teacher_logits, 1.0).max(dim=1).values
hesitant = int((sure - 0.6).abs().argmin())
print(" ".join(data.validation.texts[hesitant].split())[:300])
print("its label:", data.classes[labels[hesitant]])
top = teacher_logits[hesitant].argsort(descending=True)[:6]
pd.DataFrame(
    {f"T = {t:g}": soften(teacher_logits[hesitant], t)[top].numpy() for t in (1, 2, 4)}, index=[data.classes[int(i)] for i in top]
).round(3)

# %% [markdown] key="student-text"
# ## Part 2. Teacher, student, and a twin without a teacher
#
# Now two small models with **half of the teacher's layers**; on a small profile that is two, as many as the tiny encoder has.
# They have the same seed, the same few complaints (`FEW` below) and the same epochs. One learns
# from labels alone. The other learns from the soft targets, too, with $T = 2$ and $\alpha = 0.9$. A small model on few
# examples soon knows their labels by heart; soft targets give it more to know than labels. Before you run it: which of
# the two will have the better macro-F1, and which will answer more often as the teacher does?
# <br>(The teacher has seen all labels. That is the point of the exercise and its catch: what the student gains, it owes to
# labels that somebody paid for.)

# %% key="student-config"
@dataclass(frozen=True)
class Lesson:
    """What a small model learns from: the labels (mix 0), the teacher (mix 1), or both."""

    mix: float = 0.0
    temperature: float = 2.0
    model: str = TEACHER
    layers: str = "half"
    train_rows: int = FEW
    epochs: int = {"full": 4, "smoke": 6, "micro": 2}[PROFILE]
    batch_size: int = profile.batch_size
    learning_rate: float = profile.learning_rate
    max_length: int = MAX_LENGTH


def small_network(seed):
    """The teacher's architecture with every second layer, untrained on complaints."""
    network, _ = models.load(TEACHER, len(data.classes), texts=data.train.texts, seed=seed)
    return compression.shallower(network, max(1, network.config.num_hidden_layers // 2))


# %% key="student-train"
def learn(config, data, run):
    """Train a small model by `config`, log every epoch, and keep the last epoch's logits."""
    training.seed_everything(run.seed)
    plain = replace(TEACHING, epochs=config.epochs, train_rows=config.train_rows)
    prepared, network = training.prepare(data, plain), small_network(run.seed)
    device, precision = training.device_and_precision()
    network.to(device)
    optimizer = training.make_optimizer(network, plain)
    scheduler = training.make_schedule(optimizer, plain, plain.epochs * len(training.batches(prepared.train, plain.batch_size)))
    scaler = precision.scaler()
    targets = soft_targets[few_rows()]
    for epoch in range(1, plain.epochs + 1):
        network.train()
        total = 0.0
        one_pass = training.batches(prepared.train, plain.batch_size, shuffle_seed=(run.seed, epoch))
        for batch in training.track(one_pass, f"epoch {epoch}"):
            batch = batch.to(device)
            with precision.autocast():
                logits = network(**batch.inputs).logits
            said = torch.tensor(targets[batch.rows], device=device)
            loss = distillation_loss(logits.float(), said, batch.labels, config.temperature, config.mix)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
            optimizer.zero_grad(set_to_none=True)
            total += loss.item() * len(batch.labels)
        found = training.predict(network, prepared.validation)
        run.log(
            epoch=epoch,
            train_loss=total / len(prepared.train),
            validation_loss=training.validation_loss(found, prepared.validation.labels),
            predictions=found.argmax(axis=1),
        )
    kept.put(run, "logits", found)


twin = notebook.run("twin", learn, Lesson(mix=0.0), data=data, seed=SEED)
student = notebook.run("student", learn, Lesson(mix=0.9), data=data, seed=SEED)

# %% [markdown] key="agree-text"
# ### Whom does it take after?
#
# A student can resemble its teacher in two ways: it gives the same answers, and, which says more, it makes **the same
# mistakes**. Two good models agree because both are often right. Two models also make the same mistake where a complaint
# misleads both: the twin never met the teacher, and it repeats some of the teacher's mistakes. Agreement beyond the twin's
# is inheritance.
#
# **Your turn.** Return the share of complaints on which both give the same answer, and the share, *among the complaints
# that the teacher gets wrong*, on which the other gives the same wrong answer. Where the teacher makes no mistake, the
# second share is 0.

# %% task="family_likeness" points=4
def family_likeness(teacher: np.ndarray, other: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """(share of equal answers, share of the teacher's mistakes that the other makes in the same way)."""
    ### BEGIN SOLUTION
    same, wrong = teacher == other, teacher != labels
    return float(same.mean()), float(same[wrong].mean()) if wrong.any() else 0.0
    ### END SOLUTION


# %% tests="family_likeness"
toy_labels = np.array([0, 1, 2, 0, 1, 2])
toy_teacher = np.array([0, 1, 0, 1, 1, 0])
same, mistakes = selfcheck.pair(selfcheck.call(family_likeness, toy_teacher, np.array([0, 1, 0, 2, 1, 2]), toy_labels), "family_likeness")
selfcheck.close(same, 4 / 6, "four of six answers are the same")
selfcheck.close(mistakes, 1 / 3, "of the teacher's three mistakes one is made in the same way; another mistake on the same complaint is not the same")
selfcheck.equal(tuple(selfcheck.call(family_likeness, toy_teacher, toy_teacher, toy_labels)), (1.0, 1.0), "a copy of the teacher")
selfcheck.equal(tuple(selfcheck.call(family_likeness, toy_labels, toy_teacher, toy_labels)), (0.5, 0.0), "a teacher without mistakes")
drawn_labels, drawn_teacher, drawn_other = notebook.draws("family_likeness").integers(0, 3, (3, 60))
same, mistakes = selfcheck.call(family_likeness, drawn_teacher, drawn_other, drawn_labels)
wrong = drawn_teacher != drawn_labels
selfcheck.close(same, float((drawn_teacher == drawn_other).mean()), "sixty drawn answers")
selfcheck.close(mistakes, float(((drawn_teacher == drawn_other) & wrong).sum() / wrong.sum()), "the teacher's drawn mistakes")
notebook.tested("family_likeness")

# %% key="agree-run"
prepared = training.prepare(data, TEACHING)
plain_teacher, _ = models.load(TEACHER, len(data.classes), texts=data.train.texts, seed=0)
sizes = {"teacher": plain_teacher, "twin": small_network(0), "student": small_network(0)}
rows = list(range(0, len(labels), max(1, len(labels) // 40)))
# Times differ from run to run, and what you write quotes them: a restarted notebook takes the ones it has.
found = compression.measured_once(
    notebook,
    "sizes",
    lambda: compression.side_by_side(
        {name: compression.one_by_one(network, prepared.validation) for name, network in sizes.items()},
        rows, repetitions=3, warm_up=5, threads=None if PROFILE == "full" else 1,
    ),
    of=(*sizes.values(), rows, PROFILE),
)
table = {}
for name, run in {"teacher": teacher, "twin": twin, "student": student}.items():
    same, mistakes = family_likeness(teacher.predictions, run.predictions, labels)
    table[name] = {
        "accuracy": run.value("accuracy"), "macro_f1": run.value("macro_f1"), "zero_f1_classes": run.value("zero_f1_classes"),
        "same answer": same, "same mistake": mistakes, "latency_p50": found[name].p50, "size_mb": compression.size_mb(sizes[name]),
    }  # fmt: skip
    notebook.values({f"{name}.{key.replace(' ', '_')}": table[name][key] for key in ("same answer", "same mistake", "latency_p50", "size_mb")})
print(f"Where: {found['teacher'].place}. {found['teacher'].note}")
pd.DataFrame(table).T.round(3)

# %% only="solution" key="reference-seeds"
# Reference runs: student and twin under more seeds, all with the one teacher, whose soft targets are kept.
likeness = {"twin": [], "student": []}
for reference_seed in range(1000, 1000 + REFERENCE_SEEDS):
    for name, mix in {"twin": 0.0, "student": 0.9}.items():
        run = notebook.run(name, learn, Lesson(mix=mix), data=data, seed=reference_seed)
        likeness[name].append(family_likeness(teacher.predictions, run.predictions, labels))
for name, pairs in likeness.items():
    for what, shares in zip(("same_answer", "same_mistake"), zip(*pairs)):
        notebook.values({f"{name}.{what}_mean": float(np.mean(shares)), f"{name}.{what}_least": min(shares), f"{name}.{what}_most": max(shares)})

# %% key="agree-look"
figures_errors.f1_by_tier({"teacher": [teacher.metrics], "twin, labels alone": [twin.metrics], "student": [student.metrics]}, tiers)

# %% [markdown] key="agree-reading"
# The student and its twin have the same weights to begin with, the same complaints, and the same number of steps. What
# differs is what they were told. Look at the columns *same answer* and *same mistake*: a student that only learned the task
# better would agree more with the teacher where the teacher is right, and would repeat no more of its mistakes than the
# twin does. What the student repeats beyond the twin it learned from the *teacher*. That cuts both ways: a student inherits
# what its teacher gets wrong, and whom it wrongs.
#
# Student and twin are one architecture. Where their latencies differ, the machine was busy: that difference says how far to
# trust the column.
#
# ## Part 3. Five models without a label
#
# A colleague left five models on a drive: all trained on these complaints, none with a note of how it was made. You
# cannot open them. For each there is a **sheet**, with the size of its file, what is left of that when it is zipped, and
# its latency, and there are its **answers** to the validation part. That is what you get when a supplier offers you a
# model, and it is enough.

# %% only="colab" key="upload"
# On Colab: choose one zip of the folder with the models, or all files in it. It asks only where they are not here yet.
paribus.zoo.upload("compressed")

# %% key="open"
zoo = paribus.zoo.open_zoo(paribus.zoo.find("compressed"))
zoo_data = paribus.zoo.load_data(zoo, complaints.load)
print(f"{zoo.title}: {', '.join(zoo.models)}, edition {zoo.digest}; measured on {zoo.sheet(zoo.models[0]).place}")

# %% key="sheets"
# sheets
sheets = paribus.zoo.sheets_table(zoo, zoo_data)
sheets

# %% key="sheets-size"
# sizes
figures_compression.tradeoff({name: (row["size_mb"], row["macro_f1"]) for name, row in sheets.iterrows()}, cost="size (MB)", quality="macro-F1")

# %% key="sheets-time"
# times
figures_compression.tradeoff({name: (row["latency_ratio"], row["macro_f1"]) for name, row in sheets.iterrows()}, cost="latency, as a multiple of the yardstick's", quality="macro-F1")

# %% [markdown] key="sheets-text"
# `latency_ratio` is the model's median latency divided by that of the **yardstick**, the plain architecture in 32 bits.
# The two took turns, so that a busy machine slows both. Read it first, and the milliseconds afterwards.
#
# Zeros zip well, and so do numbers that take few values; trained weights in 32 bits hardly zip at all.
#
# **Calibration.** `confidence` is the mean probability of the answer, and `calibration_error` how far it is from the share of
# right answers. The error has no sign: hold `confidence` beside `accuracy` to see on which side a model errs.
#
# **Segments.** `other_f1` is the mean F1 of the head and mid classes, `tail_f1` that of the tail. `predicted_classes` counts the
# classes that a model names at all, and `tail_mass` is the probability that it gives to the tail classes together.
#
# All five were made from one original: its own weights were kept, rounded or pruned, or it was the teacher. So hold the models
# beside each other, line by line. What a making leaves as it was says as much as what it changes.
#
# No sign tells everything. On smoke, in each of ten seeds, calibration singled out one of the five, and the segments two:
# the same one, and another, of which they say more in one seed than in the next. The other three look alike in both, and
# only the file and the time tell them apart. `tail_f1` says nothing there, since the five learned next to nothing of the
# tail. A quotient of times that were taken on a busy machine may mislead: hold it against the size. On the full profile
# nobody has measured any of this: look before you rely on a sign.

# %% key="recipes"
RECIPES = {
    "original": "nothing was done to it after training",
    "int8": "dynamic INT8: linear layers in 8 bits, the embedding in 32",
    "int4": "INT4, weights only: all matrices packed into 4 bits, decoded whenever they are used",
    "pruned": "half of each matrix or more set to zero, nothing trained afterwards",
    "distilled": "half as many layers, trained on the soft targets of a teacher",
    "half_precision": "all weights in 16 bits, nothing else changed",
    "wider": "twice as wide, trained as the original",
}
diagnoses = notebook.diagnoses(zoo, RECIPES)
explain()

# %% [markdown] key="form-text"
# **Your turn, five times.** Seven recipes, five models. As in weeks 2 and 3:
#
# ```python
# diagnoses.diagnose(
#     "Agate",
#     recipe="…",  # one of RECIPES
#     evidence=[seen("size_mb", 0.00, "sheets"), seen("latency_ratio", 0.00, "sheets")],  # statistic, value, cell
#     why="…",  # why these numbers point to this recipe, and not to the one that looks most like it
# )
# ```
#
# Cite at least two different statistics a model, as you read them. Two of the files are equally large, and two models are
# slower than you may expect: begin with what can *not* be changed by how well a model was trained.

# %% only="solution" key="hypotheses"
# What the instructor's own reading of the sheets gives: one recipe after the other, each by the number that only it has.
left = list(zoo.models)
READING = {}
for recipe, numbers in (
    ("int4", sheets["size_mb"]),
    ("distilled", sheets["latency_ratio"]),
    ("int8", sheets["size_mb"]),
    ("pruned", sheets["zipped_share"]),
    ("original", sheets["zipped_share"]),
):
    READING[recipe] = numbers.loc[left].idxmin()
    left.remove(READING[recipe])
errors, named = sheets["calibration_error"], sheets["predicted_classes"]
CITED = {
    "int4": (("size_mb", "latency_ratio"), "Its file is the smallest by far, and decoding makes it slow."),
    "distilled": (
        ("latency_ratio", "zipped_share", "other_f1"),
        "It takes half the time, so layers are missing, and its file does not zip. "
        f"It names {named[READING['distilled']]:.0f} classes, and the original {named[READING['original']]:.0f}.",
    ),
    "int8": (("size_mb", "latency_ratio"), "Its file lost what linear layers lose in eight bits, and it is not twice as fast."),
    "pruned": (
        ("zipped_share", "size_mb", "calibration_error"),
        "Its file is as large as any, and zips because it is full of zeros. "
        f"Its calibration error is {errors[READING['pruned']]:.4f}, and the original's {errors[READING['original']]:.4f}.",
    ),
    "original": (("zipped_share", "latency_ratio"), "It is as large and as slow as the yardstick, and does not zip."),
}


def hypothesis(name):
    """The arguments of diagnose for one model."""
    recipe = next(recipe for recipe, model in READING.items() if model == name)
    names, why = CITED[recipe]
    return {"recipe": recipe, "evidence": [seen(item, float(sheets.loc[name, item]), "sheets") for item in names], "why": why}


# %% diagnosis="agate" zoo="compressed" model="Agate" points=4
# Agate: call diagnoses.diagnose("Agate", …)
### BEGIN SOLUTION
diagnoses.diagnose("Agate", **hypothesis("Agate"))
### END SOLUTION

# %% diagnosis="beryl" zoo="compressed" model="Beryl" points=4
# Beryl: call diagnoses.diagnose("Beryl", …)
### BEGIN SOLUTION
diagnoses.diagnose("Beryl", **hypothesis("Beryl"))
### END SOLUTION

# %% diagnosis="coral" zoo="compressed" model="Coral" points=4
# Coral: call diagnoses.diagnose("Coral", …)
### BEGIN SOLUTION
diagnoses.diagnose("Coral", **hypothesis("Coral"))
### END SOLUTION

# %% diagnosis="flint" zoo="compressed" model="Flint" points=4
# Flint: call diagnoses.diagnose("Flint", …)
### BEGIN SOLUTION
diagnoses.diagnose("Flint", **hypothesis("Flint"))
### END SOLUTION

# %% diagnosis="onyx" zoo="compressed" model="Onyx" points=4
# Onyx: call diagnoses.diagnose("Onyx", …)
### BEGIN SOLUTION
diagnoses.diagnose("Onyx", **hypothesis("Onyx"))
### END SOLUTION

# %% key="commitment"
diagnoses.summary()
code = diagnoses.commitment()

# %% [markdown] key="stop"
# **Stop here** until the reveal. If your class collects the codes, hand in the one above; it fits these five diagnoses
# and no others.
#
# ## Part 4. One question

# %% [markdown] memo="inherit" points=4 manual=3 min_words=60 checks={"memo.answered": 1}
# ### What does a student inherit?
#
# In 60 to 150 words: what did the soft targets change for the small model, in macro-F1 and in its likeness to the
# teacher? What does the share of same mistakes say that the share of same answers does not? To whom would you not give a
# distilled model without a look at the teacher's errors?
#
# <!-- BEGIN SOLUTION -->
# The twin, on labels alone, has a macro-F1 of {{ reference("week6_lab", "twin.macro_f1") }} and the student
# {{ reference("week6_lab", "student.macro_f1") }}. The twin gives the teacher's answer to a share of
# {{ reference("week6_lab", "twin.same_answer") }} of the complaints, the student to
# {{ reference("week6_lab", "student.same_answer") }}. Same answers alone could mean that both know the task. Of the
# teacher's mistakes the twin repeats {{ reference("week6_lab", "twin.same_mistake") }} and the student
# {{ reference("week6_lab", "student.same_mistake") }}. The twin never met the teacher, so its share is what the
# complaints themselves make two models get wrong alike. What the student repeats beyond that was handed down. The teacher
# leaves {{ reference("week6_lab", "teacher.zero_f1_classes", ".0f") }} classes at zero and the student
# {{ reference("week6_lab", "student.zero_f1_classes", ".1f") }}: more accuracy did not give it the rare classes. Whoever
# looks for rare abuses should see the teacher's errors by class first, because a student hears little of a class that its
# teacher never names.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: compares student and twin in macro-F1 and in likeness, with numbers
# - 1: says that the same mistakes beyond the twin's show inheritance, and that the same answers need not
# - 1: names a use for which the teacher's errors must be looked at first
# - -1: takes agreement with the teacher for quality
# <!-- END RUBRIC -->

# %% notebook="whole" points=2 checks={"form.ran_in_order": 1, "form.no_errors": 1, "metrics.recomputed": 0, "form.outputs_present": 0, "form.headings": 0, "integrity.chain": 0}
notebook.summary()

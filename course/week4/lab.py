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
# # Week 4 lab: how far can you trust it?
#
# A score says how often a model is right. It does not say *where* it is wrong, whether its "90 % sure" means ninety in
# a hundred, what it does with a text that it was never made for, or how much of the score is the luck of one validation
# split. Those are the questions that decide whether anybody can work with a model, and this lab answers them for one
# encoder. All its tools are small: you write each of them in a few lines, and afterwards you know what is inside.
#
# | part | points |
# | --- | --- |
# | 1. where the errors go (one task) | 3 |
# | 2. calibration: is 90 % ninety in a hundred? (three tasks) | 11 |
# | 3. texts that it was not made for (two tasks) | 7 |
# | 4. how sure you are of your own numbers (two tasks) | 8 |
# | 5. one question to close | 5 |
# | the notebook as a whole | 2 |
#
# The lab fits into one class. On a free T4 its one training run takes about 8 minutes (two epochs on 20,000
# complaints); start it and read on. Without a GPU, use the `smoke` profile.

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # how large the run is: "full" is the course; "smoke" and "micro" are small rehearsals
DATA = None  # None: what the profile says. Or "hub", "synthetic", or the path of a .parquet or .csv file
MODEL = None  # None: what the profile says. Or a hub name, or the folder of a model
SEED = 13
REFERENCE_SEEDS = 0  # for the instructor's reference runs; leave it at 0

# %% key="begin"
import numpy as np
import pandas as pd
from scipy import optimize, special, stats
from sklearn.metrics import confusion_matrix

import complaints
import paribus
from paribus import baseline, figures_errors, figures_scores, kept, models, selfcheck, training

profile = paribus.profiles.get_profile(PROFILE, PROFILES)
notebook = paribus.begin("week4_lab", release="{{ release }}")
everything = complaints.load(DATA or profile.data, size=profile.size)

# %% [markdown] key="left-out-text"
# ## Before anything trains: what the model will not know
#
# In 2017 the complaint form got new issues. A model that was trained the day before would have met them the day after,
# with no way to say "this is new": a softmax spreads a probability of 1 over the classes that it knows, whatever comes
# in. We play that day. A few issues of medium size are taken out of every part of the data before anything trains;
# their validation complaints are kept aside for Part 3.

# %% key="left-out"
middle = np.flatnonzero(everything.tiers() == "mid")
NEW_ISSUES = middle[2::6].tolist()
data, new_part = complaints.leave_out(everything, NEW_ISSUES)
notebook.use(data)
tiers, labels = data.tiers(), data.validation.labels
print(f"Issues that will be new to the model: {len(NEW_ISSUES)}, with validation complaints: {len(new_part)}. Among the issues:")
for label in NEW_ISSUES[:4]:
    print(f"  {data.classes[label]}")

# %% key="train"
EPOCHS = {"full": 2, "smoke": 4, "micro": 2}[PROFILE]
ROWS = {"full": 20_000, "smoke": None, "micro": None}[PROFILE]
MAX_LENGTH = profile.max_length if PROFILE == "full" else 24
CONFIG = training.TrainingConfig(
    model=MODEL or profile.model,
    epochs=EPOCHS,
    batch_size=profile.batch_size,
    learning_rate=profile.learning_rate,
    max_length=MAX_LENGTH,
    train_rows=None if ROWS is None else min(ROWS, len(data.train.texts)),
)
STRANGERS = complaints.elsewhere(max(len(new_part), 60), seed=SEED)
strangers = complaints.Part(tuple(STRANGERS), np.zeros(len(STRANGERS), dtype=np.int64))


def train(config, data, run):
    """Fine-tune, and keep the logits of known complaints, of new issues and of texts that are no complaints."""
    fitted = training.fit(config, data, run=run, seed=run.seed)
    tokenizer = models.load_tokenizer(config.model, texts=data.train.texts)
    kept.put(run, "logits", fitted.logits)
    for name, part in {"new": new_part, "strangers": strangers}.items():
        kept.put(run, name, training.predict(fitted.model, training.encode(part, tokenizer, config.max_length)))
    run.finish(predictions=fitted.predictions)


encoder = notebook.run("encoder", train, CONFIG, data=data, seed=SEED)
logits = kept.get(notebook, encoder, "logits").astype(float)
probabilities = special.softmax(logits, axis=1)
confidence, right = probabilities.max(axis=1), logits.argmax(axis=1) == labels

# %% [markdown] key="errors-text"
# ## Part 1. Where the errors go
#
# With a hundred classes a confusion matrix is a picture, not an answer. The answer is a list: which class is taken for
# which, most often first.
#
# **Your turn.** Rows of the matrix are true classes, columns predicted ones. Return the `k` most frequent confusions as
# (true class, predicted class, how many), most frequent first; of equally frequent ones the smaller true class comes
# first, then the smaller predicted class. Pairs that never happened are left out.

# %% task="top_confusions" points=3
def top_confusions(confusion: np.ndarray, k: int) -> list[tuple[int, int, int]]:
    """The `k` most frequent wrong pairs: (true class, predicted class, count), most frequent first."""
    ### BEGIN SOLUTION
    errors = confusion * (1 - np.eye(len(confusion), dtype=int))
    order = np.argsort(-errors, axis=None, kind="stable")[:k]
    pairs = [divmod(int(place), len(confusion)) for place in order]
    return [(true, guess, int(errors[true, guess])) for true, guess in pairs if errors[true, guess] > 0]
    ### END SOLUTION


# %% tests="top_confusions"
toy = np.array([[50, 3, 0], [7, 20, 1], [0, 3, 9]])
plain = lambda pairs: [tuple(int(number) for number in pair) for pair in pairs]
selfcheck.equal(plain(selfcheck.call(top_confusions, toy, 1)), [(1, 0, 7)], "class 1 taken for class 0, seven times")
selfcheck.equal(plain(selfcheck.call(top_confusions, toy, 3)), [(1, 0, 7), (0, 1, 3), (2, 1, 3)], "equal counts: the smaller true class first")
selfcheck.equal(plain(selfcheck.call(top_confusions, toy, 9)), [(1, 0, 7), (0, 1, 3), (2, 1, 3), (1, 2, 1)], "pairs that never happened are left out")
selfcheck.equal(plain(selfcheck.call(top_confusions, np.diag([4, 2]), 3)), [], "no error at all")
selfcheck.equal(int(toy[0, 0]), 50, "the matrix passed in stays as it is")
true, guess = notebook.draws("top_confusions").choice(7, 2, replace=False).tolist()
toy = np.diag(np.full(7, 40))
toy[true, guess] = 5
toy[guess, true] = 4
selfcheck.equal(plain(selfcheck.call(top_confusions, toy, 2)), [(true, guess, 5), (guess, true, 4)], f"classes {true} and {guess} are mixed up")
notebook.tested("top_confusions")

# %% key="errors-run"
confusion = confusion_matrix(labels, logits.argmax(axis=1), labels=np.arange(len(data.classes)))
for true, guess, count in top_confusions(confusion, 8):
    print(f"{count:3d} of {confusion[true].sum():3d}  {data.classes[true]!r} ({tiers[true]})  taken for  {data.classes[guess]!r} ({tiers[guess]})")
figures_errors.confusion_by_tier(confusion, tiers)

# %% [markdown] key="segments-text"
# ### Segments
#
# Classes are one way to cut the complaints. Others cost nothing and often say more: is it worse on long texts, of which
# it reads only the beginning? On texts with many redactions? Each share comes with a 95 % interval (Wilson), because a
# segment of forty complaints can look bad by chance.

# %% key="segments-run"
words = np.array([len(text.split()) for text in data.validation.texts])
redacted = np.array(["XXXX" in text for text in data.validation.texts])
quarters = np.searchsorted(np.quantile(words, [0.25, 0.5, 0.75]), words)
SEGMENTS = {
    "tier": tiers[labels],
    "length": np.array(["shortest quarter", "second", "third", "longest quarter"])[quarters],
    "redaction": np.where(redacted, "with XXXX", "without"),
}
rows = []
for cut, segments in SEGMENTS.items():
    for name in dict.fromkeys(segments):
        inside = segments == name
        interval = stats.binomtest(int(right[inside].sum()), int(inside.sum())).proportion_ci(method="wilson")
        rows.append((cut, name, inside.sum(), right[inside].mean(), interval.low, interval.high, confidence[inside].mean()))
segments = pd.DataFrame(rows, columns=["cut by", "segment", "complaints", "share right", "low", "high", "mean confidence"])
segments.sort_values(["cut by", "share right"]).round(3)

# %% [markdown] key="calibration-text"
# The last column is the share that the model *claims*. Where it is far above the share that is right, somebody who
# trusts the model is misled in that segment in particular.
#
# ## Part 2. Calibration
#
# A model is **calibrated** if of all complaints to which it gives 80 %, eighty in a hundred are right. Accuracy does not
# need it; everything that is done with probabilities does: a threshold below which a person reads the complaint, an
# expected cost, a ranking by urgency.
#
# **Your turn.** Cut the interval from 0 to 1 into `bins` equal parts, each with its upper end included, and put
# every complaint into the part that its confidence lies in. For each part that is not empty, in ascending order, return
# (mean confidence, share right, how many).

# %% task="reliability" points=4
def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, complaints) of each bin that is not empty, in ascending order."""
    ### BEGIN SOLUTION
    place = np.clip(np.ceil(np.asarray(confidence) * bins).astype(int) - 1, 0, bins - 1)
    inside = [place == number for number in range(bins)]
    return [(float(confidence[mask].mean()), float(right[mask].mean()), int(mask.sum())) for mask in inside if mask.any()]
    ### END SOLUTION


# %% tests="reliability"
sure, hit = np.array([0.95, 0.85, 0.91, 0.33, 0.38]), np.array([True, False, False, True, True])
bins = selfcheck.call(reliability, sure, hit, 10)
selfcheck.equal(len(bins), 3, "three of ten bins are not empty")
selfcheck.close(bins[0][0], 0.355, "the mean confidence in the bin from 0.3 to 0.4, not its middle")
selfcheck.close(bins[0][1], 1.0, "the share right in it")
selfcheck.close(bins[2][1], 0.5, "the share right from 0.9 to 1")
selfcheck.equal([int(found[2]) for found in bins], [2, 1, 2], "how many are in each")
bins = selfcheck.call(reliability, np.array([0.5, 0.51]), np.array([True, False]), 2)
selfcheck.equal([int(found[2]) for found in bins], [1, 1], "0.5 belongs to the lower of two bins")
bins = selfcheck.call(reliability, np.array([1.0, 1.0]), np.array([True, True]), 5)
selfcheck.equal([tuple(found) for found in bins], [(1.0, 1.0, 2)], "a confidence of 1")
rng = notebook.draws("reliability")
sure, hit = rng.random(200), rng.random(200) < 0.5
bins = selfcheck.call(reliability, sure, hit, 5)
selfcheck.equal(sum(int(found[2]) for found in bins), 200, "every complaint is in one bin")
selfcheck.close(sum(found[0] * found[2] for found in bins) / 200, sure.mean(), "the mean confidence over all bins")
selfcheck.close(sum(found[1] * found[2] for found in bins) / 200, hit.mean(), "the share right over all bins")
notebook.tested("reliability")

# %% [markdown] key="ece-text"
# One number of it: the **expected calibration error** is the mean distance between claim and truth, every bin counted by
# the complaints in it:
#
# $$\mathrm{ECE} = \sum_b \frac{n_b}{n}\, \bigl|\,\mathrm{right}_b - \mathrm{confidence}_b\,\bigr|$$
#
# **Your turn.** Compute it from what `reliability` returns.

# %% task="calibration_error" points=3
def calibration_error(bins: list[tuple[float, float, int]]) -> float:
    """The expected calibration error of bins (mean confidence, share right, complaints)."""
    ### BEGIN SOLUTION
    total = sum(count for _, _, count in bins)
    return sum(count / total * abs(right - sure) for sure, right, count in bins)
    ### END SOLUTION


# %% tests="calibration_error"
selfcheck.close(selfcheck.call(calibration_error, [(0.9, 0.7, 10)]), 0.2, "one bin that claims too much")
selfcheck.close(selfcheck.call(calibration_error, [(0.7, 0.9, 10)]), 0.2, "one bin that claims too little")
selfcheck.close(selfcheck.call(calibration_error, [(0.9, 0.8, 90), (0.2, 0.7, 10)]), 0.14, "large bins count for more")
selfcheck.close(selfcheck.call(calibration_error, [(0.6, 0.7, 10), (0.8, 0.7, 10)]), 0.1, "too much and too little do not cancel")
selfcheck.close(selfcheck.call(calibration_error, [(0.5, 0.5, 3)]), 0.0, "a calibrated model")
first, second = notebook.draws("calibration_error").integers(1, 90, 2).tolist()
selfcheck.close(
    selfcheck.call(calibration_error, [(0.3, 0.2, first), (0.9, 0.5, second)]), (0.1 * first + 0.4 * second) / (first + second),
    f"bins of {first} and {second} complaints",
)
notebook.tested("calibration_error")

# %% [markdown] key="temperature-text"
# ### One number that repairs it
#
# Guo et al. (2017) found that modern networks claim too much, and that one number often repairs it: divide all logits by
# a **temperature** $T$ before the softmax. $T > 1$ makes every answer less sure. The order of the classes stays as it
# is, so not one prediction changes, and neither does accuracy.
#
# $T$ is found by minimising the mean negative log-likelihood of the true classes (the validation loss). It must not be
# judged on the complaints that it was fitted on: any number looks good on its own data. So the validation complaints are
# cut in half, one to fit, one to judge.
#
# **Your turn.** Find the temperature between 0.05 and 20 that minimises the mean negative log-likelihood.
# `optimize.minimize_scalar` with `bounds=` and `method="bounded"` finds the minimum of a function of one number.
# (Search over the logarithm of $T$: from 0.05 to 20, steps are factors.)

# %% task="fit_temperature" points=4
def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature from 0.05 to 20 with the smallest mean negative log-likelihood of `labels`."""
    ### BEGIN SOLUTION
    def loss(log_t):
        scaled = logits / np.exp(log_t)
        shifted = scaled - scaled.max(axis=1, keepdims=True)
        return np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels])

    return float(np.exp(optimize.minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded").x))
    ### END SOLUTION


# %% tests="fit_temperature"
# 75 of 100 answers are right, and the two classes are 2 logits apart: calibrated where they are log 3 apart.
toy_labels = np.repeat([0, 1], [75, 25])
toy_logits = np.tile([2.0, 0.0], (100, 1))
selfcheck.close(selfcheck.call(fit_temperature, toy_logits, toy_labels), 2 / np.log(3), "a model that claims too much", tolerance=0.02)
selfcheck.close(selfcheck.call(fit_temperature, toy_logits / 4, toy_labels), 0.5 / np.log(3), "a model that claims too little", tolerance=0.01)
selfcheck.close(
    selfcheck.call(fit_temperature, 3 * toy_logits, toy_labels) / selfcheck.call(fit_temperature, toy_logits, toy_labels), 3.0,
    "logits three times as large need three times the temperature", tolerance=0.03,
)
selfcheck.close(
    selfcheck.call(fit_temperature, toy_logits + 1000.0, toy_labels), 2 / np.log(3), "a constant on all logits changes nothing", tolerance=0.02
)
rng = notebook.draws("fit_temperature")
spread, drawn = float(rng.uniform(1.5, 4.0)), rng.normal(size=(4000, 5)) * 2
drawn_labels = np.array([rng.choice(5, p=row) for row in special.softmax(drawn, axis=1)])
selfcheck.close(
    selfcheck.call(fit_temperature, drawn * spread, drawn_labels), spread, f"calibrated logits, made {spread:.2f} times as large", tolerance=0.25
)
notebook.tested("fit_temperature")

# %% key="temperature-run"
rng = np.random.default_rng(SEED)
order = rng.permutation(len(labels))
fit_half, judge_half = order[: len(order) // 2], order[len(order) // 2 :]
temperature = fit_temperature(logits[fit_half], labels[fit_half])
notebook.value("calibration.temperature", temperature)
# The same data; what is recorded below is judged on the other half alone, by its accuracy and the calibration error.
other_half = data.judged_on(judge_half).scored_by("accuracy", "ece")
BINS = 15  # as many as the record takes


def judge(name, found, temperature, seed):
    """Record how the logits of the other half do at a temperature, and return the run with the bins of your function."""
    scaled = found[judge_half] / temperature
    probable = special.softmax(scaled, axis=1)
    answers, confidence = probable.argmax(axis=1), probable.max(axis=1)
    run = notebook.start(name, config={"bins": BINS}, seed=seed, data=other_half, outcome={"temperature": temperature})
    loss = training.validation_loss(scaled, labels[judge_half])
    result = run.finish(predictions=answers, scores=confidence, measured={"validation_loss": loss})
    return result, reliability(confidence, answers == labels[judge_half], BINS)


before, bins_before = judge("calibration.before", logits, 1.0, SEED)
after, bins_after = judge("calibration.after", logits, temperature, SEED)
print(f"temperature {temperature:.2f}, fitted on {len(fit_half)} complaints, judged on {len(judge_half)} others")
print(f"calibration error {before.value('ece'):.3f} before, {after.value('ece'):.3f} after")
print(f"negative log-likelihood {before.value('validation_loss'):.3f} before, {after.value('validation_loss'):.3f} after")
apart = max(abs(calibration_error(bins) - run.value("ece")) for bins, run in ((bins_before, before), (bins_after, after)))
print(f"your functions differ from the record by {apart:.4f} at most")
figures_scores.reliability({"as trained": bins_before, f"temperature {temperature:.2f}": bins_after})

# %% [markdown] key="temperature-reading"
# The record keeps each answer and its confidence in steps of 1/255, and works the calibration error out from them.
# Grading does the same. So these numbers may differ a little from those of your functions, and on few complaints by more:
# a confidence at the edge of a bin may move to the next one. Quote the record's.
#
# A calibration error is a mean of absolute values over bins, so noise can only raise it: on few complaints even a perfectly
# calibrated model has one of a few points. Read the figure before the number. And one temperature moves all complaints
# alike: a model that claims too much on the tail and too little on the head is *not* repaired by it, which the segment
# table above can show.
#
# ## Part 3. Texts that it was not made for
#
# A score that tells known from unknown texts has to be low for what the model does not know. Two candidates need nothing
# but the logits $z$:
#
# - the **maximum softmax probability**, which is the confidence you already have (Hendrycks & Gimpel, 2017);
# - the **energy** score $\log \sum_c e^{z_c}$ (Liu et al., 2020; their energy is its negative). The softmax throws away
#   how large the logits are altogether; this one keeps it. A text with nothing in it that the model has learned has
#   small logits everywhere.
#
# **Your turn.** Compute the energy score of each row. Logits may be large: take the row's maximum out first, and put it
# back afterwards.

# %% task="energy" points=3
def energy(logits: np.ndarray) -> np.ndarray:
    """log of the sum of the exponentials of each row; shape (texts, classes) to (texts,)."""
    ### BEGIN SOLUTION
    top = logits.max(axis=1, keepdims=True)
    return np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    ### END SOLUTION


# %% tests="energy"
found = selfcheck.call(energy, np.array([[0.0, 0.0], [np.log(3), 0.0]]))
selfcheck.equal(tuple(np.shape(found)), (2,), "one number a text")
selfcheck.close(float(found[0]), np.log(2), "two logits of zero")
selfcheck.close(float(found[1]), np.log(4), "logits of log 3 and 0")
selfcheck.close(float(selfcheck.call(energy, np.array([[900.0, 900.0]]))[0]), 900 + np.log(2), "large logits")
selfcheck.close(float(selfcheck.call(energy, np.array([[-900.0, -900.0]]))[0]), -900 + np.log(2), "very small logits")
drawn = notebook.draws("energy").normal(size=(1, 6))
selfcheck.close(float(selfcheck.call(energy, drawn + 5.0)[0]), float(np.log(np.exp(drawn).sum())) + 5.0, "a constant on all logits moves it by as much")
notebook.tested("energy")

# %% [markdown] key="auroc-text"
# ### How well does a score separate?
#
# Take one known and one unknown text at random: how often is the known one scored higher? That probability is the area
# under the ROC curve, **AUROC**. 1 separates perfectly, 0.5 is a coin. It asks for no threshold, which makes it fair to
# compare scores by, and it says nothing about the threshold that you will have to choose.
#
# **Your turn.** Compute it from that definition. A pair with equal scores counts half.

# %% task="auroc" points=4
def auroc(known: np.ndarray, unknown: np.ndarray) -> float:
    """The share of pairs (one known, one unknown text) in which the known one scores higher; ties count half."""
    ### BEGIN SOLUTION
    ranks = stats.rankdata(np.concatenate([known, unknown]))
    below = ranks[: len(known)].sum() - len(known) * (len(known) + 1) / 2
    return float(below / (len(known) * len(unknown)))
    ### END SOLUTION


# %% tests="auroc"
selfcheck.close(selfcheck.call(auroc, np.array([0.9, 0.8]), np.array([0.1, 0.2, 0.3])), 1.0, "perfectly separated")
selfcheck.close(selfcheck.call(auroc, np.array([0.1]), np.array([0.9, 0.8])), 0.0, "the wrong way round")
selfcheck.close(selfcheck.call(auroc, np.array([0.5, 0.5]), np.array([0.5])), 0.5, "equal scores count half")
selfcheck.close(selfcheck.call(auroc, np.array([3.0, 1.0]), np.array([2.0, 0.0, 1.0])), 4.5 / 6, "six pairs: four in order, one tie")
selfcheck.close(selfcheck.call(auroc, np.array([3.0, 1.0]) * 100 - 7, np.array([2.0, 0.0, 1.0]) * 100 - 7), 4.5 / 6, "only the order counts")
known, unknown = notebook.draws("auroc").integers(0, 12, 8).astype(float), np.arange(5.0) + 3
pairs = [(one > other) + (one == other) / 2 for one in known for other in unknown]
selfcheck.close(selfcheck.call(auroc, known, unknown), float(np.mean(pairs)), f"known {known.astype(int).tolist()}, unknown 3 to 7")
notebook.tested("auroc")

# %% key="unknown-run"
groups = {"known": logits} | {
    title: kept.get(notebook, encoder, name).astype(float) for title, name in {"new issues": "new", "no complaints": "strangers"}.items()
}
scores = {
    "maximum softmax": {name: special.softmax(found, axis=1).max(axis=1) for name, found in groups.items()},
    "energy": {name: energy(found) for name, found in groups.items()},
}
UNKNOWN = {"new_issues": complaints.known_or_not(data, new_part), "strangers": complaints.known_or_not(data, strangers)}


def told_apart(name, score, known, unknown, seed):
    """Record how well a score tells known complaints from unknown texts: its order, and what a threshold lets through."""
    both = np.concatenate([known, unknown])
    order = (stats.rankdata(both) - 1) / (len(both) - 1)  # from 0 to 1; only the order counts
    run = notebook.start(f"unknown.{score}_{name}", config={"score": score, "known_pass": 0.95}, seed=seed, data=UNKNOWN[name])
    return run.finish(predictions=(both >= np.quantile(known, 0.05)).astype(int), scores=order)


table, apart = {}, []
for score, title in {"softmax": "maximum softmax", "energy": "energy"}.items():
    for name, group in {"new_issues": "new issues", "strangers": "no complaints"}.items():
        known, unknown = scores[title]["known"], scores[title][group]
        area = told_apart(name, score, known, unknown, SEED).value("roc_auc")
        table.setdefault(title, {})[group] = area
        apart.append(abs(auroc(known, unknown) - area))
print(f"your function differs from the record by {max(apart):.4f} at most")
display(figures_scores.score_histograms(scores))
pd.DataFrame(table).round(3)

# %% [markdown] key="unknown-reading"
# The record keeps the place of each text in the order, in 256 steps, and works the AUROC out from it. Quote the record's
# numbers, which the table shows.
#
# Two kinds of unknown, and they are not the same problem. Texts about soup and football share little with any complaint.
# New issues are complaints like the others: same banks, same phone calls, same letters. The confidence with which the
# model files a new issue under an old name is what a drifting world looks like from the inside. Which of the two scores
# is better here is a measurement on one model and one draw, not a law: the literature has both orders.
#
# A threshold makes it practical: choose it so that 95 % of the *known* texts pass, and count what else passes.

# %% key="threshold-run"
for score, values in scores.items():
    threshold = np.quantile(values["known"], 0.05)
    passing = ", ".join(f"{np.mean(values[name] >= threshold):.0%} of {name}" for name in ("new issues", "no complaints"))
    print(f"{score}: at the threshold that 95 % of known texts pass, so do {passing}")

# %% [markdown] key="intervals-text"
# ## Part 4. How sure are you of your own numbers?
#
# ### The bootstrap
#
# Your validation complaints are a sample. Another sample would have given other numbers, and you can see how different
# without asking anybody for more data: **draw as many complaints as you have, with replacement**, compute the metric, and
# do it again a few hundred times (Efron, 1979). The middle 95 % of what comes out is an interval.
#
# It works for any metric, accuracy and macro-F1 alike, and it has a known weakness where classes are tiny: a class
# with one complaint is missing from more than a third of the draws. (The reports of `experiment.report()` use the
# jackknife, which leaves out one complaint at a time and needs no random numbers.)
#
# **Your turn.** `metric` is a function of row numbers that returns a number. Return the 2.5 % and the 97.5 % quantile of
# `repeats` draws of `n` rows out of `n`, with replacement.

# %% task="bootstrap_interval" points=4
def bootstrap_interval(metric, n: int, rng: np.random.Generator, repeats: int = 400) -> tuple[float, float]:
    """The percentile bootstrap's 95 % interval of `metric(rows)` over `n` rows."""
    ### BEGIN SOLUTION
    drawn = [metric(rng.integers(0, n, n)) for _ in range(repeats)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
    ### END SOLUTION


# %% tests="bootstrap_interval"
seen_rows = []
note = lambda rows: seen_rows.append(np.asarray(rows)) or float(len(seen_rows))
low, high = selfcheck.pair(selfcheck.call(bootstrap_interval, note, 30, np.random.default_rng(1), 200), "bootstrap_interval")
selfcheck.equal(len(seen_rows), 200, "200 draws")
selfcheck.close(low, np.quantile(np.arange(1, 201), 0.025), "the 2.5 % quantile of what came out", tolerance=0.6)
selfcheck.close(high, np.quantile(np.arange(1, 201), 0.975), "the 97.5 % quantile of what came out", tolerance=0.6)
selfcheck.true(all(len(rows) == 30 for rows in seen_rows), "each draw has as many rows as there are")
selfcheck.true(any(len(np.unique(rows)) < 30 for rows in seen_rows), "rows are drawn with replacement")
selfcheck.true(all(rows.min() >= 0 and rows.max() < 30 for rows in seen_rows), "only rows that there are")
selfcheck.equal(sorted(np.unique(np.concatenate(seen_rows)).tolist()), list(range(30)), "every row can be drawn, the last one too")
selfcheck.true(not np.array_equal(seen_rows[0], seen_rows[1]), "another draw each time")
share = float(notebook.draws("bootstrap_interval").uniform(0.3, 0.7))
hits = (np.arange(400) < 400 * share).astype(float)
low, high = selfcheck.call(bootstrap_interval, lambda rows: hits[rows].mean(), 400, np.random.default_rng(2), 400)
selfcheck.close(high - low, 2 * 1.96 * np.sqrt(hits.mean() * (1 - hits.mean()) / 400), "the width for a share of 400", tolerance=0.02)
notebook.tested("bootstrap_interval")

# %% key="bootstrap-run"
predictions = logits.argmax(axis=1)


def macro_f1(rows):
    """Macro-F1 over the classes that occur among these rows."""
    return paribus.metrics.evaluate(labels[rows], predictions[rows], len(data.classes)).macro_f1


intervals = {
    "accuracy": bootstrap_interval(lambda rows: right[rows].mean(), len(labels), np.random.default_rng(SEED)),
    "macro-F1": bootstrap_interval(macro_f1, len(labels), np.random.default_rng(SEED)),
}
points = {"accuracy": right.mean(), "macro-F1": macro_f1(np.arange(len(labels)))}
for name, (low, high) in intervals.items():
    notebook.values({f"bootstrap.{name.replace('-', '_').lower()}_low": low, f"bootstrap.{name.replace('-', '_').lower()}_high": high})
    print(f"{name:>8}: {points[name]:.3f}, bootstrap 95 % interval {low:.3f} to {high:.3f}")

# %% [markdown] key="bootstrap-reading"
# Look where macro-F1 itself lies in its interval. A draw misses some of the rarest classes, and those are mostly classes
# at zero: without them the mean is higher. That is a bias of the bootstrap and no error of yours. It is why an
# interval is worth looking at before it is quoted.
#
# ### McNemar's test
#
# Two models, the same complaints. To ask whether their accuracies differ, the complaints that both get right say
# nothing, nor do those that both get wrong. What is left are those that *one* of them gets right. If the models are
# equally good, each of these is a fair coin (McNemar, 1947).
#
# **Your turn.** Return the exact two-sided p-value: the probability that a fair coin, thrown once for each of
# these complaints, is at least as lopsided as what you found. `stats.binomtest` throws it. Where there is no such
# complaint, p is 1.

# %% task="mcnemar_p" points=4
def mcnemar_p(labels: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """McNemar's exact two-sided p for the accuracies of two models' predictions."""
    ### BEGIN SOLUTION
    only_first = int(np.sum((first == labels) & (second != labels)))
    only_second = int(np.sum((first != labels) & (second == labels)))
    if only_first + only_second == 0:
        return 1.0
    return float(stats.binomtest(only_first, only_first + only_second, 0.5).pvalue)
    ### END SOLUTION


# %% tests="mcnemar_p"
truth = np.zeros(40, dtype=int)
better, worse = truth.copy(), truth.copy()
worse[:6] = 1
selfcheck.close(selfcheck.call(mcnemar_p, truth, better, worse), 2 * 0.5**6, "six complaints that only the first gets right")
selfcheck.close(selfcheck.call(mcnemar_p, truth, worse, better), 2 * 0.5**6, "two-sided: the other way round")
selfcheck.close(selfcheck.call(mcnemar_p, truth[:8], better[:8], worse[:8]), 2 * 0.5**6, "complaints that both get right change nothing")
both_wrong = np.concatenate([np.ones(5, dtype=int), np.zeros(5, dtype=int)])
selfcheck.close(selfcheck.call(mcnemar_p, np.zeros(10, dtype=int), both_wrong, 2 * both_wrong), 1.0, "different answers, both wrong: nothing to tell them apart")
selfcheck.close(selfcheck.call(mcnemar_p, truth, better, better), 1.0, "the same model twice")
lost, won = notebook.draws("mcnemar_p").integers(1, 12, 2).tolist()
one, other = truth.copy(), truth.copy()
one[:lost], other[20 : 20 + won] = 1, 1
selfcheck.close(
    selfcheck.call(mcnemar_p, truth, one, other), float(stats.binomtest(won, lost + won).pvalue), f"{won} complaints for the first, {lost} for the second"
)
notebook.tested("mcnemar_p")

# %% key="mcnemar-run"
subset = data.train if CONFIG.train_rows is None else data.subset(CONFIG.train_rows, 0).train
tfidf = baseline.fit_tfidf(subset)
run = notebook.start("tfidf", config=tfidf.settings.to_fields(), seed=0, data=data, derived={"deterministic": True})
from_tfidf = tfidf.predict(data.validation.texts)
run.finish(predictions=from_tfidf)
p = mcnemar_p(labels, predictions, from_tfidf)
notebook.value("mcnemar.p", p)
print(f"encoder {right.mean():.3f}, TF-IDF {np.mean(from_tfidf == labels):.3f}, McNemar's exact p = {p:.2g}")

# %% [markdown] key="mcnemar-reading"
# A small p says that these two *fitted* models differ in accuracy beyond what the draw of complaints explains. A larger p
# says that these complaints cannot tell the two apart. Neither says anything of another seed of the encoder, of macro-F1, or
# of how much the difference is worth.

# %% only="solution" key="reference-seeds"
# Reference runs: the encoder under more seeds, and what Parts 2 and 3 would have shown of each.
for reference_seed in range(1000, 1000 + REFERENCE_SEEDS):
    run = notebook.start("encoder", config=CONFIG, seed=reference_seed, data=data, code=train)
    train(CONFIG, data, run)
    found = {name: kept.get(notebook, run.result, name).astype(float) for name in ("logits", "new", "strangers")}
    warm = fit_temperature(found["logits"][fit_half], labels[fit_half])
    for when, value in {"before": 1.0, "after": warm}.items():
        judge(f"calibration.{when}", found["logits"], value, reference_seed)
    for score, measure in {"softmax": lambda z: special.softmax(z, axis=1).max(axis=1), "energy": energy}.items():
        for name, title in {"new": "new_issues", "strangers": "strangers"}.items():
            told_apart(title, score, measure(found["logits"]), measure(found[name]), reference_seed)

# %% [markdown] key="question"
# ## Part 5. One question

# %% [markdown] memo="trust" points=5 manual=4 min_words=60 checks={"memo.answered": 1}
# ### When should a person read it?
#
# In 60 to 160 words: the call centre can have one complaint in ten read by a person. By which number would you choose
# them: the confidence as trained, the confidence at your temperature, or the energy? Which kinds of mistakes does your
# choice catch, and which does it miss? What does the temperature change about the order of the complaints, and what about
# the promise that comes with a number?
#
# <!-- BEGIN SOLUTION -->
# I would rank by confidence and send the tenth with the lowest to a person, since errors are most frequent where the
# model is least sure. The temperature leaves the winning class of each complaint as it is and hardly changes the order.
# It changes the promise: on complaints that it was not fitted on, the calibration error is
# {{ reference("week4_lab", "calibration.before.ece") }} as trained and
# {{ reference("week4_lab", "calibration.after.ece") }} with it. Only as far as the error is small may I tell a manager
# that "80 %" means eighty in a hundred. The choice misses confident mistakes, and many complaints about new issues,
# which look like old ones. Against those the AUROC of the confidence is
# {{ reference("week4_lab", "unknown.softmax_new_issues.roc_auc", ".2f") }} and that of the energy
# {{ reference("week4_lab", "unknown.energy_new_issues.roc_auc", ".2f") }}; against texts that are no complaints it is
# {{ reference("week4_lab", "unknown.softmax_strangers.roc_auc", ".2f") }} and
# {{ reference("week4_lab", "unknown.energy_strangers.roc_auc", ".2f") }}. I would add the energy as a guard where it has the
# higher number, and have a small random sample read every week, since both let new issues through.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: chooses a score, and says which mistakes it catches
# - 1: names mistakes that the choice misses, new issues or confident errors
# - 1: says that a temperature changes no prediction and (nearly) no order
# - 1: says what calibration adds: a number that can be taken at its word
# - -1: claims that the temperature makes the model more accurate
# <!-- END RUBRIC -->

# %% notebook="whole" points=2 checks={"form.ran_in_order": 1, "form.no_errors": 1, "form.outputs_present": 0, "form.headings": 0, "metrics.recomputed": 0, "integrity.chain": 0}
notebook.summary()

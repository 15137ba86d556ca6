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
# # Week 5 homework: your own model within a budget
#
# The people who run the call centre have seen your encoder and like it. Their machines have no GPU, and they give it
# **six tenths of the time it takes now**. This week you make it fit: you list ways of making a model cheaper, measure
# each of them honestly, choose one, confirm with three seeds what it costs, and say *who* pays for it. A mean over all
# complaints will not tell you that.
#
# **What you hand in**: this notebook as one HTML file (from Kaggle, the executed `.ipynb`), through Moodle. The last
# cell says how.
#
# | part | points |
# | --- | --- |
# | 1. the model line goes on: three trained seeds | 0 |
# | 2. candidates, measured; which are worth a look (two tasks) | 12 |
# | 3. the chosen one, confirmed with three seeds (the experiment, its template) | 34 |
# | 4. who pays: segment by segment (two tasks) | 15 |
# | 5. the memo in three sections | 30 |
# | the notebook as a whole | 9 |

# %% [markdown] key="budget"
# ## What it costs
#
# The budget is **two hours** on a free T4 machine, for everything. An epoch on the course's data takes about 10.7
# minutes there.
#
# | what | | minutes |
# | --- | --- | --- |
# | training | 3 seeds × 2 epochs | 6 × 10.7 = 64 |
# | latencies, on the processor | 5 candidates, then 2 arms × 3 seeds | 15 |
# | the candidates' answers | 5 candidates, 1,000 complaints, INT8 on the processor | 7 |
# | the confirmed recipe's answers | 2 arms × 3 seeds, the validation part, on the GPU | 8 |
# | **together** | | **94, which is 1 h 34 min** |
#
# What is left pays for one repeated seed. Trained weights are kept beside the notebook's records: a restarted kernel
# does not train again. INT8 answers on the processor alone, by our estimate in half an hour a seed. Whoever wants to
# confirm it goes on in a session without a GPU, with this notebook's output attached.

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # how large the run is: "full" is the course; "smoke" and "micro" are small rehearsals
DATA = None  # None: what the profile says. Or "hub", "synthetic", or the path of a .parquet or .csv file
MODEL = None  # None: what the profile says. Or a hub name, or the folder of a model
SEED = 101  # the seed you explore with: one of the three that are trained, or a fourth
REFERENCE_SEEDS = 0  # for the instructor's reference runs; leave it at 0

# %% key="begin"
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch

import complaints
import paribus
from paribus import compression, earlier, figures_compression, figures_errors, kept, models, selfcheck, training

profile = paribus.profiles.get_profile(PROFILE, PROFILES)
notebook = paribus.begin("week5_homework", release="{{ release }}")
data = complaints.load(DATA or profile.data, size=profile.size)
notebook.use(data)
tiers = data.tiers()  # "head", "mid" or "tail" for each class, by its training examples
labels = data.validation.labels

# %% [markdown] key="line-text"
# ## Part 1. The model line goes on
#
# In week 2 you compared two ways of training the encoder: without class weights, and with square-root-inverse ones. One
# of them is *your* model, and you keep it. The next cell looks for your records of that week: beside this notebook, then
# in an output that you attached. Where it finds none, it takes the reference run's numbers, and where there are none of
# those either it says that the row is missing. Numbers "on smoke" are those of a small network on made-up complaints:
# they show which way weights work there, and do not choose for you.

# %% key="earlier"
week2 = earlier.earlier(
    "week2_homework",
    reference={
        "class_weights.baseline.accuracy": "{{ reference('week2_homework', 'class_weights.baseline.accuracy', '.4f') }}",
        "class_weights.baseline.macro_f1": "{{ reference('week2_homework', 'class_weights.baseline.macro_f1', '.4f') }}",
        "class_weights.changed.accuracy": "{{ reference('week2_homework', 'class_weights.changed.accuracy', '.4f') }}",
        "class_weights.changed.macro_f1": "{{ reference('week2_homework', 'class_weights.changed.macro_f1', '.4f') }}",
    },
)
earlier.scoreboard(
    [
        earlier.Row("no weights", "week2_homework", "class_weights.baseline"),
        earlier.Row("sqrt-inverse weights", "week2_homework", "class_weights.changed"),
    ],
    {"week2_homework": week2},
    ["accuracy", "macro_f1"],
    data.fingerprint,
)

# %% [markdown] key="line-choice"
# Set `CLASS_WEIGHTS` to the one that you recommended: `"none"` or `"sqrt_inverse"`. Everything else is what it was.

# %% key="config" yours="CLASS_WEIGHTS"
CLASS_WEIGHTS = "none"

EPOCHS = {"full": 2, "smoke": 4, "micro": 1}[PROFILE]
ROWS = {"full": None, "smoke": 2_000, "micro": None}[PROFILE]
# The small synthetic corpus is easier than the real one: with 16 tokens there is something left to lose.
MAX_LENGTH = 16 if PROFILE == "smoke" else profile.max_length
SEEDS = (101, 102, 103)
CONFIG = training.TrainingConfig(
    model=MODEL or profile.model,
    epochs=EPOCHS,
    batch_size=profile.batch_size,
    learning_rate=profile.learning_rate,
    max_length=MAX_LENGTH,
    class_weights=CLASS_WEIGHTS,
    train_rows=ROWS,
)


def train(config, data, run):
    """Fine-tune with `config`, log every epoch to `run`, and keep the weights of the best one."""
    fitted = training.fit(config, data, run=run, seed=run.seed)
    kept.put_weights(run, fitted.model)


def network_of(result):
    """A finished run's network with the weights it kept, on the CPU."""
    network, _ = models.load(CONFIG.model, len(data.classes), texts=data.train.texts, seed=result.seed)
    return kept.load_weights(notebook, result, network)


seeds = dict.fromkeys([*SEEDS, SEED])
encoders = {seed: notebook.run("encoder", train, CONFIG, data=data, seed=seed) for seed in seeds}

# %% [markdown] key="candidates-text"
# ## Part 2. Candidates
#
# Five versions of the model with seed `SEED`. None of them is trained again:
#
# | name | what is done | what it should save |
# | --- | --- | --- |
# | `plain` | nothing: 32 bits | |
# | `int8` | dynamic INT8 by a library: linear layers in 8 bits | space, perhaps time |
# | `int4` | weights only, groups of 32, decoded when used | space |
# | `half_depth` | every second layer is left out | time and space |
# | `half_length` | texts are cut at half as many tokens | time, where texts are long |
#
# Before you run the cell: which of them will fit into the budget, and which will lose most? Two of them change numbers a
# little everywhere. Two throw something away, and you find out whether it was used.
#
# The budget is six tenths of the plain model's time. The tiny network of the small profiles spends much of its time outside
# of its layers, so there the budget is 0.85 of it. All candidates are judged on the same complaints, on the full profile on
# 1,000 of them, because INT8 answers on the processor. That is enough to see who falls behind; Part 3 takes all.

# %% key="candidates-code"
@dataclass(frozen=True)
class Compression:
    """How a trained encoder is made cheaper: one of RECIPES, and the settings it was trained with."""

    recipe: str = "plain"
    model: str = CONFIG.model
    class_weights: str = CONFIG.class_weights
    epochs: int = CONFIG.epochs
    learning_rate: float = CONFIG.learning_rate
    max_length: int = CONFIG.max_length


GROUP = 32


def encode(weight):
    """A matrix as packed four-bit codes and scales of 16 bits, one for 32 neighbours (your functions of the lab)."""
    rows, columns = weight.shape
    parts = weight.reshape(-1, GROUP)
    scales = (parts.abs().amax(dim=1, keepdim=True) / 7).clamp(min=1e-8).half().float()
    codes = (torch.round(parts / scales).clamp(-7, 7) + 8).to(torch.uint8).reshape(rows, columns)
    return codes[:, 0::2] | (codes[:, 1::2] << 4), scales.half().reshape(rows, columns // GROUP)


def decode(packed, scales):
    """The matrix back, in 32-bit floats."""
    codes = torch.stack([packed & 15, packed >> 4], dim=-1).flatten(1).float() - 8
    return codes * scales.float().repeat_interleave(GROUP, dim=1)


def layers_of(network):
    """How many layers the encoder has."""
    return network.config.num_hidden_layers


RECIPES = {
    "plain": lambda network: network,
    "int8": lambda network: compression.dynamic_int8(network),
    "int4": lambda network: compression.coded(network, encode, decode),
    "half_depth": lambda network: compression.shallower(network, max(1, layers_of(network) // 2)),
    "half_length": lambda network: network,
}


def texts_for(recipe):
    """The validation part as a recipe reads it."""
    length = CONFIG.max_length // 2 if recipe == "half_length" else CONFIG.max_length
    return training.prepare(data, replace(CONFIG, max_length=length)).validation


BUDGET_SHARE = 0.6 if PROFILE == "full" else 0.85
JUDGED = min(1_000 if PROFILE == "full" else 10_000, len(labels))
PART = np.linspace(0, len(labels) - 1, JUDGED).astype(int)  # the complaints that the candidates are judged on
TEXTS, REPETITIONS = {"full": (20, 3), "smoke": (60, 5), "micro": (10, 3)}[PROFILE]
THREADS = None if PROFILE == "full" else 1  # for so small a network, threads cost more than they give
# Long, middling and short texts, the same for every candidate.
by_length = np.argsort(texts_for("plain").lengths, kind="stable")
CHOSEN = np.sort(by_length[np.linspace(0, len(by_length) - 1, TEXTS).astype(int)]).tolist()


def answers_of(network, recipe, rows):
    """The predictions for these rows of the validation part, on a GPU where there is one and the recipe can use it."""
    encoded = training.take(texts_for(recipe), rows)
    if recipe == "int8":  # made for processors
        return training.predict(network, encoded).argmax(axis=1)
    device, _ = training.device_and_precision()
    logits = training.predict(network.to(device), encoded)
    network.cpu()
    return logits.argmax(axis=1)


# %% key="candidates-run"
explored = encoders[SEED]
network = network_of(explored)
candidates = {name: make(network) for name, make in RECIPES.items()}
# Times differ from run to run, and your memo quotes them: a restarted notebook takes the ones it has.
found = compression.measured_once(
    notebook,
    "candidates",
    lambda: compression.side_by_side(
        {name: compression.one_by_one(model, texts_for(name)) for name, model in candidates.items()},
        CHOSEN,
        repetitions=REPETITIONS,
        threads=THREADS,
    ),
    of=(network, CHOSEN, REPETITIONS, THREADS, encode, decode, CONFIG.max_length),
)
BUDGET_MS = BUDGET_SHARE * found["plain"].p95
answers = {name: answers_of(model, name, PART) for name, model in candidates.items()}
notebook.value("budget.ms", BUDGET_MS)

# %% key="candidates-look"
# candidates
rows = {}
for name, model in candidates.items():
    metrics = paribus.metrics.evaluate(labels[PART], answers[name], len(data.classes))
    low, high = found[name].spread
    rows[name] = {
        "latency_p50": found[name].p50, "latency_p95": found[name].p95, "spread": high / low, "size_mb": compression.size_mb(model),
        "accuracy": metrics.accuracy, "macro_f1": metrics.macro_f1, "zero_f1_classes": metrics.zero_f1,
    }  # fmt: skip
    notebook.values({f"candidate.{name}.{key}": float(value) for key, value in rows[name].items()})
print(f"Where: {found['plain'].place}. The budget is {BUDGET_MS:.2f} ms for the 95th percentile. Judged on {JUDGED:,} complaints.")
for name, item in found.items():
    low, high = item.spread
    print(f"{name}: medians of {low:.2f} to {high:.2f} ms by repetition. {item.note}")
pd.DataFrame(rows).T.round({"latency_p50": 2, "latency_p95": 2, "spread": 2, "size_mb": 2, "accuracy": 3, "macro_f1": 3})

# %% key="candidates-latency"
figures_compression.latencies(found, budget=BUDGET_MS)

# %% [markdown] key="undominated-text"
# ### Which are worth a look?
#
# A candidate is **dominated** when another one is at least as good in everything and better in something: nobody would
# ever choose it. What is left is a short list from which a choice can be argued.
#
# **Your turn.** `points` maps a name to (cost, quality). A lower cost and a higher quality are better. Return the names
# that no other dominates, in alphabetical order. Two candidates with the very same numbers do not dominate each other.

# %% task="undominated" points=6
def undominated(points: dict[str, tuple[float, float]]) -> list[str]:
    """The names of the candidates that no other dominates, sorted."""
    ### BEGIN SOLUTION
    def beats(one, other):
        return one[0] <= other[0] and one[1] >= other[1] and one != other

    return sorted(name for name, point in points.items() if not any(beats(other, point) for other in points.values()))
    ### END SOLUTION


# %% tests="undominated"
selfcheck.equal(selfcheck.call(undominated, {"a": (1.0, 0.5), "b": (2.0, 0.6)}), ["a", "b"], "cheaper but worse: both are worth a look")
selfcheck.equal(selfcheck.call(undominated, {"b": (2.0, 0.5), "a": (1.0, 0.6)}), ["a"], "dearer and worse is dominated")
selfcheck.equal(selfcheck.call(undominated, {"b": (2.0, 0.6), "a": (1.0, 0.6)}), ["a"], "the same quality at a higher cost is dominated")
selfcheck.equal(selfcheck.call(undominated, {"b": (1.0, 0.5), "a": (1.0, 0.6)}), ["a"], "less quality at the same cost is dominated")
selfcheck.equal(selfcheck.call(undominated, {"b": (1.0, 0.6), "a": (1.0, 0.6)}), ["a", "b"], "equal candidates do not dominate each other")
selfcheck.equal(selfcheck.call(undominated, {"z": (3.0, 0.9), "y": (2.0, 0.2), "x": (1.0, 0.4)}), ["x", "z"], "three candidates, the one in the middle is dominated")
selfcheck.equal(selfcheck.call(undominated, {}), [], "no candidates")
rng = notebook.draws("undominated")
costs, qualities = np.sort(rng.random(5)), np.sort(rng.random(5))
drawn = {f"m{number}": (float(costs[number]), float(qualities[number])) for number in range(5)}
selfcheck.equal(selfcheck.call(undominated, drawn), sorted(drawn), "five candidates, each dearer and better than the one before")
drawn["worst"] = (float(costs[3]) + 1, float(qualities[0]) / 2)
selfcheck.equal(selfcheck.call(undominated, drawn), [f"m{number}" for number in range(5)], "and one that is dearest and worst")
notebook.tested("undominated")

# %% key="undominated-run"
by_time = {name: (row["latency_p95"], row["macro_f1"]) for name, row in rows.items()}
by_size = {name: (row["size_mb"], row["macro_f1"]) for name, row in rows.items()}
print("worth a look by time:", ", ".join(undominated(by_time)), "| by size:", ", ".join(undominated(by_size)))
figures_compression.tradeoff(by_time, cost="95th percentile (ms)", quality="macro-F1", limit=BUDGET_MS)

# %% [markdown] key="pick-text"
# ### What fits
#
# **Your turn.** Among the candidates whose 95th percentile is within the budget (equal to it is within), return the name
# with the highest macro-F1; of equal ones, the smaller. If none fits, return `"none"`: then the honest answer is that this
# model does not fit, and not that it nearly does. `rows` maps a name to a dict with `latency_p95`, `macro_f1` and
# `size_mb`.

# %% task="pick" points=6
def pick(rows: dict[str, dict[str, float]], budget_ms: float) -> str:
    """The best candidate within the budget by macro-F1, the smaller of equals; "none" where none fits."""
    ### BEGIN SOLUTION
    fitting = [name for name, row in rows.items() if row["latency_p95"] <= budget_ms]
    return max(fitting, key=lambda name: (rows[name]["macro_f1"], -rows[name]["size_mb"]), default="none")
    ### END SOLUTION


# %% tests="pick"
toy_rows = {
    "slow": {"latency_p95": 9.0, "latency_p50": 2.0, "macro_f1": 0.9, "size_mb": 4.0},
    "good": {"latency_p95": 5.0, "latency_p50": 4.0, "macro_f1": 0.6, "size_mb": 4.0},
    "small": {"latency_p95": 3.0, "latency_p50": 3.0, "macro_f1": 0.6, "size_mb": 1.0},
    "fast": {"latency_p95": 1.0, "latency_p50": 1.0, "macro_f1": 0.3, "size_mb": 0.5},
}
selfcheck.equal(selfcheck.call(pick, toy_rows, 5.0), "small", "of two that are equally good, the smaller one")
selfcheck.equal(selfcheck.call(pick, toy_rows, 2.0), "fast", "a budget of 2 ms leaves one; its median does not count")
selfcheck.equal(selfcheck.call(pick, toy_rows, 9.0), "slow", "equal to the budget is within it")
selfcheck.equal(selfcheck.call(pick, toy_rows, 0.5), "none", "nothing fits")
rng = notebook.draws("pick")
drawn = {f"m{number}": {"latency_p95": float(number + 1), "macro_f1": float(f1), "size_mb": 1.0} for number, f1 in enumerate(rng.random(6))}
best = max(range(3), key=lambda number: drawn[f"m{number}"]["macro_f1"])
selfcheck.equal(selfcheck.call(pick, drawn, 3.5), f"m{best}", "the best of the three drawn candidates that fit")
notebook.tested("pick")

# %% key="pick-run"
fits = pick(rows, BUDGET_MS)
print(f"within {BUDGET_MS:.2f} ms: {fits}; without a budget: {pick(rows, np.inf)}")

# %% [markdown] key="confirm-text"
# ## Part 3. Confirmed with three seeds
#
# The table rests on one encoder. Is what the change costs larger than what seeds make anyway? Each seed's encoder is
# compared with *its own* compressed version, so the pairs share everything but the recipe.
#
# **Your turn.** Vary `recipe` from `"plain"` to the one you chose, and nothing else. Predict first: one metric, a
# direction, a range, a reason; something that could turn out wrong. Choose what you would deploy, whether or not it is
# what `pick` says: if nothing fits or the only one that fits is not worth having, confirm the candidate that you would
# offer instead, and defend it in the memo. `compress` measures size and latency of each arm on its own, so a busy
# minute shows in one arm: compare the two with the spreads in mind. Here all validation complaints are answered.

# %% key="compress"
def compress(config, data, run):
    """Compress the encoder of this seed by `config.recipe`, measure it, and finish `run` with its answers."""
    network = RECIPES[config.recipe](network_of(encoders[run.seed]))
    latency = compression.side_by_side(
        {config.recipe: compression.one_by_one(network, texts_for(config.recipe))}, CHOSEN, repetitions=REPETITIONS, threads=THREADS
    )[config.recipe]
    print(f"{config.recipe}, seed {run.seed}: {latency!r}. {latency.note}")
    measured = {**latency.measured, "size_mb": compression.size_mb(network)}
    run.finish(predictions=answers_of(network, config.recipe, np.arange(len(labels))), measured=measured)


PLAIN = Compression()

# %% experiment="recipe" vary="recipe" min_seeds=3 points=20 checks={"experiments.one_change": 5, "experiments.predicted_first": 4, "seeds.enough": {"points": 4, "minimum": 3}, "seeds.paired": 4, "seeds.distinct": 3}
experiment = notebook.experiment("recipe", vary="recipe")
# Three calls: experiment.run("baseline", compress, PLAIN, …), experiment.predict(…), experiment.run("changed", …).
### BEGIN SOLUTION
experiment.run("baseline", compress, PLAIN, data=data, seeds=SEEDS)
experiment.predict(
    metric="macro_f1",
    direction="down",
    low=-0.05,
    high=0.02,
    why="The classifier was never trained on what the first layers say, though for short texts they may say enough.",
)
CHANGED = replace(PLAIN, recipe="half_depth")
changed_runs = experiment.run("changed", compress, CHANGED, data=data, seeds=SEEDS)
### END SOLUTION

# %% key="confirm-report"
experiment.report()
plain_runs, changed_runs = ([experiment.arms[arm][seed] for seed in SEEDS] for arm in ("baseline", "changed"))
for arm, runs in {"baseline": plain_runs, "changed": changed_runs}.items():
    for metric in ("accuracy", "macro_f1", "latency_p50", "latency_p95", "size_mb"):
        values = [run.value(metric) for run in runs]
        notebook.value(f"recipe.{arm}.{metric}_sd", float(np.std(values, ddof=1)))

# %% only="solution" key="reference-seeds"
# Reference runs: every recipe under more seeds, each beside its own plain encoder.
for reference_seed in range(1000, 1000 + REFERENCE_SEEDS):
    encoders[reference_seed] = notebook.run("encoder", train, CONFIG, data=data, seed=reference_seed)
    for recipe in RECIPES:
        run = notebook.start(f"every.{recipe}", config=replace(PLAIN, recipe=recipe), seed=reference_seed, data=data, code=compress)
        compress(replace(PLAIN, recipe=recipe), data, run)

# %% key="confirm-verdict" yours=["VERDICT", "WHY"]
VERDICT = "cannot tell"  # or "effect", or "no effect"
WHY = "I have yet to read the intervals in the report."
experiment.meaningful(VERDICT, why=WHY)

# %% [markdown] memo="recipe_template" points=14 experiment="recipe" checks={"experiments.template_complete": 3, "experiments.held_constant": 2, "experiments.result_matches": 3, "experiments.meaningful_supported": 3, "seeds.summary_matches": 3}
# ### The experiment in five lines
#
# *Result*: quote the metric you predicted for both arms as **mean ± standard deviation** over the seeds, and the
# difference. *Meaningful?* says whether the difference is larger than the spread between seeds, and what the report's
# intervals say.
#
# | field | what you write |
# | --- | --- |
# <!-- BEGIN SOLUTION -->
# | Variable changed | the recipe, from plain to half the depth |
# | Held constant | data and split, the trained encoder of each seed, epochs, learning rate, max length, class weights, the three seeds, the texts that latency was measured on |
# | Prediction | macro-F1 goes down by up to 0.05, because the classifier was never trained on what the first layers say |
# | Result | macro-F1 was {{ reference("week5_homework", "recipe.baseline.macro_f1") }} ± {{ reference("week5_homework", "recipe.baseline.macro_f1_sd") }} in the baseline arm and {{ reference("week5_homework", "recipe.changed.macro_f1") }} ± {{ reference("week5_homework", "recipe.changed.macro_f1_sd") }} in the changed arm |
# | Meaningful? | Cannot tell from three seeds alone by the sign-flip test, which has no power with so few; the t interval rests on normality |
# <!-- END SOLUTION -->

# %% [markdown] key="segments-text"
# ## Part 4. Who pays
#
# ### Fixed and broken
#
# Compression breaks some answers and, by luck, mends others. The difference of the two is what accuracy shows; their sum
# is what your users notice.
#
# **Your turn.** Count the complaints that were right before and are wrong after (**broken**), and those that were wrong
# and are right (**fixed**).

# %% task="broken_and_fixed" points=7
def broken_and_fixed(before: np.ndarray, after: np.ndarray, labels: np.ndarray) -> tuple[int, int]:
    """(right before and wrong after, wrong before and right after), in complaints."""
    ### BEGIN SOLUTION
    was_right, is_right = before == labels, after == labels
    return int(np.sum(was_right & ~is_right)), int(np.sum(~was_right & is_right))
    ### END SOLUTION


# %% tests="broken_and_fixed"
toy_labels = np.array([0, 1, 2, 2, 1, 0])
broken, fixed = selfcheck.pair(selfcheck.call(broken_and_fixed, np.array([0, 1, 0, 2, 0, 1]), np.array([0, 0, 2, 1, 0, 2]), toy_labels), "broken_and_fixed")
selfcheck.equal(broken, 2, "two answers were right and are wrong now")
selfcheck.equal(fixed, 1, "one answer was wrong and is right now; wrong in another way is not fixed")
selfcheck.equal(tuple(selfcheck.call(broken_and_fixed, toy_labels, toy_labels, toy_labels)), (0, 0), "nothing changed")
selfcheck.equal(tuple(selfcheck.call(broken_and_fixed, toy_labels, (toy_labels + 1) % 3, toy_labels)), (6, 0), "everything broke")
drawn_labels, drawn_before, drawn_after = notebook.draws("broken_and_fixed").integers(0, 3, (3, 50))
broken, fixed = selfcheck.call(broken_and_fixed, drawn_before, drawn_after, drawn_labels)
selfcheck.equal(fixed - broken, int(np.sum(drawn_after == drawn_labels) - np.sum(drawn_before == drawn_labels)), "fixed minus broken is the change in right answers")
selfcheck.equal(broken + fixed, int(np.sum((drawn_before == drawn_labels) != (drawn_after == drawn_labels))), "their sum: answers that changed sides")
notebook.tested("broken_and_fixed")

# %% key="broken-run"
table = {}
for name, item in answers.items():
    if name != "plain":
        broken, fixed = broken_and_fixed(answers["plain"], item, labels[PART])
        table[name] = {"broken": broken, "fixed": fixed, "changed sides": broken + fixed, "net": fixed - broken}
        notebook.values({f"sides.{name}.broken": broken, f"sides.{name}.fixed": fixed})
pd.DataFrame(table).T

# %% [markdown] key="cost-text"
# ### Segment by segment
#
# **Your turn.** For each tier, return how its mean F1 changed (after minus before): the mean over the tier's classes that
# occur in the split, each class counted once. The F1 of class $c$ is $2\,TP_c / (\text{true}_c + \text{predicted}_c)$,
# and 0 where it is never right. Tiers without a class in the split are left out.

# %% task="cost_by_tier" points=8
def cost_by_tier(before: np.ndarray, after: np.ndarray, labels: np.ndarray, tiers: np.ndarray) -> dict[str, float]:
    """Tier → mean F1 after minus before, over its classes that occur in `labels`. `tiers`: one word a class."""
    ### BEGIN SOLUTION
    def f1(predictions):
        true, named = (np.bincount(item, minlength=len(tiers)) for item in (labels, predictions))
        right = np.bincount(labels[labels == predictions], minlength=len(tiers))
        return 2 * right / np.maximum(true + named, 1)

    change, occurs = f1(after) - f1(before), np.bincount(labels, minlength=len(tiers)) > 0
    return {str(tier): float(change[occurs & (tiers == tier)].mean()) for tier in np.unique(tiers[occurs])}
    ### END SOLUTION


# %% tests="cost_by_tier"
toy_tiers = np.array(["head", "tail", "tail", "tail"])
toy_labels = np.array([0, 0, 0, 1, 2, 2])
perfect, spoilt = toy_labels.copy(), np.array([0, 0, 0, 0, 2, 2])
cost = selfcheck.call(cost_by_tier, perfect, spoilt, toy_labels, toy_tiers)
selfcheck.close(cost.get("head"), 6 / 7 - 1, "the head pays for a wrong answer that lands in it")
selfcheck.close(cost.get("tail"), -1 / 2, "one of two tail classes fell to zero; class 3 does not occur and is not counted")
selfcheck.close(selfcheck.call(cost_by_tier, spoilt, perfect, toy_labels, toy_tiers)["tail"], 1 / 2, "after minus before")
selfcheck.equal(sorted(selfcheck.call(cost_by_tier, perfect[:3], perfect[:3], toy_labels[:3], toy_tiers)), ["head"], "a tier without a class in the split is left out")
many = selfcheck.call(cost_by_tier, np.array([1, 1, 1, 1, 2]), np.array([1, 1, 1, 2, 2]), np.array([1, 1, 1, 1, 2]), toy_tiers)
selfcheck.close(many["tail"], ((6 / 7 - 1) + (2 / 3 - 1)) / 2, "each class counts once, however many complaints it has")
from sklearn.metrics import f1_score

rng = notebook.draws("cost_by_tier")
drawn_labels, drawn_before, drawn_after = np.concatenate([np.tile(np.arange(4), (3, 1)), rng.integers(0, 4, (3, 36))], axis=1)
each = [f1_score(drawn_labels, item, average=None, labels=range(4), zero_division=0) for item in (drawn_before, drawn_after)]
selfcheck.close(selfcheck.call(cost_by_tier, drawn_before, drawn_after, drawn_labels, toy_tiers)["tail"], float((each[1] - each[0])[1:].mean()), "forty drawn complaints")
notebook.tested("cost_by_tier")

# %% key="cost-run"
costs = {name: cost_by_tier(answers["plain"], item, labels[PART], tiers) for name, item in answers.items() if name != "plain"}
for name, cost in costs.items():
    notebook.values({f"cost.{name}.{tier}": value for tier, value in cost.items()})
confirmed = [cost_by_tier(plain.predictions, changed.predictions, labels, tiers) for plain, changed in zip(plain_runs, changed_runs, strict=True)]
for tier in confirmed[0]:
    values = [cost[tier] for cost in confirmed]
    notebook.values({f"recipe.cost.{tier}": float(np.mean(values)), f"recipe.cost.{tier}_sd": float(np.std(values, ddof=1))})
    print(f"{tier}: {np.mean(values):+.3f} ± {np.std(values, ddof=1):.3f} over {len(values)} seeds of the confirmed recipe")
pd.DataFrame(costs).T.round(3)

# %% key="cost-look"
figures_errors.f1_by_tier({"plain": [run.metrics for run in plain_runs], "confirmed recipe": [run.metrics for run in changed_runs]}, tiers)

# %% [markdown] key="memo-text"
# ## Part 5. The memo
#
# Three sections, for the people who run the call centre. Quote numbers with the metric and the candidate they belong to;
# they are compared with what was recorded above. A latency comes with its place and its spread.
#
# A restarted notebook takes the latencies of Part 2 that it measured before, so a memo that quotes them stays true. On
# another machine, or with another model, they are measured anew: then quote the new ones.

# %% [markdown] memo="budget_memo" points=10 manual=6 min_words=100 checks={"memo.answered": 2, "memo.numbers_traced": 2}
# ### 1. The budget
#
# In 100 to 250 words: which candidates fit into the budget, by how much, on which machine, and how far did the
# repetitions differ? Which are dominated? Why does INT8 or INT4 save space and not always time on this model? Would the
# answer be the same on the machines of the call centre?
#
# <!-- BEGIN SOLUTION -->
# The budget is {{ reference("week5_homework", "budget.ms", ".3f") }} ms for the 95th percentile. The half-depth candidate
# has a 95th percentile of {{ reference("week5_homework", "candidate.half_depth.latency_p95", ".3f") }} ms, and in this run
# it is the only one that fits. The course's own runs under more seeds say how far that holds: half the depth fitted its
# seed's budget in seven of ten, and half the length in three of ten. The plain candidate has a 95th percentile of
# {{ reference("week5_homework", "candidate.plain.latency_p95", ".3f") }} ms, half the length
# {{ reference("week5_homework", "candidate.half_length.latency_p95", ".3f") }} ms, INT8
# {{ reference("week5_homework", "candidate.int8.latency_p95", ".3f") }} ms and INT4
# {{ reference("week5_homework", "candidate.int4.latency_p95", ".3f") }} ms. All were measured in turns on the one
# processor that the notebook names. Between the repetitions the median of the half-depth candidate differs by a factor of
# {{ reference("week5_homework", "candidate.half_depth.spread", ".2f") }}, that of the plain one by
# {{ reference("week5_homework", "candidate.plain.spread", ".2f") }}, and I do not call two candidates different where
# their ranges overlap.
#
# Half the length is dominated by half the depth, here and under each of those ten seeds: it takes longer, its file is
# not smaller, and its macro-F1 is
# {{ reference("week5_homework", "candidate.half_length.macro_f1") }} against
# {{ reference("week5_homework", "candidate.half_depth.macro_f1") }}. INT4 has a size of
# {{ reference("week5_homework", "candidate.int4.size_mb", ".3f") }} MB where the plain candidate has
# {{ reference("week5_homework", "candidate.plain.size_mb", ".3f") }} MB, and it saves no time, because its matrices are
# decoded for every text. INT8 replaces large products by cheaper ones and pays for rounding the activations, a bad
# bargain for small matrices. Leaving out layers removes work, and any processor notices that. On the call centre's
# machines the ratios may differ, above all for INT8, which depends on the instructions that a processor has: I would
# measure all five there, one text at a time, before I promise anything.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: says which candidates fit, with their latencies, the place and the spread of the repetitions
# - 1: names the dominated candidates, and by which candidate
# - 2: explains why fewer bits save space and not always time
# - 1: says what would have to be measured on the machines that serve
# - -2: calls two candidates different though their spreads overlap
# <!-- END RUBRIC -->

# %% [markdown] memo="who_pays" points=10 manual=6 min_words=100 checks={"memo.answered": 2, "memo.numbers_traced": 2}
# ### 2. Who pays
#
# In 100 to 250 words: for the recipe that you confirmed, how did F1 change in head, mid and tail, and how far do the
# seeds agree? How many answers broke and how many were fixed? Which candidate changes fewest answers? Is there a group of
# callers to whom you would have to explain this change?
#
# <!-- BEGIN SOLUTION -->
# For half the depth macro-F1 goes from {{ reference("week5_homework", "recipe.baseline.macro_f1") }} to
# {{ reference("week5_homework", "recipe.changed.macro_f1") }} over three seeds. By tier the mean change of F1 is
# {{ reference("week5_homework", "recipe.cost.head") }} ± {{ reference("week5_homework", "recipe.cost.head_sd") }} in the
# head, {{ reference("week5_homework", "recipe.cost.mid") }} ± {{ reference("week5_homework", "recipe.cost.mid_sd") }} in
# the middle and {{ reference("week5_homework", "recipe.cost.tail") }} ±
# {{ reference("week5_homework", "recipe.cost.tail_sd") }} in the tail, mean and standard deviation over the seeds. Where
# the deviation is larger than the change, the seeds do not agree. A tail class that was at zero cannot fall, so a small
# change in the tail does not mean that the tail is safe: it had little to lose. Of the answers of the first seed half the
# depth breaks {{ reference("week5_homework", "sides.half_depth.broken", ".0f") }} and fixes
# {{ reference("week5_homework", "sides.half_depth.fixed", ".0f") }}, INT8 breaks
# {{ reference("week5_homework", "sides.int8.broken", ".0f") }} and fixes
# {{ reference("week5_homework", "sides.int8.fixed", ".0f") }}, and reading half of each text breaks
# {{ reference("week5_homework", "sides.half_length.broken", ".0f") }}. The difference of broken and fixed answers is what
# accuracy shows. Callers notice their sum, and I would have to explain it to everybody whose answer is another one than
# last week, however small the difference between the means is.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: gives the change of F1 by tier, and says how far the seeds agree
# - 2: gives broken and fixed answers, and reads their sum and their difference as two facts
# - 1: notices that a class at zero has nothing to lose
# - 1: names the callers who would notice
# - -2: concludes from the mean alone that nothing was lost
# <!-- END RUBRIC -->

# %% [markdown] memo="recommendation" points=10 manual=6 min_words=100 checks={"memo.answered": 3, "memo.sources_cited": 1}
# ### 3. Recommendation and sources
#
# In 100 to 250 words: what do you offer the call centre: a candidate within the budget, one outside it, or neither? What
# decides it, and what would change your mind? Which experiment comes next (one change, a prediction, a number of seeds)?
# Close with your sources, and which AI tools you used for what; "none" is an answer.
#
# <!-- BEGIN SOLUTION -->
# I offer half the depth. Its 95th percentile of
# {{ reference("week5_homework", "candidate.half_depth.latency_p95", ".3f") }} ms is within the budget of
# {{ reference("week5_homework", "budget.ms", ".3f") }} ms on this machine, and I tell them plainly that theirs has to say
# the same. It removes work without cutting what is read. Its cost by tier is
# {{ reference("week5_homework", "recipe.cost.head") }} of F1 in the head,
# {{ reference("week5_homework", "recipe.cost.mid") }} in the middle and
# {{ reference("week5_homework", "recipe.cost.tail") }} in the tail, to be held against the spread between seeds. I would
# not offer half the length: its accuracy is {{ reference("week5_homework", "candidate.half_length.accuracy") }}, against
# {{ reference("week5_homework", "candidate.half_depth.accuracy") }} for half the depth, so the end of a complaint is
# used. My mind would change if a tier lost more on a second split, or if their own machines showed no gain; then I would
# say that this model does not fit, and not offer INT8 in its place, which changes fewer answers and saves no time here.
# The next experiment trains the model with half the layers on the large one's answers: one change, from cutting to
# training. I predict that it gains at least a point of accuracy over cutting, with three seeds.
#
# Sources: the week 5 lecture; Dettmers et al. (2022), *LLM.int8()*; Frantar et al. (2023), *GPTQ*; Han et al. (2015),
# *Learning both Weights and Connections for Efficient Neural Networks*. AI use: none.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: offers one thing, and names the evidence that decides it
# - 1: says whether it is within the budget, without rounding in its own favour
# - 1: says what would change the recommendation
# - 2: proposes one next experiment with one change, a prediction and a number of seeds
# - -2: recommends a candidate whose cost in a segment is not mentioned
# <!-- END RUBRIC -->

# %% notebook="whole" points=9 checks={"metrics.test_untouched": 1, "metrics.recomputed": 3, "form.ran_in_order": 1, "form.no_errors": 2, "memo.sections_present": 1, "memo.no_diary": 1, "form.outputs_present": 0, "form.headings": 0, "integrity.chain": 0}
notebook.summary()

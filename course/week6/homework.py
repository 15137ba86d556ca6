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
# # Week 6 homework: the recommendation
#
# In week 1 you were told that the question of this term is not which model is best but **which one you deploy, for what,
# and why**. You have built a classical baseline, an encoder, a decoder, weighted and calibrated versions, compressed ones
# and a student of a teacher. One more experiment, and then all of it goes on one scoreboard, from *your own records*. Three
# people wait for your answer. They need three.
#
# **What you hand in**: this notebook as one HTML file (from Kaggle, the executed `.ipynb`), through Moodle. The last
# cell says how.
#
# | part | points |
# | --- | --- |
# | 1. distillation, confirmed with three seeds (the experiment, its template) | 34 |
# | 2. the scoreboard of the term (two tasks) | 14 |
# | 3. three uses, three recommendations (three memos) | 36 |
# | 4. what the term showed (one memo) | 8 |
# | the notebook as a whole | 8 |

# %% [markdown] key="budget"
# ## What it costs
#
# The budget is **two hours** on a free T4, for everything. An epoch of all complaints takes the teacher about 10.7
# minutes; a model of half its depth takes about half of that, and an epoch on 10,000 complaints about a minute.
#
# | what | | minutes |
# | --- | --- | --- |
# | the teacher | 1 seed × 2 epochs, all complaints | 21 |
# | what it says about the training complaints | once, then kept | 3 |
# | students | 2 arms × 3 seeds × 4 epochs, 10,000 complaints | 24 × 1.0 = 24 |
# | latencies, on the processor | 2 models | 2 |
# | **together** | | **50** |
#
# What is left pays for a second teacher, or for more complaints a student.

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

import complaints
import paribus
from paribus import compression, earlier, figures_compression, figures_errors, kept, models, selfcheck, training
from paribus.training.distilled import distillation_loss

profile = paribus.profiles.get_profile(PROFILE, PROFILES)
notebook = paribus.begin("week6_homework", release="{{ release }}")
data = complaints.load(DATA or profile.data, size=profile.size)
notebook.use(data)
tiers = data.tiers()  # "head", "mid" or "tail" for each class, by its training examples
labels = data.validation.labels

# %% [markdown] key="teacher-text"
# ## Part 1. Distillation, confirmed
#
# In the lab you held one student against one twin. Here the **mixing weight** is the setting that changes, from 0 (labels
# alone) to 0.9 (nine tenths teacher), with three seeds an arm. All of them learn from one teacher, whose soft targets are
# computed once. The teacher is twice as deep as they are. `distillation_loss` is the library's; it is the function that you
# wrote in the lab.

# %% key="config"
TEACHER = models.teacher_of(MODEL or profile.model)  # of the tiny encoder, one that is twice as deep
# The small synthetic corpus is easier than the real one: smoke reads 16 tokens.
MAX_LENGTH = 16 if PROFILE == "smoke" else profile.max_length
FEW = min({"full": 10_000, "smoke": 1_200, "micro": 120}[PROFILE], len(data.train.texts))
SEEDS = (101, 102, 103)
TEACHING = training.TrainingConfig(
    model=TEACHER,
    epochs={"full": 2, "smoke": 3, "micro": 2}[PROFILE],
    batch_size=profile.batch_size,
    learning_rate=profile.learning_rate,
    max_length=MAX_LENGTH,
)


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


ALONE = Lesson(mix=0.0)


# %% key="train"
def teach(config, data, run):
    """Train the teacher on all complaints, log every epoch, and keep its logits for the training part."""
    fitted = training.fit(config, data, run=run, seed=run.seed)
    kept.put(run, "soft_targets", training.predict(fitted.model, training.prepare(data, config).train))


def small_network(seed):
    """The teacher's architecture with every second layer, untrained on complaints."""
    network, _ = models.load(TEACHER, len(data.classes), texts=data.train.texts, seed=seed)
    return compression.shallower(network, max(1, network.config.num_hidden_layers // 2))


def learn(config, data, run):
    """Train a small model by `config`, and log every epoch; the best one by macro-F1 counts."""
    training.seed_everything(run.seed)
    plain = replace(TEACHING, epochs=config.epochs, train_rows=config.train_rows)
    prepared, network = training.prepare(data, plain), small_network(run.seed)
    device, precision = training.device_and_precision()
    network.to(device)
    optimizer = training.make_optimizer(network, plain)
    steps = plain.epochs * len(training.batches(prepared.train, plain.batch_size))
    scheduler, scaler = training.make_schedule(optimizer, plain, steps), precision.scaler()
    place = {text: row for row, text in enumerate(data.train.texts)}
    targets = soft_targets[[place[text] for text in data.subset(config.train_rows, 0).train.texts]]
    for epoch in range(1, plain.epochs + 1):
        network.train()
        total = 0.0
        one_pass = training.batches(prepared.train, plain.batch_size, shuffle_seed=(run.seed, epoch))
        for batch in training.track(one_pass, f"epoch {epoch}"):
            batch = batch.to(device)
            with precision.autocast():
                logits = network(**batch.inputs).logits
            said = torch.tensor(targets[batch.rows], device=device)
            loss = distillation_loss(logits, said, batch.labels, temperature=config.temperature, mix=config.mix)
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


teacher = notebook.run("teacher", teach, TEACHING, data=data, seed=SEED)
soft_targets = kept.get(notebook, teacher, "soft_targets")

# %% [markdown] key="experiment-text"
# **Your turn.** Vary `mix` from 0.0 to 0.9 and nothing else, with every seed of `SEEDS`. Predict first: one metric, a
# direction, a range, a reason. Each seed's pair begins with the same weights and sees the same complaints in the same
# order.

# %% experiment="mix" vary="mix" min_seeds=3 points=20 checks={"experiments.one_change": 5, "experiments.predicted_first": 4, "seeds.enough": {"points": 4, "exploring": [13]}, "seeds.paired": 4, "seeds.distinct": 3}
experiment = notebook.experiment("mix", vary="mix")
# Three calls: experiment.run("baseline", learn, ALONE, …), experiment.predict(…), experiment.run("changed", …).
### BEGIN SOLUTION
experiment.run("baseline", learn, ALONE, data=data, seeds=SEEDS)
experiment.predict(
    metric="accuracy",
    direction="up",
    low=0.0,
    high=0.08,
    why="With few complaints a small model knows their labels by heart; soft targets give it more to learn from.",
)
DISTILLED = replace(ALONE, mix=0.9)
distilled_runs = experiment.run("changed", learn, DISTILLED, data=data, seeds=SEEDS)
### END SOLUTION

# %% key="experiment-report"
experiment.report()
alone_runs, distilled_runs = ([experiment.arms[arm][seed] for seed in SEEDS] for arm in ("baseline", "changed"))
for arm, runs in {"baseline": alone_runs, "changed": distilled_runs}.items():
    same = [float(np.mean(run.predictions == teacher.predictions)) for run in runs]
    notebook.value(f"mix.{arm}.same_answer", float(np.mean(same)))
    for metric in ("accuracy", "macro_f1"):
        notebook.value(f"mix.{arm}.{metric}_sd", float(np.std([run.value(metric) for run in runs], ddof=1)))
    print(f"{arm:>8}: the teacher's answer to {np.mean(same):.3f} ± {np.std(same, ddof=1):.3f} of the complaints")

# %% only="solution" key="reference-seeds"
# Reference runs: both arms under more seeds, all with the one teacher.
LESSONS = {"baseline": (ALONE, alone_runs), "changed": (DISTILLED, distilled_runs)} if REFERENCE_SEEDS else {}
for arm, (lesson, three) in LESSONS.items():
    more = []
    for reference_seed in range(1000, 1000 + REFERENCE_SEEDS):
        run = notebook.start(f"mix.{arm}", config=lesson, seed=reference_seed, data=data, code=learn)
        learn(lesson, data, run)
        more.append(run.finish())
    for metric in ("accuracy", "macro_f1"):
        notebook.value(f"mix.{arm}.{metric}_sd", float(np.std([run.value(metric) for run in (*three, *more)], ddof=1)))
    notebook.value(f"mix.{arm}.same_answer", float(np.mean([np.mean(run.predictions == teacher.predictions) for run in (*three, *more)])))

# %% key="experiment-verdict" yours=["VERDICT", "WHY"]
VERDICT = "cannot tell"  # or "effect", or "no effect"
WHY = "I have yet to read the intervals in the report."
experiment.meaningful(VERDICT, why=WHY)

# %% key="experiment-look"
figures_errors.f1_by_tier({"labels alone": [run.metrics for run in alone_runs], "distilled": [run.metrics for run in distilled_runs], "teacher": [teacher.metrics]}, tiers)

# %% [markdown] memo="mix_template" points=14 experiment="mix" checks={"experiments.template_complete": 3, "experiments.held_constant": 2, "experiments.result_matches": 3, "experiments.meaningful_supported": 3, "seeds.summary_matches": 3}
# ### Distillation in five lines
#
# *Result*: quote the metric you predicted for both arms as **mean ± standard deviation** over the seeds, and the
# difference. *Meaningful?* says whether the difference is larger than the spread between seeds, and what the report's
# intervals say. All seeds share one teacher: say what that leaves open.
#
# | field | what you write |
# | --- | --- |
# <!-- BEGIN SOLUTION -->
# | Variable changed | mix, the weight of the teacher, from 0.0 to 0.9 |
# | Held constant | data and split, the training complaints, teacher, temperature, number of layers, epochs, batch size, learning rate, max length, the three seeds |
# | Prediction | accuracy goes up by up to 0.08, because soft targets give a small model more to learn from than labels |
# | Result | accuracy was {{ reference("week6_homework", "mix.baseline.accuracy") }} ± {{ reference("week6_homework", "mix.baseline.accuracy_sd") }} in the baseline arm and {{ reference("week6_homework", "mix.changed.accuracy") }} ± {{ reference("week6_homework", "mix.changed.accuracy_sd") }} in the changed arm |
# | Meaningful? | Yes: over the three seeds both intervals of the difference exclude zero; all students share one teacher, so another teacher may give another size |
# <!-- END SOLUTION -->

# %% [markdown] key="board-text"
# ## Part 2. The scoreboard of the term
#
# The next cell opens the records of the term. It looks beside this notebook, then in outputs that you attached to it.
# Where it finds none, it takes the reference run's numbers, and where there are none of those either the row says that it
# is missing. **It tells you for every row whose numbers they are.** Numbers "on smoke" are those of a small network on
# made-up complaints: such a row cannot be compared with yours, so below its model counts as one that has to be measured.
# Before you go on, attach what is missing, or decide that you can do without it and say so.

# %% key="board-sources"
REFERENCE_RUNS = {
    "week1_lab": {
        "majority.accuracy": "{{ reference('week1_lab', 'majority.accuracy', '.4f') }}",
        "majority.macro_f1": "{{ reference('week1_lab', 'majority.macro_f1', '.4f') }}",
        "majority.zero_f1_classes": "{{ reference('week1_lab', 'majority.zero_f1_classes', '.1f') }}",
        "tfidf.accuracy": "{{ reference('week1_lab', 'tfidf.accuracy', '.4f') }}",
        "tfidf.macro_f1": "{{ reference('week1_lab', 'tfidf.macro_f1', '.4f') }}",
        "tfidf.zero_f1_classes": "{{ reference('week1_lab', 'tfidf.zero_f1_classes', '.1f') }}",
    },
    "week1_homework": {
        "encoder.accuracy": "{{ reference('week1_homework', 'encoder.accuracy', '.4f') }}",
        "encoder.macro_f1": "{{ reference('week1_homework', 'encoder.macro_f1', '.4f') }}",
        "encoder.zero_f1_classes": "{{ reference('week1_homework', 'encoder.zero_f1_classes', '.1f') }}",
    },
    "week2_homework": {
        "class_weights.baseline.accuracy": "{{ reference('week2_homework', 'class_weights.baseline.accuracy', '.4f') }}",
        "class_weights.baseline.macro_f1": "{{ reference('week2_homework', 'class_weights.baseline.macro_f1', '.4f') }}",
        "class_weights.baseline.zero_f1_classes": "{{ reference('week2_homework', 'class_weights.baseline.zero_f1_classes', '.1f') }}",
        "class_weights.changed.accuracy": "{{ reference('week2_homework', 'class_weights.changed.accuracy', '.4f') }}",
        "class_weights.changed.macro_f1": "{{ reference('week2_homework', 'class_weights.changed.macro_f1', '.4f') }}",
        "class_weights.changed.zero_f1_classes": "{{ reference('week2_homework', 'class_weights.changed.zero_f1_classes', '.1f') }}",
    },
    "week3_homework": {
        "encoder.accuracy": "{{ reference('week3_homework', 'encoder.accuracy', '.4f') }}",
        "encoder.macro_f1": "{{ reference('week3_homework', 'encoder.macro_f1', '.4f') }}",
        "encoder.zero_f1_classes": "{{ reference('week3_homework', 'encoder.zero_f1_classes', '.1f') }}",
        "encoder.latency_p95": "{{ reference('week3_homework', 'encoder.latency_p95', '.3f') }}",
        "encoder.trained_share": "{{ reference('week3_homework', 'encoder.trained_share', '.5f') }}",
        "decoder.accuracy": "{{ reference('week3_homework', 'decoder.accuracy', '.4f') }}",
        "decoder.macro_f1": "{{ reference('week3_homework', 'decoder.macro_f1', '.4f') }}",
        "decoder.zero_f1_classes": "{{ reference('week3_homework', 'decoder.zero_f1_classes', '.1f') }}",
        "decoder.latency_p95": "{{ reference('week3_homework', 'decoder.latency_p95', '.3f') }}",
        "decoder.trained_share": "{{ reference('week3_homework', 'decoder.trained_share', '.5f') }}",
    },
    "week4_homework": {
        "confirmed.baseline.accuracy": "{{ reference('week4_homework', 'confirmed.baseline.accuracy', '.4f') }}",
        "confirmed.baseline.macro_f1": "{{ reference('week4_homework', 'confirmed.baseline.macro_f1', '.4f') }}",
        "confirmed.baseline.zero_f1_classes": "{{ reference('week4_homework', 'confirmed.baseline.zero_f1_classes', '.1f') }}",
        "confirmed.changed.accuracy": "{{ reference('week4_homework', 'confirmed.changed.accuracy', '.4f') }}",
        "confirmed.changed.macro_f1": "{{ reference('week4_homework', 'confirmed.changed.macro_f1', '.4f') }}",
        "confirmed.changed.zero_f1_classes": "{{ reference('week4_homework', 'confirmed.changed.zero_f1_classes', '.1f') }}",
    },
    "week5_homework": {
        "recipe.baseline.accuracy": "{{ reference('week5_homework', 'recipe.baseline.accuracy', '.4f') }}",
        "recipe.baseline.macro_f1": "{{ reference('week5_homework', 'recipe.baseline.macro_f1', '.4f') }}",
        "recipe.baseline.zero_f1_classes": "{{ reference('week5_homework', 'recipe.baseline.zero_f1_classes', '.1f') }}",
        "recipe.baseline.latency_p95": "{{ reference('week5_homework', 'recipe.baseline.latency_p95', '.3f') }}",
        "recipe.baseline.size_mb": "{{ reference('week5_homework', 'recipe.baseline.size_mb', '.3f') }}",
        "recipe.changed.accuracy": "{{ reference('week5_homework', 'recipe.changed.accuracy', '.4f') }}",
        "recipe.changed.macro_f1": "{{ reference('week5_homework', 'recipe.changed.macro_f1', '.4f') }}",
        "recipe.changed.zero_f1_classes": "{{ reference('week5_homework', 'recipe.changed.zero_f1_classes', '.1f') }}",
        "recipe.changed.latency_p95": "{{ reference('week5_homework', 'recipe.changed.latency_p95', '.3f') }}",
        "recipe.changed.size_mb": "{{ reference('week5_homework', 'recipe.changed.size_mb', '.3f') }}",
    },
}
ROWS = [
    earlier.Row("majority class", "week1_lab", "majority"),
    earlier.Row("TF-IDF", "week1_lab", "tfidf"),
    earlier.Row("encoder, week 1", "week1_homework", "encoder"),
    earlier.Row("encoder, no weights", "week2_homework", "class_weights.baseline"),
    earlier.Row("encoder, sqrt-inverse weights", "week2_homework", "class_weights.changed"),
    earlier.Row("encoder, week 3", "week3_homework", "encoder"),
    earlier.Row("decoder with LoRA", "week3_homework", "decoder"),
    earlier.Row("encoder, week 4", "week4_homework", "confirmed.baseline"),
    earlier.Row("encoder, remedy of week 4", "week4_homework", "confirmed.changed"),
    earlier.Row("encoder, on the processor", "week5_homework", "recipe.baseline"),
    earlier.Row("encoder, compressed", "week5_homework", "recipe.changed"),
]
records = {assignment: earlier.earlier(assignment, reference=numbers) for assignment, numbers in REFERENCE_RUNS.items()}

# %% key="board-own"
# What this notebook adds: the teacher, the small models, and their latency on this machine.
plain_teacher, _ = models.load(TEACHER, len(data.classes), texts=data.train.texts, seed=0)
prepared = training.prepare(data, TEACHING)
TEXTS, REPETITIONS = {"full": (20, 3), "smoke": (60, 5), "micro": (10, 3)}[PROFILE]
THREADS = None if PROFILE == "full" else 1  # for so small a network, threads cost more than they give
timed = {"teacher": plain_teacher, "small": small_network(0)}
# Times differ from run to run, and your memo quotes them: a restarted notebook takes the ones it has.
found = compression.measured_once(
    notebook,
    "models",
    lambda: compression.side_by_side(
        {name: compression.one_by_one(model, prepared.validation) for name, model in timed.items()},
        np.linspace(0, len(labels) - 1, TEXTS).astype(int).tolist(),
        repetitions=REPETITIONS,
        threads=THREADS,
    ),
    of=(*timed.values(), TEXTS, REPETITIONS, THREADS),
)
for name, item in found.items():
    low, high = item.spread
    print(f"{name}: p95 {item.p95:.2f} ms, medians of {low:.2f} to {high:.2f} ms by repetition; {item.place}. {item.note}")
small_size, teacher_size = compression.size_mb(small_network(0)), compression.size_mb(plain_teacher)

# %% key="board"
# scoreboard
METRICS = ("accuracy", "macro_f1", "zero_f1_classes", "latency_p95", "size_mb", "trained_share")
board = {row.title: {metric: records[row.assignment].mean(row.run, metric) for metric in METRICS} for row in ROWS}
board["teacher"] = {metric: teacher.record.values.get(metric) for metric in METRICS[:3]} | {"latency_p95": found["teacher"].p95, "size_mb": teacher_size, "trained_share": 1.0}
for title, runs in {"small model alone": alone_runs, "small model distilled": distilled_runs}.items():
    board[title] = {metric: float(np.mean([run.value(metric) for run in runs])) for metric in METRICS[:3]}
    board[title] |= {"latency_p95": found["small"].p95, "size_mb": small_size, "trained_share": 1.0}
names = {title: "term." + "".join(letter if letter.isalnum() else "_" for letter in title.lower()) for title in board}
known = {f"{names[title]}.{metric}": value for title, row in board.items() for metric, value in row.items() if value is not None}
notebook.values(known)
scores = earlier.scoreboard(ROWS, records, METRICS, data.fingerprint)
own = pd.DataFrame({title: row for title, row in board.items() if title not in scores.index}).T
print(own.round(3).to_string(), "\n(the three above: this notebook)")
scores

# %% [markdown] key="eligible-text"
# ### What may be chosen at all
#
# Every use sets limits: so many milliseconds, no more than so many classes at zero. A candidate within all of them may be
# chosen. A candidate whose number is *not known* may not be, and is not out of the race either: somebody would have to
# measure it first.
#
# **Your turn.** `limits` maps a metric to the largest value that is allowed. Return two sorted lists: the candidates that
# keep every limit, and those of which a limited number is not known (`None`, or not there) while all that is known keeps
# its limit.

# %% task="eligible" points=7
def eligible(board: dict[str, dict[str, float | None]], limits: dict[str, float]) -> tuple[list[str], list[str]]:
    """(names that keep every limit, names that keep all known ones and lack a number), both sorted."""
    ### BEGIN SOLUTION
    fitting, unknown = [], []
    for name, row in board.items():
        values = [(row.get(metric), limit) for metric, limit in limits.items()]
        if all(value is None or value <= limit for value, limit in values):
            (unknown if any(value is None for value, _ in values) else fitting).append(name)
    return sorted(fitting), sorted(unknown)
    ### END SOLUTION


# %% tests="eligible"
toy_board = {
    "slow": {"latency_p95": 50.0, "zero_f1_classes": 10.0},
    "fast": {"latency_p95": 5.0, "zero_f1_classes": 40.0},
    "edge": {"latency_p95": 10.0, "zero_f1_classes": 20.0},
    "blank": {"latency_p95": None, "zero_f1_classes": 15.0},
    "bare": {"zero_f1_classes": 60.0},
}
fits, unknown = selfcheck.pair(selfcheck.call(eligible, toy_board, {"latency_p95": 10.0}), "eligible")
selfcheck.equal(list(fits), ["edge", "fast"], "within 10 ms, equal to it included, in alphabetical order")
selfcheck.equal(list(unknown), ["bare", "blank"], "latency not known: None, or not there")
fits, unknown = selfcheck.call(eligible, toy_board, {"latency_p95": 10.0, "zero_f1_classes": 20.0})
selfcheck.equal((list(fits), list(unknown)), (["edge"], ["blank"]), "two limits; one that is broken puts a candidate out, whatever is not known of it")
selfcheck.equal(tuple(map(list, selfcheck.call(eligible, toy_board, {}))), (sorted(toy_board), []), "no limits")
selfcheck.equal(tuple(map(list, selfcheck.call(eligible, {"zero": {"size_mb": 0.0}}, {"size_mb": 1.0}))), (["zero"], []), "0 is a number that is known")
values = notebook.draws("eligible").random(8)
drawn = {f"m{number}": {"size_mb": float(value)} for number, value in enumerate(values)}
fits, unknown = selfcheck.call(eligible, drawn, {"size_mb": float(values[3])})
selfcheck.equal(list(fits), sorted(name for name in drawn if drawn[name]["size_mb"] <= values[3]), "eight drawn sizes, the fourth as the limit")
notebook.tested("eligible")

# %% [markdown] key="break-even-text"
# ### What would change your mind
#
# A recommendation rests on a price that somebody assumed. Turn it round: **at which price of a wrong answer would both
# candidates cost the same?** Below it the cheaper machine wins, above it the better model does. If that price is absurd,
# the decision is safe.
#
# A month costs `running` (machines) plus the number of wrong answers times the price of one. With $N$ complaints a month
# and accuracies $a$,
#
# $$p^* = \frac{\text{running}_{\text{better}} - \text{running}_{\text{other}}}{N \, (a_{\text{better}} - a_{\text{other}})}.$$
#
# **Your turn.** Return that price. If the more accurate of the two is not dearer to run (or both are equally accurate and
# cost the same), there is nothing to weigh: return 0.0. If both are equally accurate and cost different amounts, no price
# makes up for it: return `math.inf`. The order of the arguments must not matter.

# %% task="break_even" points=7
import math


def break_even(one: tuple[float, float], other: tuple[float, float], complaints_a_month: int) -> float:
    """The price of a wrong answer at which both cost the same; each is (accuracy, running costs a month)."""
    ### BEGIN SOLUTION
    better, cheaper = (one, other) if (one[0], -one[1]) > (other[0], -other[1]) else (other, one)
    dearer = better[1] - cheaper[1]
    if better[0] == cheaper[0]:
        return 0.0 if dearer == 0 else math.inf
    return max(0.0, dearer / (complaints_a_month * (better[0] - cheaper[0])))
    ### END SOLUTION


# %% tests="break_even"
selfcheck.close(selfcheck.call(break_even, (0.60, 1_100.0), (0.55, 100.0), 10_000), 2.0, "1,000 more for 500 fewer wrong answers: 2 each")
selfcheck.close(selfcheck.call(break_even, (0.55, 100.0), (0.60, 1_100.0), 10_000), 2.0, "the same two in the other order")
selfcheck.close(selfcheck.call(break_even, (0.60, 50.0), (0.55, 100.0), 10_000), 0.0, "better and cheaper: nothing to weigh")
selfcheck.close(selfcheck.call(break_even, (0.60, 100.0), (0.55, 100.0), 10_000), 0.0, "better at the same cost: nothing to weigh")
selfcheck.equal(selfcheck.call(break_even, (0.60, 200.0), (0.60, 100.0), 10_000), float("inf"), "equally accurate, one is dearer: no price makes up for it")
selfcheck.equal(selfcheck.call(break_even, (0.60, 100.0), (0.60, 200.0), 10_000), float("inf"), "the same in the other order")
selfcheck.close(selfcheck.call(break_even, (0.60, 100.0), (0.60, 100.0), 10_000), 0.0, "twins")
gain, dearer = float(notebook.draws("break_even").uniform(0.01, 0.2)), float(notebook.draws("break_even").uniform(10, 900))
selfcheck.close(selfcheck.call(break_even, (0.5 + gain, 40.0 + dearer), (0.5, 40.0), 64_000), dearer / (64_000 * gain), "a drawn pair, 64,000 complaints a month", tolerance=1e-6)
notebook.tested("break_even")

# %% key="uses" yours="USES"
# Numbers of another profile say nothing about this one: nothing is known of these models here.
elsewhere = {row.title for row in ROWS if records[row.assignment].profile}
candidates = {title: {} if title in elsewhere else row for title, row in board.items()}
# Three uses. Change the limits to what you would defend, and say so in the memo.
USES = {
    "router, within 10 ms": {"latency_p95": 10.0},
    "weekly batch, rare classes matter": {"zero_f1_classes": float(np.median([row["zero_f1_classes"] for row in candidates.values() if row.get("zero_f1_classes") is not None]))},
    "no GPU, a small machine": {"latency_p95": 4 * found["small"].p95, "size_mb": 1.01 * small_size},
}
for use, limits in USES.items():
    fits, unknown = eligible(candidates, limits)
    told = ", ".join(f"{metric} at most {limit:.3g}" for metric, limit in limits.items())
    print(f"{use} ({told})\n   fits: {'; '.join(fits) or 'none'}\n   to be measured: {'; '.join(unknown) or 'none'}")

# %% key="uses-look"
points = {name: (row["latency_p95"], row["macro_f1"]) for name, row in candidates.items() if row.get("latency_p95") is not None and row.get("macro_f1") is not None}
figures_compression.tradeoff(points, cost="95th percentile (ms)", quality="macro-F1", limit=10.0)

# %% key="price" yours="RUNNING"
# At which price of a wrong answer is the teacher worth its machine? Put your own costs here.
RUNNING = {"teacher": 300.0, "small model distilled": 60.0}  # a month; say in the memo where they come from
price = break_even(*((board[name]["accuracy"], cost) for name, cost in RUNNING.items()), 64_000)
if math.isfinite(price):
    notebook.value("price.break_even", price)
print(f"A wrong answer must cost {price:,.4f} or more before the dearer of the two pays for itself.")

# %% [markdown] key="memo-text"
# ## Part 3. Three uses, three recommendations
#
# Each memo is for one reader. **Recommend one model**, give the evidence that decides it (two numbers at least, with the
# model and the metric they belong to, and whose records they are), and say **what would change your mind**: a number, a
# price, a limit. "It depends" is an answer only when you say on what, and which way it goes.

# %% [markdown] memo="router" points=12 manual=7 min_words=90 checks={"memo.answered": 2, "memo.numbers_traced": 3}
# ### 1. The router
#
# In 90 to 220 words: calls are routed while the caller waits; a complaint must be classified within 10 ms at the 95th
# percentile, and every misrouted call costs about the same.
#
# <!-- BEGIN SOLUTION -->
# I recommend the encoder as week 3 trained it. Every misrouted call costs about the same, so accuracy counts, and
# macro-F1 does not. On the scoreboard the encoder of week 3 has an accuracy of
# {{ reference("week3_homework", "encoder.accuracy") }} and a 95th percentile of
# {{ reference("week3_homework", "encoder.latency_p95", ".2f") }} ms, TF-IDF of week 1 has an accuracy of
# {{ reference("week1_lab", "tfidf.accuracy") }}, both from the reference runs. The distilled small model of this notebook
# has an accuracy of {{ reference("week6_homework", "mix.changed.accuracy") }}: it learned from few complaints, and it is
# faster, which nobody needs where the encoder is fast enough. The latency is that of the machine of week 3, a mean over
# its seeds; how far repetitions differ on a shared machine, this notebook prints for its own two models. So the router's
# machine decides, with texts as long as real ones.
#
# What would change my mind: a 95th percentile above 10 ms there. Then I would take TF-IDF, once somebody has measured it.
# The encoder of week 1 has an accuracy of {{ reference("week1_homework", "encoder.accuracy") }} and no latency on the
# scoreboard. It has the same architecture, so I would measure it next and take the more accurate one of the two.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: recommends one model that is within 10 ms, or says which measurement is missing
# - 2: decides by accuracy, since every error costs about the same, with two numbers and whose they are
# - 1: says where the latency was measured, and how far its repetitions differ
# - 2: says what would change the recommendation, as a number or a condition
# - -2: decides by macro-F1 or by size without a reason
# <!-- END RUBRIC -->

# %% [markdown] memo="batch" points=12 manual=7 min_words=90 checks={"memo.answered": 2, "memo.numbers_traced": 3}
# ### 2. The weekly batch
#
# In 90 to 220 words: once a week all complaints are searched for rare kinds of abuse. Time does not matter; a class that
# is never named can never be found. People check what the model flags.
#
# <!-- BEGIN SOLUTION -->
# For the weekly batch I recommend the encoder with square-root-inverse weights, and neither the fastest nor the most
# accurate model. In the reference run of week 2 the weighted encoder leaves
# {{ reference("week2_homework", "class_weights.changed.zero_f1_classes", ".1f") }} classes at F1 = 0, and the encoder
# without weights leaves {{ reference("week2_homework", "class_weights.baseline.zero_f1_classes", ".1f") }}. The encoder
# of week 1 read more of each text and leaves {{ reference("week1_homework", "encoder.zero_f1_classes", ".1f") }}. In this
# notebook the teacher has a macro-F1 of {{ reference("week6_homework", "teacher.macro_f1") }}, and in the mix experiment
# the changed arm has a macro-F1 of {{ reference("week6_homework", "mix.changed.macro_f1") }}: a student that saw fewer
# complaints finds fewer classes. The weights cost accuracy,
# {{ reference("week2_homework", "class_weights.changed.accuracy") }} against
# {{ reference("week2_homework", "class_weights.baseline.accuracy") }}, and that is cheap here: people check every flag,
# so a false alarm costs a minute, while a class that is never named costs everything that is in it.
#
# What would change my mind: if those who check can read only a fixed number of flags a week, then the precision of the
# rare classes decides. I would also train the encoder of week 1 with weights, and take it if it leaves fewer classes at
# zero. Many of these classes have five validation complaints or fewer, so I would want a second split.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: recommends one model by the classes it finds, and not by accuracy or speed
# - 2: gives two numbers, with the model, the metric, and whose records they are
# - 1: says what a false alarm costs here, beside a class that is never named
# - 2: says what would change the recommendation, as a number or a condition
# - -2: takes a difference in macro-F1 for sure, though small classes or seeds could make it
# <!-- END RUBRIC -->

# %% [markdown] memo="no_gpu" points=12 manual=7 min_words=90 checks={"memo.answered": 2, "memo.numbers_traced": 3}
# ### 3. No GPU
#
# In 90 to 220 words: a small agency runs everything on one old server: no GPU, little memory, nobody who could repair a
# broken installation.
#
# <!-- BEGIN SOLUTION -->
# For the agency I recommend TF-IDF. In the reference run of week 1 TF-IDF has an accuracy of
# {{ reference("week1_lab", "tfidf.accuracy") }}, and in this notebook's mix experiment the changed arm, the small model
# that was distilled, has an accuracy of {{ reference("week6_homework", "mix.changed.accuracy") }}. So the small network
# brings no accuracy that would pay for its libraries. The encoder of week 3 has an accuracy of
# {{ reference("week3_homework", "encoder.accuracy") }}; the difference is what the agency gives up. For that TF-IDF needs
# no deep learning library, trains again in a minute, and its mistakes can be read from its weights, which matters where
# nobody can repair anything. Its other price is the rare classes: it leaves
# {{ reference("week1_lab", "tfidf.zero_f1_classes", ".0f") }} classes at zero. Its size and its latency are not on the
# scoreboard, so I would have them measured on the old server before anything else. Four-bit weights are no answer, since
# my reference code decodes them for every text.
#
# What would change my mind: somebody whose job the installation is, and a server that holds the encoder of week 3 in
# memory and answers with it in time. Then I would take the encoder.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: recommends one model that the server can hold, and names what else it needs to run
# - 2: gives two numbers, with the model, the metric, and whose records they are
# - 1: weighs upkeep, such as repairs or training again, beside the scores
# - 2: says what would change the recommendation, as a number or a condition
# - -2: recommends a compressed model by its size alone
# <!-- END RUBRIC -->

# %% [markdown] key="term-text"
# ## Part 4. What the term showed
#
# The last memo is for yourself: what the scoreboard says about how you measured, and not only about models.

# %% [markdown] memo="term" points=8 manual=5 min_words=90 checks={"memo.answered": 2, "memo.sources_cited": 1}
# ### Looking back
#
# In 90 to 220 words: which row of the scoreboard surprised you against what you expected in week 1? Which comparison on it
# is *not* fair (other data, other seeds, another machine, a number that is missing), and what would make it fair? Which
# claim of yours from an earlier week would you take back or soften now? Close with your sources, and which AI tools you
# used for what; "none" is an answer.
#
# <!-- BEGIN SOLUTION -->
# In week 1 I expected every step up in size to show on the scoreboard. TF-IDF surprised me: its accuracy of
# {{ reference("week1_lab", "tfidf.accuracy") }} is above that of the distilled small model,
# {{ reference("week6_homework", "mix.changed.accuracy") }}, and close to the
# {{ reference("week3_homework", "encoder.accuracy") }} of the encoder of week 3. TF-IDF leaves
# {{ reference("week1_lab", "tfidf.zero_f1_classes", ".0f") }} classes at zero, the encoder
# {{ reference("week3_homework", "encoder.zero_f1_classes", ".0f") }}: rows that are close in accuracy are far apart in
# the classes that they find.
#
# The least fair comparison is that between rows of different weeks. They differ in seeds, tokens and epochs, and the
# small models of this week saw fewer complaints than TF-IDF did, so their row says little about distillation. To make it
# fair I would train all of them with the same seeds, tokens and complaints, and give each the same number of trials.
# Latencies come from different machines, so only those measured in one notebook can be compared. The claim that I would
# soften is that of week 1, where one seed seemed to show that a setting helped: with the spread between seeds that I have
# seen since, it was a lead and not a finding.
#
# Sources: the lectures of weeks 1 to 6; Hinton, Vinyals and Dean (2015), *Distilling the Knowledge in a Neural Network*;
# Sanh et al. (2019), *DistilBERT*. AI use: none.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: names a row that surprised, against an expectation of week 1
# - 2: names a comparison on the scoreboard that is not fair, and what would make it fair
# - 2: takes back or softens a claim of an earlier week, by what was learned since
# - -1: praises the term and takes nothing back
# <!-- END RUBRIC -->

# %% notebook="whole" points=8 checks={"metrics.best_checkpoint": 1, "metrics.test_untouched": 1, "metrics.recomputed": 2, "form.ran_in_order": 1, "form.no_errors": 1, "memo.sections_present": 1, "memo.no_diary": 1, "form.outputs_present": 0, "form.headings": 0, "integrity.chain": 0}
notebook.summary()

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
# # Week 3 homework: a challenger that trains next to nothing
#
# For two weeks your encoder had no rival. Here is one: a **decoder**, the kind of network that chats are made of. It
# is several times as large, it reads from left to right, and you will train less than a hundredth of its weights.
# The lectures' figures for the real one say that it wins on rare classes and loses on speed. This week you find out
# what that small share of weights is made of, hold both models against each other on the same complaints, and test one
# of the two knobs that everybody turns and few people measure.
#
# **What you hand in**: this notebook as one HTML file (from Kaggle, the executed `.ipynb`), through Moodle. The last
# cell says how.
#
# | part | points |
# | --- | --- |
# | 1. LoRA by hand: the update, merging it, counting it (three tasks) | 16 |
# | 2. encoder against decoder on the same complaints (one task) | 12 |
# | 3. rank or target layers: one change, three seeds | 38 |
# | 4. the memo: which model for which use | 24 |
# | the notebook as a whole | 10 |

# %% [markdown] key="budget"
# ## What it costs
#
# The budget is **three hours of training** on a free T4. On all of the course's training complaints an epoch takes
# about 10.7 minutes for the encoder and 18 minutes for the decoder: three epochs were measured at 32 and at 54 minutes.
# On 10,000 complaints an epoch of the decoder takes about 4.4 minutes, validation included.
#
# | what | epochs | minutes on a T4 |
# | --- | --- | --- |
# | the encoder, all data: 1 seed × 2 epochs | 2 | 2 × 10.7 = 21 |
# | the decoder, all data: 1 seed × 2 epochs | 2 | 2 × 18 = 36 |
# | rank or targets, 10,000 rows: 2 arms × 3 seeds × 2 epochs | 12 small | 12 × 4.4 = 53 |
# | **together** | | **110, which is 1 h 50 min** |
#
# Loading, tokenising and the stopwatch add two minutes or so a run. What is left pays for a repeated run or for three
# more seeds of the experiment. Begin with the two long runs and read on while they train.

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # how large the run is: "full" is the course; "smoke" and "micro" are small rehearsals
DATA = None  # None: what the profile says. Or "hub", "synthetic", or the path of a .parquet or .csv file
MODEL = None  # the encoder. None: what the profile says. Or a hub name, or the folder of a model
DECODER = None  # the decoder, in the same way
SEED = 13  # the seed of the two models that are compared
REFERENCE_SEEDS = 0  # for the instructor's reference runs; leave it at 0

# %% only=["kaggle", "colab"] key="torchao"
# The images carry an old torchao. peft refuses to work beside it, and nothing in this course needs it.
import subprocess
import sys

subprocess.run([sys.executable, "-m", "pip", "uninstall", "--yes", "--quiet", "torchao"], check=True)

# %% key="begin"
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

import complaints
import paribus
from paribus import figures, figures_errors, models, selfcheck, training

profile = paribus.profiles.get_profile(PROFILE, PROFILES)
notebook = paribus.begin("week3_homework", release="{{ release }}")
data = complaints.load(DATA or profile.data, size=profile.size)
notebook.use(data)

tiers = data.tiers()  # "head", "mid" or "tail" for each class, by its training examples
labels = data.validation.labels
ENCODER, DECODER = MODEL or profile.model, DECODER or profile.decoder

# %% [markdown] key="lora-text"
# ## Part 1. LoRA by hand
#
# Fine-tuning moves every weight. For a network of half a billion weights that means half a billion gradients, two
# running means for each of them in Adam, and a copy of the whole network for every task you adapt it to. Hu et al.
# (2021) asked whether the *change* needs so much room, and found that it does not. They leave a weight matrix
# $W$ of shape (out, in) as it is and learn a change of low rank beside it:
#
# $$y = W x + \frac{\alpha}{r}\, B (A x), \qquad A: (r, \text{in}),\quad B: (\text{out}, r)$$
#
# $A$ projects down to $r$ numbers, $B$ projects up again. $B$ begins at zero, so on the first step the network answers
# exactly as it did before. The rank $r$ says how many directions the change may use. $\alpha / r$ is only a factor; in
# this notebook it is one setting, `lora_scale`, so that it stays put when the rank changes. (Hold $\alpha$ instead
# and a larger rank also means smaller steps: two changes in one.)
#
# **Your turn.** Write that formula. `x` has shape (rows, in), `weight` (out, in), `down` is $A$ and `up` is $B$. Do
# not build the product $B A$: it would have the size of $W$, and avoiding that is the point.

# %% task="lora_output" points=6
def lora_output(x: torch.Tensor, weight: torch.Tensor, down: torch.Tensor, up: torch.Tensor, alpha: float) -> torch.Tensor:
    """What a linear layer with LoRA answers, shape (rows, out). `down`: (rank, in), `up`: (out, rank)."""
    ### BEGIN SOLUTION
    return x @ weight.T + (alpha / len(down)) * ((x @ down.T) @ up.T)
    ### END SOLUTION


# %% tests="lora_output"
toy_x = torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]])
toy_weight = torch.tensor([[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]])
toy_down, toy_up = torch.tensor([[1.0, 1.0, 0.0]]), torch.tensor([[3.0], [0.0]])
answered = selfcheck.call(lora_output, toy_x, toy_weight, toy_down, torch.zeros(2, 1), 8.0)
selfcheck.true(torch.allclose(answered, toy_x @ toy_weight.T), "with up = 0 the layer answers as before")
answered = selfcheck.call(lora_output, toy_x, toy_weight, toy_down, toy_up, 1.0)
selfcheck.true(torch.allclose(answered, torch.tensor([[10.0, 4.0], [4.0, 2.0]])), "rank 1, alpha 1, by hand")
answered = selfcheck.call(lora_output, toy_x, toy_weight, toy_down, toy_up, 2.0)
selfcheck.true(torch.allclose(answered, torch.tensor([[19.0, 4.0], [7.0, 2.0]])), "alpha 2 doubles the change alone")
generator = torch.Generator().manual_seed(int(notebook.draws("lora_output").integers(1_000_000)))
x, weight, down, up = (torch.randn(*shape, generator=generator) for shape in ((5, 7), (4, 7), (2, 7), (4, 2)))
selfcheck.true(
    torch.allclose(selfcheck.call(lora_output, x, weight, down, up, 6.0), x @ (weight + 3.0 * up @ down).T, atol=1e-4),
    "rank 2, alpha 6: the change is multiplied by alpha / rank",
)
once = selfcheck.call(lora_output, x, weight, down, up, 4.0)
twice = selfcheck.call(lora_output, x, weight, down.repeat(2, 1), up.repeat(1, 2), 8.0)
selfcheck.true(torch.allclose(twice, once + 2.0 * (x @ down.T) @ up.T, atol=1e-4), "rank 4, the same directions twice, alpha 8")
notebook.tested("lora_output")

# %% [markdown] key="merge-text"
# ### Merging
#
# While you train, LoRA costs two more multiplications in every layer it sits in. Afterwards it need not: the change can
# be added to $W$ once and for all, and the network has the size and speed that it had before anybody adapted it.
#
# **Your turn.** Return the weight that gives the same answers without `down` and `up`. The weight that was passed in
# must stay as it is: somebody may want to take the change out again, or add another one.

# %% task="merged_weight" points=5
def merged_weight(weight: torch.Tensor, down: torch.Tensor, up: torch.Tensor, alpha: float) -> torch.Tensor:
    """One matrix of the shape of `weight` that answers as the layer with LoRA does."""
    ### BEGIN SOLUTION
    return weight + (alpha / len(down)) * (up @ down)
    ### END SOLUTION


# %% tests="merged_weight"
toy_weight = torch.tensor([[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]])
toy_down, toy_up = torch.tensor([[1.0, 1.0, 0.0]]), torch.tensor([[3.0], [0.0]])
merged = selfcheck.call(merged_weight, toy_weight, toy_down, toy_up, 1.0)
selfcheck.equal(tuple(merged.shape), (2, 3), "the shape")
selfcheck.true(torch.allclose(merged, torch.tensor([[4.0, 3.0, 1.0], [0.0, 2.0, 0.0]])), "rank 1, alpha 1, by hand")
selfcheck.true(torch.equal(toy_weight, torch.tensor([[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]])), "the weight passed in stays as it is")
generator = torch.Generator().manual_seed(int(notebook.draws("merged_weight").integers(1_000_000)))
x, weight, down, up = (torch.randn(*shape, generator=generator) for shape in ((5, 6), (4, 6), (3, 6), (4, 3)))
merged = selfcheck.call(merged_weight, weight, down, up, 6.0)
selfcheck.true(
    torch.allclose(x @ merged.T, x @ weight.T + 2.0 * (x @ down.T) @ up.T, atol=1e-4), "the merged layer answers as the layer with LoRA"
)
selfcheck.equal(int(torch.linalg.matrix_rank(merged - weight)), 3, "the change has the rank of down and up")
notebook.tested("merged_weight")

# %% [markdown] key="share-text"
# ### Counting
#
# "Trains 0.46 % of its parameters" is the sentence that sells LoRA, and you should be able to check it. A parameter
# trains where its tensor says `requires_grad`. The new classification head trains as well, and it counts.
#
# **Your turn.** Count the numbers that train and give their share of all numbers in the network. A tensor that is used
# in two places is one tensor; `network.parameters()` already takes care of that.

# %% task="trained_share" points=5
def trained_share(network) -> tuple[int, float]:
    """(how many parameters train, their share of all parameters)."""
    ### BEGIN SOLUTION
    sizes = [(weights.numel(), weights.requires_grad) for weights in network.parameters()]
    trained = sum(size for size, trains in sizes if trains)
    return trained, trained / sum(size for size, _ in sizes)
    ### END SOLUTION


# %% tests="trained_share"
toy = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
count, share = selfcheck.pair(selfcheck.call(trained_share, toy), "trained_share")
selfcheck.equal(int(count), 26, "all parameters of two layers: 12 + 4 + 8 + 2")
selfcheck.close(share, 1.0, "their share")
toy[0].requires_grad_(False)
count, share = selfcheck.call(trained_share, toy)
selfcheck.equal(int(count), 10, "the first layer is frozen: 8 + 2 train")
selfcheck.close(share, 10 / 26, "the share is that of numbers, not of tensors")
toy.requires_grad_(False)
selfcheck.equal(tuple(selfcheck.call(trained_share, toy)), (0, 0.0), "everything frozen")
tied = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False), torch.nn.Linear(2, 2, bias=False))
tied[1].weight = tied[0].weight
selfcheck.equal(int(selfcheck.call(trained_share, tied)[0]), 4, "a tensor in two places counts once")
wide, narrow = notebook.draws("trained_share").integers(5, 60, 2).tolist()
toy = torch.nn.ModuleDict({"frozen": torch.nn.Linear(wide, 3).requires_grad_(False), "open": torch.nn.Linear(narrow, 2)})
count, share = selfcheck.call(trained_share, toy)
selfcheck.equal(int(count), 2 * narrow + 2, f"a layer of {narrow} inputs and 2 outputs trains")
selfcheck.close(share, (2 * narrow + 2) / (2 * narrow + 2 + 3 * wide + 3), "its share beside a frozen layer")
notebook.tested("trained_share")

# %% [markdown] key="config-text"
# ### Both models, and what each of them trains
#
# `training.add_lora` is a thin wrapper around peft: it freezes the network, puts `down` and `up` beside the layers that
# the configuration names in *every* block, and leaves the head open. Four choices of layers are on offer:
#
# | `lora_targets` | the layers of each block that get a change |
# | --- | --- |
# | `"query_value"` | the attention's queries and values, as in the paper |
# | `"attention"` | queries, keys, values, and the output projection |
# | `"feed_forward"` | the three matrices of the feed-forward part |
# | `"all"` | all seven |

# %% key="config"
EPOCHS = {"full": 2, "smoke": 3, "micro": 3}[PROFILE]
SUBSET_ROWS = min({"full": 10_000, "smoke": 1_500, "micro": 300}[PROFILE], len(data.train.texts))
MAX_LENGTH = profile.max_length if PROFILE == "full" else 24
BATCH_SIZE = 16 if PROFILE == "micro" else profile.batch_size  # a few hundred texts need more steps
SEEDS = (101, 102, 103)  # of the experiment; none of them is SEED

ENCODER_CONFIG = training.TrainingConfig(
    model=ENCODER, epochs=EPOCHS, batch_size=BATCH_SIZE, learning_rate=profile.learning_rate, max_length=MAX_LENGTH
)
# LoRA begins at zero and has few weights: it takes learning rates that would wreck a network that trains as a whole.
DECODER_CONFIG = training.AdapterConfig(
    model=DECODER,
    epochs=EPOCHS,
    batch_size=BATCH_SIZE,
    learning_rate={"full": 2e-4, "smoke": 4e-3, "micro": 5e-3}[PROFILE],
    max_length=MAX_LENGTH,
    lora_rank=8,
    lora_scale=2.0,
    lora_targets="attention",
)


def build(config, seed):
    """The network of a configuration on the CPU: with LoRA where it has a rank, else with all weights open."""
    network, _ = models.load(config.model, len(data.classes), texts=data.train.texts, seed=seed)
    return training.add_lora(network, config, seed=seed) if isinstance(config, training.AdapterConfig) else network


table = {}
for title, config in {
    "encoder": ENCODER_CONFIG,
    "decoder, rank 1": replace(DECODER_CONFIG, lora_rank=1),
    "decoder, rank 8": DECODER_CONFIG,
    "decoder, rank 32": replace(DECODER_CONFIG, lora_rank=32),
    "decoder, rank 8, all layers": replace(DECODER_CONFIG, lora_targets="all"),
}.items():
    count, share = trained_share(build(config, SEED))
    table[title] = {"trains": f"{count:,}", "share": f"{share:.2%}"}
notebook.value("share.decoder", trained_share(build(DECODER_CONFIG, SEED))[1])
pd.DataFrame(table).T

# %% [markdown] key="config-reading"
# Small models make the share look large: the head and the changes grow with the *width* of a network, its frozen
# weights with the square of it. In the tiny rehearsal models the share is a few percent. For the lecture's decoder of
# 494 million weights it was 0.46 %.
#
# ### Does your formula do what peft does?
#
# The next cell takes one adapted layer out of the network, gives it a change that is not zero, and holds your function
# and your merged weight against it.

# %% key="peft-check"
network = build(DECODER_CONFIG, SEED)
layer = next(module for name, module in network.named_modules() if name.endswith("q_proj"))
down, up = layer.lora_A["default"].weight, layer.lora_B["default"].weight
bias = 0 if layer.base_layer.bias is None else layer.base_layer.bias
alpha = DECODER_CONFIG.lora_scale * DECODER_CONFIG.lora_rank
with torch.inference_mode():
    up.copy_(torch.randn(up.shape, generator=torch.Generator().manual_seed(SEED)))
    x = torch.randn(3, layer.base_layer.in_features, generator=torch.Generator().manual_seed(SEED + 1))
    from_peft = layer(x)
    by_hand = lora_output(x, layer.base_layer.weight, down, up, alpha) + bias
    merged = x @ merged_weight(layer.base_layer.weight, down, up, alpha).T + bias
print(f"largest difference from peft: by hand {(from_peft - by_hand).abs().max():.1e}, merged {(from_peft - merged).abs().max():.1e}")

# %% [markdown] key="versus-text"
# ## Part 2. Encoder against decoder
#
# Same complaints, same split, same number of epochs, each with a learning rate that suits it. Five things are
# measured for both, since a model that is better at one of them is not yet better:
#
# - **quality**: accuracy, macro-F1, and the classes at F1 = 0;
# - **latency**: milliseconds for one complaint at a time, as a router would ask; the median (p50) and the time that one
#   complaint in twenty exceeds (p95);
# - **what trains**: how many parameters;
# - **what training takes**: seconds.
#
# A stopwatch has habits of its own. The first answers are slow (memory is claimed, kernels are chosen), so they are
# thrown away. A GPU works on while Python has gone ahead: without `synchronize` one measures how fast work is *handed
# over*. And whatever else your machine does at the time is in the numbers: read p50 and p95 together, and quote a
# latency with the place it was measured in.

# %% key="train"
def stopwatch(network, encoded, device, precision, count=60, warm_up=10):
    """Milliseconds for each of `count` complaints, one at a time, after `warm_up` that do not count."""
    singles = training.batches(training.take(encoded, np.arange(min(count + warm_up, len(encoded)))), 1)
    network.eval()
    milliseconds = []
    for batch in singles:
        began = time.perf_counter()
        with torch.inference_mode(), precision.autocast():
            network(**batch.to(device).inputs).logits.cpu()  # a result on the CPU has waited for the GPU
        milliseconds.append(1000 * (time.perf_counter() - began))
    return np.array(milliseconds[min(warm_up, len(milliseconds) // 2) :])


def train(config, data, run):
    """Fine-tune with `config`, log every epoch to `run`, and measure what the model costs."""
    training.seed_everything(run.seed)
    prepared = training.prepare(data, config)
    network = build(config, run.seed)
    device, precision = training.device_and_precision()
    network.to(device)
    optimizer = training.make_optimizer(network, config)
    steps = config.epochs * len(training.batches(prepared.train, config.batch_size))
    scheduler = training.make_schedule(optimizer, config, steps)
    scaler = precision.scaler()  # fp16 gradients would vanish without it; does nothing in bf16 and fp32
    seconds = 0.0
    for epoch in range(1, config.epochs + 1):
        network.train()
        total = torch.zeros((), device=device)
        began = time.perf_counter()
        one_pass = training.batches(prepared.train, config.batch_size, shuffle_seed=(run.seed, epoch))
        for batch in training.track(one_pass, f"epoch {epoch}"):
            batch = batch.to(device)
            with precision.autocast():
                logits = network(**batch.inputs).logits
            loss = functional.cross_entropy(logits.float(), batch.labels)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
            optimizer.zero_grad(set_to_none=True)
            total += loss.detach() * len(batch.labels)
        mean_loss = total.item() / len(prepared.train)  # waits for the GPU, so the clock is read after it
        seconds += time.perf_counter() - began
        logits = training.predict(network, prepared.validation, precision=precision)
        run.log(
            epoch=epoch,
            train_loss=mean_loss,
            validation_loss=training.validation_loss(logits, prepared.validation.labels),
            predictions=logits.argmax(axis=1),
        )
    milliseconds = stopwatch(network, prepared.validation, device, precision)
    run.finish(
        measured={
            "trained_parameters": float(trained_share(network)[0]),
            "trained_share": trained_share(network)[1],
            "seconds": seconds,
            "latency_p50": float(np.percentile(milliseconds, 50)),
            "latency_p95": float(np.percentile(milliseconds, 95)),
        }
    )


encoder = notebook.run("encoder", train, ENCODER_CONFIG, data=data, seed=SEED)
decoder = notebook.run("decoder", train, DECODER_CONFIG, data=data, seed=SEED)

# %% only="solution" key="reference-seeds"
# Reference runs: both models under more seeds, for bands that an honest run of a student falls into.
for reference_seed in range(1000, 1000 + REFERENCE_SEEDS):
    for name, config in {"encoder": ENCODER_CONFIG, "decoder": DECODER_CONFIG}.items():
        run = notebook.start(name, config=config, seed=reference_seed, data=data, code=train)
        train(config, data, run=run)

# %% key="versus-table"
SHOWN = {
    "accuracy": ".3f", "macro_f1": ".3f", "zero_f1_classes": ".0f", "latency_p50": ".2f", "latency_p95": ".2f",
    "trained_parameters": ",.0f", "seconds": ",.0f",
}  # fmt: skip
pd.DataFrame({run.name: {name: format(run.value(name), shape) for name, shape in SHOWN.items()} for run in (encoder, decoder)})

# %% key="curves"
figures.training_curves({"encoder": encoder.epochs, "decoder": decoder.epochs})

# %% [markdown] key="agreement-text"
# ### Do they make the same mistakes?
#
# Two models with the same accuracy may be right about the same complaints, or about quite different ones. In the second
# case each knows something that the other does not, and a difference of half a point between them is the small
# remainder of two large numbers.
#
# **Your turn.** Count the complaints that both get right, only the first, only the second, and neither.

# %% task="agreement" points=6
def agreement(labels: np.ndarray, first: np.ndarray, second: np.ndarray) -> dict[str, int]:
    """How many complaints "both", "only first", "only second" and "neither" of two models get right."""
    ### BEGIN SOLUTION
    one, other = first == labels, second == labels
    return {
        "both": int(np.sum(one & other)),
        "only first": int(np.sum(one & ~other)),
        "only second": int(np.sum(~one & other)),
        "neither": int(np.sum(~one & ~other)),
    }
    ### END SOLUTION


# %% tests="agreement"
counts = selfcheck.call(agreement, np.array([0, 1, 2, 0, 1]), np.array([0, 1, 0, 0, 2]), np.array([0, 0, 2, 0, 2]))
selfcheck.equal(sorted(counts), ["both", "neither", "only first", "only second"], "the four names")
selfcheck.equal(counts["both"], 2, "both are right about complaints 0 and 3")
selfcheck.equal(counts["only first"], 1, "only the first is right about complaint 1")
selfcheck.equal(counts["only second"], 1, "only the second is right about complaint 2")
selfcheck.equal(counts["neither"], 1, "both answer 2 where the truth is 1: agreeing is not being right")
same = selfcheck.call(agreement, np.array([1, 1]), np.array([0, 1]), np.array([0, 1]))
selfcheck.equal((same["both"], same["neither"]), (1, 1), "a model and its copy")
truth, one, other = notebook.draws("agreement").integers(0, 3, (3, 60))
counts = selfcheck.call(agreement, truth, one, other)
selfcheck.equal(sum(counts.values()), 60, "every complaint once")
selfcheck.equal(counts["both"] + counts["only first"], int(np.sum(truth == one)), "what the first gets right")
selfcheck.equal(counts["both"] + counts["only second"], int(np.sum(truth == other)), "what the second gets right")
notebook.tested("agreement")

# %% key="agreement-run"
counts = agreement(labels, encoder.predictions, decoder.predictions)
notebook.values({f"agreement.{name.replace(' ', '_')}": count for name, count in counts.items()})
print(", ".join(f"{name}: {count}" for name, count in counts.items()))
print(f"a model that knew when to ask which of the two would be right about {1 - counts['neither'] / len(labels):.1%}")
notebook.compare("models", encoder, decoder)

# %% key="tier-figure"
figures_errors.f1_by_tier({"encoder": [encoder.metrics], "decoder": [decoder.metrics]}, tiers)

# %% [markdown] key="versus-reading"
# With the tiny models of the rehearsal profiles the decoder has no head start: it has read nothing but these
# complaints, and it need not win anywhere. What carries over is the *kind* of table. Whether the decoder's better
# start is worth its price can only be seen with the real one.
#
# The last table compares two fitted models, one run each. McNemar's test looks at the complaints that only one of them
# gets right; the intervals say what another validation split could have shown. Neither says what another seed would do.

# %% [markdown] memo="models_read" points=6 manual=3 min_words=60 checks={"memo.answered": 1, "memo.numbers_traced": 2}
# ### What the comparison shows
#
# In 60 to 160 words: compare both models in accuracy, macro-F1 and classes at F1 = 0. Which differences do McNemar's
# test and the intervals over items support? How many complaints does only one of the two get right, and what does
# that number tell you beyond the two accuracies?
#
# <!-- BEGIN SOLUTION -->
# The encoder has an accuracy of {{ reference("week3_homework", "encoder.accuracy") }}, a
# macro-F1 of {{ reference("week3_homework", "encoder.macro_f1") }} and
# {{ reference("week3_homework", "encoder.zero_f1_classes", ".0f") }} classes at F1 = 0; the decoder has an
# accuracy of {{ reference("week3_homework", "decoder.accuracy") }}, a
# macro-F1 of {{ reference("week3_homework", "decoder.macro_f1") }} and
# {{ reference("week3_homework", "decoder.zero_f1_classes", ".0f") }} classes at F1 = 0. A difference counts as seen
# only where its interval over items leaves out zero, and for accuracy McNemar's test asks the same question of the
# complaints that one model alone gets right. The encoder alone gets
# {{ reference("week3_homework", "agreement.only_first", ".0f") }} right, the decoder alone
# {{ reference("week3_homework", "agreement.only_second", ".0f") }}. The difference of these two counts makes the
# difference of the accuracies. Their sum says how often one model is right where the other is wrong; it is never
# smaller, and no score shows it. One run each says nothing about other seeds.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: compares accuracy, macro-F1 and the classes at zero, with numbers
# - 1: says which differences the test and the intervals support, and which they do not
# - 1: reads the complaints that one model alone gets right as disagreement that the scores hide
# - -1: takes one run of each model for proof about the configurations
# <!-- END RUBRIC -->

# %% [markdown] key="experiment-text"
# ## Part 3. Rank, or target layers?
#
# Two knobs decide how much LoRA may change. The **rank** says how many directions each matrix gets; the **target
# layers** say which matrices get any. Both cost parameters, so both can be bought with the same money. Two opinions are
# common: that the rank hardly matters once all layers are adapted (Dettmers et al., 2023), and that a rank too small
# cannot hold what a hard task needs. It is *your* task that decides.
#
# **Your turn.** Vary **one** of them, `lora_rank` or `lora_targets`, on the subset, with the three seeds of `SEEDS`
# in both arms. Take a step that is worth 53 minutes: a rank of 1 or of 64 against 8, all layers against the attention.
# Predict first, and predict something that may turn out wrong.

# %% key="exploring"
SMALL = replace(DECODER_CONFIG, train_rows=SUBSET_ROWS)
SMALL

# %% experiment="one_knob" vary=["lora_rank", "lora_targets"] min_seeds=3 points=20 checks={"experiments.one_change": 6, "experiments.predicted_first": 4, "seeds.enough": {"points": 4, "exploring": [13]}, "seeds.paired": 3, "seeds.distinct": 3}
### BEGIN SOLUTION
experiment = notebook.experiment("one_knob", vary="lora_rank")
baseline_runs = experiment.run("baseline", train, SMALL, data=data, seeds=SEEDS)
experiment.predict(
    metric="accuracy",
    direction="down",
    low=-0.10,
    high=0.0,
    why="One direction a matrix is little room, but the head stays free to use what the frozen network knows.",
)
changed_runs = experiment.run("changed", train, replace(SMALL, lora_rank=1), data=data, seeds=SEEDS)
### END SOLUTION

# %% key="experiment-report"
experiment.report()
baseline_runs, changed_runs = ([experiment.arms[arm][seed] for seed in SEEDS] for arm in ("baseline", "changed"))
for arm, runs in {"baseline": baseline_runs, "changed": changed_runs}.items():
    for metric in ("accuracy", "macro_f1"):
        notebook.value(f"one_knob.{arm}.{metric}_sd", float(np.std([run.value(metric) for run in runs], ddof=1)))

# %% key="experiment-figure"
figures_errors.by_seed(
    {
        title: ([run.value(name) for run in baseline_runs], [run.value(name) for run in changed_runs])
        for title, name in {"accuracy": "accuracy", "macro-F1": "macro_f1", "training loss": "train_loss"}.items()
    },
    seeds=SEEDS,
)

# %% key="verdict" yours=["VERDICT", "WHY"]
VERDICT = "cannot tell"  # or "effect", or "no effect"
WHY = "I have yet to read the intervals in the report."
experiment.meaningful(VERDICT, why=WHY)

# %% [markdown] memo="one_knob_template" points=12 experiment="one_knob" checks={"experiments.template_complete": 2, "experiments.held_constant": 2, "experiments.result_matches": 3, "experiments.meaningful_supported": 3, "seeds.summary_matches": 2}
# ### The experiment in five lines
#
# *Result*: the metric you predicted, for both arms, as **mean ± standard deviation** over the seeds, and the
# difference. *Meaningful?* says whether it is larger than the spread between seeds, and what the intervals say.
#
# | field | what you write |
# | --- | --- |
# <!-- BEGIN SOLUTION -->
# | Variable changed | the rank of LoRA, from 8 to 1 |
# | Held constant | data and subset, split, model, epochs, batch size, learning rate, scheduler, max length, weight decay, lora scale, lora targets, the three seeds |
# | Prediction | accuracy goes down by up to 0.10, because one direction a matrix is little room |
# | Result | accuracy was {{ reference("week3_homework", "one_knob.baseline.accuracy") }} ± {{ reference("week3_homework", "one_knob.baseline.accuracy_sd") }} for the baseline and {{ reference("week3_homework", "one_knob.changed.accuracy") }} ± {{ reference("week3_homework", "one_knob.changed.accuracy_sd") }} with rank 1 |
# | Meaningful? | Cannot tell from three seeds alone: a sign-flip test of three seeds has no power, and all runs share one split |
# <!-- END SOLUTION -->

# %% [markdown] memo="one_knob_reading" points=6 manual=4 min_words=60 checks={"memo.answered": 1, "memo.numbers_traced": {"points": 1, "experiment": "one_knob"}}
# ### What your knob did
#
# In 60 to 160 words: how many parameters does each arm train, and what did the difference buy or cost? Is the result
# larger than the spread between seeds? Why was the scale held, and not alpha?
#
# <!-- BEGIN SOLUTION -->
# With rank 8 the decoder has an accuracy of {{ reference("week3_homework", "one_knob.baseline.accuracy") }}, and with
# rank 1 it has an accuracy of {{ reference("week3_homework", "one_knob.changed.accuracy") }}. Rank 8 trains
# {{ reference("week3_homework", "one_knob.baseline.trained_parameters", ",.0f") }} parameters and rank 1
# {{ reference("week3_homework", "one_knob.changed.trained_parameters", ",.0f") }}, the head included: rank 1 has an
# eighth of the numbers that LoRA adds and a head of the same size, so the whole count falls by less than a factor of
# eight. The difference has to be read beside the standard deviation between seeds and against the paired interval:
# where that contains zero, the cheaper arm is not shown to be worse, and not shown to be equal either. The scale was
# held because alpha divided by the rank multiplies the change: with a fixed alpha the changed arm would also have had a
# change eight times as large, and nobody could say which of the two did it.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: says how many parameters train in each arm, the head included
# - 1: sets the difference between the arms beside the spread between seeds
# - 1: says what the interval allows, and does not take "not shown to differ" for "shown to be equal"
# - 1: explains that a fixed alpha would change the step size together with the rank
# - -1: claims an effect that lies within the spread between seeds
# <!-- END RUBRIC -->

# %% [markdown] key="memo-intro"
# ## Part 4. The memo
#
# For a colleague who has to decide and has not seen this notebook. Quote numbers with the model and the metric that they
# belong to (`notebook.quote(decoder, "macro_f1")` shows one as text to paste), and latencies with their place.

# %% [markdown] memo="uses" points=14 manual=9 min_words=120 checks={"memo.answered": 2, "memo.numbers_traced": 3}
# ### Which model for which use
#
# In 120 to 300 words: (a) a router has to answer within 10 ms; (b) a weekly batch looks for rare kinds of
# complaints; (c) twelve departments each want a classifier of their own with their own classes. Which of the two models for
# which of these, and by which measured number? For (c) think about what has to be stored and trained for each department.
# What in your evidence would have to change for you to decide otherwise?
#
# <!-- BEGIN SOLUTION -->
# For the router I take the encoder. Its median latency is
# {{ reference("week3_homework", "encoder.latency_p50", ".2f") }} ms here and its p95 is
# {{ reference("week3_homework", "encoder.latency_p95", ".2f") }} ms. I hold the p95 against the limit, since one
# complaint in twenty is slower than that, and I would measure it again where the router will run. A decoder of half a
# billion weights on a T4 is far beyond ten milliseconds in the lecture's figures, whatever its quality.
#
# For the weekly batch nobody waits, so the classes at zero and macro-F1 decide. On average over our runs the encoder
# leaves {{ reference("week3_homework", "encoder.zero_f1_classes", ".0f") }} classes at F1 = 0, and the decoder leaves
# {{ reference("week3_homework", "decoder.zero_f1_classes", ".0f") }} classes at F1 = 0; I take the one with fewer,
# after three seeds have confirmed that the order holds.
#
# For twelve departments the decoder with LoRA is attractive even at equal quality: one frozen network serves all of
# them, and each department adds only its matrices and its head, which are small enough to keep in memory and to swap.
# Twelve encoders are twelve whole networks.
#
# I would decide otherwise for the batch if the interval over seeds of the difference in macro-F1 contained zero, since
# then the cheaper model is the better answer; and for the router if merged and compressed weights brought the decoder
# below the limit.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: decides the router by a latency that was measured, p95 against the limit
# - 2: decides the batch by macro-F1 or the classes at zero, and says how sure that is
# - 2: decides the departments by what is stored and trained for each of them
# - 1: names the place where latencies were measured, or what else ran there
# - 2: says what evidence would change one of the decisions
# - -2: calls one model better for every use
# <!-- END RUBRIC -->

# %% [markdown] memo="limits" points=10 manual=6 min_words=80 checks={"memo.answered": 2, "memo.sources_cited": 2}
# ### What the comparison cannot show, and sources
#
# In 80 to 200 words: was it fair? Name one thing that favoured the encoder and one that favoured the decoder (think of
# learning rates, sizes, what each had read before, epochs). Which single experiment would settle the point that worries you
# most (one change, a prediction, seeds)? Close with your sources: what you read, and which AI tools you used for what;
# "none" is an answer.
#
# <!-- BEGIN SOLUTION -->
# Both models saw the same complaints for the same number of epochs, and that is where fairness ends. The encoder had two
# weeks of attention: its learning rate was chosen in earlier runs, the decoder's was taken from the literature. On the other
# hand the real decoder is more than three times as large and has read far more text, so the comparison is of two
# products and not of two architectures; nothing in it says that reading from left to right is better. The latency was
# measured with one complaint at a time, which favours the encoder, since large batches hide part of the decoder's cost.
#
# What worries me most is the learning rate. I would sweep it for the decoder over three values a factor of three apart
# with one seed, confirm the best with three fresh seeds against the present one, and I predict less than one point of
# macro-F1.
#
# Sources: the week 3 lecture; Hu et al. (2021), *LoRA: Low-Rank Adaptation of Large Language Models*; Dettmers et al.
# (2023), *QLoRA*. AI use: none.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: names one thing that favoured the encoder and one that favoured the decoder
# - 2: says that size and pre-training differ together with the architecture
# - 1: proposes one experiment in which one thing changes
# - 1: gives its prediction and the number of seeds
# - -1: calls the comparison fair because the data were the same
# <!-- END RUBRIC -->

# %% notebook="whole" points=10 checks={"metrics.recomputed": 2, "metrics.test_untouched": 1, "form.ran_in_order": 2, "form.no_errors": 2, "memo.sections_present": 1, "memo.no_diary": 2, "form.outputs_present": 0, "form.headings": 0, "integrity.chain": 0}
notebook.summary()

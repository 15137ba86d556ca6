# %% [markdown]
# # One model of a zoo
#
# The instructor's record of one training run: its configuration, its curves, and what it says about the validation
# part. `paribus zoo build` runs this notebook once for every recipe; nothing of it goes to students.

# %%
import json
from importlib import import_module
from pathlib import Path

from IPython.display import display

from generator.zoo.figures import curves, instruments
from generator.zoo.making import make
from generator.zoo.outcome import checkpoint_folder, write_outcome, write_progress
from paribus import training
from paribus.metrics import evaluate
from paribus.training.regime import regime_from

# %% tags=["parameters"]
LOAD = ""  # the function of the course's library that loads the data, as module:function
DATA = ""  # what it is called with first, where that is anything
SETTINGS = "{}"  # what it is called with by name, as JSON
NAME = "baseline"
CONFIG = "{}"  # the training configuration, as JSON
REGIME = "{}"  # what else the recipe sets, as JSON
YARDSTICK = ""  # the plain architecture that latencies are held against, where the zoo hands out sheets
SEED = 13

# %%
config = training.TrainingConfig(**json.loads(CONFIG))
regime = regime_from(json.loads(REGIME))
display({"recipe": NAME, "seed": SEED, "config": json.loads(CONFIG), "regime": json.loads(REGIME)})

# %% [markdown]
# ## Data

# %%
module, _, function = LOAD.partition(":")
data = getattr(import_module(module), function)(*([DATA] if DATA else []), **json.loads(SETTINGS))
display(f"{len(data.train):,} training and {len(data.validation):,} validation texts, {len(data.classes)} classes")

# %% [markdown]
# ## Training

# %%
checkpoints = checkpoint_folder(CONFIG, REGIME, SEED, data.fingerprint)
made = make(
    config, regime, data, SEED, sheets=bool(YARDSTICK), yardstick=YARDSTICK, checkpoints=checkpoints,
    report=write_progress,
)  # fmt: skip
recorded = made.recorded
device, precision = training.device_and_precision()
parameters = sum(value.numel() for value in recorded.model.parameters())
display(f"{parameters:,} parameters, {device}, {precision.name}")
display(f"{recorded.steps_per_epoch:,} steps an epoch; resumed after epoch {recorded.resumed}")

# %% [markdown]
# ## Curves

# %%
display(curves(recorded.log))

# %%
display(instruments(recorded.log))

# %% [markdown]
# ## What it says about the validation part

# %%
labels = made.prepared.validation.labels
display(evaluate(labels, made.logits.argmax(axis=1), len(data.classes)))
display(made.sheet or "no sheet")
write_outcome(Path("outcome"), made, labels, checkpoints)

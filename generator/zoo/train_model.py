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
from generator.zoo.outcome import checkpoint_folder, make_model, write_outcome, write_progress
from paribus import training
from paribus.metrics import evaluate
from paribus.training.recorded import train_recorded
from paribus.training.regime import regime_from
from paribus.training.shared import prepare_shared

# %% tags=["parameters"]
LOAD = ""  # the function of the course's library that loads the data, as module:function
DATA = ""  # what it is called with first, where that is anything
SETTINGS = "{}"  # what it is called with by name, as JSON
NAME = "baseline"
CONFIG = "{}"  # the training configuration, as JSON
REGIME = "{}"  # what else the recipe sets, as JSON
SEED = 13

# %%
config = training.TrainingConfig(**json.loads(CONFIG))
regime = regime_from(json.loads(REGIME))
display({"recipe": NAME, "seed": SEED, "config": json.loads(CONFIG), "regime": json.loads(REGIME)})

# %% [markdown]
# ## Data and model

# %%
module, _, function = LOAD.partition(":")
data = getattr(import_module(module), function)(*([DATA] if DATA else []), **json.loads(SETTINGS))
training.seed_everything(SEED)
model, tokenizer = make_model(config, regime, data, SEED)
prepared = prepare_shared(data, config, tokenizer)
device, precision = training.device_and_precision()
sizes = f"{len(prepared.train):,} training and {len(prepared.validation):,} validation texts"
display(f"{sizes}, {len(data.classes)} classes")
display(f"{sum(value.numel() for value in model.parameters()):,} parameters, {device}, {precision.name}")

# %% [markdown]
# ## Training

# %%
checkpoints = checkpoint_folder(CONFIG, REGIME, SEED, data.fingerprint)
recorded = train_recorded(
    model, config, regime, prepared, seed=SEED, device=device, precision=precision,
    checkpoints=checkpoints, report=write_progress,
)  # fmt: skip
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
display(evaluate(prepared.validation.labels, recorded.logits.argmax(axis=1), len(data.classes)))
write_outcome(Path("outcome"), recorded, tokenizer, prepared.validation.labels, checkpoints)

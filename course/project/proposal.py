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
# # Project proposal: what will you find out, and how would you know?
#
# One page for each team of two or three, handed in once for all of you. You have seen the data and trained nothing. A proposal commits you
# to questions; the project may still answer them with "no".

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # how much data the audit looks at: "full" is the course; "smoke" and "micro" are small rehearsals

# %% key="begin"
import pandas as pd

import intents
import paribus

profile = paribus.profiles.get_profile(PROFILE, PROFILES)
notebook = paribus.begin("project_proposal", release="{{ release }}")
data = intents.load(size=profile.size)
notebook.use(data)

# %% [markdown] key="audit-text"
# ## The data, before any model
#
# Read the table and twenty messages of every slice before you write. What you propose has to be possible with them.

# %% key="audit"
shares = pd.Series({name: count / len(data.train) for name, count in zip(data.classes, data.class_counts, strict=True)})
slices = pd.Series({name: data.mask("validation", name).mean() for name in intents.SLICES})
notebook.values({f"share.{name}": float(value) for name, value in shares.items()})
notebook.values({f"slice.{name}": float(value) for name, value in slices.items()})
pd.concat({"share of the training messages": shares, "share of the validation messages": slices}).round(3)

# %% key="look"
for name in intents.SLICES:
    print(f"{name}:")
    for message in [item for item in data.of("validation") if item.in_slice(name)][:5]:
        print(f"  {message.intent:<18} {message.text}")

# %% [markdown] memo="question" points=6 manual=4 min_words=80 checks={"memo.answered": 1, "memo.numbers_traced": 1}
# ## The question
#
# In 80 to 200 words: which two parts of the recipe (loss, layer-wise rates, warm-up, synthetic data, epochs) will you take apart, and why these? What
# do you expect of each, as a number with a range? On which slice would you see it first?
#
# <!-- BEGIN SOLUTION -->
# We take focal loss and the synthetic messages apart. Escalation holds a share of {{ reference("project_proposal", "share.escalation", ".3f") }} of the
# training messages, so its gradient is small beside that of product discovery with {{ reference("project_proposal", "share.product_discovery", ".3f") }}; focal loss
# turns the easy ones down. We expect macro-F1 to fall by 0 to 0.03 without it, and accuracy to stay within 0.01. Synthetic messages add examples of
# exactly those rare intents. Without them we expect macro-F1 to fall by 0 to 0.05. Both would show first among the rare intents, and least in the slice
# of two intents, where the difficulty is the order of two requests and not their number.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: names two parts, and gives a reason for each that rests on these data
# - 1: predicts a direction and a range for each
# - 1: says on which slice it would show, and why there
# - 1: the prediction can turn out wrong
# <!-- END RUBRIC -->

# %% [markdown] memo="plan" points=6 manual=4 min_words=60 checks={"memo.answered": 2}
# ## The plan
#
# In 60 to 150 words: how many runs, on which seeds, in how many minutes (an epoch takes about 3.5 minutes on a T4)? What is compared with what, and what stays the same? Who does what? What
# result would make you drop the plan?
#
# <!-- BEGIN SOLUTION -->
# One baseline and two rows, three seeds each: nine runs of two epochs, about seven minutes each on a T4, so 63 minutes. A search of six trials comes before
# them, 42 minutes, on a seed that none of the nine uses: it helps to choose and so cannot confirm. The rows change one setting each; data, split, model, epochs and rates stay. The first of us writes the loss and its tests, the second the
# filter for synthetic messages, the third the evaluation by slices; all of us read the errors. If the baseline does not beat the linear model in use, we
# stop and look at the data, because an ablation of a recipe that does not work says nothing.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 1: counts runs, seeds and minutes
# - 1: each comparison changes one thing
# - 1: says which member of the team does what
# - 1: names a result that would end or change the plan
# <!-- END RUBRIC -->

# %% notebook="whole" points=3 checks={"form.ran_in_order": 1, "form.no_errors": 1, "memo.no_diary": 1}
notebook.summary()

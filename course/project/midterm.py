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
# # Project mid-term: one number that you trust
#
# Halfway through, one thing has to be sound: the baseline that everything else is compared with. This report shows that you have it, by an
# estimate of its noise. One hand-in for each team.

# %% tags=["parameters"] key="parameters"
PROFILE = "full"  # how large the run is: "full" is the course; "smoke" and "micro" are small rehearsals
SEED = 42

# %% key="begin"
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

import intents
import paribus
from paribus import selfcheck

profile = paribus.profiles.get_profile(PROFILE, PROFILES)
notebook = paribus.begin("project_midterm", release="{{ release }}")
data = intents.load(size=profile.size)
notebook.use(data)
labels = data.validation.labels

# %% key="champion"
vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
model = LogisticRegression(C=10, max_iter=500).fit(vectors.fit_transform(data.train.texts), data.train.labels)
run = notebook.start("champion", config={"model": "character n-grams", "C": 10}, seed=SEED, data=data)
champion = run.finish(predictions=model.predict(vectors.transform(data.validation.texts)))
champion

# %% [markdown] key="noise-text"
# ## How far may it be off?
#
# The linear model has no seed: trained again it gives the same answers. What is left is which messages happened to be in the validation split. The
# **bootstrap** (Efron, 1979) draws as many rows with replacement, many times, and looks how the score moves.
#
# **Your turn.** Draw `draws` times, compute the accuracy of each draw, and return the 2.5 % and 97.5 % quantiles. Use the generator that is given.

# %% task="bootstrap" points=5
def bootstrap(hits: np.ndarray, draws: int, generator: np.random.Generator) -> tuple[float, float]:
    """The 95 % percentile interval of the mean of `hits` (booleans, one a message)."""
    ### BEGIN SOLUTION
    rows = generator.integers(0, len(hits), (draws, len(hits)))
    low, high = np.quantile(np.asarray(hits)[rows].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)
    ### END SOLUTION


# %% tests="bootstrap"
sure = selfcheck.pair(selfcheck.call(bootstrap, np.ones(50, dtype=bool), 200, np.random.default_rng(1)), "bootstrap")
selfcheck.true(np.allclose(sure, (1, 1)), "all right: no spread")
low, high = selfcheck.pair(selfcheck.call(bootstrap, np.arange(400) % 4 < 3, 2000, np.random.default_rng(2)), "bootstrap")
selfcheck.close((high - low) / 2, 1.96 * np.sqrt(0.75 * 0.25 / 400), "about 1.96 standard errors on either side, of 400 messages", tolerance=0.008)
selfcheck.true(low < 0.75 < high, "the accuracy itself lies inside")
small = selfcheck.pair(selfcheck.call(bootstrap, np.arange(40) % 4 < 3, 2000, np.random.default_rng(3)), "bootstrap")
selfcheck.true(small[1] - small[0] > 2 * (high - low), "a tenth of the messages: an interval more than twice as wide")
share = float(notebook.draws("bootstrap").uniform(0.3, 0.7))
hits = np.arange(1000) < 1000 * share
low, high = selfcheck.pair(selfcheck.call(bootstrap, hits, 1000, np.random.default_rng(4)), "bootstrap")
selfcheck.close((low + high) / 2, hits.mean(), f"centred on the accuracy of {hits.mean():.3f}", tolerance=0.01)
selfcheck.close((high - low) / 2, 1.96 * np.sqrt(share * (1 - share) / 1000), "1,000 messages: about 1.96 standard errors", tolerance=0.008)
notebook.tested("bootstrap")

# %% key="noise-run"
hits = champion.predictions == labels
low, high = bootstrap(hits, 2000, np.random.default_rng(SEED))
notebook.values({"champion.accuracy_low": low, "champion.accuracy_high": high})
print(f"accuracy {hits.mean():.3f}, 95 % interval over messages {low:.3f} to {high:.3f}")
for name in intents.SLICES:
    mask = data.mask("validation", name)
    part_low, part_high = bootstrap(hits[mask], 2000, np.random.default_rng(SEED))
    notebook.values({f"slice.{name}": float(hits[mask].mean()), f"slice.{name}_low": part_low, f"slice.{name}_high": part_high})
    print(f"{name:>7}: {hits[mask].mean():.3f}, {part_low:.3f} to {part_high:.3f}, {mask.sum()} messages")

# %% [markdown] memo="report" points=9 manual=6 min_words=80 checks={"memo.answered": 1, "memo.numbers_traced": 2}
# ## The report
#
# In 80 to 200 words: how good is the model in use, and how sure are you of that, overall and on the hardest slice? How large must a gain be before you
# would believe it on this split? What have you learned that changes the plan of your proposal?
#
# <!-- BEGIN SOLUTION -->
# The champion, the linear model in use, has an accuracy of {{ reference("project_midterm", "champion.accuracy") }}. Over messages the interval reaches from
# {{ reference("project_midterm", "champion.accuracy_low", ".3f") }} to {{ reference("project_midterm", "champion.accuracy_high", ".3f") }}. The messages with two
# intents are the hardest slice, at {{ reference("project_midterm", "slice.two", ".3f") }}, and there the interval is far wider, as they are few. On this split we would not believe
# a gain below half the width of the interval unless the same messages decide it: a paired comparison needs less. That changes our plan. We had proposed to
# compare two means; now we count the messages that one model has right and the other has wrong, and we look at the slice of two intents first, because there the model in
# use leaves most to win.
# <!-- END SOLUTION -->
#
# <!-- BEGIN RUBRIC -->
# - 2: gives the accuracy with its interval, overall and for the hardest slice
# - 2: says how large a gain must be, with a reason
# - 1: knows that a paired comparison needs less
# - 1: names one change to the plan, and what in the results asks for it
# <!-- END RUBRIC -->

# %% notebook="whole" points=3 checks={"form.ran_in_order": 1, "form.no_errors": 1, "memo.no_diary": 1}
notebook.summary()

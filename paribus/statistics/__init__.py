"""Statistics of a comparison, on scipy and statsmodels. Grading uses the intervals, which need little of scipy.

`over_seeds` gives Welch and paired t intervals and the exact sign-flip p; `over_items` the jackknife interval of
the seed-averaged difference; `mcnemar` compares the accuracies of two fitted models and nothing else;
`fragility` says what the smallest classes can do to macro-F1.
"""

from paribus.statistics.fragile import Fragility, fragility
from paribus.statistics.items import over_items
from paribus.statistics.mcnemar import McNemar, mcnemar
from paribus.statistics.seeds import OverSeeds, over_seeds

__all__ = ["Fragility", "McNemar", "OverSeeds", "fragility", "mcnemar", "over_items", "over_seeds"]

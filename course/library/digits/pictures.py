"""The pictures: 8 × 8 pixels between 0 and 1, split once, and noisy photographs of some of them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from paribus.data.dataset import Dataset

Part = tuple[torch.Tensor, torch.Tensor]
"""Pixels, shape (pictures, 64), and digits, shape (pictures,)."""
PHOTOGRAPHED = 300
"""So many digits of the training part were photographed."""
HELD_OUT = 0.25
HARD_TO_TELL = 0.3
"""The share of them whose label is any digit."""


@dataclass(frozen=True)
class Pictures:
    """The data set as `notebook.use` takes it, and its training and validation parts as tensors."""

    data: Dataset
    training: Part
    validation: Part


def load() -> Pictures:
    """Scikit-learn's digits (Alpaydin and Kaynak 1998), split by their content."""
    images, labels = load_digits(return_X_y=True)
    data = Dataset.split_from("digits", images / 16.0, labels, metrics=("accuracy", "macro_f1"))
    return Pictures(data, _tensors(data.train), _tensors(data.validation))


def photographs(
    training: Part, count: int, noise: float = 0.25, seed: int = 7
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """``count`` noisy photographs of each of 300 digits: pixels, labels, and which digit each one shows."""
    pixels, labels = (part.numpy() for part in training)
    generator = np.random.default_rng(seed)
    entities = np.repeat(np.arange(PHOTOGRAPHED), count)
    shown = np.clip(pixels[entities] + noise * generator.standard_normal((len(entities), pixels.shape[1])), 0, 1)
    hard = generator.random(PHOTOGRAPHED) < HARD_TO_TELL
    told = np.where(hard, generator.integers(0, 10, PHOTOGRAPHED), labels[:PHOTOGRAPHED])
    return shown, told[entities], entities


def by_nearest_neighbour(training: Part, count: int, by: Literal["photograph", "entity"], seed: int = 7) -> float:
    """Accuracy of the nearest neighbour on photographs, a quarter of which is held out, or a quarter of the digits
    with all of their photographs.
    """
    pixels, labels, entities = photographs(training, count, seed=seed)
    generator = np.random.default_rng(seed)
    drawn = generator.random(len(labels) if by == "photograph" else PHOTOGRAPHED) < HELD_OUT
    out = drawn if by == "photograph" else drawn[entities]
    model = KNeighborsClassifier(1).fit(pixels[~out], labels[~out])
    return float(np.mean(model.predict(pixels[out]) == labels[out]))


def _tensors(part: object) -> Part:
    features, labels = np.asarray(part.features, dtype=np.float32), np.asarray(part.labels)  # type: ignore[attr-defined]
    return torch.tensor(features), torch.tensor(labels)

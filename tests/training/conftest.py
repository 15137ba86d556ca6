"""A corpus small enough to train on in a second, and a cache that no test leaves behind."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from paribus.training import Prepared, TrainingConfig, prepare
from paribus.training.cache import cache_folder


@dataclass(frozen=True, eq=False)
class ToyPart:
    texts: tuple[str, ...]
    labels: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ToyData:
    """Long-tailed classes, each with four words of its own among many that say nothing."""

    train: ToyPart
    validation: ToyPart
    classes: tuple[str, ...]

    def subset(self, rows: int, seed: int) -> Self:
        kept = np.random.default_rng(seed).permutation(len(self.train.texts))[:rows]
        return replace(self, train=ToyPart(tuple(self.train.texts[row] for row in kept), self.train.labels[kept]))


def toy_part(rows: int, n_classes: int, rng: np.random.Generator) -> ToyPart:
    shares = 1 / np.arange(1, n_classes + 1)
    labels = np.concatenate(
        [np.arange(n_classes), rng.choice(n_classes, rows - n_classes, p=shares / shares.sum())]
    )
    texts = []
    for label in labels:
        words = [f"word{number}" for number in rng.integers(300, size=rng.integers(4, 40))]
        words[::5] = [f"topic{label}x{rng.integers(4)}" for _ in words[::5]]
        texts.append(" ".join(words))
    return ToyPart(tuple(texts), labels.astype(np.int64))


@pytest.fixture(scope="session")
def toy_data() -> ToyData:
    rng = np.random.default_rng(0)
    return ToyData(toy_part(320, 8, rng), toy_part(96, 8, rng), tuple(f"class {number}" for number in range(8)))


@pytest.fixture(scope="session")
def toy_config() -> TrainingConfig:
    return TrainingConfig(epochs=2, batch_size=32, learning_rate=3e-3, max_length=32)


@pytest.fixture(scope="session")
def toy_prepared(toy_data: ToyData, toy_config: TrainingConfig) -> Prepared:
    return prepare(toy_data, toy_config)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Models this small gain nothing from a second thread, and wait for it on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every test of this room shares one cache folder, which is gone afterwards."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARIBUS_CACHE", str(folder))
        assert cache_folder() == folder
        yield folder

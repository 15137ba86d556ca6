"""What releases meant that an earlier paribus wrote, before a release carried its course's profiles."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

OLD_PROFILES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "micro": {
            "data": "synthetic", "size": "micro", "model": "tiny", "epochs": 2, "batch_size": 32,
            "learning_rate": 2e-3, "max_length": 48,
        },
        "smoke": {
            "data": "synthetic", "size": "smoke", "model": "tiny", "epochs": 2, "batch_size": 32,
            "learning_rate": 1e-3, "max_length": 64,
        },
        "full": {
            "data": "hub", "size": "full", "model": "answerdotai/ModernBERT-base", "epochs": 2, "batch_size": 32,
            "learning_rate": 2e-5, "max_length": 128, "needs_gpu": True,
        },
    }
)  # fmt: skip

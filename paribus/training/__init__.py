"""Fine-tuning: the parts of a visible loop, and `fit`, which runs the same recipe on transformers' Trainer.

Importing this costs nothing: torch and transformers come in with the first part that needs them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from paribus.training.config import TrainingConfig as TrainingConfig

if TYPE_CHECKING:
    from paribus.training.batching import Batch as Batch
    from paribus.training.batching import Batches as Batches
    from paribus.training.batching import batches as batches
    from paribus.training.encoding import Encoded as Encoded
    from paribus.training.encoding import encode as encode
    from paribus.training.encoding import take as take
    from paribus.training.evaluation import predict as predict
    from paribus.training.evaluation import validation_loss as validation_loss
    from paribus.training.lora import AdapterConfig as AdapterConfig
    from paribus.training.lora import add_lora as add_lora
    from paribus.training.optimisation import linear_schedule as linear_schedule
    from paribus.training.optimisation import make_optimizer as make_optimizer
    from paribus.training.optimisation import make_schedule as make_schedule
    from paribus.training.optimisation import seed_everything as seed_everything
    from paribus.training.precision import device_and_precision as device_and_precision
    from paribus.training.preparing import Prepared as Prepared
    from paribus.training.preparing import prepare as prepare
    from paribus.training.progress import track as track
    from paribus.training.trainer import FitResult as FitResult
    from paribus.training.trainer import fit as fit
    from paribus.training.weights import class_weights as class_weights
    from paribus.training.weights import weighted_loss as weighted_loss

_HOMES = {
    "AdapterConfig": "lora",
    "Batch": "batching",
    "Batches": "batching",
    "Encoded": "encoding",
    "FitResult": "trainer",
    "Prepared": "preparing",
    "add_lora": "lora",
    "batches": "batching",
    "class_weights": "weights",
    "device_and_precision": "precision",
    "encode": "encoding",
    "fit": "trainer",
    "linear_schedule": "optimisation",
    "make_optimizer": "optimisation",
    "make_schedule": "optimisation",
    "predict": "evaluation",
    "prepare": "preparing",
    "seed_everything": "optimisation",
    "take": "encoding",
    "track": "progress",
    "validation_loss": "evaluation",
    "weighted_loss": "weights",
}


def __getattr__(name: str) -> Any:  # a module's attributes have no one type
    """Import a part's module when the part is first named."""
    if name not in _HOMES:
        raise AttributeError(f"module 'paribus.training' has no attribute {name!r}")
    return getattr(import_module(f"paribus.training.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """What a student sees on pressing tab."""
    return sorted(["TrainingConfig", *_HOMES])

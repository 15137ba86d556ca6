"""LoRA: a small trainable product of two matrices beside each frozen one (Hu et al., 2021), put in by peft."""

import warnings
from dataclasses import dataclass
from typing import Any, Literal, get_args

from paribus.errors import TrainingError
from paribus.training.config import TrainingConfig, check_between, check_one_of, check_whole

Targets = Literal["query_value", "attention", "feed_forward", "all"]
_ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
_FEED_FORWARD = ("gate_proj", "up_proj", "down_proj")
PROJECTIONS: dict[str, tuple[str, ...]] = {
    "query_value": ("q_proj", "v_proj"),
    "attention": _ATTENTION,
    "feed_forward": _FEED_FORWARD,
    "all": (*_ATTENTION, *_FEED_FORWARD),
}
"""The linear layers of a decoder's block that each choice adapts, by the names that Llama, Qwen2 and others use."""
HEADS = ("score", "classifier", "head")


@dataclass(frozen=True)
class AdapterConfig(TrainingConfig):
    """A training configuration with LoRA; `dataclasses.replace` makes the changed arm of an experiment.

    ``lora_rank`` is the inner size r of the two matrices. Their product is multiplied by ``lora_scale``, which is
    alpha / r in the paper's words: as one number it stays where it is when the rank changes. ``lora_targets`` says
    which layers of every block are adapted (`PROJECTIONS`). Raises TrainingError where a value cannot be meant.
    """

    lora_rank: int = 8
    lora_scale: float = 2.0
    lora_targets: Targets = "attention"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        check_whole("lora_rank", self.lora_rank, 1, 1_024)
        check_between("lora_scale", self.lora_scale, 1e-3, 100.0)
        check_one_of("lora_targets", self.lora_targets, get_args(Targets))


def add_lora(network: Any, config: AdapterConfig, *, seed: int) -> Any:
    """Freeze ``network``, put LoRA beside the layers that ``config`` names, and leave it and the head to train.

    Works in place and returns ``network``. The up-projections begin at zero, so the network answers as before; the
    others are drawn from ``seed`` without touching torch's global generator. Raises TrainingError where peft is
    missing or cannot be used, or the network has no such layers or no head.
    """
    import torch

    names = {name for name, _ in network.named_modules()}
    missing = [wanted for wanted in PROJECTIONS[config.lora_targets] if not any(n.endswith(wanted) for n in names)]
    if missing:
        raise TrainingError(
            f"{type(network).__name__} has no layers called {', '.join(missing)}, so lora_targets="
            f"{config.lora_targets!r} adapts nothing there. Pass a decoder such as Qwen2 or Llama as the model."
        )
    try:
        with warnings.catch_warnings():
            # peft and transformers rename things between versions, and the warnings would stay in the hand-in.
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            from peft import LoraConfig, inject_adapter_in_model

            settings = LoraConfig(
                r=config.lora_rank,
                lora_alpha=config.lora_scale * config.lora_rank,
                target_modules=list(PROJECTIONS[config.lora_targets]),
                lora_dropout=0.0,
            )
            with torch.random.fork_rng(devices=[]):
                torch.random.default_generator.manual_seed(seed)
                network = inject_adapter_in_model(settings, network)
    except ImportError as error:
        raise TrainingError(_what_to_type(error)) from error
    heads = [
        weights for name, weights in network.named_parameters() if any(part in HEADS for part in name.split("."))
    ]
    if not heads:
        raise TrainingError(
            f"{type(network).__name__} has no classification head called {', '.join(HEADS)}. "
            "Load the network with models.load."
        )
    for weights in heads:
        weights.requires_grad_(True)
    return network


def _what_to_type(error: ImportError) -> str:
    if "torchao" in str(error):
        return (
            f"peft does not work beside the torchao that is installed here ({error}), and the course needs none: "
            "type %pip uninstall -y torchao in a cell, restart the kernel and run the notebook from the top."
        )
    if error.name == "peft":
        return "LoRA needs peft, which is not installed: type %pip install peft in a cell and run this one again."
    return (
        f"peft cannot be imported ({error}): type %pip install --upgrade peft in a cell, restart the kernel and "
        "run the notebook from the top."
    )

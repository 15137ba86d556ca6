"""Small networks, trained by plain gradient descent with instruments at every step, and with a fault if wanted."""

import torch
from torch import nn
from torch.nn import functional

from digits.pictures import Part

FAULTS = (
    "none",
    "labels shuffled apart",
    "learning rate zero",
    "frozen layers",
    "softmax twice",
    "gradients never cleared",
)
EVERY = 10
"""Steps from one look at the validation loss to the next."""


def network(
    depth: int = 1, width: int = 48, dropout: float = 0.0, activation: str = "relu", seed: int = 7
) -> nn.Sequential:
    """``depth`` hidden layers between 64 pixels and 10 digits."""
    torch.manual_seed(seed)
    squash = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}[activation]
    layers: list[nn.Module] = []
    inputs = 64
    for _ in range(depth):
        layers += [nn.Linear(inputs, width), squash(), nn.Dropout(dropout)]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, 10))


def fit(
    model: nn.Sequential, x: torch.Tensor, labels: torch.Tensor, *, held: Part, steps: int = 150, rate: float = 0.1,
    batch: int = 64, decay: float = 0.0, warmup: float = 0.1, fault: str = "none", seed: int = 7,
) -> dict[str, list[float]]:  # fmt: skip
    """Train, and return what four instruments saw: the loss, the norm of the gradient in the first layer and the
    learning rate at every step, and the loss and the accuracy on ``held`` at every tenth.
    """
    generator = torch.Generator().manual_seed(seed)
    if fault == "labels shuffled apart":
        labels = labels[torch.randperm(len(labels), generator=generator)]
    if fault == "frozen layers":
        for parameter in model.parameters():
            parameter.requires_grad_(False)
    seen: dict[str, list[float]] = {"loss": [], "norm": [], "rate": [], "validation": [], "accuracy": []}
    for step in range(steps):
        rows = torch.randint(len(x), (batch,), generator=generator) if batch < len(x) else torch.arange(len(x))
        model.train()
        logits = model(x[rows])
        loss = functional.cross_entropy(logits.softmax(1) if fault == "softmax twice" else logits, labels[rows])
        now = rate * min(1.0, (step + 1) / max(1, warmup * steps)) if fault != "learning rate zero" else 0.0
        if loss.requires_grad:
            if fault != "gradients never cleared":
                model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.sub_(now * (parameter.grad + decay * parameter))
        first = model[0].weight.grad
        seen["loss"].append(float(loss.detach()))
        seen["norm"].append(0.0 if first is None else float(first.norm()))
        seen["rate"].append(now)
        if step % EVERY == EVERY - 1:
            loss_there, accuracy = held_out(model, held)
            seen["validation"].append(loss_there)
            seen["accuracy"].append(accuracy)
    return seen


def held_out(model: nn.Module, held: Part) -> tuple[float, float]:
    """(loss, accuracy) on pictures that were not trained on."""
    pixels, labels = held
    model.eval()
    with torch.no_grad():
        logits = model(pixels)
        right = (logits.argmax(1) == labels).float().mean()
        return float(functional.cross_entropy(logits, labels)), float(right)

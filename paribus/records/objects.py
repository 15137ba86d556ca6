"""What training code reaches that is neither code nor a setting: models, each with a digest of what it holds, and
objects that no digest follows, by their names.
"""

import ast
import functools
import hashlib
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from paribus.records.code import Reached, code_digest, reach
from paribus.records.simple import is_simple

MAX_BYTES = 64_000_000
"""Bytes of one model that are read. Of a larger one every second, third, … value is, until that is enough."""
MAX_OBJECTS = 40
_LONGEST = 80
_LAYOUT, _CONTENT = 8, 16
_RESETS = frozenset({"apply", "load_state_dict", "reset_parameters"})
"""Methods by which a run gives a model its first weights: what it held before says nothing."""
_PLACES = frozenset({"device", "dtype"})
"""What of torch says where a run is made; the environment holds it."""
_HANDLES = ("paribus.records.", "paribus.experiments.")


def code_fields(code: Callable[..., object] | None) -> dict[str, Any]:
    """The fields of a start record that tell what trains: ``code``, ``weights`` and ``not_followed``."""
    if code is None:
        return {}
    weights, others = objects_of(reach(code))
    return {"code": code_digest(code), "weights": weights, "not_followed": others}


def objects_of(reached: Reached | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """The models that the code reaches, by name, with ``<layout>:<content>``, and the names of all else that no
    digest covers. What the code itself makes or begins anew is neither, nor is anything else that it fills.
    """
    if reached is None:
        return {}, ()
    anew, filled = set(_begun_anew(reached)), reached.filled()
    weights: dict[str, str] = {}
    others: list[str] = []
    for name, value in sorted(reached.objects.items()):
        if name in anew or _is_told_elsewhere(value):
            continue
        models, whole = _models(name, value, reached.space)
        for label, model in models.items():
            digest = model_digest(model)
            if digest is None:
                others.append(label)
            else:
                weights[label[:_LONGEST]] = digest
        others += [] if whole or name in filled else [name]
    rest = len(others) - MAX_OBJECTS
    shown = [*others[:MAX_OBJECTS], *([f"and {rest} more"] if rest > 0 else [])]
    return dict(sorted(weights.items())[:MAX_OBJECTS]), tuple(name[:_LONGEST] for name in shown)


def model_digest(model: Any) -> str | None:
    """Digests of a torch module's layout (names, shapes, types) and of its content, parameters and lasting buffers;
    None where it holds none, or they cannot be read, as on the meta device.
    """
    torch = sys.modules["torch"]
    layout, content = hashlib.sha256(), hashlib.sha256()
    try:
        tensors = sorted((name, item) for name, item in model.state_dict().items() if torch.is_tensor(item))
        step = max(1, math.ceil(sum(item.numel() * item.element_size() for _, item in tensors) / MAX_BYTES))
        for name, item in tensors:
            layout.update(f"{name} {tuple(item.shape)} {item.dtype}\n".encode())
            flat = item.detach().reshape(-1)
            some = flat[::step] if len(flat) > step else flat[:1]  # torch takes a single value for any stride's
            content.update(some.contiguous().cpu().view(torch.uint8).numpy().tobytes())
    except Exception:  # noqa: BLE001 - a model that cannot be read keeps nobody from training: it is not followed
        return None
    return f"{layout.hexdigest()[:_LAYOUT]}:{content.hexdigest()[:_CONTENT]}" if tensors else None


def _models(name: str, value: object, space: Mapping[str, object]) -> tuple[dict[str, object], bool]:
    """The modules that a value is or holds, by label, and whether it holds nothing else."""
    if _is_model(value):
        return {name: value}, True
    parts: dict[str, object] = {}
    if isinstance(value, dict):
        parts = {f"{name}[{key}]": item for key, item in value.items()}
    elif isinstance(value, list | tuple):
        parts = {f"{name}[{place}]": item for place, item in enumerate(value)}
    elif type(value).__module__ == space.get("__name__"):
        parts = {f"{name}.{key}": item for key, item in getattr(value, "__dict__", {}).items()}
    models = {label: item for label, item in parts.items() if _is_model(item)}
    return models, bool(models) and len(models) == len(parts)


def _is_model(value: object) -> bool:
    """A module of torch; where torch is not loaded there is none."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def _is_told_elsewhere(value: object) -> bool:
    """Functions, classes and modules, whose digests or versions are recorded; places; and paribus's own handles."""
    kind = type(value)
    if is_simple(value) or (kind.__module__ == "torch" and kind.__name__ in _PLACES):
        return True
    if isinstance(value, functools.partial):  # the code behind it is told, and what it has bound is not
        return False
    return hasattr(value, "__name__") or hasattr(kind, "__get__") or kind.__module__.startswith(_HANDLES)


def _begun_anew(reached: Reached) -> Iterator[str]:
    """The names that the code makes itself, and those whose weights it sets."""
    for tree in reached.trees.values():
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.Global | ast.Nonlocal):
                yield from node.names
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _RESETS:
                owner = node.func.value
                if isinstance(owner, ast.Name):
                    yield owner.id

"""Classifiers by name: tiny ones made here, anything else through transformers' Auto classes.

"tiny" is an encoder with random weights (`paribus.training.tiny`), "tiny-teacher" the same, twice as deep, and
"tiny-decoder" a decoder that has read the given texts (`paribus.training.tiny_decoder`). They need no network and
train in seconds on two cores: they show a loop at work, not good scores.
"""

import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from paribus.errors import TrainingError
from paribus.hosts.option_words import without_network
from paribus.training.quiet import quiet
from paribus.training.tiny import POSITIONS, SPECIAL, TINY, TINY_TEACHER, encoder, teacher, tiny_tokenizer_json
from paribus.training.tiny_decoder import TINY_DECODER, decoder

MADE_HERE = {TINY: encoder, TINY_TEACHER: teacher, TINY_DECODER: decoder}
"""The models that are made here, by name: functions of the number of classes, the tokenizer and the texts."""


def load(model: str, n_classes: int, *, texts: Sequence[str] | None = None, seed: int) -> tuple[Any, Any]:
    """``(model, tokenizer)`` for classification into ``n_classes`` classes, on the CPU, in 32-bit floats.

    ``model`` is "tiny", "tiny-teacher", "tiny-decoder", a folder written by ``save_pretrained``, or a hub name.
    ``texts`` are the training texts, which a tiny model is made from. ``seed`` fixes the weights that are newly
    drawn (all of the tiny encoder's, the classification head of the others) without touching torch's global
    generator.

    Raises TrainingError where fewer than two classes are asked for, a tiny model comes without texts, or a model
    cannot be read or reached.
    """
    if n_classes < 2:
        raise TrainingError(f"A classifier needs at least two classes, found n_classes={n_classes}.")
    tokenizer = load_tokenizer(model, texts=texts)
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(seed)
        if model in MADE_HERE:
            network = MADE_HERE[model](n_classes, tokenizer, texts or ())
        else:
            network = _pretrained_model(model, n_classes)
    if hasattr(network.config, "reference_compile"):
        # transformers 5.0 compiles parts of ModernBERT on a GPU, anew for each batch shape: minutes for nothing.
        network.config.reference_compile = False
    if network.config.pad_token_id is None:
        network.config.pad_token_id = tokenizer.pad_token_id
    return network, tokenizer


def teacher_of(model: str) -> str:
    """What a small model is taught by: of the tiny encoder the one that is twice as deep, else ``model`` itself,
    whose students leave out layers.
    """
    return TINY_TEACHER if model == TINY else model


def load_tokenizer(model: str, *, texts: Sequence[str] | None = None) -> Any:  # any HF tokenizer
    """The tokenizer that belongs to ``model``; see `load`."""
    if model not in MADE_HERE:
        from transformers import AutoTokenizer

        with _reading(model), quiet():
            return AutoTokenizer.from_pretrained(
                _place(model), local_files_only=_is_folder(model) or not _hub_answers()
            )
    if not texts:
        raise TrainingError(
            f'The model "{model}" makes its tokenizer from the training texts, and none were given. '
            f'Pass them: models.load("{model}", n_classes, texts=data.train.texts, seed=SEED).'
        )
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer.from_str(tiny_tokenizer_json(texts))
    return PreTrainedTokenizerFast(tokenizer_object=raw, model_max_length=POSITIONS, **SPECIAL)


def _pretrained_model(model: str, n_classes: int) -> Any:
    import torch
    from transformers import AutoModelForSequenceClassification

    with _reading(model), quiet():
        network, info = AutoModelForSequenceClassification.from_pretrained(
            _place(model),
            num_labels=n_classes,
            dtype=torch.float32,
            ignore_mismatched_sizes=True,
            output_loading_info=True,
            local_files_only=_is_folder(model) or not _hub_answers(),
        )
    body = f"{network.base_model_prefix}."
    # Shapes that do not fit are reported as (name, shape there, shape here); those of a head are expected.
    unread = {*info["missing_keys"], *(item[0] for item in info["mismatched_keys"])}
    lacking = sorted(name for name in unread if name.startswith(body) and ".pooler." not in name)
    if lacking:
        raise TrainingError(
            f"The weights of {model!r} do not fill {len(lacking)} of the model's own tensors "
            f"({', '.join(lacking[:3])}, …), which would be random. Pass a complete checkpoint."
        )
    return network


def _place(model: str) -> str:
    """A folder as an absolute path, a hub name as it is."""
    path = Path(model).expanduser()
    if path.suffix == ".gguf" or (
        _is_folder(model) and not (path / "config.json").exists() and any(path.glob("*.gguf"))
    ):
        raise TrainingError(
            f"{model!r} is in the GGUF format, which is not read here: open it with transformers' "
            "from_pretrained(folder, gguf_file=…), which needs the package gguf, keep it with save_pretrained, and "
            "pass that folder."
        )
    if _is_folder(model):
        return str(path.resolve())
    if path.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise TrainingError(f'There is no folder {model!r}. Pass an existing model folder, a hub name, or "tiny".')
    return model


def _is_folder(model: str) -> bool:
    return Path(model).expanduser().is_dir()


def _hub_answers() -> bool:
    """Whether anything answers at the hub's address.

    Asked before the client is: without a network it would try each of several files again and again, most of a
    minute in all. Where nothing answers, the client is told to look into its local cache only.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")  # noqa: S310 - the hub client's own address
    try:
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - as above
            return True
    except urllib.error.HTTPError:
        return True  # an answer all the same
    except urllib.error.URLError as error:
        return isinstance(error.reason, ssl.SSLError)  # the client may know certificates that Python does not
    except OSError:
        return False


@contextmanager
def _reading(model: str) -> Iterator[None]:
    """Say what could not be read or reached, and what to pass instead."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, ImportError, SafetensorError) as error:
        if _is_folder(model):
            raise TrainingError(
                f"The folder {model!r} holds no model and tokenizer that transformers can read "
                f"({_first_line(error)}). Expected what save_pretrained writes: config.json, model.safetensors "
                "and tokenizer.json."
            ) from error
        from huggingface_hub import constants

        raise TrainingError(
            f"The model {model!r} could not be fetched from {constants.ENDPOINT} and is not in the local cache "
            f"({_first_line(error)}). With a network, check the name. "
            f"{without_network('MODEL', 'a folder that holds the model', TINY)}"
        ) from error


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".:") if lines else type(error).__name__

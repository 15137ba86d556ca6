"""Classifiers by name: "tiny" and "tiny-teacher" made here, anything else through transformers' Auto classes.

The tiny model is a randomly initialised ModernBERT with a small BPE tokenizer of its own, trained on the given
texts. It needs no network and trains in seconds on two cores: it shows a loop at work, not good scores. The tiny
teacher is the same, twice as deep: what a small model can be distilled from.
"""

import hashlib
import json
import os
import ssl
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from paribus.display.option_words import without_network
from paribus.errors import TrainingError
from paribus.files import write_atomic

TINY = "tiny"
TINY_TEACHER = "tiny-teacher"
TINY_VOCABULARY = 6_000
TINY_HIDDEN = 128
TINY_LAYERS = {TINY: 2, TINY_TEACHER: 4}
TINY_POSITIONS = 512
_SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]",
            "mask_token": "[MASK]"}  # fmt: skip
_RECIPE = f"byte-level BPE, NFC, lower case, {TINY_VOCABULARY}, 1"


def load(model: str, n_classes: int, *, texts: Sequence[str] | None = None, seed: int) -> tuple[Any, Any]:
    """``(model, tokenizer)`` for classification into ``n_classes`` classes, on the CPU, in 32-bit floats.

    ``model`` is "tiny", "tiny-teacher", a folder written by ``save_pretrained``, or a hub name. ``texts`` are the
    training texts, which the tiny model's tokenizer is made from. ``seed`` fixes the weights that are newly drawn
    (all of the tiny model's, the classification head of the others) without touching torch's global generator.

    Raises TrainingError where fewer than two classes are asked for, "tiny" comes without texts, or a model cannot
    be read or reached.
    """
    if n_classes < 2:
        raise TrainingError(f"A classifier needs at least two classes, found n_classes={n_classes}.")
    tokenizer = load_tokenizer(model, texts=texts)
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(seed)
        network = (
            _tiny_model(model, n_classes, tokenizer)
            if model in TINY_LAYERS
            else _pretrained_model(model, n_classes)
        )
    if hasattr(network.config, "reference_compile"):
        # transformers 5.0 compiles parts of ModernBERT on a GPU, anew for each batch shape: minutes for nothing.
        network.config.reference_compile = False
    if network.config.pad_token_id is None:
        network.config.pad_token_id = tokenizer.pad_token_id
    return network, tokenizer


def load_tokenizer(model: str, *, texts: Sequence[str] | None = None) -> Any:  # noqa: ANN401 - any HF tokenizer
    """The tokenizer that belongs to ``model``; see `load`."""
    if model not in TINY_LAYERS:
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
    return PreTrainedTokenizerFast(tokenizer_object=raw, model_max_length=TINY_POSITIONS, **_SPECIAL)


def cache_folder() -> Path:
    """Where paribus keeps what it can make again: $PARIBUS_CACHE, else .paribus/cache in the working folder."""
    return Path(os.environ.get("PARIBUS_CACHE") or ".paribus/cache")


def tiny_tokenizer_json(texts: Sequence[str]) -> str:
    """The tiny model's tokenizer for ``texts`` as the tokenizers library's JSON: same texts, same bytes.

    Kept in the cache under the digest of the texts. Its digest file is written last: a tokenizer without one, or
    with one that does not fit it, is incomplete and made again.
    """
    import tokenizers

    key = hashlib.sha256(f"{_RECIPE}, tokenizers {tokenizers.__version__}".encode())
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        key.update(len(raw).to_bytes(8, "little") + raw)
    folder = cache_folder() / "tokenizers" / key.hexdigest()[:32]
    content, marker = folder / "tokenizer.json", folder / "complete.json"
    try:
        cached = content.read_bytes()
        if json.loads(marker.read_bytes()) == {"sha256": hashlib.sha256(cached).hexdigest()}:
            return cached.decode()
    except (OSError, ValueError):
        pass  # nothing there, or half of it: both are made again below, where a folder that fails is named
    made = _train_tokenizer(texts)
    try:
        write_atomic(content, made)
        write_atomic(marker, json.dumps({"sha256": hashlib.sha256(made.encode()).hexdigest()}) + "\n")
    except OSError as error:
        raise TrainingError(
            f"The tiny model's tokenizer cannot be kept in {folder} ({error.strerror}). "
            "Set the environment variable PARIBUS_CACHE to a folder that can be written."
        ) from error
    return made


def _train_tokenizer(texts: Sequence[str]) -> str:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE(unk_token=_SPECIAL["unk_token"]))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=TINY_VOCABULARY,
        min_frequency=2,
        special_tokens=list(_SPECIAL.values()),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer, length=len(texts))
    cls, sep = _SPECIAL["cls_token"], _SPECIAL["sep_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}",
        pair=f"{cls} $A {sep} $B {sep}",
        special_tokens=[(cls, tokenizer.token_to_id(cls)), (sep, tokenizer.token_to_id(sep))],
    )
    return str(tokenizer.to_str())


def _tiny_model(model: str, n_classes: int, tokenizer: Any) -> Any:  # noqa: ANN401
    with quiet():
        from transformers import ModernBertConfig, ModernBertForSequenceClassification

    config = ModernBertConfig(
        vocab_size=len(tokenizer),
        hidden_size=TINY_HIDDEN,
        intermediate_size=2 * TINY_HIDDEN,
        num_hidden_layers=TINY_LAYERS[model],
        num_attention_heads=2,
        max_position_embeddings=TINY_POSITIONS,
        classifier_pooling="mean",
        num_labels=n_classes,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.cls_token_id,
        cls_token_id=tokenizer.cls_token_id,
        eos_token_id=tokenizer.sep_token_id,
        sep_token_id=tokenizer.sep_token_id,
        attn_implementation="sdpa",
    )
    return ModernBertForSequenceClassification(config)


def _pretrained_model(model: str, n_classes: int) -> Any:  # noqa: ANN401
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
            f"The weights of {model!r} do not fill {len(lacking)} of the encoder's tensors "
            f"({', '.join(lacking[:3])}, …), which would be random. Pass a complete checkpoint."
        )
    return network


def _place(model: str) -> str:
    """A folder as an absolute path, a hub name as it stands."""
    path = Path(model).expanduser()
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


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' load report out of a notebook: a new head is what we ask for. Downloads stay visible."""
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, enable_progress_bars
    from transformers.utils import logging

    verbosity, show_bars = logging.get_verbosity(), not are_progress_bars_disabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if show_bars:
        enable_progress_bars()
    try:
        with warnings.catch_warnings():
            # transformers 5.0 compiles functions as it imports ModernBERT, in a way that newer torch deprecates.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logging.set_verbosity(verbosity)
        if show_bars:
            logging.enable_progress_bar()

"""What the keys of outputs and of code mean: a metric, a setting, a seed, an epoch, the name of a run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from grader.reading import vocabulary
from paribus.metrics.registry import per_registry, registry

Value = str | int | float | bool | None


class Means(StrEnum):
    """What a key is of."""

    METRIC = "metric"
    SETTING = "setting"
    SEED = "seed"
    EPOCH = "epoch"
    NAME = "name"
    OTHER = "other"


@dataclass(frozen=True)
class Key:
    """What a key means, by the name that paribus gives it, and the split that it names ("" where it names none)."""

    means: Means
    name: str
    split: str = ""


_METRICS: Mapping[str, str] = {
    "accuracy": "acc accuracy_score accuracies sparse_categorical_accuracy categorical_accuracy",
    "macro_f1": "f1_macro macrof1 macro_f1_score f1_macro_score f1_score_macro mf1 macro_avg_f1 "
    "macro_avg_f1_score macro_averaged_f1 macro_f_1 f1macro f1m f1_m mean_f1_macro macro_f makró_f1 makro_f1",
    "weighted_f1": "f1_weighted weighted_f1_score weighted_avg_f1 wf1",
    "micro_f1": "f1_micro",
    "zero_f1_classes": "zero_f1 zero zeros zeroes zero_classes classes_at_zero classes_at_f1_zero "
    "zero_f1_class n_zero zero_count classes_with_f1_zero classes_with_zero_f1 classes_at_f1 f1_zero_classes dead "
    "dead_classes zéros classes_à_zéro clases_a_cero classi_a_zero classes_a_zero null_klassen nullklassen "
    "nullás_osztály нулевых_классов klas_zerowych f1为零的类",
    "loss": "loss cross_entropy",
    "f1": "f1 f1_score",
}
_SETTINGS: Mapping[str, str] = {
    "learning_rate": "learning_rate lr base_lr max_lr init_lr learningrate lr_max lernrate taxa tasa taux",
    "batch_size": "batch_size bs batchsize per_device_train_batch_size train_batch_size batch lote lotes "
    "taille_lot taille_de_lot batchgröße batchgroesse losgröße kötegméret köteg_méret wsad",
    "epochs": "epochs num_train_epochs n_epochs num_epochs max_epochs nb_epochs n_epoch epochen "
    "epocas épocas époques epoki epochok",
    "scheduler": "scheduler lr_scheduler lr_scheduler_type schedule расписание планировщик planificador ütemező",
    "warmup_share": "warmup_share warmup_ratio warmup",
    "weight_decay": "weight_decay wd decay",
    "max_length": "max_length max_len maxlen seq_len max_seq_length len max_tokens seq_length "
    "n_tokens num_tokens tokens",
    "class_weights": "class_weights class_weight weighted weighting use_weights use_class_weights balanced weights",
    "label_smoothing": "label_smoothing label_smoothing_factor smoothing",
    "train_rows": "train_rows n_train rows",
    "model": "model_name checkpoint model_checkpoint model",
    "dropout": "dropout drop_out p_drop p_dropout dropout_p dropout_rate",
    "optimizer": "optimizer optimiser optim",
    "patience": "patience early_stopping_patience",
    "gradient_accumulation": "gradient_accumulation gradient_accumulation_steps accumulation",
    "C": "c reg_c", "alpha": "alpha", "max_iter": "max_iter", "penalty": "penalty", "solver": "solver",
    "kernel": "kernel", "gamma": "gamma", "ngram_range": "ngram_range ngrams ngram",
    "max_features": "max_features", "min_df": "min_df",
    "max_df": "max_df", "sublinear_tf": "sublinear_tf", "stop_words": "stop_words", "analyzer": "analyzer",
    "n_estimators": "n_estimators", "max_depth": "max_depth", "n_neighbors": "n_neighbors", "hidden": "hidden "
    "hidden_size hidden_dim hidden_layer_sizes", "dim": "dim embed_dim emb_dim embedding_dim d_model",
    "layers": "layers n_layers num_layers", "momentum": "momentum", "temperature": "temperature",
    "lora_rank": "lora_rank r rank", "l2": "l2",
}  # fmt: skip
_SEEDS = (
    "seed random_seed random_state data_seed rng_seed seeds startwert zufallszahl graine graines semilla semillas "
    "seme semi semente sementes mag magok ziarno ziarna зерно сид 种子 随机种子"
)
FOLLOWS = frozenset(
    """
    steps n_steps num_steps total_steps train_steps global_step steps_per_epoch updates seconds time runtime
    duration
    """.split()
)
"""What a printed configuration holds and nobody sets: it follows from settings, or is measured."""
WORDS_ALONE = frozenset({"optimizer", "scheduler", "penalty", "solver", "kernel", "analyzer", "model"})
"""Settings whose values are words: a number behind such a name is something else's."""
_EPOCHS = "epoch ep epoche époque epoque epoca época эпоха epoka epoch_number epok epoche_nr"
_NAMES = (
    "name run run_name label arm title tag variant experiment model_label nome nombre nom etiqueta étiquette név "
    "nazwa имя название 名称"
)
_SPLITS: Mapping[str, str] = {
    **dict.fromkeys(("eval", "val", "valid", "validation", "dev", "va"), "validation"),
    **dict.fromkeys(("train", "training", "tr"), "train"),
    "test": "test",
}


@per_registry()
def _table() -> Mapping[str, Key]:
    found = {metric.name: Key(Means.METRIC, metric.name) for metric in registry() if metric.compute is not None}
    for means, names in ((Means.METRIC, _METRICS), (Means.SETTING, _SETTINGS)):
        for name, spoken in names.items():
            found.update({word: Key(means, name) for word in spoken.split()})
    for means, spoken in ((Means.SEED, _SEEDS), (Means.EPOCH, _EPOCHS), (Means.NAME, _NAMES)):
        found.update({word: Key(means, means.value) for word in spoken.split()})
    return found


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")


@lru_cache(maxsize=8192)
def plain_key(text: str) -> str:
    """A key in one spelling: lower case, words joined by one underscore, without a pipeline step's prefix."""
    last = text.rsplit("__", 1)[-1].removeprefix("param_")
    return re.sub(r"[\W_]+", "_", _CAMEL.sub("_", last).lower()).strip("_")


@per_registry(8192)
def key_of(text: str) -> Key:
    """What a key means; OTHER, with its plain spelling, where it means nothing that is known."""
    plain = plain_key(text)
    known = _table().get(plain)
    if known is not None:
        return known
    for joint, part in (_parted(plain), _parted(plain, last=True)):
        split, known = _SPLITS.get(joint), _table().get(part)
        if split and known is not None and known.means is Means.METRIC:
            return Key(Means.METRIC, known.name, split)
    return _spoken(plain) or Key(Means.OTHER, plain)


_LOSSES = {"validation_loss": ("loss", "validation"), "train_loss": ("loss", "train")}


def _spoken(plain: str) -> Key | None:
    """What prose calls by these words, in any language that the vocabulary knows; None for other words."""
    text = plain.replace("_", " ")
    for table, means in (("metrics", Means.METRIC), ("settings", Means.SETTING), ("synonyms", Means.SETTING)):
        found = vocabulary.find_all(table, text)
        if len(found) != 1 or (found[0].start, found[0].end) != (0, len(text)):
            continue
        if means is Means.SETTING:
            return Key(means, found[0].name) if found[0].name in _SETTINGS else None
        name, known = found[0].name, registry()
        if name in _LOSSES or (name in known and known[name].compute is not None):
            return Key(means, *_LOSSES.get(name, (name, "")))
    return None


def _parted(plain: str, *, last: bool = False) -> tuple[str, str]:
    """The word that may name a split, first or last, and the rest."""
    if last:
        rest, _, word = plain.rpartition("_")
        return word, rest
    word, _, rest = plain.partition("_")
    return word, rest


def is_named_so(text: str) -> bool:
    """Code and libraries call something by just this key: prose has more words for it."""
    return plain_key(text) in _table()


def metric_name(key: Key, *, with_validation: bool, f1: str) -> str:
    """The metric by paribus's name; "" where it is of the training or the test split, or cannot be told.

    ``with_validation``: the same metric of the validation split is beside it, so that one without a split is of
    training.
    ``f1`` is the average that the notebook's code computes, "" where it computes several.
    """
    split = key.split or ("train" if with_validation else "")
    if key.name == "loss":
        return {"validation": "validation_loss", "train": "train_loss", "": "train_loss"}.get(split, "")
    if split in ("train", "test"):
        return ""
    return f1 if key.name == "f1" else key.name


def plain_value(value: Any) -> Value:  # whatever a literal holds
    """A setting's value as records hold it: a number, a word, a truth value or None; a sequence as text."""
    if isinstance(value, str):
        if value.strip() in ("True", "true", "False", "false"):
            return value.strip().lower() == "true"
        try:
            return _number(value.strip())
        except ValueError:
            return None if value.strip().lower() == "none" else value.strip()
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(tuple(value)) if isinstance(value, list | tuple) else str(value)


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)


def same_value(first: Value, second: Value) -> bool:
    """2 and 2.0 are one value, and so are None and "none"."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, int | float) and isinstance(second, int | float):
        return abs(first - second) <= 1e-12 + 1e-9 * abs(first)
    return first == second

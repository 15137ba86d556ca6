"""The tiny encoder: a randomly initialised ModernBERT, and the small BPE tokenizer that all tiny models share.

The tokenizer is trained on the given texts: the same texts give the same one, byte for byte.
"""

from collections.abc import Sequence
from typing import Any

from paribus.training.cache import cache_folder, kept, texts_key
from paribus.training.quiet import quiet

TINY = "tiny"
TINY_TEACHER = "tiny-teacher"
VOCABULARY = 6_000
HIDDEN = 128
LAYERS = 2
POSITIONS = 512
SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]",
           "mask_token": "[MASK]"}  # fmt: skip
_RECIPE = f"byte-level BPE, NFC, lower case, {VOCABULARY}, 1"


def tiny_tokenizer_json(texts: Sequence[str]) -> str:
    """The tiny models' tokenizer for ``texts`` as the tokenizers library's JSON: same texts, same bytes.

    Kept in the cache under the digest of the texts.
    """
    import tokenizers

    key = texts_key(f"{_RECIPE}, tokenizers {tokenizers.__version__}", texts)
    content = cache_folder() / "tokenizers" / key / "tokenizer.json"
    return kept(content, "The tiny model's tokenizer", lambda: _train_tokenizer(texts).encode()).decode()


def _train_tokenizer(texts: Sequence[str]) -> str:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE(unk_token=SPECIAL["unk_token"]))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=2,
        special_tokens=list(SPECIAL.values()),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer, length=len(texts))
    cls, sep = SPECIAL["cls_token"], SPECIAL["sep_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}",
        pair=f"{cls} $A {sep} $B {sep}",
        special_tokens=[(cls, tokenizer.token_to_id(cls)), (sep, tokenizer.token_to_id(sep))],
    )
    return str(tokenizer.to_str())


def teacher(n_classes: int, tokenizer: Any, texts: Sequence[str]) -> Any:
    """The tiny encoder, twice as deep: what it can be distilled from."""
    return encoder(n_classes, tokenizer, texts, layers=2 * LAYERS)


def encoder(n_classes: int, tokenizer: Any, texts: Sequence[str], *, layers: int = LAYERS) -> Any:
    """The tiny encoder, every weight drawn from torch's generator; ``texts`` are not read."""
    with quiet():
        from transformers import ModernBertConfig, ModernBertForSequenceClassification

    config = ModernBertConfig(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        intermediate_size=2 * HIDDEN,
        num_hidden_layers=layers,
        num_attention_heads=2,
        max_position_embeddings=POSITIONS,
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

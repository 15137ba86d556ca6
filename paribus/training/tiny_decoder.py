"""The tiny decoder: as large as the tiny encoder, reads from left to right, and has read the training texts.

A decoder that LoRA adapts must know something before: its frozen weights are all it has. The real one has read a
large part of the web. The tiny one reads the training texts alone, three times or more: it learns to say the next
token, and, at the end of a text, to recall which tokens the text had. The second task teaches what a large decoder
does by itself: its last position knows what was said.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from paribus.training.cache import cache_folder, kept, texts_key
from paribus.training.quiet import quiet
from paribus.training.tiny import HIDDEN, LAYERS, POSITIONS

TINY_DECODER = "tiny-decoder"
READ_TIMES = 3
READ_STEPS = 150
READ_TOKENS = 48
READ_BATCH = 32
READ_RATE = 3e-3
_READING = f"{READ_TIMES} {READ_STEPS} {READ_TOKENS} {READ_BATCH} {READ_RATE}"
_RECIPE = f"Qwen2 {HIDDEN} {LAYERS}, next token and recall {_READING}, 1"


def decoder(n_classes: int, tokenizer: Any, texts: Sequence[str]) -> Any:
    """The tiny decoder that has read ``texts``, with a classification head drawn from torch's generator.

    Its body depends on the texts alone, and on the versions of torch and transformers; it is kept in the cache.
    """
    from safetensors.torch import load

    with quiet():
        from transformers import Qwen2ForSequenceClassification

    network = Qwen2ForSequenceClassification(_config(tokenizer, num_labels=n_classes))
    network.model.load_state_dict(load(_read_body(tokenizer, texts)))
    return network


def _config(tokenizer: Any, **more: int) -> Any:
    from transformers import Qwen2Config

    return Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        intermediate_size=2 * HIDDEN,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=POSITIONS,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.cls_token_id,
        eos_token_id=tokenizer.sep_token_id,
        attn_implementation="sdpa",
        **more,
    )


def _read_body(tokenizer: Any, texts: Sequence[str]) -> bytes:
    """The body's weights as safetensors, from the cache or read anew."""
    import torch
    import transformers

    versions = f"torch {torch.__version__}, transformers {transformers.__version__}"
    key = texts_key(f"{_RECIPE}, {versions}", texts)
    content = cache_folder() / "decoders" / key / "body.safetensors"
    return kept(content, "The tiny decoder", lambda: _read(tokenizer, texts))


def _read(tokenizer: Any, texts: Sequence[str]) -> bytes:
    """Train the body on ``texts``, on one thread, so that the sums have one order."""
    import numpy as np
    import torch
    from safetensors.torch import save

    from paribus.training.batching import batches
    from paribus.training.encoding import encode
    from paribus.training.optimisation import linear_schedule
    from paribus.training.progress import track

    with quiet():
        from transformers import Qwen2ForCausalLM

    part = SimpleNamespace(texts=texts, labels=np.zeros(len(texts), dtype=np.int64))
    encoded = encode(part, tokenizer, READ_TOKENS)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.random.default_generator.manual_seed(0)
            network = Qwen2ForCausalLM(_config(tokenizer))
            optimizer = torch.optim.AdamW(network.parameters(), lr=READ_RATE, weight_decay=0.01)
            per_pass = len(batches(encoded, READ_BATCH))
            times = max(READ_TIMES, -(-READ_STEPS // per_pass))  # few texts are read more often
            steps = times * per_pass
            schedule = linear_schedule(optimizer, steps // 20, steps)
            for time in range(1, times + 1):
                one_pass = batches(encoded, READ_BATCH, shuffle_seed=(0, time))
                for batch in track(one_pass, f"the tiny decoder reads the texts, {time} of {times}"):
                    _reading_loss(network, batch).backward()
                    optimizer.step()
                    schedule.step()
                    optimizer.zero_grad(set_to_none=True)
    finally:
        torch.set_num_threads(threads)
    return bytes(save({name: weights.contiguous() for name, weights in network.model.state_dict().items()}))


def _reading_loss(network: Any, batch: Any) -> Any:
    """Cross-entropy of the next token, plus that of the text's own tokens as seen from its last position."""
    from torch.nn.functional import cross_entropy

    text = batch.attention_mask.bool()
    states = network.model(**batch.inputs).last_hidden_state
    # Only where a token follows: the scores of all tokens at every padded place would be most of the work.
    next_token = cross_entropy(network.lm_head(states[:, :-1][text[:, 1:]]), batch.input_ids[:, 1:][text[:, 1:]])
    last = batch.attention_mask.sum(dim=1) - 1
    from_end = network.lm_head(states[range(len(last)), last]).log_softmax(dim=-1).gather(1, batch.input_ids)
    return next_token - (from_end * text).sum() / text.sum()

"""The tiny model is made from texts and a seed alone; other models are read, or it is said why not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from paribus.errors import TrainingError
from paribus.training import models
from paribus.training.cache import cache_folder
from paribus.training.protocols import SplitData
from paribus.training.tiny import tiny_tokenizer_json
from tests.training.small_hub import small_hub

TEXTS = ["A dispute about a charge on my card.", "The lender called XXXX times.", "Zinsen, Gebühren, 利息"] * 4


def test_the_same_texts_give_the_same_tokenizer_bytes_in_every_process(tmp_path: Path) -> None:
    code = (
        "import hashlib, sys; from paribus.training.tiny import tiny_tokenizer_json; "
        f"made = tiny_tokenizer_json({TEXTS!r}); print(hashlib.sha256(made.encode()).hexdigest())"
    )

    def digest(number: int) -> str:
        env = {**os.environ, "PARIBUS_CACHE": str(tmp_path / str(number)), "PYTHONHASHSEED": str(number)}
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
        ).stdout

    assert digest(1) == digest(2)


def test_other_texts_give_another_tokenizer() -> None:
    assert tiny_tokenizer_json(TEXTS) != tiny_tokenizer_json([*TEXTS, "escrow escrow"])


def test_any_text_survives_the_tiny_tokenizer() -> None:
    tokenizer = models.load_tokenizer("tiny", texts=TEXTS)

    ids = tokenizer("a CHARGE of 利息 and ☃ …")["input_ids"]

    assert tokenizer.decode(ids, skip_special_tokens=True).strip() == "a charge of 利息 and ☃ …"
    assert tokenizer.unk_token_id not in ids
    assert (ids[0], ids[-1]) == (tokenizer.cls_token_id, tokenizer.sep_token_id)


@pytest.mark.parametrize("damage", ["no marker", "cut file", "cut marker", "other marker"])
def test_a_half_written_cache_is_recognised_and_made_again(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARIBUS_CACHE", str(tmp_path))
    made = tiny_tokenizer_json(TEXTS)
    (content,) = tmp_path.rglob("tokenizer.json")
    marker = content.with_name("complete.json")
    match damage:
        case "no marker":
            marker.unlink()
            content.write_text(made[: len(made) // 2])
        case "cut file":
            content.write_text(made[: len(made) // 2])
        case "cut marker":
            marker.write_text("{")
        case _:
            marker.write_text('{"sha256": "0"}')

    assert tiny_tokenizer_json(TEXTS) == made
    assert content.read_text() == made


def test_a_complete_cache_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARIBUS_CACHE", str(tmp_path))
    tiny_tokenizer_json(TEXTS)
    (content,) = tmp_path.rglob("tokenizer.json")
    written = content.stat().st_mtime_ns

    tiny_tokenizer_json(TEXTS)

    assert content.stat().st_mtime_ns == written
    assert [path.name for path in content.parent.iterdir()].count("tokenizer.json") == 1


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PARIBUS_CACHE", str(tmp_path / "file"))

    with pytest.raises(TrainingError, match="Set the environment variable PARIBUS_CACHE"):
        tiny_tokenizer_json(TEXTS)


def test_without_the_variable_the_cache_stands_in_the_working_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARIBUS_CACHE")

    assert cache_folder() == Path(".paribus/cache")


def test_weights_depend_on_the_seed_and_on_nothing_before() -> None:
    torch.manual_seed(1)
    first, _ = models.load("tiny", 5, texts=TEXTS, seed=0)
    drawn = torch.rand(1)
    torch.manual_seed(1)
    torch.rand(3)
    again, _ = models.load("tiny", 5, texts=TEXTS, seed=0)
    other, _ = models.load("tiny", 5, texts=TEXTS, seed=1)

    weights = first.classifier.weight
    assert torch.equal(weights, again.classifier.weight)
    assert not torch.equal(weights, other.classifier.weight)
    torch.manual_seed(1)
    assert torch.equal(drawn, torch.rand(1)), "loading a model draws nothing from the global generator"


def test_the_tiny_model_is_a_modernbert_of_the_stated_size() -> None:
    network, tokenizer = models.load("tiny", 113, texts=TEXTS, seed=0)

    assert network.config.model_type == "modernbert"
    assert (network.config.num_hidden_layers, network.config.hidden_size) == (2, 128)
    assert network.config.vocab_size == len(tokenizer)
    assert network.classifier.out_features == 113
    assert sum(parameter.numel() for parameter in network.parameters()) < 1_500_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved model of five classes, as save_pretrained writes it."""
    place = tmp_path_factory.mktemp("models") / "saved"
    network, tokenizer = models.load("tiny", 5, texts=TEXTS, seed=3)
    network.save_pretrained(place)
    tokenizer.save_pretrained(place)
    return place


def test_a_saved_model_comes_back_with_its_weights_and_tokens(folder: Path) -> None:
    saved, tokenizer = models.load("tiny", 5, texts=TEXTS, seed=3)

    read, read_tokenizer = models.load(str(folder), 5, seed=0)

    assert all(torch.equal(read.state_dict()[name], value) for name, value in saved.state_dict().items())
    assert read_tokenizer(TEXTS[0])["input_ids"] == tokenizer(TEXTS[0])["input_ids"]


def test_another_number_of_classes_draws_a_new_head_by_the_seed(folder: Path) -> None:
    heads = [models.load(str(folder), 7, seed=seed)[0].classifier.weight for seed in (0, 0, 1)]

    assert heads[0].shape == (7, 128)
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def spoiled(folder: Path, target: Path, damage: str) -> Path:
    shutil.copytree(folder, target)
    config = json.loads((target / "config.json").read_text())
    match damage:
        case "empty folder":
            shutil.rmtree(target)
            target.mkdir()
        case "no weights":
            (target / "model.safetensors").unlink()
        case "cut weights":
            raw = (target / "model.safetensors").read_bytes()
            (target / "model.safetensors").write_bytes(raw[:1000])
        case "cut config":
            (target / "config.json").write_text("{")
        case "more layers than weights":
            config["num_hidden_layers"] = 4
            config.pop("layer_types", None)
            (target / "config.json").write_text(json.dumps(config))
        case "other shapes":
            config["hidden_size"] = 64
            (target / "config.json").write_text(json.dumps(config))
    return target


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("empty folder", "holds no model and tokenizer"),
        ("no weights", "holds no model and tokenizer"),
        ("cut weights", "holds no model and tokenizer"),
        ("cut config", "holds no model and tokenizer"),
        ("more layers than weights", r"do not fill \d+ of the model's own tensors"),
        ("other shapes", r"do not fill \d+ of the model's own tensors"),
    ],
)
def test_a_folder_that_holds_no_whole_model_is_refused(
    folder: Path, tmp_path: Path, damage: str, message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        models.load(str(spoiled(folder, tmp_path / "model", damage)), 5, seed=0)


@pytest.mark.parametrize("name", ["./missing", "/missing/model", "~/missing/model", "a/b/c"])
def test_a_missing_folder_is_not_looked_for_on_the_hub(name: str) -> None:
    with pytest.raises(TrainingError, match="There is no folder"):
        models.load(name, 5, seed=0)


def ask(names: list[str], endpoint: str, home: Path) -> list[str]:
    """What loading hub names comes to, in a process of its own: the client reads its address and cache once."""
    code = (
        "from paribus import models\nfrom paribus.errors import TrainingError\n"
        f"for name in {names!r}:\n"
        "    try: print('head', models.load(name, 5, seed=0)[0].classifier.weight.sum().item())\n"
        "    except TrainingError as error: print(error)"
    )
    unset = ("HF_HUB_OFFLINE", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
    env = {key: value for key, value in os.environ.items() if key not in unset}
    env |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(home)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env, timeout=120)
    return done.stdout.splitlines()


@pytest.mark.long
def test_a_hub_name_is_fetched_by_the_real_client_and_found_in_its_cache_later(
    folder: Path, tmp_path: Path
) -> None:
    """… and a name that is neither there nor in the cache says what to pass instead, with and without a network."""
    expected = models.load(str(folder), 5, seed=0)[0].classifier.weight.sum().item()

    with small_hub(folder, "course/encoder") as endpoint:
        online = ask(["course/encoder", "course/encodre"], endpoint, tmp_path)
    offline = ask(["course/encoder", "course/encodre"], endpoint, tmp_path)

    assert online[0] == offline[0] == f"head {expected}"
    for said in (online[1], offline[1]):
        assert f"'course/encodre' could not be fetched from {endpoint}" in said
        assert "--model tiny" in said


def test_too_few_classes_and_missing_texts_are_refused() -> None:
    with pytest.raises(TrainingError, match="at least two classes"):
        models.load("tiny", 1, texts=TEXTS, seed=0)
    with pytest.raises(TrainingError, match=r"texts=data\.train\.texts"):
        models.load("tiny", 5, seed=0)


def test_a_tiny_model_of_any_texts_takes_their_batches(toy_data: SplitData) -> None:
    network, tokenizer = models.load("tiny", 8, texts=toy_data.train.texts, seed=0)

    logits = network(**tokenizer(list(toy_data.train.texts[:3]), padding=True, return_tensors="pt")).logits

    assert logits.shape == (3, 8)


@pytest.mark.long
def test_the_tiny_decoder_has_read_the_texts_and_draws_only_its_head_by_the_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARIBUS_CACHE", str(tmp_path))
    torch.manual_seed(1)
    first, tokenizer = models.load("tiny-decoder", 5, texts=TEXTS, seed=0)
    drawn = torch.rand(1)
    (kept,) = tmp_path.rglob("body.safetensors")
    written = kept.stat().st_mtime_ns
    other, _ = models.load("tiny-decoder", 5, texts=TEXTS, seed=1)

    assert kept.stat().st_mtime_ns == written, "read once, then taken from the cache"
    assert torch.equal(first.model.embed_tokens.weight, other.model.embed_tokens.weight)
    assert not torch.equal(first.score.weight, other.score.weight)
    torch.manual_seed(1)
    assert torch.equal(drawn, torch.rand(1)), "reading draws nothing from the global generator"
    logits = first(**tokenizer(TEXTS[:3], padding=True, return_tensors="pt")).logits
    assert logits.shape == (3, 5)


@pytest.mark.long
def test_the_tiny_decoder_is_of_the_tiny_encoders_size() -> None:
    sizes = [
        sum(weights.numel() for weights in models.load(name, 5, texts=TEXTS, seed=0)[0].parameters())
        for name in ("tiny", "tiny-decoder")
    ]

    assert 0.8 < sizes[1] / sizes[0] < 1.25


@pytest.mark.long
def test_the_tiny_decoder_reads_from_left_to_right() -> None:
    network, tokenizer = models.load("tiny-decoder", 5, texts=TEXTS, seed=0)
    ids = tokenizer(TEXTS[0], return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        whole = network.model(input_ids=ids).last_hidden_state
        begun = network.model(input_ids=ids[:, :4]).last_hidden_state

    assert torch.allclose(whole[:, :4], begun, atol=1e-5), "what follows changes nothing before it"


@pytest.mark.parametrize("named", ["model.gguf", ""])
def test_a_gguf_is_said_to_be_one_with_what_to_do(named: str, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    with pytest.raises(
        TrainingError, match=r"GGUF format, which is not read here: .*gguf_file=….*pass that folder\."
    ):
        models.load(str(tmp_path / named), 5, seed=1)

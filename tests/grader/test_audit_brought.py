"""What an instructor brings into an audit's sandbox: a cache of the hub and blind models, read-only."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pytest

from grader.audit.brought import CACHE, HUB_HOME, ZOO, bring
from grader.audit.bubblewrap import INSIDE, Bubblewrap
from grader.audit.class_audit import key_of
from grader.audit.jobs import HOME, End, Job, Limits, Outcome
from grader.audit.rerun import Rerun
from grader.audit.sandbox import Refuses
from grader.audit.sandboxed.notebook import link_files
from grader.model import Submission
from paribus.cli import main
from tests.grader.classroom import make_release

needs_bubblewrap = pytest.mark.skipif(bool(Bubblewrap().refusal()), reason=Bubblewrap().refusal())


@dataclass(frozen=True)
class Remembers(Refuses):
    """Runs nothing, and keeps what it was asked for."""

    jobs: list[tuple[Job, Limits]] = field(default_factory=list)

    def run(self, job: Job, limits: Limits) -> Outcome:
        self.jobs.append((job, limits))
        return super().run(job, limits)


def hub(folder: Path) -> Path:
    """A cache as the hub's libraries leave one: a model, whose files are links, and data of two rows."""
    model, data = folder / "hub" / "models--somebody--small", folder / "datasets" / "somebody___texts"
    prepared = data / "default" / "0.0.0" / "c0ffee"
    table = pa.table({"text": ["one", "two"]})
    info = {
        "config_name": "default", "dataset_name": "texts", "version": "0.0.0",
        "features": {"text": {"dtype": "string", "_type": "Value"}},
        "splits": {"train": {"name": "train", "num_examples": 2, "num_bytes": 40}},
    }  # fmt: skip
    for path, text in {
        model / "blobs" / "0a": '{"layers": 2}', model / "refs" / "main": "c0ffee",
        model / "snapshots" / "c0ffee" / "config.json": "", prepared / "dataset_info.json": json.dumps(info),
        prepared.with_name("c0ffee_builder.lock"): "",
    }.items():  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (model / "snapshots" / "c0ffee" / "config.json").unlink()
    (model / "snapshots" / "c0ffee" / "config.json").symlink_to("../../blobs/0a")
    with pa.OSFile(str(prepared / "texts-train.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as out:
        out.write_table(table)
    return folder


def zoo(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "zoo.json").write_text('{"name": "week2"}')
    return folder


def asked(tmp_path: Path, **brought: Path | None) -> tuple[Job, Limits]:
    """The job of an audit with these folders."""
    release, sandbox = make_release(), Remembers("nothing runs here")
    handed = Submission("ann", "ann", "", "week1_homework.ipynb", release.notebook.encode(), "")
    given = bring(brought.get("cache"), brought.get("zoo"))
    Rerun((release,), sandbox, brought=given, disk_mb=3_000)((handed, "asked for"))
    return sandbox.jobs[0]


def test_what_is_brought_is_mounted_and_told(tmp_path: Path) -> None:
    cache, models = hub(tmp_path / "cache"), zoo(tmp_path / "zoo" / "week2")
    job, limits = asked(tmp_path, cache=cache, zoo=models.parent)
    assert (job.reads[CACHE], job.reads[ZOO]) == (cache, models.parent)
    assert (job.environment["HF_HOME"], job.environment["PARIBUS_ZOO"]) == (HUB_HOME, ZOO)
    assert json.loads(job.stdin)["links"] == {CACHE: HUB_HOME}
    assert limits.disk_mb == 3_000


def test_without_them_nothing_of_this_machine_is(tmp_path: Path) -> None:
    job, _ = asked(tmp_path)
    assert not {CACHE, ZOO} & set(job.reads)
    assert not {"HF_HOME", "PARIBUS_ZOO"} & set(job.environment)
    assert json.loads(job.stdin)["links"] == {}


def test_another_cache_is_another_audit(tmp_path: Path) -> None:
    """What could not run for want of a model is run again once there is one."""
    keys = {key_of(Rerun((), brought=bring(cache, None))) for cache in (None, hub(tmp_path / "cache"))}
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--cache nowhere", "there is no such folder."),
        ("--zoo nowhere", "there is no such folder."),
        ("--cache .", "it holds neither a folder hub nor a folder datasets."),
        ("--zoo .", "no zoo.json lies in it or below."),
        ("--disk-mb 0", "expected 1 or more."),
    ],
)
def test_a_folder_that_cannot_serve_gives_one_sentence(
    option: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        raise SystemExit(main(["audit", ".", *option.split()]))
    assert end.value.code == 2
    assert f"{option}: {message}" in capsys.readouterr().err


def test_links_leave_out_locks_and_keep_times(tmp_path: Path) -> None:
    cache = hub(tmp_path / "cache")
    link_files(str(cache), str(tmp_path / "home"))
    names = {path.relative_to(cache) for path in cache.rglob("*") if path.suffix != ".lock"}
    assert {path.relative_to(tmp_path / "home") for path in (tmp_path / "home").rglob("*")} == names
    for name in (name for name in names if (cache / name).is_dir()):
        assert (tmp_path / "home" / name).stat().st_mtime == (cache / name).stat().st_mtime


WITHIN = "from notebook import link_files; link_files('/paribus/cache', '/tmp/home/huggingface')"
MODEL = """
from huggingface_hub import hf_hub_download
found = hf_hub_download("somebody/small", "config.json")
print(open(found).read())
"""
DATA = """
from datasets import load_dataset
print(load_dataset("somebody/texts")["train"]["text"][:])
"""
BLIND = """
from paribus.zoo.where import find
print(find("week2"))
"""
WRITES = """
import os
os.chdir("/tmp/home/huggingface/hub/models--somebody--small")
for path in ("/paribus/zoo/week2/zoo.json", "refs/main"):
    try:
        open(path, "w")
    except OSError as error:
        print(error.strerror)
"""


@needs_bubblewrap
@pytest.mark.parametrize(
    ("code", "output"),
    [
        pytest.param(MODEL, b'{"layers": 2}\n', id="a model"),
        pytest.param(DATA, b"['one', 'two']\n", id="data", marks=pytest.mark.long),
        pytest.param(BLIND, b"/paribus/zoo/week2\n", id="blind models"),
        pytest.param(WRITES, b"Read-only file system\nRead-only file system\n", id="and changes none of them"),
    ],
)
def test_without_a_network_code_finds_what_was_brought(code: str, output: bytes, tmp_path: Path) -> None:
    given = bring(hub(tmp_path / "cache"), zoo(tmp_path / "zoo" / "week2").parent)
    program = f"import sys; sys.path.insert(0, {INSIDE!r})\n{WITHIN}\n{code}"
    job = Job((sys.executable, "-c", program), given.reads, {"PARIBUS_CACHE": HOME, **given.environment})
    done = Bubblewrap().run(job, Limits(seconds=120))
    assert (done.end, done.output) == (End.FINISHED, output), done.errors

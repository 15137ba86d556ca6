"""An audit's GPU: found at the edge, given to the jobs that ask for it, and to no others. No GPU is needed here."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.audit.bubblewrap import Bubblewrap, arguments, kernel_limits
from grader.audit.container import Container
from grader.audit.gpu import Gpu, find_gpu
from grader.audit.hidden_tests import HiddenTests
from grader.audit.jobs import End, Job, Limits, Outcome
from grader.audit.rerun import Rerun
from grader.audit.watched import Watched
from grader.errors import SandboxError
from grader.grading.grade import judge_one
from grader.model import Submission
from paribus.course.release import Release
from tests.grader.classroom import make_release

ALL = ("nvidia0", "nvidia1", "nvidia10", "nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset")
ONE = Gpu((Path("/dev/nvidia0"), Path("/dev/nvidiactl"), Path("/dev/nvidia-uvm")), "0")
NOTHING = Job(("python3", "x.py"))
ROOM = Limits(seconds=20, memory_mb=600, processes=24, output_mb=0.5, disk_mb=16)
needs_bubblewrap = pytest.mark.skipif(bool(Bubblewrap().refusal()), reason=Bubblewrap().refusal())


def devices(folder: Path, *names: str) -> Path:
    """A folder with files of these names, as /dev has them."""
    for name in names:
        (folder / name).touch()
    return folder


def test_a_machines_gpus_are_found_by_their_device_files(tmp_path: Path) -> None:
    found = find_gpu({}, devices(tmp_path, *ALL))
    assert found is not None
    assert [path.name for path in found.devices] == [*ALL[:-1]]
    assert found.environment == {}


@pytest.mark.parametrize(
    ("names", "environment"),
    [((), {}), (("null", "nvidia-modeset"), {}), (ALL, {"CUDA_VISIBLE_DEVICES": ""}),
     (ALL, {"CUDA_VISIBLE_DEVICES": "-1"})],
)  # fmt: skip
def test_without_a_gpu_or_with_all_of_them_hidden_there_is_none(
    names: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> None:
    assert find_gpu(environment, devices(tmp_path, *names)) is None


def test_which_gpus_are_to_be_seen_travels_with_them(tmp_path: Path) -> None:
    found = find_gpu({"CUDA_VISIBLE_DEVICES": "1"}, devices(tmp_path, *ALL))
    assert found is not None
    assert found.environment == {"CUDA_VISIBLE_DEVICES": "1"}


@pytest.mark.parametrize("missing", ["nvidiactl", "nvidia-uvm"])
def test_a_gpu_on_which_nothing_can_be_computed_is_told_in_a_sentence(missing: str, tmp_path: Path) -> None:
    there = devices(tmp_path, *(name for name in ALL if name != missing))
    with pytest.raises(SandboxError, match=rf"no .*{missing}, which every computation.*--no-gpu"):
        find_gpu({}, there)


def test_bubblewrap_binds_the_devices_after_its_own_dev_and_only_for_a_job_that_asks() -> None:
    words = arguments(replace(NOTHING, gpu=ONE), ROOM)
    for device in ONE.devices:
        place = words.index(str(device))
        assert words[place - 1 : place + 2] == ["--dev-bind-try", str(device), str(device)]
        assert words.index("--dev") < place < words.index("--remount-ro", place)
    place = words.index("/proc/driver/nvidia")
    assert words[place - 1] == "--ro-bind-try"
    assert words.index("--proc") < place
    assert words[words.index("CUDA_VISIBLE_DEVICES") - 1] == "--setenv"
    assert not [word for word in arguments(NOTHING, ROOM) if "nvidia" in word or "CUDA" in word]


@pytest.mark.parametrize(
    ("command", "words"), [("docker", "--gpus all"), ("podman", "--device nvidia.com/gpu=all")]
)
def test_a_container_gets_the_gpus_in_its_commands_own_words(command: str, words: str) -> None:
    container = Container(command, "image:1")
    asked = " ".join(container.arguments(replace(NOTHING, gpu=ONE), ROOM, "name"))
    assert words in asked.split(" image:1 ")[0]
    assert "--env CUDA_VISIBLE_DEVICES=0" in asked
    assert "--memory 600m" in asked
    without = " ".join(container.arguments(NOTHING, ROOM, "name"))
    assert "nvidia" not in without
    assert "--env NVIDIA_VISIBLE_DEVICES=void" in without, "an image may ask for every GPU by itself"
    assert "--gpus" not in without


def test_addresses_are_not_counted_where_a_driver_reserves_them() -> None:
    """CUDA reserves addresses for all memory there is: a limit on them ends it before it begins."""
    plain, asked = kernel_limits(ROOM), kernel_limits(ROOM, ONE)
    assert "RLIMIT_AS" not in asked
    assert asked["RLIMIT_DATA"] == plain["RLIMIT_AS"]
    assert asked["RLIMIT_NOFILE"] > plain["RLIMIT_NOFILE"]
    assert {name: asked[name] for name in asked.keys() & plain.keys() - {"RLIMIT_NOFILE"}} == {
        name: plain[name] for name in asked.keys() & plain.keys() - {"RLIMIT_NOFILE"}
    }


AS_CUDA_DOES = """
import mmap, os, threading
size = 1 << 40
held = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=0)
files = [open(os.devnull) for _ in range(600)]
with open(f"/proc/self/task/{threading.get_native_id()}/comm", "w") as name:
    name.write("cuda-EvtHandlr")
print("ready")
"""


@needs_bubblewrap
def test_what_cuda_does_before_it_computes_is_allowed_with_a_gpu_alone() -> None:
    """Reserving a terabyte of addresses, hundreds of open files, naming its threads."""
    job = Job((sys.executable, "-c", AS_CUDA_DOES))
    asked = Bubblewrap().run(replace(job, gpu=Gpu(())), ROOM)
    assert (asked.end, asked.output.strip()) == (End.FINISHED, b"ready"), asked
    assert Bubblewrap().run(job, ROOM).end is not End.FINISHED


@needs_bubblewrap
@pytest.mark.parametrize(
    "code",
    ["kept = bytearray(10**10)", "kept = []\nwhile True: kept.append(b'x' * 10**7)",
     "import mmap\nkept = mmap.mmap(-1, 2 * 10**9)\nwhile True: kept.write(b'x' * 10**7)"],
    ids=["at once", "bit by bit", "shared"],
)  # fmt: skip
def test_memory_has_its_limit_with_a_gpu_as_well(code: str) -> None:
    done = Bubblewrap().run(Job((sys.executable, "-c", code), gpu=Gpu(())), ROOM)
    assert done.end is End.OUT_OF_MEMORY, done


@needs_bubblewrap
@pytest.mark.skipif(not Path("/dev/fuse").is_char_device(), reason="there is no device file to give")
def test_a_device_is_in_the_sandbox_of_a_job_that_asks_and_in_no_other() -> None:
    job = Job((sys.executable, "-c", "import os; print(os.path.exists('/dev/fuse'))"))
    asked = replace(job, gpu=Gpu((Path("/dev/fuse"), Path("/dev/no-such-device"))))
    assert Bubblewrap().run(asked, ROOM).output.strip() == b"True"
    assert Bubblewrap().run(job, ROOM).output.strip() == b"False"


class AskedError(Exception):
    """What a sandbox was asked to do."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job


class Remembers:
    """A sandbox that says which job it was given."""

    name = "remembers"

    def refusal(self) -> str:
        return ""

    def open(self, job: Job, limits: Limits) -> Watched:
        raise AskedError(job)

    def run(self, job: Job, limits: Limits) -> Outcome:
        raise AskedError(job)


def submission(release: Release) -> Submission:
    """The released notebook, as one student hands it in."""
    return Submission(
        "ann", "ann", "", "week1_homework.ipynb", json.dumps(json.loads(release.notebook)).encode(), ""
    )


@pytest.mark.parametrize("gpu", [ONE, None])
def test_an_audits_job_asks_for_the_gpu_that_the_audit_has(gpu: Gpu | None) -> None:
    release = make_release()
    with pytest.raises(AskedError) as caught:
        Rerun((release,), Remembers(), gpu=gpu)((submission(release), "asked for"))
    assert caught.value.job.gpu == gpu


def test_hidden_tests_ask_for_no_gpu() -> None:
    release = replace(make_release(), hidden={"tail_share-tests": {"tests": "assert tail_share([1]) == 1"}})
    with pytest.raises(AskedError) as caught:
        judge_one(submission(release), [release], execute=HiddenTests(Remembers()))
    assert caught.value.job.gpu is None

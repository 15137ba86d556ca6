"""What students' code cannot do in the sandbox: escape from it, or use up the machine."""

import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.audit.bubblewrap import Bubblewrap
from grader.audit.jobs import End, Job, Limits
from grader.audit.sandbox import Refuses
from grader.errors import SandboxError

BWRAP = Bubblewrap()
needs_bubblewrap = pytest.mark.skipif(bool(BWRAP.refusal()), reason=BWRAP.refusal())
ATTACKS = tomllib.loads((Path(__file__).parent / "cases" / "_sandbox.toml").read_text(encoding="utf-8"))["attack"]
ROOM = Limits(seconds=20, memory_mb=600, processes=24, output_mb=0.5, disk_mb=16)


def python(code: str) -> Job:
    return Job((sys.executable, "-c", code))


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Any]]:
    """What a student would like to reach: files, servers and a process of this machine."""
    home = tmp_path_factory.mktemp("machine")
    for name in ("sealed.json", "hidden.json", "assignment.json", "gradebook.db"):
        (home / name).write_text("the answers")
    victim = subprocess.Popen(["sleep", "600"], env={**os.environ, "TOKEN": "secret-of-the-grader"})
    os.environ["PARIBUS_TEST_TOKEN"] = "secret-of-the-grader"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
        socket.socket(socket.AF_UNIX) as named,
    ):
        abstract.bind(f"\0paribus-{victim.pid}")
        named.bind(str(home / "socket"))
        for listening in (abstract, named):
            listening.listen()
        yield {
            "release": home, "gradebook": home / "gradebook.db", "home": home, "port": server.getsockname()[1],
            "victim": victim.pid, "socket": home / "socket",
        }  # fmt: skip
    assert victim.poll() is None, "somebody ended a process of this machine"
    victim.kill()
    victim.wait()
    del os.environ["PARIBUS_TEST_TOKEN"]


@needs_bubblewrap
@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(attack, id=attack["name"], marks=[pytest.mark.long] if attack.get("long") else [])
        for attack in ATTACKS
    ],
)
def test_no_attack_succeeds_and_each_ends_as_a_clear_verdict(
    attack: Mapping[str, Any], machine: Mapping[str, Any]
) -> None:
    code = attack["code"]
    for name, value in machine.items():
        code = code.replace(f"{{{name}}}", str(value))
    own = {name: attack[name] for name in ("seconds", "memory_mb") if name in attack}
    done = BWRAP.run(python(code), Limits(**{**vars(ROOM), **own}))
    assert b"ESCAPED" not in done.output, done
    assert done.end.value in attack["ends"], done
    assert done.seconds < own.get("seconds", ROOM.seconds) + 3
    assert bool(done.why) == (done.end is not End.FINISHED)
    assert machine["gradebook"].read_text() == "the answers"


def test_there_are_more_than_thirty_attacks() -> None:
    assert len({attack["name"] for attack in ATTACKS}) > 30


@needs_bubblewrap
def test_the_attacks_would_succeed_without_a_sandbox(machine: Mapping[str, Any]) -> None:
    """The true twin: the same code reaches the same things where nothing holds it."""
    reaching = [
        item for item in ATTACKS if item["name"].startswith(("reads the gradebook", "connects to a server on"))
    ]
    for attack in reaching:
        code = (
            attack["code"].replace("{gradebook}", str(machine["gradebook"])).replace("{port}", str(machine["port"]))
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        assert b"ESCAPED" in done.stdout


@needs_bubblewrap
def test_honest_code_runs_with_paribus_and_its_own_files(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    tmp_path.chmod(0o755)
    code = "import numpy, paribus; open('mine', 'w').write('x'); print(open('/given/data.csv').read())"
    done = BWRAP.run(Job((sys.executable, "-c", code), {"/given": tmp_path}), ROOM)
    assert (done.end, done.status, done.why) == (End.FINISHED, 0, "")
    assert b"1,2" in done.output


@needs_bubblewrap
def test_a_program_is_talked_with_line_by_line() -> None:
    code = "for line in iter(input, 'end'): print(line.upper(), flush=True)"
    with BWRAP.open(python(code), ROOM) as program:
        program.send(b"one\n")
        assert program.read_line(10) == b"ONE"
        program.send(b"two\nend\n")
        assert program.read_line(10) == b"TWO"
        assert program.read_line(10) is None
        assert program.outcome().end is End.FINISHED


@needs_bubblewrap
def test_a_program_that_does_not_answer_in_time_is_ended() -> None:
    with BWRAP.open(python("import time; time.sleep(600)"), ROOM) as program:
        assert program.read_line(0.5) is None
        assert program.ended is End.TIMED_OUT


def test_without_bubblewrap_nothing_runs_and_one_sentence_says_what_to_install() -> None:
    missing = Bubblewrap("no-such-bwrap")
    assert "apt install bubblewrap" in missing.refusal()
    assert missing.run(python("print(1)"), ROOM).end is End.REFUSED
    with pytest.raises(SandboxError, match="there is no bubblewrap here"):
        missing.open(python("print(1)"), ROOM)


def test_without_user_namespaces_nothing_runs_and_one_sentence_says_why(tmp_path: Path) -> None:
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    tmp_path.chmod(0o755)
    why = Bubblewrap(str(program)).refusal()
    assert "user namespaces" in why
    assert "No permissions" in why or os.geteuid() == 0


def test_no_sandbox_refuses_everything() -> None:
    none = Refuses("Students' code runs only in a sandbox.")
    assert none.run(python("print(1)"), ROOM).end is End.REFUSED
    with pytest.raises(SandboxError, match="only in a sandbox"):
        none.open(python("print(1)"), ROOM)

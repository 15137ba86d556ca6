"""Every command line that the pages show is typed here, or says why not; then its words are parsed as they are."""

import re
import runpy
import shutil
import sys
import tomllib
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import pytest
import waitress.server
from werkzeug.serving import BaseWSGIServer

from grader.commands import desk
from paribus import __version__
from paribus.cli import build_parser, find_commands, main
from tests.docs.lines import BUILT, LONG_SCENES, NOT_TYPED, SCENES, Scene
from tests.docs.made_course import dress, hand_in, on_moodle, on_site
from tests.docs.pages import PAGES, ROOT, SPOKEN, TYPED, words_of

COMMANDS = {command.name: command for command in find_commands()}
PARSER = build_parser(list(COMMANDS.values()))
EXAMPLES = tuple(command.example for command in COMMANDS.values())
SITES = {"moodle": "grader.lms.moodle.web.send.Send", "canvas": "grader.lms.canvas.web.site.Patient"}
"""What asks the network."""
MAKE = [line for line in (*TYPED, *SPOKEN) if line.startswith("make ")]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The new course, dressed, built, and with files that two students hand in."""
    folder = tmp_path_factory.mktemp("docs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARIBUS_CACHE", str(folder / "cache"))
        patch.chdir(folder)
        for line in BUILT:
            type_in(line, patch)
            if line.startswith("cd "):
                dress(Path.cwd())
        hand_in(Path.cwd())
        yield Path.cwd()


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What serves until Ctrl-C gets it at once, on a free port, and opens no browser."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(BaseWSGIServer, "serve_forever", stopped)
    monkeypatch.setattr(waitress.server.BaseWSGIServer, "run", lambda *_: None)
    monkeypatch.setattr(desk, "PORT", 0)
    monkeypatch.setattr(webbrowser, "open", lambda *_: True)


def type_in(line: str, patch: pytest.MonkeyPatch) -> None:
    """Type a line; it has to succeed."""
    program, *arguments = words_of(line)
    if program == "cd":
        patch.chdir(arguments[0])
    elif program == "export":
        patch.setenv(*arguments[0].split("=", 1))
    elif program == "paribus":
        assert main(arguments) == 0, line
    else:
        assert [program, *arguments[:2]] == ["python", "-m", "paribus"]
        patch.setattr(sys, "argv", ["paribus", *arguments[2:]])
        with pytest.raises(SystemExit) as end:
            runpy.run_module("paribus", run_name="__main__")
        assert end.value.code == 0


def play(scene: Scene, course: Path, place: Path, patch: pytest.MonkeyPatch) -> None:
    shutil.copytree(course, place)
    patch.chdir(place)
    if any("submissions.zip" in line for line in scene.lines):
        on_moodle(place)
    if scene.site:
        site = on_site(place, scene.site)
        patch.setenv(f"PARIBUS_{scene.site.upper()}_TOKEN", site.token)
        patch.setattr(SITES[scene.site], lambda: site)
    for line in scene.lines:
        type_in(line, patch)
    assert [name for name in scene.leaves if not Path(name).is_file()] == []


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
@pytest.mark.usefixtures("nobody_waits")
def test_the_lines_work_one_after_another(
    scene: Scene, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(scene, course, tmp_path / "mine", monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("scene", LONG_SCENES, ids=lambda scene: scene.name)
@pytest.mark.usefixtures("nobody_waits")
def test_the_longer_lines_work_one_after_another(
    scene: Scene, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(scene, course, tmp_path / "mine", monkeypatch)


def test_every_line_is_typed_or_says_why_not() -> None:
    """And both tables name nothing that no page shows."""
    typed = {*BUILT, *(line for scene in (*SCENES, *LONG_SCENES) for line in scene.lines)}
    unknown = [line for line in TYPED if line not in typed and line not in NOT_TYPED and line not in MAKE]
    assert unknown == [], "Give each of these lines a scene, or a reason in NOT_TYPED (tests/docs/lines.py)."
    assert sorted((typed | set(NOT_TYPED)) - {*TYPED, *EXAMPLES, *filled()}) == []


def test_every_reason_names_a_test_that_there_is() -> None:
    named = {name for reason in NOT_TYPED.values() for name in re.findall(r"tests/\S+\.py", reason)}
    assert [name for name in named if not (ROOT / name).is_file()] == []


def filled() -> set[str]:
    """The commands' own examples, with the shipped course's names."""
    return {command.filled_example() for command in COMMANDS.values()}


@pytest.mark.parametrize("line", [line for line in dict.fromkeys((*TYPED, *EXAMPLES)) if line not in MAKE])
def test_a_line_is_one_that_can_be_typed(line: str, course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, *arguments = words_of(line.replace(".venv/bin/", ""))
    if program == "paribus":
        parsed(arguments, capsys)
    elif program == "python":
        assert arguments[0] == "-m"
        asked_of_a_module(arguments[1:], capsys)
    elif program == "jupyter":
        assert [word for word in arguments if word.startswith("build/") and not (course / word).exists()] == []
    elif program == "dask":
        taken_by_dask(*arguments)
    else:
        assert program in ("cd", "export")


def parsed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        PARSER.parse_args(arguments)
    except SystemExit:
        pytest.fail(capsys.readouterr().err)


def asked_of_a_module(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m MODULE …`: ours are there, and what pip is asked for is ours."""
    module, *arguments = words
    if module == "paribus":
        parsed(arguments, capsys)
    elif module == "pip":
        asked_of_pip(arguments)
    else:
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def asked_of_pip(arguments: list[str]) -> None:
    """A wheel of this version, or an extra that pyproject.toml has."""
    assert arguments[0] == "install"
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for wanted in arguments[1:]:
        name, _, extra = wanted.removesuffix("]").partition("[")
        assert name in ("paribus", f"paribus-{__version__}-py3-none-any.whl"), wanted
        assert not extra or extra in extras, wanted


def taken_by_dask(command: str, *arguments: str) -> None:
    from distributed.cli import dask_scheduler, dask_worker

    program = {"scheduler": dask_scheduler, "worker": dask_worker}[command]
    program.main.make_context(command, list(arguments), resilient_parsing=False)


def targets() -> dict[str, str]:
    """Every target of the Makefile, and its recipe."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return {found[1]: found[2] for found in re.finditer(r"^([a-z-]+):.*\n((?:\t.*\n|.*\\\n)*)", text, re.MULTILINE)}


@pytest.mark.parametrize("line", MAKE)
def test_a_target_is_one_of_the_makefile_and_its_recipe_can_be_typed(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [word for word in words_of(line)[1:] if "=" not in word]
    assert [word for word in asked if word not in targets()] == []
    for recipe in (targets()[word] for word in asked):
        for command in re.findall(r"\$\(BIN\)/(paribus|python) (.*)", recipe):
            arguments = words_of(re.sub(r"\$\([^()]*\([^()]*\)[^()]*\)|\$\([^()]*\)", "1", command[1]))
            if command[0] == "paribus":
                parsed(arguments, capsys)
            elif arguments[0] != "-m":
                assert (ROOT / arguments[0]).is_file()
            elif arguments[1] not in ("pytest", "pip"):
                asked_of_a_module(arguments[1:], capsys)


@pytest.mark.parametrize("line", [line for line in SPOKEN if line not in MAKE])
def test_a_command_in_a_sentence_exists_with_its_options(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    program, *words = words_of(line)
    if program == "pip":
        asked_of_pip(words)
    elif program == "python":
        asked_of_a_module(words[1:], capsys)
    elif program == "paribus":
        assert words[0] in COMMANDS, f"there is no `paribus {words[0]}`"
        known = set(options(build_parser([COMMANDS[words[0]]])))
        assert [word for word in words if word.startswith("-") and word.rstrip(".,;") not in known] == []


def options(parser: object) -> Iterator[str]:
    """The option strings of a parser and of the parsers below it."""
    for action in getattr(parser, "_actions", ()):
        yield from action.option_strings
        for below in (action.choices or {}).values() if isinstance(action.choices, dict) else ():
            yield from options(below)


def test_every_command_is_on_some_page() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [name for name in COMMANDS if f"paribus {name}" not in text] == []

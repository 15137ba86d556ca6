"""Profiles, atomic files and the command line's manners."""

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

import paribus
from paribus import cli
from paribus.cli import Command, build_parser, main
from paribus.errors import DataError, UsageError
from paribus.files import write_atomic
from paribus.records.markup import Table, to_text
from paribus.training.profiles import get_profile


def test_profiles_are_found_by_name_and_an_unknown_one_lists_them() -> None:
    carried: dict[str, dict[str, object]] = {
        "small": {"epochs": 1, "about": "seconds", "needs_gpu": True},
        "large": {"epochs": 9},
    }
    profile = get_profile("small", carried)
    assert (profile.name, profile.epochs, profile.about, profile.needs_gpu) == ("small", 1, "seconds", True)
    with pytest.raises(UsageError, match=r"'tiny'\. Choose one of: small \(seconds\), large\."):
        get_profile("tiny", carried)
    with pytest.raises(AttributeError, match=r"'small' has no setting 'epohcs'\. It has: epochs\."):
        _ = profile.epohcs


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "new" / "file.txt"
    write_atomic(target, "one\n")
    write_atomic(target, b"two\n")
    assert target.read_bytes() == b"two\n"

    def fail(self: Path, other: Path) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomic(target, "three\n")
    assert [file.name for file in target.parent.iterdir()] == ["file.txt"]
    assert target.read_bytes() == b"two\n"


def command(run: Callable[[argparse.Namespace], int]) -> Command:
    return Command("try", "Try something.", "paribus try", lambda parser: None, run)


def fails(error: BaseException) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("run", "status"), [(lambda _: 0, 0), (fails(DataError("no data")), 1), (fails(KeyboardInterrupt()), 130)]
)
def test_a_command_translates_what_happened_into_its_exit_status(
    run: Callable[[argparse.Namespace], int], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "find_commands", lambda: [command(run)])
    assert main(["try"]) == status


def test_wrong_usage_exits_with_two_and_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "find_commands", lambda: [command(fails(UsageError("type --all instead")))])
    with pytest.raises(SystemExit) as caught:
        main(["try"])
    assert caught.value.code == 2
    assert "type --all instead" in capsys.readouterr().err


def test_a_command_that_there_is_none_of_names_the_one_that_was_meant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "find_commands", lambda: [command(lambda _: 0)])
    with pytest.raises(SystemExit):
        main(["tyr"])
    assert "there is no command 'tyr'. Did you mean 'try'?" in capsys.readouterr().err


def test_every_commands_help_ends_with_an_example() -> None:
    text = build_parser([command(lambda _: 0)])
    assert "try" in text.format_help()
    assert f"paribus {paribus.__version__}".startswith("paribus 0.")


def test_a_table_reads_as_plain_text_too() -> None:
    table = Table("Title", ("a", "bb"), (("1", "2"), ("333", "4")), "note")
    assert to_text(table).splitlines() == ["Title", "a    bb", "1    2", "333  4", "note"]
    assert to_text(Table("", (), (), "alone")) == "alone"

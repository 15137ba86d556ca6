"""Publishing: Kaggle's rules, the plan, and the pushes, with the official client against a server on loopback."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from generator.building.build import Options, build
from generator.commands import publish as command
from generator.errors import PublishError
from generator.publishing.kaggle_client import CommandLineClient, FakeKaggle, KaggleClient, Status
from generator.publishing.kaggle_metadata import Waiting, kernel_metadata, read_kernel
from generator.publishing.publish import Clock, Publisher, Step, make_plan, stage
from paribus.cli import main
from paribus.errors import UsageError
from tests.generator.kaggle_build import write_build
from tests.generator.kaggle_server import Kaggle, serve
from tests.shipped import COURSE, KAGGLE

REFERENCE = "paribus-course/paribus-week1-lab-solution"


class FakeTime:
    """A clock that is only ever moved by sleeping."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def publisher(client: KaggleClient, build: Path, **fields: Any) -> Publisher:  # noqa: ANN401 - passed on
    waiting = fields.pop("waiting", Waiting(20.0, 900.0, 3600.0))
    return Publisher(client, build / "work", waiting, "notes", clock=FakeTime().clock(), **fields)


def real(environment: dict[str, str]) -> CommandLineClient:
    return CommandLineClient(environment=environment)


@pytest.mark.long
def test_the_official_client_pushes_data_set_notebooks_and_solution_and_fetches_the_output(tmp_path: Path) -> None:
    build = write_build(tmp_path / "build")
    kaggle = Kaggle(states={"paribus-week1-lab-solution": ["queued", "running", "complete"]})
    steps: list[Step] = []
    with serve(kaggle, tmp_path) as environment:
        published = publisher(real(environment), build, observe=steps.append).publish(
            make_plan(build, ["week1_lab"])
        )

    assert kaggle.datasets == {"paribus-course/paribus-wheel": [["paribus-0.1.0-py3-none-any.whl"]]}
    assert kaggle.uploads == {"paribus-0.1.0-py3-none-any.whl": b"a wheel"}
    (student,) = kaggle.kernels["paribus-course/paribus-week1-lab"]
    (solution,) = kaggle.kernels[REFERENCE]
    assert "NotImplementedError" in student["text"]
    assert "solved" in solution["text"]
    assert (student["isPrivate"], solution["isPrivate"], kaggle.private_datasets) == (False, True, [False])
    assert solution["machineShape"] == "NvidiaTeslaT4"
    assert solution["enableInternet"]
    assert solution["datasetDataSources"] == ["paribus-course/paribus-wheel"]
    assert (student["sessionTimeoutSeconds"], solution["sessionTimeoutSeconds"]) == (900, 3600)
    assert [step.words for step in steps if step.item.ref == REFERENCE][1:] == ["queued", "running", "complete"]
    assert sorted(path.name for path in published[-1].fetched) == ["paribus-week1-lab-solution.log", "result.json"]


def test_a_data_set_that_exists_gets_a_new_version(tmp_path: Path) -> None:
    build = write_build(tmp_path / "build")
    kaggle = Kaggle(
        datasets={"paribus-course/paribus-wheel": [["old"]]}, dataset_states=["ready", "reprocessing", "ready"]
    )
    with serve(kaggle, tmp_path) as environment:
        publisher(real(environment), build).publish(make_plan(build, ["week1_lab"])[:1])
    assert len(kaggle.datasets["paribus-course/paribus-wheel"]) == 2


def test_a_run_that_fails_on_kaggle_is_an_error_with_its_message_and_log(tmp_path: Path) -> None:
    build = write_build(tmp_path / "build")
    kaggle = Kaggle(states={"paribus-week1-lab-solution": ["error"]}, failure="Notebook threw an exception")
    with serve(kaggle, tmp_path) as environment:
        publishing = publisher(real(environment), build)
        with pytest.raises(PublishError, match=r"(?s)ended with 'error': Notebook threw.*solution says hello"):
            publishing.publish(make_plan(build, ["week1_lab"])[2:])
    assert (build / "work" / "week1_lab" / "result.json").is_file()


@pytest.mark.parametrize(
    "refusal",
    [{"error": "Maximum GPU quota reached"}, {"url": "u", "versionNumber": 1, "invalidDatasetSources": ["a/b"]}],
)
def test_a_refused_push_is_an_error_with_kaggle_s_words(tmp_path: Path, refusal: dict[str, Any]) -> None:
    build = write_build(tmp_path / "build")
    with (
        serve(Kaggle(refuse={"kernel": refusal}), tmp_path) as environment,
        pytest.raises(
            PublishError, match=r"(?s)refused pushing the notebook.*(GPU quota|not valid dataset sources)"
        ),
    ):
        publisher(real(environment), build).publish(make_plan(build, ["week1_lab"])[1:2])


@pytest.mark.parametrize("exists", [False, True])
def test_a_refused_data_set_is_an_error_with_kaggle_s_words(tmp_path: Path, exists: bool) -> None:
    build = write_build(tmp_path / "build")
    kaggle = Kaggle(refuse={"dataset": "title already in use"})
    if exists:
        kaggle.datasets["paribus-course/paribus-wheel"] = [["old"]]
    with serve(kaggle, tmp_path) as environment, pytest.raises(PublishError, match="title already in use"):
        publisher(real(environment), build).publish(make_plan(build, ["week1_lab"])[:1])


def test_a_server_that_breaks_is_an_error_of_each_call(tmp_path: Path) -> None:
    kaggle = Kaggle(broken={"GetDatasetStatus", "GetKernelSessionStatus", "ListKernelSessionOutput"})
    with serve(kaggle, tmp_path) as environment:
        client = real(environment)
        calls: list[tuple[str, Callable[[], object]]] = [
            ("asking for the data set a-a/b-b-b-b", lambda: client.dataset_status("a-a/b-b-b-b")),
            ("asking for the run of a-a/b-b-b-b", lambda: client.kernel_status("a-a/b-b-b-b")),
            ("fetching the output of a-a/b-b-b-b", lambda: client.kernel_output("a-a/b-b-b-b", tmp_path / "o")),
        ]
        for doing, call in calls:
            with pytest.raises(PublishError, match=f"refused {doing}"):
                call()


def test_a_client_that_is_missing_or_hangs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PublishError, match="official client is not there"):
        CommandLineClient(tmp_path / "kaggle").kernel_status("a/b")
    slow = tmp_path / "slow"
    slow.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(30)\n")
    slow.chmod(0o755)
    monkeypatch.setattr("generator.publishing.kaggle_client.CALL_LIMIT", 0.2)
    with pytest.raises(PublishError, match="`kaggle kernels status` took longer"):
        CommandLineClient(slow).kernel_status("a/b")


def test_a_run_that_does_not_end_is_given_up_and_can_be_fetched_later(tmp_path: Path) -> None:
    build = write_build(tmp_path / "build")
    fake = FakeKaggle(states={REFERENCE: [Status("running")]})
    with pytest.raises(PublishError, match=r"After 3620 s Kaggle is still running .*solution\. It goes on there"):
        publisher(fake, build).publish(make_plan(build, ["week1_lab"]))


def test_a_question_that_goes_unanswered_is_asked_again(tmp_path: Path) -> None:
    class Deaf(FakeKaggle):
        missed = 0

        def kernel_status(self, ref: str) -> Status:
            self.missed += 1
            if self.missed < self.deaf_for:
                raise PublishError("no answer")
            return Status("complete")

        deaf_for = 3

    build = write_build(tmp_path / "build")
    plan = make_plan(build, ["week1_lab"])
    assert publisher(Deaf(), build).publish(plan)[-1].fetched
    stone_deaf = Deaf()
    stone_deaf.deaf_for = 99
    with pytest.raises(PublishError, match="no answer"):
        publisher(stone_deaf, build).publish(plan)


@pytest.mark.parametrize(
    ("state", "told"), [("failed", "could not process"), ("reprocessing", "still 'reprocessing' after 920 s")]
)
def test_a_data_set_that_does_not_get_ready_is_told(tmp_path: Path, state: str, told: str) -> None:
    class Slow(FakeKaggle):
        def dataset_status(self, ref: str) -> str:
            return state if ref in self.datasets else ""

    build = write_build(tmp_path / "build")
    with pytest.raises(PublishError, match=told):
        publisher(Slow(), build).publish(make_plan(build, ["week1_lab"]))


def test_the_other_runs_are_waited_for_when_one_fails(tmp_path: Path) -> None:
    build = write_build(write_build(tmp_path / "build"), "week1_homework")
    homework = "paribus-course/paribus-week1-homework-solution"
    fake = FakeKaggle(
        states={REFERENCE: [Status("error", "boom")], homework: [Status("running"), Status("complete")]}
    )
    fake.output = {"x.log": "plain words"}
    with pytest.raises(PublishError, match=r"(?s)boom.*plain words"):
        publisher(fake, build).publish(make_plan(build, ["week1_lab", "week1_homework"]))
    assert f"output {homework}" in fake.calls


def test_the_fake_refuses_a_version_of_nothing(tmp_path: Path) -> None:
    build = write_build(tmp_path / "build")
    with pytest.raises(PublishError, match="no data set"):
        FakeKaggle().version_dataset(stage(make_plan(build, [])[0], tmp_path), "notes")


def test_another_owner_gets_everything_that_was_the_settings_owner_s(tmp_path: Path) -> None:
    build = write_build(tmp_path / "build")
    before = {path: path.read_bytes() for path in build.rglob("*") if path.is_file()}
    plan = make_plan(build, ["week1_lab"], owner="someone-else")
    assert {item.ref.partition("/")[0] for item in plan} == {"someone-else"}
    assert plan[1].metadata["dataset_sources"] == ["someone-else/paribus-wheel"]
    staged = stage(plan[1], tmp_path / "staged")
    assert read_kernel(staged)["id"] == "someone-else/paribus-week1-lab"
    stage(plan[1], tmp_path / "staged")
    assert before == {path: path.read_bytes() for path in build.rglob("*") if path.is_file()}


def test_an_unfinished_build_is_not_published(tmp_path: Path) -> None:
    build = write_build(tmp_path / "build")
    (build / "complete.json").unlink()
    with pytest.raises(PublishError, match="no finished build"):
        make_plan(build, ["week1_lab"])


def test_a_solution_that_is_missing_is_told_before_anything_is_pushed(tmp_path: Path) -> None:
    build = write_build(tmp_path / "build")
    (build / "instructor" / "solution" / "kaggle" / "week1_lab.ipynb").unlink()
    with pytest.raises(
        PublishError, match=r"week1_lab\.ipynb: its kernel-metadata\.json would be refused: code_file"
    ):
        make_plan(build, ["week1_lab"])


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return parser.parse_args(arguments)


def test_a_dry_run_shows_the_plan_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = write_build(tmp_path / "build")
    before = sorted(build.rglob("*"))
    fake = FakeKaggle()
    assert command.publish_with(parse("week1_lab", "--out", str(build), "--dry-run"), fake) == 0
    shown = capsys.readouterr().out
    assert "paribus-course/paribus-week1-lab-solution" in shown
    assert "paribus-0.1.0-py3-none-any.whl" in shown
    assert "Nothing was pushed" in shown
    assert fake.calls == []
    assert sorted(build.rglob("*")) == before


def test_the_command_pushes_in_order_and_says_what_came_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build = write_build(tmp_path / "build")
    fake = FakeKaggle()
    owned = ("--owner", "my-course")
    assert command.publish_with(parse("week1_lab", "--out", str(build), "--poll", "0.01", *owned), fake) == 0
    assert fake.calls == [
        "create my-course/paribus-wheel", "push my-course/paribus-week1-lab",
        "push my-course/paribus-week1-lab-solution", "output my-course/paribus-week1-lab-solution",
    ]  # fmt: skip
    assert f"fetched {build / 'instructor' / 'publish' / 'week1_lab' / 'run.log'}" in capsys.readouterr().out


def test_nothing_is_pushed_for_a_placeholder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = write_build(tmp_path / "build")
    fake = FakeKaggle()
    with pytest.raises(UsageError, match="paribus-course is a placeholder: publish with --owner NAME"):
        command.publish_with(parse("week1_lab", "--out", str(build)), fake)
    assert fake.calls == []
    assert command.publish_with(parse("week1_lab", "--out", str(build), "--dry-run"), fake) == 0
    assert "paribus-course is a placeholder" in capsys.readouterr().out


def test_the_notebooks_that_are_pushed_tell_students_to_add_this_owner_s_data_set(tmp_path: Path) -> None:
    """From the command to the set-up cell, of the students' notebook and of the solution; the build stays."""
    course = COURSE
    build(course, course.select("week1_lab"), tmp_path, Options(profile="micro", platforms=("kaggle",)))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.ipynb")}
    arguments = parse("week1_lab", "--out", str(tmp_path), "--poll", "0.01", "--owner", "my-course")
    assert command.publish_with(arguments, FakeKaggle()) == 0
    staged = sorted((tmp_path / "instructor" / "publish" / "staged").rglob("*.ipynb"))
    assert [path.parent.name for path in staged] == [
        "my-course--paribus-week1-lab", "my-course--paribus-week1-lab-solution",
    ]  # fmt: skip
    for path in staged:
        cells = nbformat.read(path, as_version=4).cells
        setup = next(cell.source for cell in cells if cell["id"] == "setup")
        assert "search for the data set my-course/paribus-wheel" in setup
        assert "paribus-course" not in path.read_text(encoding="utf-8")
    assert before == {path: path.read_bytes() for path in before}


@pytest.mark.parametrize("owner", ["My Course", "", "me/notebooks"])
def test_an_owner_that_is_no_account_is_wrong_usage(owner: str) -> None:
    with pytest.raises(UsageError, match="is no name of a Kaggle account"):
        command.run(parse("week1_lab", "--owner", owner, "--dry-run"))


def test_a_wait_that_makes_no_sense_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="--time-limit is 0"):
        command.run(parse("week1_lab", "--time-limit", "0"))


def test_an_assignment_s_own_data_sets_are_attached_beside_the_wheel() -> None:
    metadata = kernel_metadata(KAGGLE, "week1_lab", gpu=False, datasets=("me/cars-2027",))
    assert metadata["dataset_sources"] == [f"{KAGGLE.owner}/paribus-wheel", "me/cars-2027"]


def test_a_course_without_kaggle_is_told_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", str(tmp_path / "mine")]) == 0
    monkeypatch.chdir(tmp_path / "mine")
    with pytest.raises(SystemExit):
        main(["publish", "week1", "--dry-run"])
    assert "settings.toml is missing, so nothing of this course goes to Kaggle" in capsys.readouterr().err

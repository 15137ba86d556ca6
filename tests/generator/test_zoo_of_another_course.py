"""A zoo of somebody else's course: letters, a network of its own, no Kaggle and no named data."""

from pathlib import Path

import pytest

from generator.errors import BuildError, ZooBuildError
from generator.running.library_code import library_function
from generator.zoo.build import Built, Order, build_zoo
from generator.zoo.data import data_of, loader_of
from generator.zoo.plan import make_plan
from generator.zoo.student import student_files
from generator.zoo.verify import verify_zoo
from paribus.course.catalog import Course, load_course
from paribus.course.errors import ZooError
from paribus.course.zoo import load_zoo
from paribus.zoo import compare, load_data, open_zoo
from tests.generator.zoo_material import CARD, DirectKernel, make_outcomes

COURSE = """
[course]
title = "Letters to a newspaper"
platforms = ["jupyter"]
[profiles.quick]
letters = 90
[zoos]
blind = "zoo.toml"
[weeks.first]
title = "Letters"
"""
LIBRARY = """
from paribus.data.split import split_texts
from paribus.training import models

KINDS = ("thanks", "asks", "complains")


def load(*, letters):
    texts = [f"Dear editor, this reader {KINDS[number % 3]} for the {number}th time." for number in range(letters)]
    return split_texts(texts, [KINDS[number % 3] for number in range(letters)], source="letters")


def network(data, seed):
    return models.load("tiny", len(data.classes), texts=data.train.texts, seed=seed)
"""
ZOO = """
schema = "paribus.zoo/1"
name = "blind"
title = "Two readers"
about = "Two models of letters."
codenames = ["One", "Two"]
baseline = "plain"
[data]
load = "letterbox:load"
settings = ["letters"]
[profiles.quick]
model = "letterbox:network"
epochs = 2
max_length = 16
batch_size = 16
evaluate_every = 10
[recipes.plain]
title = "Plain"
story = "Nothing was done."
[[recipes.plain.evidence]]
name = "two"
statistic = "epochs"
at_least = 2
says = "It has two epochs."
[recipes.short]
title = "Short"
story = "One epoch."
[recipes.short.changes]
epochs = 1
"""


def write_course(folder: Path, zoo: str = ZOO) -> Course:
    for name, text in {"course.toml": COURSE, "library/letterbox/__init__.py": LIBRARY, "zoo.toml": zoo}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return load_course(folder / "course.toml")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return write_course(tmp_path_factory.mktemp("letters"))


@pytest.fixture(scope="module")
def built(course: Course, own_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    assert own_cache.is_dir()
    plan = make_plan(load_zoo(course, "blind"), "2027S", course.profile("quick"))
    return build_zoo(plan, tmp_path_factory.mktemp("built"), Order(), course=course, kernel=DirectKernel())


def test_it_is_built_from_the_course_s_own_data_and_network(built: Built, course: Course) -> None:
    handed = open_zoo(built.student)
    assert (handed.models, handed.data["source"], handed.data["letters"]) == (("One", "Two"), "", 90)
    assert not (built.student / "dataset-metadata.json").exists()
    assert all(item.held for item in built.found)
    assert (
        verify_zoo(built.student, load_zoo(course, "blind"), loader(course), Path("none")).edition == built.edition
    )


def loader(course: Course):  # type: ignore[no-untyped-def] # noqa: ANN201
    return loader_of(course, load_zoo(course, "blind"))


def test_students_compare_its_models_without_tiers(built: Built, course: Course) -> None:
    handed = open_zoo(built.student)
    comparison = compare(handed, load_data(handed, loader(course)))
    assert "tail_mass" not in comparison.frame().columns
    assert set(comparison.metrics) == {"One", "Two"}


def test_its_data_are_those_of_the_profile(course: Course) -> None:
    zoo = load_zoo(course, "blind")
    assert len(data_of(course, zoo, course.profile("quick")).test) == 24


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("postbox:load", r"is in no package of the course's library; it has letterbox\."),
        ("letterbox.none:load", r"cannot be imported \(No module named 'letterbox.none'\)"),
        ("letterbox:read", "letterbox of .* has no function 'read'"),
        ("letterbox:KINDS", "has no function 'KINDS'"),
    ],
)
def test_a_function_that_the_library_does_not_have_is_named(course: Course, name: str, message: str) -> None:
    with pytest.raises(BuildError, match=rf"(?s)zoo\.toml: .*{message}"):
        library_function(course, name, "zoo.toml")


def test_another_package_of_that_name_is_told_apart(course: Course, tmp_path: Path) -> None:
    library_function(course, "letterbox:load", "zoo.toml")
    with pytest.raises(BuildError, match="another package letterbox was imported from"):
        library_function(write_course(tmp_path), "letterbox:load", "zoo.toml")


def test_a_setting_that_a_profile_lacks_is_named(tmp_path: Path) -> None:
    course = write_course(tmp_path, ZOO.replace('["letters"]', '["size"]'))
    with pytest.raises(ZooError, match=r"settings names 'size', and the profile 'quick' .* It has letters\."):
        load_zoo(course, "blind")


def test_weights_that_students_cannot_open_are_not_handed_out(course: Course, tmp_path: Path) -> None:
    plan = make_plan(load_zoo(course, "blind"), "2027S", course.profile("quick"))
    outcomes = make_outcomes(tmp_path, plan.zoo)
    for outcome in outcomes.values():
        outcome.shared["config.json"] = b"{}\n"  # type: ignore[index]
    with pytest.raises(ZooBuildError, match="Write weights = false"):
        student_files(plan, outcomes, CARD, 48, None)

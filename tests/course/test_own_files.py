"""metrics.py and checks.py of a course: what is wrong is said with file and line, before anybody is graded."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator.running.given import given_library
from generator.sources.source import load_source
from generator.wheels.wheel import build_library
from grader.checks import CHECKS, checks_of
from grader.reading import vocabulary
from paribus.cli import main
from paribus.course.assignment import Assignment
from paribus.course.catalog import Course, load_course
from paribus.course.declared import declared_in, with_own
from paribus.course.errors import CatalogError, SourceError
from paribus.course.own import metrics_of, read_own
from paribus.course.publiccode import public_code
from paribus.course.release import Release, write_release
from paribus.course.words import TABLES
from paribus.errors import UsageError
from paribus.metrics import registry as metrics
from paribus.metrics.metric import Metric
from paribus.metrics.registry import SHIPPED_REGISTRY, registry, use_metrics
from tests.course.measured_course import CHECKS as OWN_CHECKS
from tests.course.measured_course import METRICS, write_course

HEAD = "from grader.checks.base import check, passed\n"
BODY = "def own(case, cell, options):\n    'It says something.'\n    return passed('yes')\n"


def one(decorator: str) -> str:
    return f"{HEAD}{decorator}\n{BODY}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def (", r"checks\.py:1: is no Python"),
        ("\0", r"checks\.py: is no Python"),
        (
            one('@check("own.a", "A", pubic=False)'),
            r"checks\.py:2: @check is given pubic=; .*Did you mean 'public'",
        ),
        (one('@check("own.a", "A", **more)'), r"checks\.py:2: @check is given \*\*="),
        (one('@check("own.a", TITLE)'), r"checks\.py:2: title= of @check is `TITLE`; write the value itself"),
        (one('@check("own", "A")'), r"checks\.py:2: the check is called 'own'; expected a family and a name"),
        (one('@check(3, "A")'), r"checks\.py:2: the check is called 3"),
        (one('@check("own.a", "A", options="least")'), r"options= of own\.a is 'least'; expected names"),
        (one('@check("own.a", "A", options=(1,))'), r"options= of own\.a is \(1,\)"),
        (
            one('@check("own.a", "A", options={"least": "hole"})'),
            r"checks\.py:2: options= of own\.a says that 'least' is 'hole'; expected one of .*Did you mean 'whole'",
        ),
        (one('@check("own.a", "A", options={"least": 3})'), r"says that 'least' is 3; expected one of 'text'"),
        (one('@check("memo.a", "A")'), r"'memo\.a' has a family of paribus's own; call it, for example, 'own\.a'"),
        (2 * one('@check("own.a", "A")'), r"two checks are called 'own\.a'"),
    ],
)
def test_a_checks_py_that_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        with_own(text, "checks.py")


def test_what_no_decorator_of_ours_marks_is_no_check() -> None:
    text = f"{HEAD}@other\n{BODY}\nclass A:\n    pass\n" + one('@check("own.b", "B", options=["x"], public=False)')
    (found,) = declared_in(text, "checks.py")
    assert (found.name, found.family, found.options, found.public, found.compares) == (
        "own.b", "own", ("x",), False, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("x = 1\nimport nothing_here", CatalogError, r"m/metrics\.py:2: cannot be imported \(ModuleNotFoundError"),
        ("def (", CatalogError, r"m/metrics\.py:1: cannot be imported \(SyntaxError.*\)\. Correct the line\.$"),
        (
            'from paribus.metrics import Metric\nMETRICS = (Metric("a", "A", needs="value"),)',
            CatalogError,
            r"m/metrics\.py:2: .* Add higher_is_better=… to the Metric\(…\) there\. Where less is better it",
        ),
        (
            'from paribus.metrics import Metric\nMETRICS = (Metric("a", higher_is_better=True),)',
            CatalogError,
            r"Add title=… and needs=… to the Metric\(…\) there\.$",
        ),
        ("\0", CatalogError, r"m/metrics\.py: cannot be imported"),
        ("x = 1", CatalogError, r"m/metrics\.py: holds no METRICS; end it with"),
        ("METRICS = 3", CatalogError, r"m/metrics\.py: holds no METRICS"),
        ("METRICS = [3]", UsageError, r"m/metrics\.py: METRICS holds 3; expected metrics"),
    ],
)
def test_a_metrics_py_that_cannot_be_used_is_refused(text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        metrics_of({"metrics.py": text}, "m/")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[metrics", r"m/vocabulary\.toml: is no TOML"),
        ("[run]\na = ['b']", r"m/vocabulary\.toml: holds \[run\]; expected a table out of .*Did you mean 'runs'"),
        ("metrics = 3", r"holds \[metrics\]; expected a table out of"),
        ("[metrics]\npinbal = ['p']", r"\[metrics\] holds 'pinbal'; expected one of .*Did you mean 'pinball'"),
        ("[template]\nresults = ['r']", r"\[template\] holds 'results'; expected one of .*Did you mean 'result'"),
        ("[runs]\nforest = 'trees'", r"\[runs\] forest is 'trees'; expected a list of words"),
        ("[runs]\nforest = [' ']", r"\[runs\] forest is \[' '\]; expected a list of words"),
    ],
)
def test_a_vocabulary_toml_that_cannot_be_used_is_refused(text: str, message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        metrics_of({"metrics.py": METRICS, "vocabulary.toml": text}, "m/")


def test_words_are_added_to_what_the_grader_has_of_lists_of_phrases() -> None:
    lists = {name: item for table in TABLES for name, item in vocabulary.names(table).items()}
    assert all(isinstance(item, tuple) for item in lists.values())
    with use_metrics(metrics_of({"vocabulary.toml": '[settings]\nmax_depth = ["depth of a tree"]'})):
        assert [item.name for item in vocabulary.find_all("settings", "a depth of a tree of 3")] == ["max_depth"]
    assert vocabulary.find_all("settings", "a depth of a tree of 3") == []


def test_a_course_without_files_of_its_own_has_paribus_s_metrics(tmp_path: Path) -> None:
    assert read_own(tmp_path) == {}
    assert metrics_of({}) is SHIPPED_REGISTRY
    assert checks_of(Assignment("a", "A", "w", "lab", "p", ())) is CHECKS


def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "metrics.py").write_bytes(b"\xff")
    with pytest.raises(CatalogError, match=r"metrics\.py: cannot be read .* Save it as UTF-8"):
        read_own(tmp_path)


def zero(items: object) -> float:
    return 0.0


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (Metric("Two Words", "", "value", True, compute=zero), "'Two Words' is no name for a metric; write small"),
        (Metric("rmse", "", "value", True, compute=zero), "the metric 'rmse' is there already"),
        (Metric("a", "", "values", True, compute=zero), "a needs 'values'; write needs= one of class, score"),  # type: ignore[arg-type]
        (Metric("a", "", "value", True), "a needs 'value' and has no compute; pass the function"),
        (
            Metric("a", "", "measured", True, compute=zero),
            "a needs 'measured' and has a compute; leave compute= out",
        ),
    ],
)
def test_what_is_no_metric_is_refused(metric: Metric, message: str) -> None:
    with pytest.raises(UsageError, match=f"METRICS: {message}"):
        SHIPPED_REGISTRY.with_own([metric])


def test_metrics_are_known_while_they_are_used_and_no_longer() -> None:
    own = metrics_of({"metrics.py": METRICS})
    assert metrics_of({"metrics.py": METRICS}) is own
    with use_metrics(own):
        assert registry() is own
        assert not registry()["pinball"].higher_is_better
    assert "pinball" not in registry()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return load_course(write_course(tmp_path_factory.mktemp("own") / "course"))


def test_the_wheel_of_a_course_s_library_brings_its_metrics(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert course.library is not None
    wheel = build_library(course.library)
    assert wheel.name.startswith("regression_with_a_forest_library-1.")
    assert build_library(course.library) == wheel
    monkeypatch.syspath_prepend(str(next(iter(given_library(course, tmp_path).values())).parent))
    metrics._installed.cache_clear()
    try:
        assert registry()["pinball"].title == "pinball loss"
    finally:
        metrics._installed.cache_clear()


@pytest.mark.parametrize(
    ("load", "message"),
    [
        (
            lambda: [SHIPPED_REGISTRY["mae"]],
            "the package cars: the metric 'mae' is there already.*pip uninstall cars",
        ),
        (lambda: 1 / 0, r"The metrics of cars cannot be imported \(ZeroDivisionError.*restart the kernel"),
    ],
)
def test_installed_metrics_that_do_not_fit_are_told(
    load: object, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "entry_points", lambda group: [SimpleNamespace(name="cars", load=load)])
    with pytest.raises(UsageError, match=message):
        metrics._installed.__wrapped__()


def test_a_course_of_metrics_alone_may_name_its_wheel(course: Course, tmp_path: Path) -> None:
    path = write_course(tmp_path / "course")
    text = path.read_text(encoding="utf-8")
    path.write_text(f'{text}\n[library]\nname = "forests"\n', encoding="utf-8")
    named = load_course(path).library
    assert named is not None
    assert named.metrics_package == "forests_metrics"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('metric="pinball" min', 'metric="pinbal" min', "metric='pinbal'; .*Did you mean 'pinball'"),
        ('"own.names_its_unit": 1', '"own.names_its_units": 1', "Did you mean 'own.names_its_unit'"),
        (
            '"own.names_its_unit": 1', '"own.names_its_unit": {"points": 1, "last": 2}',
            "the option 'last' of own.names_its_unit; expected points or one of least. Did you mean 'least'",
        ),
    ],
)  # fmt: skip
def test_a_source_that_names_what_is_not_there_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = write_course(tmp_path / "course")
    source = path.parent / "week1" / "homework.py"
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new), encoding="utf-8")
    loaded = load_course(path)
    with pytest.raises(SourceError, match=rf"week1/homework\.py:\d+: found .*{message}"):
        load_source(source, loaded)


WRONG_VALUES = [
    ("least", '"two"', "a whole number from 0 on"),
    ("least", "true", "a whole number from 0 on"),
    ("least", "2.5", "a whole number from 0 on"),
    ("share", '"much"', "a number from 0 on"),
    ("word", "3", "a text"),
    ("words", '"constant"', "a list of texts"),
    ("words", '["a", 3]', "a list of texts"),
    ("vary", "3", "a text or a list of texts"),
    ("seeds", "[1.5]", "a list of names and whole numbers"),
    ("strict", "1", "true or false"),
]
OPTIONS = (
    'options={"least": "whole", "share": "number", "word": "text", "words": "texts", "vary": "text or texts", '
    '"seeds": "names", "strict": "truth"}'
)


@pytest.mark.parametrize(("option", "value", "expected"), WRONG_VALUES)
def test_an_option_of_another_kind_is_refused_in_a_source_and_in_course_toml(
    option: str, value: str, expected: str, tmp_path: Path
) -> None:
    path = write_course(tmp_path / "course")
    own = path.parent / "checks.py"
    own.write_text(OWN_CHECKS.replace('options={"least": "whole"}', OPTIONS), encoding="utf-8")
    source = path.parent / "week1" / "homework.py"
    text = source.read_text(encoding="utf-8")
    said = f'"own.names_its_unit": {{"points": 1, "{option}": {value}}}'
    source.write_text(text.replace('"own.names_its_unit": 1', said), encoding="utf-8")
    with pytest.raises(
        SourceError, match=rf"homework\.py:\d+: found {option} = .* at own\..*; expected {expected}"
    ):
        load_source(source, load_course(path))
    toml = path.read_text(encoding="utf-8")
    path.write_text(f'{toml}\n[checks."own.names_its_unit"]\n{option} = {value}\n', encoding="utf-8")
    message = rf"course\.toml:\d+: \[checks\.own\.names_its_unit\] holds {option} = .*; expected {expected}"
    with pytest.raises(CatalogError, match=message):
        load_course(path)


def test_options_of_their_kinds_are_taken_and_those_without_a_kind_as_they_are(tmp_path: Path) -> None:
    path = write_course(tmp_path / "course")
    toml = path.read_text(encoding="utf-8")
    lines = [
        "least = 2",
        "share = 0.5",
        'word = "a"',
        'words = ["a"]',
        'vary = "a"',
        'seeds = [1, "a"]',
        "strict = true",
    ]
    for declared in (OPTIONS, OPTIONS.replace("{", "[").replace("}", "]").replace(": ", ", ")):
        (path.parent / "checks.py").write_text(
            OWN_CHECKS.replace('options={"least": "whole"}', declared), encoding="utf-8"
        )
        path.write_text("\n".join([toml, '[checks."own.names_its_unit"]', *lines]), encoding="utf-8")
        assert load_course(path).check_options["own.names_its_unit"]["words"] == ["a"]
    path.write_text(f'{toml}\n[checks."own.names_its_unit"]\nleast = "any"\n', encoding="utf-8")
    assert load_course(path).check_options == {"own.names_its_unit": {"least": "any"}}


def test_course_toml_may_name_its_checks_and_their_options(tmp_path: Path) -> None:
    path = write_course(tmp_path / "course")
    text = path.read_text(encoding="utf-8")
    path.write_text(f'{text}\n[checks."own.names_its_unit"]\nleast = 2\n', encoding="utf-8")
    assert load_course(path).check_options == {"own.names_its_unit": {"least": 2}}
    path.write_text(f'{text}\n[checks."own.names_its_unit"]\nlest = 2\n', encoding="utf-8")
    with pytest.raises(CatalogError, match="the unknown option 'lest'; expected one of least"):
        load_course(path)


def test_students_get_no_checks_py_where_no_check_is_public() -> None:
    assert public_code(OWN_CHECKS.replace('basis="written", texts="cell"', "public=False"), "checks.py") == ""
    text = one('@check("own.a", "A")') + "class Kept:\n    pass\nOTHER = 3\nimport re as regular\n" + (
        one('@check("own.b", "B")').replace("return", "Kept, regular.escape('x')\n    return")
    )  # fmt: skip
    kept = public_code(text, "checks.py")
    assert "class Kept" in kept
    assert "import re as regular" in kept
    assert "OTHER" not in kept


def test_nothing_is_graded_with_a_release_whose_own_files_cannot_be_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever lacks a package is told before anybody is graded."""
    (tmp_path / "in").mkdir()
    for name, text in (
        ("checks.py", one('@check("own.a", "A")') + "import nothing_here\n"),
        ("metrics.py", "x = 1"),
    ):
        assignment = Assignment("week1_homework", "A", "week1", "homework", "p", (), own={name: text})
        folder = write_release(tmp_path / "release", Release(assignment, json.dumps({"cells": []})))
        order = ["--assignment", "week1_homework", "--release", str(folder), "--out", str(tmp_path / "out")]
        assert main(["grade", str(tmp_path / "in"), *order]) == 1
        told = capsys.readouterr().err
        assert name in told
        assert "cannot be imported" in told or "holds no METRICS" in told
        (folder / name).unlink()
    assert not (tmp_path / "out").exists()

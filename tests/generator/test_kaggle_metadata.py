"""What Kaggle would refuse of a build is named by file and field."""

import json
from pathlib import Path
from typing import Any

import pytest
from slugify import slugify

from generator.errors import PublishError
from generator.publishing.kaggle_metadata import (
    LICENCES,
    dataset_metadata,
    kernel_metadata,
    known_licences,
    load_settings,
    read_dataset,
    read_kernel,
    slug_of,
)
from tests.generator.kaggle_build import write_build
from tests.shipped import KAGGLE

CASES = json.loads((Path(__file__).parent / "cases" / "kaggle_metadata.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_metadata_that_kaggle_would_refuse_is_named_by_file_and_field(tmp_path: Path, case: dict[str, Any]) -> None:
    build = write_build(tmp_path / "build") / "student" / "kaggle"
    folder = build / ("dataset" if case["file"].startswith("dataset") else "week1_lab")
    path = folder / case["file"]
    metadata = {**json.loads(path.read_text()), **case["change"]}
    path.write_text(
        json.dumps({name: value for name, value in metadata.items() if name not in case.get("remove", [])})
    )
    with pytest.raises(PublishError) as caught:
        (read_dataset if case["file"].startswith("dataset") else read_kernel)(folder)
    assert f"{path}: {case['told']}" in str(caught.value)


@pytest.mark.parametrize(("text", "told"), [(None, "is missing"), ("{", "is no JSON"), ("[]", "holds a list")])
def test_a_metadata_file_that_is_none_is_named(tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / "kernel-metadata.json").write_text(text)
    with pytest.raises(PublishError, match=told):
        read_kernel(tmp_path)


def test_a_data_set_folder_is_flat_and_holds_a_wheel(tmp_path: Path) -> None:
    folder = write_build(tmp_path / "build") / "student" / "kaggle" / "dataset"
    (folder / "inner").mkdir()
    (folder / "paribus-0.1.0-py3-none-any.whl").unlink()
    with pytest.raises(PublishError, match=r"(?s)'inner' would be skipped.*no paribus-\*\.whl"):
        read_dataset(folder)


def test_two_wheels_in_one_data_set_are_refused(tmp_path: Path) -> None:
    folder = write_build(tmp_path / "build") / "student" / "kaggle" / "dataset"
    (folder / "paribus-0.0.9-py3-none-any.whl").write_bytes(b"an older one")
    with pytest.raises(PublishError, match=r"there are paribus-0\.0\.9-.* and paribus-0\.1\.0-.*, expected one"):
        read_dataset(folder)


def test_licences_are_kaggle_s_own_list(tmp_path: Path) -> None:
    assert {"apache-2.0", "CC0-1.0", "other"} <= set(known_licences())
    assert "source = " in LICENCES.read_text(encoding="utf-8")
    with pytest.raises(PublishError, match=r"none\.toml: cannot be read \(FileNotFoundError"):
        known_licences(tmp_path / "none.toml")


@pytest.mark.parametrize("sources", [["titanic"], ["Cornell-University/arxiv"]])
def test_slugs_as_kaggle_writes_them_pass(tmp_path: Path, sources: list[str]) -> None:
    """Of a competition, and of an owner with capital letters."""
    folder = write_build(tmp_path / "build") / "student" / "kaggle" / "week1_lab"
    path = folder / "kernel-metadata.json"
    field = "dataset_sources" if "/" in sources[0] else "competition_sources"
    path.write_text(json.dumps({**json.loads(path.read_text()), field: sources}))
    assert read_kernel(folder)[field] == sources


def test_the_settings_give_valid_metadata_with_and_without_a_gpu(tmp_path: Path) -> None:
    for gpu in (True, False):
        folder = write_build(tmp_path / str(gpu), gpu=gpu) / "student" / "kaggle"
        assert read_kernel(folder / "week1_lab").get("machine_shape") == ("NvidiaTeslaT4" if gpu else None)
        assert read_dataset(folder / "dataset")["licenses"] == [{"name": "apache-2.0"}]
    settings = KAGGLE
    assert kernel_metadata(settings, "week1_lab", gpu=True) == kernel_metadata(settings, "week1_lab", gpu=True)
    assert dataset_metadata(settings)["id"] == f"{settings.owner}/paribus-wheel"


def test_settings_that_lack_something_are_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('owner = "a"\n')
    with pytest.raises(PublishError, match=r"settings\.toml: cannot be read \(KeyError"):
        load_settings(path)


@pytest.mark.parametrize("title", ["paribus week1 lab", "Paribus – Week 1: lab!", "a--b", " x "])
def test_a_slug_is_what_the_client_makes_of_the_title(title: str) -> None:
    assert slug_of(title) == slugify(title)

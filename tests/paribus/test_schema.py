"""Records that are written are what schema.json documents."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from paribus.experiments.notebook import Notebook
from paribus.records.code import cell_digest
from paribus.records.record import KINDS, Record
from paribus.zoo import open_zoo
from paribus.zoo.diagnosis import seen
from tests.paribus.material import Data
from tests.paribus.test_zoo import write_zoo
from tools.record_schema import derive

DOCUMENTED = json.loads((files("paribus.records") / "schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(DOCUMENTED)


def train(config: object, data: Data, run: Any) -> None:  # the notebook's data and run
    run.log(epoch=1, train_loss=float("nan"), validation_loss=1.0, predictions=data.validation.labels)


@pytest.fixture
def written(notebook: Notebook, data: Data, tmp_path: Path) -> tuple[Record, ...]:
    """One of everything a notebook writes."""
    run = notebook.start("tfidf", config={"C": 3.0, "ngrams": None}, seed=0, data=data, code=len).finish(
        predictions=data.validation.labels
    )
    notebook.experiment("regularisation", vary="C").baseline(run)
    notebook.value("audit.share", 0.5)
    experiment = notebook.experiment("batch", vary="batch_size")
    experiment.run("baseline", train, {"batch_size": 32}, data=data, seed=0, derived={"steps": (3, "batch_size")})
    experiment.predict(metric="macro_f1", direction="down", low=None, high=0, why="fewer updates an epoch")
    experiment.run("changed", train, {"batch_size": 64}, data=data, seed=0)
    notebook.sweep("lr", vary="rate").run(train, {"rate": 0.1}, (0.1, 0.2), data=data, seed=0)
    notebook.search("tuning", trials=2).run("tiny", train, lambda trial: {"rate": 0.1}, data=data, seed=0)
    diagnoses = notebook.diagnoses(open_zoo(write_zoo(tmp_path / "zoo")), {"baseline": "nothing special"})
    cited = [seen("accuracy", 0.41, "comparison")]
    diagnoses.diagnose("Alpha", recipe="baseline", evidence=cited, why="it is the most accurate of all")
    code = {"task": cell_digest("def double(n): return 2 * n"), "tests": cell_digest("assert double(2) == 4")}
    notebook.session.write("tests", "t9", run_name="double", code=code, values={"tests": 1.0, "passed": 1.0})
    return notebook.records()


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(DOCUMENTED)


def test_every_kind_of_record_is_as_documented(written: tuple[Record, ...]) -> None:
    assert {record.kind for record in written} == set(KINDS)
    for record in written:
        VALIDATOR.validate(json.loads(record.to_json()))


def test_the_schema_is_derived_from_the_types_of_a_record() -> None:
    """`python -m tools.record_schema` writes it anew; what was written by hand stays."""
    assert derive(DOCUMENTED) == DOCUMENTED
    bare = {**DOCUMENTED, "properties": {**DOCUMENTED["properties"], "serves": {}}}
    assert derive(bare)["properties"]["serves"] == {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    "spoil", [{"kind": "wish"}, {"digest": "short"}, {"seed": "0"}, {"grade": 10}, {"arm": "after"}]
)
def test_what_is_not_documented_does_not_validate(written: tuple[Record, ...], spoil: dict[str, object]) -> None:
    assert list(VALIDATOR.iter_errors({**json.loads(written[1].to_json()), **spoil}))

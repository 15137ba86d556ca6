"""The hub, read by the real client from a small hub on loopback, and what it says when it cannot be read."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pandas as pd
import pytest

import complaints
from paribus.data.hub import FakeHub, load_from_hub, unreachable
from paribus.errors import DataError

NAME = "course/complaints_small"

READ = """
import sys
import complaints
from paribus.errors import DataError
try:
    raw = complaints.load_raw(sys.argv[1])
except DataError as error:
    print("DataError:", error)
    raise SystemExit(3)
print(raw.source, len(raw.frame), ",".join(raw.frame.columns))
data = complaints.split(*complaints.merge_labels(raw))
print(len(data.train), len(data.validation), len(data.test), data.classes)
"""


class Hub(Protocol):
    """The `loopback_hub` of conftest.py."""

    datasets: dict[str, dict[str, bytes]]
    requested: list[str]
    endpoint: str


def parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def issues(rows: int, offset: int = 0) -> pd.DataFrame:
    """Rows as the course's data set has them: its column names, two issues."""
    return pd.DataFrame(
        {
            "Issue": ["Late fee" if row % 3 else "Rewards" for row in range(rows)],
            "Consumer Complaint": [f"Complaint number {row + offset} about XXXX." for row in range(rows)],
        }
    )


def client(source: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A fresh process with the real `datasets` client and nothing of this machine's cache."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_XET": "1"}
    library = str(Path(complaints.__file__).parents[1])
    path = os.pathsep.join(filter(None, (library, os.environ.get("PYTHONPATH"))))
    settings = {"HF_HOME": str(home), "NO_PROXY": "127.0.0.1", "PYTHONPATH": path, **quiet}
    return subprocess.run(
        [sys.executable, "-c", READ, source],
        env={**inherited, **settings, **environment},
        cwd=home, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_real_client_reads_train_and_test_through_hf_endpoint(loopback_hub: Hub, tmp_path: Path) -> None:
    card = (
        "---\nconfigs:\n- config_name: default\n  data_files:\n"
        "  - split: train\n    path: data/train-*\n  - split: test\n    path: data/test-*\n---\n"
    )
    loopback_hub.datasets = {
        NAME: {
            "README.md": card.encode(),
            "data/train-00000-of-00001.parquet": parquet(issues(60)),
            "data/test-00000-of-00001.parquet": parquet(issues(21, 1000)),
        }
    }
    done = client(f"hub:{NAME}", tmp_path, HF_ENDPOINT=loopback_hub.endpoint)
    assert done.returncode == 0, done.stdout + done.stderr + str(loopback_hub.requested)
    assert done.stdout.splitlines() == [f"hub:{NAME} 81 text,issue,part", "54 6 21 ('Late fee', 'Rewards')"]
    assert any(line.startswith(f"GET /datasets/{NAME}/resolve/") for line in loopback_hub.requested)


def test_an_absent_data_set_is_named_with_what_to_pass_instead(loopback_hub: Hub, tmp_path: Path) -> None:
    done = client("hub:course/absent", tmp_path, HF_ENDPOINT=loopback_hub.endpoint)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "course/absent" in done.stdout
    assert loopback_hub.endpoint in done.stdout
    assert "--data FILE" in done.stdout
    assert "--data synthetic" in done.stdout


def test_offline_says_that_it_is_offline(tmp_path: Path) -> None:
    done = client("hub", tmp_path, HF_HUB_OFFLINE="1")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "determined-ai/consumer_complaints_medium" in done.stdout
    assert "HF_HUB_OFFLINE is set" in done.stdout
    assert "--data synthetic" in done.stdout


def test_without_the_datasets_library_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DataError, match=r"datasets is not installed \(pip install datasets\)"):
        load_from_hub(NAME)


def test_a_hub_test_split_stays_the_test_and_keeps_repeats() -> None:
    """The course's split is published: its test is the hub's, and its counts stay true."""
    train = pd.concat([issues(60), issues(3)])
    hub = FakeHub({NAME: {"train": train, "test": issues(21, 1000)}})
    frame, report = complaints.merge_labels(complaints.load_raw(f"hub:{NAME}", hub=hub))
    data = complaints.split(frame, report)
    assert set(data.test.texts) == set(issues(21, 1000)["Consumer Complaint"])
    assert (report.duplicates, report.duplicates_kept, report.rows) == (0, 3, 84)


def test_other_splits_are_put_together_and_split_anew() -> None:
    hub = FakeHub({NAME: {"train": issues(60), "validation": issues(20, 1000)}})
    raw = complaints.load_raw(f"hub:{NAME}", hub=hub)
    assert "part" not in raw.frame.columns
    assert len(raw.frame) == 80


def test_a_data_set_without_splits_is_refused() -> None:
    with pytest.raises(DataError, match="it has no splits"):
        complaints.load_raw(f"hub:{NAME}", hub=FakeHub({NAME: {}}))


def test_the_fake_hub_refuses_like_the_real_one() -> None:
    with pytest.raises(DataError, match="--data synthetic"):
        complaints.load_raw("hub:course/absent", hub=FakeHub({}))


def test_the_message_names_the_endpoint_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://mirror.invalid")
    assert "at http://mirror.invalid: down" in unreachable(NAME, "down")

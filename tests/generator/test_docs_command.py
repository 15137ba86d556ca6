"""`paribus docs`: whoever installed the wheel alone can read what messages refer to."""

import pytest

from generator.project import docs_folder
from paribus.cli import main


def test_every_page_is_listed_with_its_title(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs"]) == 0
    told = capsys.readouterr().out
    assert all(path.stem in told for path in docs_folder().glob("*.md"))
    assert "your-own-course" in told
    assert str(docs_folder()) in told


@pytest.mark.parametrize("name", ["metrics", "docs/metrics.md"])
def test_a_page_is_printed_as_messages_name_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", name]) == 0
    assert capsys.readouterr().out == (docs_folder() / "metrics.md").read_text(encoding="utf-8")


def test_a_page_that_is_not_there_is_refused_with_the_one_that_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["docs", "metric"])
    assert "Did you mean 'metrics'?" in " ".join(capsys.readouterr().err.split())

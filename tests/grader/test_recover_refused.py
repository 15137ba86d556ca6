"""What students hand in that is no notebook, made by the tools they use, is refused kindly whatever its name."""

from pathlib import Path

import pytest

from grader.errors import UnreadableError
from grader.grading.grade import grade_one
from grader.recover import recover
from tests.grader.graded import release_of, submit

OTHERS = Path(__file__).parent / "fixtures" / "others"
SEEMS = {
    "memo.docx": "a Word document",
    "memo.odt": "an OpenDocument file",
    "memo.rtf": "a rich text document",
    "page.html": "a page made by pandoc, without notebook cells",
    "r-markdown.html": "an R Markdown page",
    "homework.py.txt": "a Python script",
    "printed.pdf": "a PDF",
    "saved.mhtml": "a web archive (MHTML)",
    "screenshot.png": "a picture",
    "pictures.zip": "a zip archive of pictures",
}


def test_every_file_is_tried() -> None:
    assert {path.name for path in OTHERS.iterdir()} == SEEMS.keys()


@pytest.mark.parametrize("name", SEEMS)
@pytest.mark.parametrize("renamed", [False, True])
def test_it_is_named_and_what_to_hand_in_instead_is_said(name: str, renamed: bool) -> None:
    with pytest.raises(UnreadableError) as caught:
        recover((OTHERS / name).read_bytes(), "homework.html" if renamed else name.removesuffix(".txt"))
    assert caught.value.seems.startswith(SEEMS[name])
    assert caught.value.advice.endswith("or hand in the .ipynb file itself.")


@pytest.mark.parametrize("name", [*SEEMS, "empty.html"])
def test_the_result_is_unreadable_costs_nothing_and_tells_the_student(name: str) -> None:
    content = b"" if name == "empty.html" else (OTHERS / name).read_bytes()
    result = grade_one(submit(content, source=name), [release_of("week1_homework")])
    assert (result.status, result.score) == ("unreadable", 0.0)
    assert result.pending == result.max_score
    assert SEEMS.get(name, "empty") in result.remarks[0]
    assert "hand in the .ipynb file itself" in result.remarks[0]

"""The product knows no course: neither what the shipped one is about nor how its weeks are called."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("paribus", "generator", "grader")
OWN = re.compile(rb"(?i)complaint|\bweek ?\d|\bcfpb\b|consumer_|answerdotai")
LEFT = {
    "paribus/course/older.py": "the profiles that older releases meant, which are read for ever",
    "grader/reading/nouns.py": "one of the nouns for items in texts about data, among others",
    "grader/reading/claimed.toml": "a word of memos, among others",
}


def own_words(path: Path) -> list[bytes]:
    return OWN.findall(path.read_bytes())


def test_no_file_of_the_product_names_what_is_the_shipped_course_s() -> None:
    """A template of a course is a course: its weeks have names."""
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".py", ".toml", ".md", ".j2", ".json", ".css")
        and not {"templates", "shipped", "__pycache__"} & set(path.relative_to(ROOT).parts[:-2])
        and own_words(path)
    }
    assert found == set(LEFT)


@pytest.mark.parametrize("text", ["the complaints", "week 2's zoo", 'begin("week1_lab")', "Week3"])
def test_such_words_would_be_seen(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    assert own_words(tmp_path / "a.py")


def test_the_course_holds_no_product_code() -> None:
    """Its library is what its notebooks import, and needs nothing of the instructor's rooms."""
    library = [path.read_text(encoding="utf-8") for path in (ROOT / "course" / "library").rglob("*.py")]
    assert len(library) > 10
    assert not [
        text for text in library if re.search(r"(?:from|import) (?:generator|grader|paribus\.course)", text)
    ]

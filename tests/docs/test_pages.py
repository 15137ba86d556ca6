"""Links, headings and the index of the pages; the tree of the README is the tree of the checkout."""

import re
from pathlib import Path

from tests.docs.pages import PAGES, ROOT, block_of


def test_a_page_links_only_to_what_is_there() -> None:
    """Files beside the page, and headings as GitHub names them."""
    wrong = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            path, _, anchor = target.partition("#")
            if "://" in target:
                continue
            other = (page.parent / path).resolve() if path else page
            if not other.exists() or (anchor and anchor not in anchors(other)):
                wrong.append(f"{page.relative_to(ROOT)}: {target}")
    assert wrong == []


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [
        page.name
        for page in (ROOT / "docs").glob("*.md")
        if f"({page.name})" not in index and page.name != "index.md"
    ] == []


def test_the_tree_of_the_readme_is_there() -> None:
    """Every folder that it names; and no room of ours is left out."""
    told, room = set[str](), ""
    for line in block_of("README.md", "course/").split("\n"):
        names = re.findall(
            r"(?:^|[ ,])([a-z_]+/)(?= |,|$)", line.partition("   ")[0] if line[0] != " " else line[:26]
        )
        if not names:
            continue
        room = names[0] if line[0] != " " else room
        told |= set(names) if line[0] != " " else {f"{room}{name}" for name in names}
    assert [name for name in told if not (ROOT / name).is_dir()] == []
    rooms = {
        f"{path.relative_to(ROOT).as_posix()}/"
        for top in ("paribus", "generator", "grader")
        for path in (ROOT / top).iterdir()
        if (path / "__init__.py").is_file()
    }
    unexplained = {
        f"{top}/{name}/" for top in ("generator", "grader") for name in ("commands", "cells", "templates")
    }
    assert sorted(rooms - told - unexplained) == []


def test_a_path_of_the_checkout_on_a_page_is_there() -> None:
    ours = re.compile(r"`((?:paribus|generator|grader|tests|tools|course|solutions|kaggle|docs)/[\w./-]+)`")
    named = {(page.name, path) for page in PAGES for path in ours.findall(page.read_text(encoding="utf-8"))}
    assert sorted(item for item in named if not (ROOT / item[1]).exists() and item[1] not in WRITTEN) == []


WRITTEN = {"solutions/gpu.json"}
"""What a command of the pages writes."""

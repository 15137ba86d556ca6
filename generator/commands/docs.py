"""`paribus docs`: where the documentation lies on this machine, page by page."""

import argparse

from generator.project import docs_folder
from paribus.cli import Command
from paribus.course.near import did_you_mean
from paribus.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("page", nargs="?", default="", help="print this page, such as metrics (default: list all)")


def run(arguments: argparse.Namespace) -> int:
    """Print a page, or the folder and what each page is called."""
    pages = {path.stem: path for path in sorted(docs_folder().glob("*.md"))}
    name = arguments.page.removeprefix("docs/").removesuffix(".md")
    if name and name not in pages:
        raise UsageError(
            f"there is no page {name!r}. Type `paribus docs` for all of them.{did_you_mean(name, pages)}"
        )
    if name:
        print(pages[name].read_text(encoding="utf-8"), end="")
        return 0
    width = max(map(len, pages), default=0)
    for stem, path in pages.items():
        title = path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
        print(f"{stem:<{width}}  {title}")
    print(f"\nThey are in {docs_folder()}. Type `paribus docs PAGE` to read one here.")
    return 0


COMMAND = Command(
    name="docs",
    summary="List the pages of the documentation, or print one.",
    example="paribus docs your-own-course",
    configure=configure,
    run=run,
)

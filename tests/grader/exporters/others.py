"""Remake what students hand in that is no notebook, with the tools that they use.

    .venv/bin/python tests/grader/exporters/others.py

Needs pandoc, Chromium with its driver, and R with rmarkdown (Debian: pandoc, chromium-driver, r-cran-rmarkdown).
Files go to tests/grader/fixtures/others; their names say what they are (".txt" keeps linters off the script).
`grader.recover` refuses each kindly.
"""

import base64
import lzma
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

HERE = Path(__file__).parent
EXPORTS = HERE.parent / "fixtures" / "exports"
OTHERS = HERE.parent / "fixtures" / "others"
TEXT = """---
title: "Week 1"
output: {html_document: {self_contained: false}}
---

Macro-F1 falls when the learning rate does, from 0.55 to 0.13.

| class | share |
|-------|-------|
| head  | 63.5 %|

```{r}
x <- c(0.635, 0.02)
summary(x)
```
"""
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--window-size=800,600",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def tool(*command: str | Path) -> None:
    """Run a tool, quietly."""
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def word(folder: Path) -> bytes:
    """A memo written in a word processor."""
    tool("pandoc", folder / "report.md", "-o", folder / "memo.docx")
    return (folder / "memo.docx").read_bytes()


def open_document(folder: Path) -> bytes:
    """The same in LibreOffice's format."""
    tool("pandoc", folder / "report.md", "-o", folder / "memo.odt")
    return (folder / "memo.odt").read_bytes()


def rich_text(folder: Path) -> bytes:
    """The same as rich text."""
    tool("pandoc", "-s", folder / "report.md", "-o", folder / "memo.rtf")
    return (folder / "memo.rtf").read_bytes()


def web_page(folder: Path) -> bytes:
    """A page that pandoc made of a text."""
    tool("pandoc", "-s", folder / "report.md", "-o", folder / "page.html")
    return (folder / "page.html").read_bytes()


def r_markdown(folder: Path) -> bytes:
    """The page that RStudio's Knit makes."""
    shutil.copy(folder / "report.md", folder / "report.Rmd")
    tool(
        "Rscript",
        "-e",
        f"rmarkdown::render('{folder / 'report.Rmd'}', output_file='{folder / 'r.html'}', quiet=TRUE)",
    )
    return (folder / "r.html").read_bytes()


def script(folder: Path) -> bytes:
    """The notebook downloaded as a script."""
    notebook = EXPORTS.parent / "graded" / "week1_homework.ipynb.xz"
    (folder / "homework.ipynb").write_bytes(lzma.decompress(notebook.read_bytes()))
    options = ("--to", "python", "--output-dir", str(folder), "--log-level=ERROR")
    tool(sys.executable, "-m", "nbconvert", folder / "homework.ipynb", *options)
    return (folder / "homework.py").read_bytes()


def in_browser(folder: Path, take: Callable[[Any], str | bytes]) -> bytes:
    """What a browser makes of an export."""
    page = folder / "export.html"
    page.write_bytes(lzma.decompress((EXPORTS / "everything.nbconvert-7.17.2.basic.html.xz").read_bytes()))
    options = webdriver.ChromeOptions()
    for argument in ARGUMENTS:
        options.add_argument(argument)
    with webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"))) as browser:
        browser.get(page.as_uri())
        made = take(browser)
    content = made.encode() if isinstance(made, str) else made
    # Lines of a web archive are broken anywhere, also within the folder's name.
    if str(folder).encode() in content.replace(b"=\r\n", b""):
        content = content.replace(b"=\r\n", b"").replace(str(folder).encode(), b"/home/student")
    return content


def printed(folder: Path) -> bytes:
    """An export printed to PDF."""
    return in_browser(folder, lambda browser: base64.b64decode(browser.print_page()))


def web_archive(folder: Path) -> bytes:
    """An export saved as a single file of the browser's own."""
    return in_browser(folder, lambda browser: browser.execute_cdp_cmd("Page.captureSnapshot", {})["data"])


def screenshot(folder: Path) -> bytes:
    """A picture of an export."""
    options = {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": 800, "height": 600, "scale": 1}}
    return in_browser(
        folder, lambda browser: base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", options)["data"])
    )


def pictures(folder: Path) -> bytes:
    """A zip of screenshots."""
    (folder / "1.png").write_bytes(screenshot(folder))
    with zipfile.ZipFile(folder / "pictures.zip", "w") as archive:
        archive.write(folder / "1.png", "Screenshots/1.png")
        archive.write(folder / "1.png", "Screenshots/2.png")
    return (folder / "pictures.zip").read_bytes()


MADE: dict[str, Callable[[Path], bytes]] = {
    "memo.docx": word,
    "memo.odt": open_document,
    "memo.rtf": rich_text,
    "page.html": web_page,
    "r-markdown.html": r_markdown,
    "homework.py.txt": script,
    "printed.pdf": printed,
    "saved.mhtml": web_archive,
    "screenshot.png": screenshot,
    "pictures.zip": pictures,
}


def main() -> None:
    """Make them all."""
    OTHERS.mkdir(parents=True, exist_ok=True)
    for name, make in MADE.items():
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "report.md").write_text(TEXT, encoding="utf-8")
            content = make(Path(folder))
        (OTHERS / name).write_bytes(content)
        print(f"{name}  {len(content) // 1024} kB")  # noqa: T201 - a script prints


if __name__ == "__main__":
    main()

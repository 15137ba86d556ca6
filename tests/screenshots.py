"""`make screenshots`: the demo's pages as a person sees them, at 1280 and at 390 pixels, into docs/images.

Needs Debian's `chromium`. Headless Chromium cannot make a window as narrow as a phone, so each picture is of a
page that holds the page in a frame of the right width.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from string import Template

GRADED = Path("build/demo/graded")
IMAGES = Path("docs/images")
PAGES = {"feedback": "feedback/gabor-toth-4143.html", "report": "report.html"}
HEIGHTS = {1280: 1500, 390: 1500}
FRAME = Template(
    '<!DOCTYPE html><html><body style="margin:0"><iframe src="$page" '
    'style="border:0;width:${width}px;height:${height}px"></iframe></body></html>'
)
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Take every picture; 1 where the demo or Chromium is not there."""
    graded = Path(arguments[0]) if arguments else GRADED
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None or not (graded / PAGES["report"]).is_file():
        sys.stderr.write("Install chromium, and run `make demo` first.\n")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        for width, height in HEIGHTS.items():
            take(chromium, (graded / page).resolve(), IMAGES / f"{name}-{width}.png", width, height)
    return 0


def take(chromium: str, page: Path, image: Path, width: int, height: int) -> None:
    """One picture of ``page`` at ``width`` × ``height`` pixels."""
    with tempfile.TemporaryDirectory() as scratch:
        frame = Path(scratch) / "frame.html"
        frame.write_text(FRAME.substitute(page=page.as_uri(), width=width, height=height), encoding="utf-8")
        command = [chromium, *QUIET, f"--user-data-dir={scratch}/profile", f"--window-size={width},{height}",
                   f"--screenshot={image.resolve()}", frame.as_uri()]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Common misspellings in the sources, by codespell: its list of mistakes, so that an unknown word is no finding."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from generator.errors import BuildError
from generator.linting.finding import Finding

_LINE = re.compile(r"^(?P<file>.+):(?P<line>\d+): (?P<wrong>\S+) ==> (?P<right>.+)$")


def misspelt(files: Sequence[Path], right: Path) -> Iterator[Finding]:
    """What codespell finds in ``files``; ``right`` may list words that are right in this course, one a line.

    BuildError where codespell cannot run.
    """
    allowed = ["--ignore-words", str(right)] if right.is_file() else []
    command = [sys.executable, "-m", "codespell_lib", "--disable-colors", *allowed, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # codespell ends with the number of findings; what it cannot do, it writes to stderr and finds nothing.
    if done.returncode and not done.stdout:
        raise BuildError(f"codespell could not check the spelling. It said: {done.stderr.strip()[-500:]}")
    for line in done.stdout.splitlines():
        if found := _LINE.match(line):
            yield Finding(
                Path(found["file"]),
                int(found["line"]),
                f"found {found['wrong']!r}; expected {found['right']!r}, or the word in {right.name} beside "
                "course.toml",
            )

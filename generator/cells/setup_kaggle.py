# Run this cell first. It installs the course's package from the data set attached to this notebook;
# the internet may be off.
import importlib.metadata
import subprocess
import sys
from pathlib import Path

VERSION = "__VERSION__"
INPUT = Path("/kaggle/input")

try:
    installed = importlib.metadata.version("paribus")
except importlib.metadata.PackageNotFoundError:
    installed = ""
if installed != VERSION:
    wheels = sorted(INPUT.rglob(f"paribus-{VERSION}-*.whl"))
    if not wheels:
        raise FileNotFoundError(
            f"No paribus-{VERSION}-*.whl under {INPUT}. Choose Add Input on the right, search for the data set "
            "__DATASET__, add it, and run this cell again."
        )
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheels[0])], check=True
    )
    importlib.invalidate_caches()
import paribus

print("paribus", paribus.__version__, "is ready.")

# Run this cell first. It installs the course's package from the wheel beside this notebook.
import importlib.metadata
import subprocess
import sys
from pathlib import Path

VERSION = "__VERSION__"
NEEDED = "__NEEDED__".split()

present = {(found.metadata["Name"] or "").lower() for found in importlib.metadata.distributions()}
missing = [package for package in NEEDED if package not in present]
if missing:
    raise ModuleNotFoundError(
        f"This notebook needs {', '.join(missing)}. In a terminal, in this notebook's environment, type:\n"
        f"{sys.executable} -m pip install {' '.join(missing)}\nThen restart the kernel and run this cell again."
    )
try:
    installed = importlib.metadata.version("paribus")
except importlib.metadata.PackageNotFoundError:
    installed = ""
if installed != VERSION:
    wheels = sorted(Path.cwd().glob(f"paribus-{VERSION}-*.whl"))
    if not wheels:
        raise FileNotFoundError(
            f"No paribus-{VERSION}-*.whl in {Path.cwd()}. Put the wheel that came with this notebook beside it, "
            "and run this cell again."
        )
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheels[0])], check=True
    )
    importlib.invalidate_caches()
import paribus

print("paribus", paribus.__version__, "is ready.")

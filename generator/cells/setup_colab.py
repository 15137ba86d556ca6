# @title Set up: run this cell first
# It installs the course's package; nothing that Colab brings along is touched.
import importlib.metadata
import subprocess
import sys

VERSION = "__VERSION__"
WHEEL = "__WHEEL_URL__"

try:
    installed = importlib.metadata.version("paribus")
except importlib.metadata.PackageNotFoundError:
    installed = ""
if installed != VERSION:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", WHEEL],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"Could not install {WHEEL}. Is the internet reachable? pip said:\n{done.stderr}")
    importlib.invalidate_caches()
import paribus

print("paribus", paribus.__version__, "is ready.")

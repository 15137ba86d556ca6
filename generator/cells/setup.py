# __TITLE__
# It installs the course's package and nothing else.
import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION = "__VERSION__"
WHEEL = "__WHEEL__"
NEEDED = "__NEEDED__".split()
ADDRESS = "__ADDRESS__"
PLACE = Path("__PLACE__").resolve()

if sys.version_info < (3, 11):
    raise RuntimeError(
        f"This notebook needs Python 3.11 or newer; this is Python {sys.version.split()[0]}. Install a newer one "
        "from python.org, and choose it as this notebook's kernel."
    )
install = [sys.executable, "-m", "pip", "install"]
if importlib.util.find_spec("pip") is None:  # an environment that uv made
    install = [shutil.which("uv") or "", "pip", "install", "--python", sys.executable]
    if not install[0]:
        raise RuntimeError(
            f"This environment has no pip. In a terminal, type:\n{sys.executable} -m ensurepip\n"
            "Then run this cell again."
        )
present = {(found.metadata["Name"] or "").lower() for found in importlib.metadata.distributions()}
missing = [package for package in NEEDED if package not in present]
if missing:
    raise ModuleNotFoundError(
        f"This notebook needs {', '.join(missing)}. In a terminal, type:\n{' '.join([*install, *missing])}\n"
        "Then restart the kernel and run this cell again."
    )
try:
    installed = importlib.metadata.version("paribus")
except importlib.metadata.PackageNotFoundError:
    installed = ""
if installed != VERSION:
    wheels = sorted(PLACE.glob(f"__INSIDE__paribus-{VERSION}-*.whl"), key=lambda path: path.stat().st_mtime)
    if not (wheels or ADDRESS):
        others = ", ".join(sorted(path.name for path in PLACE.glob("__INSIDE__paribus-*.whl")))
        found = f" (but {others})" if others else ""
        raise FileNotFoundError(f"There is no {WHEEL} in {PLACE}{found}. __ADVICE__ Then run this cell again.")
    with tempfile.TemporaryDirectory() as folder:
        # A second download is called "… (1).whl", which pip does not take: the newest gets its own name back.
        source = shutil.copy(wheels[-1], Path(folder) / WHEEL) if wheels else ADDRESS
        options = ["--quiet", "--no-deps", *(["--no-index"] if wheels else [])]
        done = subprocess.run([*install, *options, str(source)], capture_output=True, text=True, check=False)
    if done.returncode:
        name = wheels[-1].name if wheels else ADDRESS
        raise RuntimeError(
            f"{name} could not be installed. __ADVICE__ Then run this cell again.\n"
            f"The installer said:\n{(done.stderr or done.stdout).strip()}"
        )
    importlib.invalidate_caches()
import paribus

if paribus.__version__ != VERSION:
    raise RuntimeError(
        f"paribus {VERSION} is installed, but this session still uses {paribus.__version__}. Restart the kernel, "
        "and run this cell again."
    )
print("paribus", paribus.__version__, "is ready.")

# __TITLE__
# It installs the course's packages and nothing else.
import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WHEELS = [part.split() for part in "__WHEELS__".split(";")]  # package, version, file, address
NEEDED = "__NEEDED__".split()
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
stale = []
for package, version, wheel, *addresses in WHEELS:
    try:
        installed = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        installed = ""
    if installed == version:
        continue
    parts = {Path(str(file)).parts[0] for file in importlib.metadata.files(package) or []} if installed else set()
    if any(part in sys.modules for part in parts):
        stale.append(f"{package} {version} is installed, but this session still uses {installed}.")
    name = wheel.partition("-")[0]
    wheels = sorted(PLACE.glob(f"__INSIDE__{name}-{version}-*.whl"), key=lambda path: path.stat().st_mtime)
    if not (wheels or addresses):
        others = ", ".join(sorted(path.name for path in PLACE.glob(f"__INSIDE__{name}-*.whl")))
        found = f" (but {others})" if others else ""
        advice = "__ADVICE__".replace("{wheel}", wheel)
        raise FileNotFoundError(f"There is no {wheel} in {PLACE}{found}. {advice} Then run this cell again.")
    with tempfile.TemporaryDirectory() as folder:
        # A second download is called "… (1).whl", which pip does not take: the newest gets its own name back.
        source = shutil.copy(wheels[-1], Path(folder) / wheel) if wheels else addresses[0]
        options = ["--quiet", "--no-deps", *(["--no-index"] if wheels else [])]
        done = subprocess.run([*install, *options, str(source)], capture_output=True, text=True, check=False)
    if done.returncode:
        taken = wheels[-1].name if wheels else addresses[0]
        advice = "__ADVICE__".replace("{wheel}", wheel)
        raise RuntimeError(
            f"{taken} could not be installed. {advice} Then run this cell again.\n"
            f"The installer said:\n{(done.stderr or done.stdout).strip()}"
        )
importlib.invalidate_caches()
import paribus

if not stale and paribus.__version__ != WHEELS[0][1]:
    stale.append(f"paribus {WHEELS[0][1]} is installed, but this session still uses {paribus.__version__}.")
if stale:
    raise RuntimeError(f"{' '.join(stale)} Restart the kernel, and run this cell again.")
print(
    " and ".join(f"{package} {version}" for package, version, *_ in WHEELS),
    "is" if len(WHEELS) == 1 else "are",
    "ready.",
)

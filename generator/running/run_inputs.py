"""What enters a run: its parameters, and the key under which its result is kept.

The key is the SHA-256 of the content of everything that enters: the notebook, the parameters, the files it
is given, paribus's own sources, the versions of the libraries and of Python. The number of threads does not
enter; it may change the last digits of a trained model.
"""

import ast
import hashlib
import json
import os
import platform
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import paribus
from generator.errors import BuildError
from generator.running.kernel import Plain
from paribus.errors import DataError
from paribus.training.profiles import Profile

LIBRARIES = tuple(
    """
    accelerate datasets ipykernel matplotlib numpy pandas pyarrow scikit-learn scipy tokenizers torch transformers
    """.split()
)


def defined_parameters(notebook: Mapping[str, Any]) -> dict[str, Plain]:
    """The names and defaults that the cell tagged ``parameters`` defines; none where there is no such cell.

    BuildError where the cell is not Python. A default that is no literal is given as None.
    """
    found: dict[str, Plain] = {}
    for cell in notebook["cells"]:
        if "parameters" not in cell["metadata"].get("tags", []) or cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        try:
            tree = ast.parse(source)
        except SyntaxError as error:
            raise BuildError(
                f"The cell tagged 'parameters' is not Python (line {error.lineno}: {error.msg}). "
                "Correct it in the assignment's source and build again."
            ) from error
        for statement in tree.body:
            if isinstance(statement, ast.Assign):
                targets, value = statement.targets, statement.value
            elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
                targets, value = [statement.target], statement.value
            else:
                continue
            found.update({name.id: _literal(value) for name in targets if isinstance(name, ast.Name)})
    return found


def _literal(node: ast.expr) -> Plain:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if isinstance(value, str | int | float | bool) else None


def choose_parameters(
    notebook: Mapping[str, Any],
    profile: Profile,
    *,
    data: str | None = None,
    model: str | None = None,
    seed: int | None = None,
    reference_seeds: int = 0,
) -> tuple[dict[str, Plain], dict[str, Path]]:
    """The parameters of a run, as far as the notebook defines them, and the files it is to be given: the profile's
    settings by their names in capitals, and what is asked for instead.

    A data file or model folder is linked into the run's own folder and passed by its bare name, so that no
    path of this machine enters a notebook. DataError where a path does not exist.
    """
    files: dict[str, Path] = {}
    wanted: dict[str, Plain] = {name.upper(): value for name, value in profile.settings.items()}
    wanted |= {"PROFILE": profile.name, "REFERENCE_SEEDS": reference_seeds}
    if data is not None or "DATA" in wanted:
        wanted["DATA"] = _data(data if data is not None else str(wanted["DATA"]), files)
    if model is not None or "MODEL" in wanted:
        wanted["MODEL"] = _model(model if model is not None else str(wanted["MODEL"]), files)
    if seed is not None:
        wanted["SEED"] = seed
    defined = defined_parameters(notebook)
    chosen = {name: value for name, value in wanted.items() if name in defined}
    used = {str(value) for value in chosen.values()}
    return chosen, {name: path for name, path in files.items() if name in used}


def _data(source: str, files: dict[str, Path]) -> str:
    """``source`` as the notebook gets it: a file by its bare name, any other name as it is."""
    path = Path(source).expanduser()
    if not path.is_file():
        if re.fullmatch(r"[\w-]+(:[\w./-]+)?", source):
            return source
        raise DataError(
            f"--data {source}: there is no such file. Give a file, or a name that the notebook knows, such as "
            "'synthetic' or 'hub:NAME'."
        )
    files[path.name] = path.resolve()
    return path.name


def _model(model: str, files: dict[str, Path]) -> str:
    """``model`` as the notebook gets it; a folder by its bare name, anything else is a name for the hub."""
    path = Path(model).expanduser()
    if path.is_dir():
        files[path.resolve().name] = path.resolve()
        return path.resolve().name
    if model.startswith((".", "/", "~")):
        raise DataError(
            f"--model {model}: there is no such folder. Give a model's folder, its hub name, or 'tiny'."
        )
    return model


def digest_path(path: Path) -> str:
    """SHA-256 of a file, or of a folder's file names and contents in order; what Python compiles is left out."""
    total = hashlib.sha256()
    members = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    for member in members:
        if "__pycache__" in member.relative_to(path).parts:
            continue
        with member.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        total.update(f"{member.relative_to(path).as_posix()}\n{content}\n".encode())
    return total.hexdigest()


@lru_cache(maxsize=1)
def package_digest() -> str:
    """SHA-256 of paribus's own sources: while it is developed, its version says nothing."""
    root = Path(paribus.__file__).parent
    total = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(root).as_posix()}\n".encode() + path.read_bytes())
    return total.hexdigest()


@lru_cache(maxsize=1)
def _installed() -> tuple[tuple[str, str], ...]:
    found = []
    for name in LIBRARIES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, "absent"))
    return (*found, ("python", platform.python_version()))


def versions() -> dict[str, str]:
    """The installed versions of what a run computes with, and of Python."""
    return dict(_installed())


def hub_revisions(names: Mapping[str, str]) -> dict[str, str]:
    """The commits of hub data sets and models in the local cache, for ``names`` of name -> "dataset" or "model".

    What is not in the cache is left out. Nothing is asked over the network.
    """
    home = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    cache = Path(os.environ.get("HF_HUB_CACHE", home / "hub"))
    found = {}
    for name, kind in names.items():
        reference = cache / f"{kind}s--{name.replace('/', '--')}" / "refs" / "main"
        if reference.is_file():
            found[name] = reference.read_text(encoding="utf-8").strip()
    return found


def inputs_of(
    notebook: Mapping[str, Any], parameters: Mapping[str, Plain], files: Mapping[str, Path]
) -> dict[str, Any]:
    """Everything that enters, as plain values; `key_of` digests it."""
    return {
        "notebook": hashlib.sha256(_canonical(notebook)).hexdigest(),
        "parameters": dict(parameters),
        "files": {name: digest_path(path) for name, path in sorted(files.items())},
        "paribus": package_digest(),
        "versions": versions(),
        "machine": platform.machine(),
    }


def key_of(inputs: Mapping[str, Any]) -> str:
    """The SHA-256, in hex, of the inputs' canonical JSON."""
    return hashlib.sha256(_canonical(inputs)).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

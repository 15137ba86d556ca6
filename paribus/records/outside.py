"""What a run's code reads beside the notebook's names: environment variables, and parts of libraries that the
notebook has replaced.
"""

import ast
import functools
import os
import sys
import types
from collections.abc import Callable, Iterator, Mapping

ENVIRONMENT = "os.environ."
"""How the digest of an environment variable begins."""
_OF_THE_PLACE = tuple(
    """
    KAGGLE COLAB CUDA NVIDIA HF_ HUGGING TRANSFORMERS_ TOKENIZERS_ TORCH PYTORCH TPU PYTHON PARIBUS OMP_ MKL_ XDG_
    JUPYTER JPY_ CI WORLD_SIZE RANK LOCAL_RANK
    """.split()
)
"""How the names of variables begin that say where a run is made, not what it does."""
_PLACES = frozenset({"HOME", "PATH", "USER", "PWD", "TMPDIR", "TEMP", "TMP", "HOSTNAME", "SHELL", "LANG", "TZ"})
_DECIDES = frozenset({"torch", "transformers", "sklearn", "numpy", "scipy", "paribus"})
"""Libraries whose replaced functions count as the training's own code. Progress bars and plots are none of them."""
_SHOWS = frozenset({"track", "tqdm", "trange"})


def environment_read(tree: ast.AST, space: Mapping[str, object]) -> Iterator[tuple[str, str | None]]:
    """The environment variables that a function reads by a name that is written out, and their values now."""
    names = _names(tree, space)
    for node in ast.walk(tree):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and _found(node.value, names) is os.environ:
            key = node.slice
        elif isinstance(node, ast.Call) and node.args:
            of = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "get" else None
            if _found(node.func, names) is os.getenv or (of is not None and _found(of, names) is os.environ):
                key = node.args[0]
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
        if name and name not in _PLACES and not name.startswith(_OF_THE_PLACE):
            yield name, os.environ.get(name)


def replaced_parts(
    tree: ast.AST, space: Mapping[str, object], is_own: Callable[[types.FunctionType], bool]
) -> Iterator[tuple[str, object]]:
    """Parts of libraries that a function uses and that a notebook has put there: its functions (``is_own`` knows
    them), and partials of any, by their dotted names.
    """
    names = _names(tree, space)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        home = _found(node.value, names)
        if not isinstance(home, types.ModuleType) or node.attr in _SHOWS:
            continue
        if home.__name__.partition(".")[0] not in _DECIDES:
            continue
        value = getattr(home, node.attr, None)
        if isinstance(value, functools.partial) or (isinstance(value, types.FunctionType) and is_own(value)):
            yield f"{home.__name__}.{node.attr}", value


def _names(tree: ast.AST, space: Mapping[str, object]) -> dict[str, object]:
    """The modules and what of `os` is read, by the names that a function has for them, its own imports too."""
    found: dict[str, object] = {
        name: value
        for name, value in space.items()
        if isinstance(value, types.ModuleType) or value is os.environ or value is os.getenv
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                known = item.name if item.asname else item.name.partition(".")[0]
                found[item.asname or known] = sys.modules.get(known)
        elif isinstance(node, ast.ImportFrom) and node.module in sys.modules:
            home = sys.modules[node.module]
            found |= {item.asname or item.name: getattr(home, item.name, None) for item in node.names}
    return found


def _found(node: ast.expr, names: Mapping[str, object]) -> object:
    """What a dotted name means: a module, or `os.environ`; None for anything else."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    home = _found(node.value, names)
    return vars(home).get(node.attr) if isinstance(home, types.ModuleType) else None

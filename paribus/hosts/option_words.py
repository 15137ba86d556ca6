"""How to say a setting where this runs: a name in a notebook's parameters, an option on the command line."""

import os
from collections.abc import Mapping

from paribus.display.show import names_of_session
from paribus.hosts.known import here


def setting(name: str, value: str) -> str:
    """``DATA = "synthetic"`` in a notebook (by the notebook's own name for it), else ``--data synthetic``."""
    names = names_of_session()
    if names is None:
        return f"--{name.lower()} {value}"
    known = [item for item in names if item == name or item.endswith(f"_{name}")]
    return f'{known[0] if known else name} = "{value}"'


def without_network(name: str, copy: str, small: str = "", *, environment: Mapping[str, str] = os.environ) -> str:
    """What to do where something could not be fetched: a ``copy`` of one's own under the setting ``name``, or the
    value ``small`` of it, where there is one. On a host that is known it says where to click.
    """
    if names_of_session() is None:
        return f"Pass {copy} with {setting(name, 'FILE')}" + (f", or {setting(name, small)}." if small else ".")
    otherwise = f"; or set {setting(name, small)} for the small one that needs no network." if small else "."
    host = here(environment)
    if host is not None:
        chosen = setting(name, f"{host.folders[0]}/…")
        return f"{host.fetched.format(copy=copy, setting=chosen)}{otherwise}"
    return f"Put {copy} beside the notebook, and set {setting(name, 'FILE')}{otherwise}"

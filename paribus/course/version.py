"""Which paribus a course was written for."""

import re
from collections.abc import Mapping
from typing import Any

from paribus import __version__
from paribus.course.errors import CatalogError
from paribus.course.reading import Reader


def require_version(reader: Reader, raw: Mapping[str, Any]) -> None:
    """CatalogError where [course] names a newer paribus than this one."""
    about = raw.get("course")
    wanted = reader.text(about, "paribus", "course", "0") if isinstance(about, dict) else "0"
    if not re.fullmatch(r"\d+(\.\d+){0,2}", wanted):
        reader.refuse("course", f"paribus = {wanted!r}", 'the oldest version that will do, such as "0.1"')
    here = __version__.split("+")[0]
    if [int(part) for part in wanted.split(".")] > [int(part) for part in re.findall(r"\d+", here)]:
        raise CatalogError(
            f"{reader.origin}: the course is written for paribus {wanted} or newer, and this is {here}. Type: "
            "pip install --upgrade paribus"
        )

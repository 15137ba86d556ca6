"""One text for one value: canonical JSON, and its digest."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from paribus.errors import RecordError


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces, no NaN: one text for one value."""
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"A record cannot hold a number that is not finite: {error}.") from error


def digest_of(body: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of ``body``, in hex."""
    try:
        raw = canonical(body).encode()
    except UnicodeEncodeError as error:
        raise RecordError(f"A record cannot hold text that is no valid Unicode: {error.reason}.") from error
    return hashlib.sha256(raw).hexdigest()

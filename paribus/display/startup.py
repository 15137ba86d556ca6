"""What a process of ours leaves out when it starts, so that it starts sooner."""

import sys
from typing import Any, cast


def skip_address_grammar() -> None:
    """Let jsonschema do without the grammar of internationalised addresses (RFC 3987).

    It builds the grammar whenever it is imported, as nbformat does: most of the time that this takes. No schema of
    a notebook or of a record asks for such an address, and jsonschema does without where the package is missing.
    """
    cast("dict[str, Any]", sys.modules).setdefault("rfc3987_syntax", None)

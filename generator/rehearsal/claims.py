"""Records rewritten in an executed notebook: under another nonce, or with a field changed, fitting or not."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape
from typing import Any

from generator.errors import RehearsalError
from paribus.records.block import BEGIN, END, LINE, block_text, find_in_markup, records_of
from paribus.records.canonical import canonical, digest_of
from paribus.records.record import Record

Notebook = dict[str, Any]


def rewrite_record(notebook: Notebook, kind: str, run: str, fields: Mapping[str, Any], *, signed: bool) -> None:
    """Change fields of the first record of this kind and run, in place; "values.accuracy" is a field's path.
    ``run`` is a run's id, its name, or an arm.

    With ``signed`` the record's digest is made anew, and those that refer to it follow: a false record that fits.
    RehearsalError where the notebook shows no such record, or the record has no such field.
    """
    shown = records_of(notebook)
    wanted = next((item for item in shown if item.kind == kind and _is(item, run)), None)
    if wanted is None:
        known = ", ".join(sorted({f"{item.kind} {item.run_name or item.arm}".strip() for item in shown}))
        raise RehearsalError(f"The notebook shows no {kind} record of {run!r}; it shows {known or 'none'}.")
    body = deepcopy(wanted.body())
    for path, value in fields.items():
        try:
            _set(body, path.split("."), value)
        except (LookupError, ValueError) as error:
            raise RehearsalError(f"The {kind} record of {run!r} has no field {path!r}.") from error
    if signed:
        changed = Record.from_json(canonical({**body, "digest": digest_of(body)}))
        reissue(notebook, lambda record: changed if record.run == wanted.run and record.kind == kind else record)
        return
    text = canonical({**body, "digest": wanted.digest()})
    # The lines of an edited record are as long as they come: nobody breaks them anew.
    lines = "\n".join(text[start : start + LINE] for start in range(0, len(text), LINE))
    _put(notebook, block_text(wanted), f"{BEGIN}\n{lines}\n{END}\n")


def with_nonce(notebook: Notebook, nonce: str) -> Notebook:
    """Every record rewritten under another nonce, in place, the chain of digests kept whole: another student's.

    Another student predicts at another moment, too: earlier, by up to an hour.
    """
    earlier = timedelta(seconds=1 + int(nonce[:8], 16) % 3_600)

    def anothers(record: Record) -> Record:
        made = record.prediction
        if made is not None:
            made = replace(made, written=(datetime.fromisoformat(made.written) - earlier).isoformat())
        return replace(record, nonce=nonce, prediction=made)

    reissue(notebook, anothers)
    return notebook


def reissue(notebook: Notebook, change: Callable[[Record], Record]) -> None:
    """Rewrite every record with ``change`` and let the digests that refer to it follow, in place."""
    digests: dict[str, str] = {}
    moved: dict[str, str] = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/html" not in data:
                continue
            markup = "".join(data["text/html"])
            for old in (item.record for item in find_in_markup(markup) if item.record is not None):
                new = change(old)
                new = replace(
                    new, start=digests.get(new.start, new.start), previous=digests.get(new.previous, new.previous)
                )
                digests[old.digest()] = new.digest()
                markup = _swapped(markup, block_text(old), block_text(new))
                markup = markup.replace(old.digest()[:12], new.digest()[:12])
                if old.prediction is not None and new.prediction is not None:
                    moved[old.prediction.written] = new.prediction.written
            data["text/html"] = markup
    _show(notebook, moved)


def _show(notebook: Notebook, moved: Mapping[str, str]) -> None:
    """Move the times that outputs show beside their records: all at once, and none within a record, since one
    prediction may move to where another one was.
    """
    place = re.compile("|".join([f"{BEGIN}.*?{END}", *map(re.escape, moved)]), re.DOTALL)
    for data in (output.get("data", {}) for cell in notebook["cells"] for output in cell.get("outputs", ())):
        for kind in ("text/html", "text/plain"):
            if kind in data:
                data[kind] = place.sub(lambda found: moved.get(found[0], found[0]), "".join(data[kind]))


def _is(record: Record, run: str) -> bool:
    return (
        run in (record.run, record.run_name, record.arm, f"{record.experiment}:{record.arm}")
        or (record.diagnosis is not None and record.diagnosis.model == run)
        or any(name.startswith(run) for name in (record.values if record.kind == "value" else ()))
        or record.kind == "data"
    )


def _set(body: dict[str, Any], path: list[str], value: Any) -> None:  # any JSON value
    """Set a field by its path; a number of a list is its position, an empty text takes the field out.

    Recorded values have dots in their names: "values.audit.share" is the value "audit.share".
    """
    *way, last = path
    if way and way[0] == "values":
        way, last = way[:1], ".".join(path[1:])
    place: Any = body
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last)] = value
    elif value == "":
        place.pop(last, None)
    else:
        place[last] = value


def _put(notebook: Notebook, old: str, new: str) -> None:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/html" in data:
                data["text/html"] = _swapped("".join(data["text/html"]), old, new)


def _swapped(markup: str, old: str, new: str) -> str:
    """One block's text replaced, as it is in markup."""
    return markup.replace(escape(old, quote=False), escape(new, quote=False))

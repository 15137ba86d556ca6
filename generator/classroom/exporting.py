"""How students export: nbconvert's lab and classic templates, or the notebook itself."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from generator.classroom.students import Exporter

Export = Callable[[Mapping[str, Any]], bytes]

SUFFIX: Mapping[Exporter, str] = {"lab": "html", "classic": "html", "ipynb": "ipynb"}


def exporters() -> dict[Exporter, Export]:
    """One exporter a format; nbconvert's are made once, since making one costs more than an export."""
    return {"lab": _html("lab"), "classic": _html("classic"), "ipynb": _ipynb}


def _html(template: str) -> Export:
    import nbformat
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name=template)

    def export(notebook: Mapping[str, Any]) -> bytes:
        node = nbformat.from_dict(_joined(notebook))
        body, _ = exporter.from_notebook_node(node)
        return str(body).encode("utf-8")

    return export


def _ipynb(notebook: Mapping[str, Any]) -> bytes:
    return (json.dumps(_joined(notebook), indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _joined(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Sources and texts as single strings, as nbformat holds them in memory."""
    plain = json.loads(json.dumps(notebook))
    for cell in plain["cells"]:
        cell["source"] = "".join(cell["source"])
        for output in cell.get("outputs", ()):
            if "text" in output:
                output["text"] = "".join(output["text"])
            for mime, value in output.get("data", {}).items():
                if isinstance(value, list) and not mime.endswith("json"):
                    output["data"][mime] = "".join(value)
    return dict(plain)

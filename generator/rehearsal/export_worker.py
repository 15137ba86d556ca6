"""Exports notebooks with the nbconvert of the interpreter that runs this file; needs nothing else.

Reads a JSON list of [notebook, template, target] on its standard input.
"""

import json
import sys

import nbconvert
import nbformat
from nbconvert import HTMLExporter


def main() -> None:
    """One exporter a template, since making one costs more than an export."""
    option = "template_name" if nbconvert.version_info[0] >= 6 else "template_file"
    exporters = {}
    for notebook, template, target in json.load(sys.stdin):
        if template not in exporters:
            exporters[template] = HTMLExporter(**{option: template})
        body, _ = exporters[template].from_notebook_node(nbformat.read(notebook, as_version=4))
        with open(target, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - runs under old Pythons too
            file.write(body)


if __name__ == "__main__":
    main()

"""Commands and runs start without the grammar of addresses that jsonschema builds, and read notebooks as before."""

import json
import subprocess
import sys
from importlib import metadata

import pytest

from paribus.display.startup import skip_address_grammar

STARTS = """
import json, sys
{first}
import nbformat
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
nbformat.validate(notebook)
notebook.cells[0]["cell_type"] = "none"
try:
    nbformat.validate(notebook)
except nbformat.ValidationError as error:
    print(json.dumps([error.message[:60], sys.modules.get("rfc3987_syntax") is not None]))
"""
SKIPPED = "from paribus.display.startup import skip_address_grammar; skip_address_grammar()"


@pytest.mark.parametrize(("first", "built"), [(SKIPPED, False), ("", True)])
def test_a_notebook_is_validated_alike_with_and_without_the_grammar(first: str, built: bool) -> None:
    if not any(metadata.distributions(name="rfc3987-syntax")):
        pytest.skip("rfc3987-syntax is not installed")
    text = STARTS.format(first=first)
    made = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    message, loaded = json.loads(made.stdout)
    assert message.startswith("'none' is not valid") or "cell" in message
    assert loaded is built


def test_what_is_loaded_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", json)
    skip_address_grammar()
    assert sys.modules["rfc3987_syntax"] is json

"""A notebook with an output of ten megabytes is read whole, from every kind of export."""

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from grader.recover import recover
from grader.recover.text import terminal_text

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
NOTEBOOK: dict[str, Any] = json.loads(lzma.decompress((EXPORTS / "large.ipynb.xz").read_bytes()))
CODE = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", sorted(EXPORTS.glob("large.*.xz")), ids=lambda path: path.name)
def test_ten_megabytes_of_log_come_back_to_the_letter(path: Path) -> None:
    content = lzma.decompress(path.read_bytes())
    assert len(content) > 10_000_000
    found = recover(content, path.name.removesuffix(".xz"))
    code = [cell for cell in found.cells if cell.cell_type == "code"]
    assert [cell.source.strip() for cell in code] == ["".join(cell["source"]).strip() for cell in CODE]
    assert [cell.count for cell in code] == [cell["execution_count"] for cell in CODE]
    for cell, source in zip(code, CODE, strict=True):
        (output,) = (output for output in cell.outputs if output.kind == "stream")
        pieces = [piece for piece in source["outputs"] if piece["output_type"] == "stream"]
        joined = "".join(text for piece in pieces for text in piece["text"])
        assert output.name == pieces[0]["name"]
        assert output.text.strip("\n") == terminal_text(joined).strip("\n")

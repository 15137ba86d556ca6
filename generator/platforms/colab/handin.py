# @title Hand in: tick READY, then run this cell
READY = False  # @param {type:"boolean"}
# "Run all" passes this cell by as long as READY is not ticked. Ticked, it asks Colab for this notebook as it
# stands, turns it into one HTML file, says what is in it, and downloads it.
import json
from pathlib import Path


def hand_in(path=Path("__ASSIGNMENT__.html")):
    try:
        from google.colab import _message, files
    except ImportError:
        print(f"This cell exports the notebook on Colab. Elsewhere, export it as HTML from the File menu ({path}).")
        return
    import nbformat
    from nbconvert import HTMLExporter

    document = _message.blocking_request("get_ipynb", request="", timeout_sec=120)["ipynb"]
    # Colab writes widget states in a form that nbconvert cannot read; pictures and tables do not need them.
    document.get("metadata", {}).pop("widgets", None)
    shown = nbformat.reads(json.dumps(document), as_version=4)
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(shown)
    path.write_text(page, encoding="utf-8")
    code = [cell for cell in shown.cells if cell.cell_type == "code" and cell.source.strip()]
    silent = [cell for cell in code if cell.execution_count is None and "def hand_in(" not in cell.source]
    wrong = [cell for cell in code if any(output.output_type == "error" for output in cell.outputs)]
    print(f"{path}: {len(page) / 1e6:.1f} MB, {len(code)} code cells.")
    print(f"{len(silent)} of them never ran, {len(wrong)} show an error.")
    files.download(str(path))
    print("It is on its way to your downloads. Look through it, then __HAND_IT_IN__.")


if READY:
    hand_in()
else:
    print("Nothing was exported yet. When every cell has run and you are content, tick READY and run this cell.")

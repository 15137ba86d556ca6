# @title Hand in: run this cell, then upload the file that it downloads
# It asks Colab for this notebook as it stands, turns it into one HTML file and downloads that.
from pathlib import Path

HANDIN = Path("__ASSIGNMENT__.html")

try:
    from google.colab import _message, files
except ImportError:
    print(f"This cell exports the notebook on Colab. Elsewhere, export it as HTML from the File menu ({HANDIN}).")
else:
    import json

    import nbformat
    from nbconvert import HTMLExporter

    document = _message.blocking_request("get_ipynb", request="", timeout_sec=120)["ipynb"]
    # Colab writes widget states in a form that nbconvert cannot read; pictures and tables do not need them.
    document.get("metadata", {}).pop("widgets", None)
    notebook = nbformat.reads(json.dumps(document), as_version=4)
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(notebook)
    HANDIN.write_text(page, encoding="utf-8")
    files.download(str(HANDIN))
    print(f"{HANDIN} ({len(page) / 1e6:.1f} MB) is on its way to your downloads. Look through it, hand it in.")

"""Colab: wheels by an address or an upload, a badge, and a cell that exports."""

from typing import Any

from generator.platforms.platform import Place, Platform, Setting, Unfilled
from paribus.course.catalog import Course, Entry
from paribus.hosts.colab import CONTENT

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"


def _place(setting: Setting, wheel: str) -> Place:
    library, own = setting.course.library, setting.library
    files = wheel if own is None else f"{wheel} and {own.name}"
    return Place(
        "@title Set up: run this cell first",
        str(CONTENT),
        f"Upload {files}, which your course hands out, with the folder symbol on the left.",
        address=setting.course.wheel_url.replace("{version}", setting.version),
        library="" if library is None or own is None else library.url.replace("{wheel}", own.name),
    )


def _metadata(entry: Entry, setting: Setting) -> dict[str, Any]:
    if not entry.gpu:
        return {"colab": {"provenance": []}}
    return {"colab": {"provenance": [], "gpuType": "T4"}, "accelerator": "GPU"}


def _cell(key: str, written: bool) -> dict[str, Any]:
    """Where Colab itself keeps a cell's id; code that students need not read is shown as a form."""
    return {"id": key, **({"cellView": "form"} if written else {})}


def _badge(entry: Entry, course: Course) -> str:
    if not course.colab:
        return ""
    where = (
        f"{course.colab['repository']}/blob/{course.colab['branch']}/{course.colab['folder']}/{entry.name}.ipynb"
    )
    return f"[![Open in Colab]({BADGE})](https://colab.research.google.com/github/{where})"


def _unfilled(setting: Setting) -> tuple[Unfilled, ...]:
    course = setting.course
    return (
        Unfilled(
            course.wheel_url, "course.toml: [wheel] url", "the address where Colab can fetch your course's wheel"
        ),
        Unfilled(
            course.library.url if course.library else "",
            "course.toml: [library] url",
            "the address where Colab can fetch your library's wheel, or leave it out",
        ),
        Unfilled(
            course.colab.get("repository", ""),
            "course.toml: [colab] repository",
            "the GitHub repository of your Colab notebooks, or leave [colab] out",
        ),
    )


PLATFORM = Platform(
    name="colab", title="On Colab", place=_place, metadata=_metadata, cell=_cell, badge=_badge, unfilled=_unfilled
)

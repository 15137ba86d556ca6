"""JupyterLab, VS Code and the like, on one's own machine or a server."""

from generator.platforms.platform import Place, Platform, Setting


def _place(setting: Setting, wheel: str) -> Place:
    return Place("Run this cell first.", ".", "Put the file {wheel} that came with this notebook beside it.")


PLATFORM = Platform(
    name="jupyter", title="On your own machine", place=_place, brings_wheel=True, brings_forms=True, installs=True
)

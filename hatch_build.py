"""Packs into the instructor's wheel the course that ships, for `paribus demo`, and the pages of `paribus docs`.

In a checkout, and so in an editable installation, it is found beside the packages.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("course", "solutions", "kaggle", "docs")


class ShippedCourse(BuildHookInterface[Any]):
    """Adds the folders of the shipped course to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it packs."""
        if version == "standard":
            build_data["force_include"] |= {name: f"generator/shipped/{name}" for name in SHIPPED}

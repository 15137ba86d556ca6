"""Colab: files are uploaded to the working folder, or lie on a drive that was mounted."""

from pathlib import Path

from paribus.hosts.host import Host

CONTENT = Path("/content")

HOST = Host(
    title="Colab",
    variable="COLAB_RELEASE_TAG",
    folders=(CONTENT, CONTENT / "drive" / "MyDrive"),
    inputs=None,
    fetched="Upload {copy} with the folder symbol on the left, and set {setting}",
    zoo='run paribus.zoo.upload("{name}"), which takes a zip or all files of the folder',
)

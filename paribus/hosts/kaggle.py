"""Kaggle: data sets and outputs of earlier sessions are attached, and lie at any depth below one folder."""

from pathlib import Path

from paribus.hosts.host import Host

INPUTS = Path("/kaggle/input")

HOST = Host(
    title="Kaggle",
    variable="KAGGLE_KERNEL_RUN_TYPE",
    folders=(INPUTS,),
    inputs=INPUTS,
    fetched="Switch the internet on, on the right under Session options (Kaggle wants a confirmed phone number). "
    "Or attach {copy} with Add Input, and set {setting}",
    zoo="attach its data set to the notebook (Add Input)",
)

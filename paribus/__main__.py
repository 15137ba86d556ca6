"""``python -m paribus``: the command, where the shell does not find it by its name."""

import sys

from paribus.cli import main

if __name__ == "__main__":
    sys.exit(main())

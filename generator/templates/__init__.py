"""Files that the generator fills in and ships."""

from pathlib import Path

TEMPLATES = Path(__file__).parent

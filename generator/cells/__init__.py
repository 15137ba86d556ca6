"""The cells that the generator writes into notebooks: whole files, so that they are linted and tested as code.

Names in capitals with double underscores (``__VERSION__``) are filled in by `generator.building.frame`.
"""

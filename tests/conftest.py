"""What tests of several rooms share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from paribus.display.startup import skip_address_grammar

skip_address_grammar()  # as the commands do, before a test file imports nbformat


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder that the tests of one file share, and that is gone afterwards."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARIBUS_CACHE", str(folder))
        yield folder

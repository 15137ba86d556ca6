"""The table of check names."""

from paribus.course.checknames import CHECK_NAMES, FAMILIES


def test_every_name_has_its_family_in_front() -> None:
    assert "metrics.near_reference" in CHECK_NAMES
    assert len(CHECK_NAMES) == sum(len(names) for names in FAMILIES.values())

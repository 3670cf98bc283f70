"""A value is what the code says that it is, or it is an error at once."""

import pytest

from valuereview.kinds import of_kind


def test_a_value_of_the_kind_is_handed_back():
    value = ["five"]
    assert of_kind(list, value) is value


def test_a_value_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="'five' isn't of the kind list"):
        of_kind(list, "five")

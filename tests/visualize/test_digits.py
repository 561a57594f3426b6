"""Numbers as pictures write them."""

from __future__ import annotations

import pytest

from visualize.digits import significant


@pytest.mark.parametrize(
    ("number", "text"),
    [(999_999.0, "999999"), (1e6, "1e+06"), (-999_999.0, "-999999"), (-1e6, "-1e+06")],
)
def test_whole_numbers_below_a_million_are_written_in_full(number, text):
    assert significant(number) == text

"""`make docs` changes a committed picture where it shows something else, not where digits do."""

from __future__ import annotations

import pytest

from autograd import Value
from generate import keep
from visualize import draw


def picture(number, **options):
    return draw(Value(number, label="x") * 2.0, **options).svg


@pytest.mark.parametrize(
    ("other", "changes"),
    [
        (picture(0.5123), False),
        (picture(0.5123 + 1e-13), False),
        (picture(0.5173), True),
        (picture(0.5123, rankdir="TB"), True),
        (picture(0.5123, title="x"), True),
        (picture(0.5123).replace("#1b1f24", "#000000"), True),
    ],
)
def test_a_picture_is_kept_as_long_as_it_shows_the_same(other, changes, tmp_path):
    path = tmp_path / "x.svg"
    keep(picture(0.5123), path)
    assert path.read_text(encoding="utf-8") == picture(0.5123)
    keep(other, path)
    assert path.read_text(encoding="utf-8") == (other if changes else picture(0.5123))


def test_digits_beyond_the_third_do_change_the_file():
    assert picture(0.5123) != picture(0.5123 + 1e-13)

"""Colours are symmetric, ordered, and dark or light enough to read what is written on them."""

from __future__ import annotations

import pytest

from tests.in_one_test import in_one_test
from visualize.draw.palette import DARK, LIGHT, SHADES, style_class, theme
from visualize.scene.gradient import Gradient

LOOKS = [f"{sign}{shade}" for sign in "pn" for shade in range(1, SHADES + 1)]
LOOKS += ["pending", "unreached", "earlier", "zero", "infinite", "nan"]


def luminance(colour):
    """Relative luminance, as WCAG 2.1 defines it."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@in_one_test("colours", [LIGHT, DARK], ids=["light", "dark"])
@in_one_test("look", LOOKS)
def test_text_can_be_read_on_every_box(colours, look):
    fill = theme(look, colours).fill
    assert contrast(colours.text, fill) >= 4.5  # WCAG AA
    assert contrast(colours.alarm, fill) >= 3.5  # bold
    assert contrast(colours.muted, fill) >= 3.5
    assert contrast(theme(look, colours).stroke, fill) >= 2


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("sign", ["p", "n"])
def test_larger_gradients_stand_out_more_from_the_page(colours, sign):
    against_page = [
        contrast(theme(f"{sign}{shade}", colours).fill, colours.page)
        for shade in range(1, SHADES + 1)
    ]
    assert against_page == sorted(against_page)


def test_shades_are_symmetric_and_never_invisible():
    for size in (1.0, 0.3, 1e-3, 5e-324):
        positive, negative = (
            style_class(Gradient("finite", value), 1.0) for value in (size, -size)
        )
        assert positive[1:] == negative[1:]
        assert int(positive[1:]) >= 1


def test_signs_differ_in_more_than_colour():
    assert theme("p3", LIGHT).dashes != theme("n3", LIGHT).dashes

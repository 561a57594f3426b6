"""The first sections of the lessons that only `make test-slow` runs whole: a twin in seconds."""

from __future__ import annotations

import pytest

SLOW = {
    "05_optimizers": "Adam",
    "11_convolution": "Conv2d gives",
    "12_digits": "Layer(256, 10",
    "13_positions": "Nothing is lost",
    "14_depth": "slope of the last",
    "15_overfitting": "validation loss",
}


@pytest.mark.parametrize("name", SLOW)
def test_the_first_section_runs(run_lesson, name, tmp_path):
    """Then its imports, its data and its pictures are there; 16 trains eighteen networks in it."""
    assert SLOW[name] in run_lesson(name, tmp_path, first=True).printed

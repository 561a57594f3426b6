"""Data that the lessons invent: two measures of leaves, and of dogs and cats, drawn at random."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["dogs_and_cats", "leaves"]


def leaves(count: int = 40, seed: int = 6) -> tuple[Any, Any]:
    """Return brown spots per cm² and tenths of the area that are yellow; 1 means diseased."""
    return two_groups((3.0, 2.5), (6.5, 6.0), (0.9, 0.9), count, seed)


def dogs_and_cats(count: int = 80, seed: int = 4) -> tuple[Any, Any]:
    """Return the length of the snout in cm and the weight in kg; 1 means a dog."""
    return two_groups((3.0, 4.5), (6.5, 8.5), (0.9, 1.2), count, seed)


def two_groups(
    centre_of_zeros: tuple[float, float],
    centre_of_ones: tuple[float, float],
    spreads: tuple[float, float],
    count: int,
    seed: int,
) -> tuple[Any, Any]:
    """Return `count` rows of two measures, around one centre or the other, and their classes."""
    generator = np.random.default_rng(seed)
    y = generator.integers(0, 2, count)
    centres = np.array([centre_of_zeros, centre_of_ones])
    return generator.normal(centres[y], spreads).round(1), y

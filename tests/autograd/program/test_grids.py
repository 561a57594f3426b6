"""Grids: pairs of keys gathered into full matrices."""

from __future__ import annotations

import random

import pytest

from autograd.program.reductions import Grid, grids


def entries_of(grid):
    return [
        (left, right, item)
        for left, items in zip(grid.lefts, grid.items, strict=True)
        for right, item in zip(grid.rights, items, strict=True)
    ]


@pytest.mark.parametrize("seed", range(40))
def test_every_entry_is_in_one_grid(seed):
    """Repeated pairs too, each with an item of its own."""
    rng = random.Random(seed)
    lefts, rights = range(rng.randint(1, 8)), "abcdefgh"[: rng.randint(1, 8)]
    entries = [(rng.choice(lefts), rng.choice(rights), item) for item in range(rng.randint(0, 80))]
    found = [entry for grid in grids(entries) for entry in entries_of(grid)]
    assert sorted(found) == sorted(entries)


def test_a_full_grid_is_one_in_any_order():
    entries = [(left, right, (left, right)) for left in range(5) for right in range(7)]
    (grid,) = grids(entries)
    assert (grid.lefts, grid.rights) == (tuple(range(5)), tuple(range(7)))
    random.Random(0).shuffle(entries)
    (grid,) = (grid.ordered(lambda key: key) for grid in grids(entries))
    assert (grid.lefts, grid.rights) == (tuple(range(5)), tuple(range(7)))
    assert grid.items[2][3] == (2, 3)


def test_whichever_side_gives_fewer_grids():
    """Two layers with inputs of their own, and an input that is used by some neurons only."""
    layers = [(w, x, 0) for w, x in ("ax", "bx", "cy", "dy", "ey")]
    assert [(g.lefts, g.rights) for g in grids(layers)] == [
        (("a", "b"), ("x",)),
        (("c", "d", "e"), ("y",)),
    ]
    assert [(g.lefts, g.rights) for g in grids([(x, w, 0) for w, x, _ in layers])] == [
        (("x",), ("a", "b")),
        (("y",), ("c", "d", "e")),
    ]
    # By rights: a and b together, c apart. By lefts: 1, 2 and 3 each meet other rights.
    uneven = [(1, "a", 0), (1, "b", 0), (2, "a", 0), (2, "b", 0), (2, "c", 0), (3, "c", 0)]
    assert [(g.lefts, g.rights) for g in grids(uneven)] == [((1, 2), ("a", "b")), ((2, 3), ("c",))]


def test_repeated_pairs_make_grids_again():
    entries = [(left, right, turn) for turn in range(3) for left in "ab" for right in "xy"]
    found = grids(entries)
    assert [(g.lefts, g.rights) for g in found] == [(("a", "b"), ("x", "y"))] * 3
    assert [g.items for g in found] == [((turn, turn),) * 2 for turn in range(3)]


def test_order_and_transpose():
    grid = Grid(("b", "a"), (2, 3, 1), (("b2", "b3", "b1"), ("a2", "a3", "a1")))
    assert grid.ordered(lambda key: key) == Grid(
        ("a", "b"), (1, 2, 3), (("a1", "a2", "a3"), ("b1", "b2", "b3"))
    )
    assert grid.transposed() == Grid(
        (2, 3, 1), ("b", "a"), (("b2", "a2"), ("b3", "a3"), ("b1", "a1"))
    )
    assert grid.transposed().transposed() == grid

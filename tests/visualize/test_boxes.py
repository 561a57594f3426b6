"""A leaf used far away is drawn again there, and every use keeps its edge."""

from __future__ import annotations

from collections import Counter

from autograd import Value
from visualize import draw
from visualize.boxes import levels_of_copies
from visualize.scene.compose import compose, with_copies
from visualize.scene.flat import flatten


def recurrence(steps):
    w, a = Value(0.9, label="w"), Value(0.5, label="a")
    for _ in range(steps):
        a = (a * w).tanh()
    a.backward()
    return a


def test_copies_stand_near_their_uses_and_no_edge_is_lost():
    before = compose(flatten([recurrence(20)]))
    after = with_copies(before)
    copies = [node for node in after.nodes if node.copy_of is not None]
    assert len(copies) > 5
    assert {after.nodes[node.copy_of].name for node in copies} == {"w"}

    def uses(scene):
        return Counter(
            (scene.nodes[e.source].name, scene.nodes[e.target].name, e.operand) for e in scene.edges
        )

    assert uses(before) == uses(after)
    for edge in after.edges:
        assert edge.source < edge.target
        assert after.nodes[edge.target].operands[edge.operand] == edge.source


def test_each_drawing_serves_three_levels():
    edges = [(0, 1), *((source, box) for box in range(2, 8) for source in (0, box - 1))]
    levels = levels_of_copies([True, *[False] * 7], edges)
    uses = [level for (source, _), level in zip(edges, levels, strict=True) if source == 0]
    assert uses == [-1, -1, -1, 3, 3, 3, 0]


def test_few_or_near_uses_need_no_copy():
    x = Value(2.0)
    wide = compose(flatten([x * 2, x * 3, x * 4, x * 5, x * 6, x * 7]))
    assert with_copies(wide) is wide
    few = compose(flatten([x.sin().sin().sin().sin().sin() + x]))
    assert with_copies(few) is few


def test_copies_are_linked_to_the_first_drawing():
    picture = draw(recurrence(12))
    assert "again" in picture.svg
    [leaf] = {node.copy_of for node in picture.scene.nodes} - {None}
    assert f".u{leaf}:hover" in picture.svg
    drawings = 1 + sum(node.copy_of is not None for node in picture.scene.nodes)
    assert picture.svg.count(f' u{leaf}"') == drawings

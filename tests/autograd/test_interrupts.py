"""Ctrl-C at every line: all numbers are as before or as after, and what follows is right."""

from __future__ import annotations

import copy
import gc
import pickle
from contextlib import ExitStack

import pytest

import autograd as ag
from autograd import Value, gradients, no_grad, scope, source_lines, where
from autograd.context import sections, variant
from autograd.graph import set_data, set_gradients
from autograd.mode import CURRENT
from autograd.native import engine
from autograd.reverse import local_derivatives, sweep
from autograd.runtime import paused_collector
from autograd.vector import Vector


def shared_and_blocked():
    """Return leaves and a root with fan-out, a dot, constants, zero and blocked gradients."""
    x, y, z = Value(0.5), Value(-1.5), Value(2.0)
    both = x * y + 2.0
    root = ag.dot([x, both, z], [both, 3.0, y]) + where(x > 0.0, both.tanh(), z) + both.relu() * 0.0
    return [x, y, z], root + z.detach()


def test_backward_adds_to_all_leaves_or_to_none_and_the_next_is_right(broken_off):
    leaves, root = shared_and_blocked()
    slopes = gradients(root, leaves)
    stopped = 0
    for leaves, root in broken_off(shared_and_blocked, lambda made: made[1].backward(1.0)):
        stopped += 1
        assert [leaf.grad for leaf in leaves] in ([0.0, 0.0, 0.0], slopes)
        for leaf in leaves:
            leaf.zero_grad()
        root.backward()
        assert [leaf.grad for leaf in leaves] == slopes
        root.backward()
        assert [leaf.grad for leaf in leaves] == [2.0 * slope for slope in slopes]
    assert stopped > (100 if engine is None else 3)  # an interrupt waits for the pass in C


def test_forward_changes_all_nodes_or_none(broken_off):
    def changed():
        leaves, root = shared_and_blocked()
        root.backward()
        set_data(leaves, [1.0, 2.0, 3.0])
        return leaves, root

    def numbers(root):
        return [(node.data, node.grad, node.has_grad) for node in ag.topological_order(root)]

    old, new = numbers(changed()[1]), numbers(changed()[1].forward())
    for _, root in broken_off(changed, lambda made: made[1].forward()):
        found = numbers(root)
        assert found in (old, new)
        if found == old:
            with pytest.raises(ag.StaleGraphError):
                root.backward()
        assert numbers(root.forward()) == new


def test_a_vector_never_keeps_old_numbers(broken_off):
    def changed():
        vector = Vector([Value(1.0), Value(2.0)])
        ag.dot(vector, [1.0, 1.0])
        vector[0].data = 10.0
        return vector

    for vector in broken_off(changed, lambda vector: ag.dot(vector, [1.0, 1.0])):
        assert ag.dot(vector, [1.0, 1.0]).data == 12.0


def test_data_is_set_with_its_version_or_not_at_all(broken_off):
    def used():
        x = Value(2.0)
        vector = Vector([x])
        return x, vector, ag.dot(vector, [1.0]) * x

    def change(made):
        made[0].data = 5  # an int: the engine in C sets a float in one go

    for x, vector, root in broken_off(used, change):
        assert x.data in {2.0, 5.0}
        assert ag.dot(vector, [1.0]).data == x.data
        if x.data == 5.0:
            with pytest.raises(ag.StaleGraphError):
                root.backward()
        else:
            root.backward()
            assert x.grad == 4.0


def test_many_numbers_are_set_as_one(broken_off):
    def leaves():
        return [Value(1.0), Value(2.0), Value(3.0)]

    for found in broken_off(leaves, lambda leaves: set_data(leaves, [4.0, 5.0, 6.0])):
        assert [leaf.data for leaf in found] in ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
        assert ag.dot(Vector(found), [1.0, 1.0, 1.0]).data == sum(leaf.data for leaf in found)
    for found in broken_off(leaves, lambda leaves: set_gradients(leaves, [None, 5.0, 6.0])):
        assert [leaf.grad for leaf in found] in ([0.0, 0.0, 0.0], [0.0, 5.0, 6.0])


def test_gradients_of_a_compiled_function_reach_all_leaves_or_none(broken_off):
    leaves = [Value(2.0), Value(3.0)]
    loss = ag.compile(lambda x: leaves[0] * leaves[1] * x, backend="interpreter")
    loss.backward(1.0)

    def cleared():
        set_gradients(leaves, [1.0, 1.0])
        return leaves

    for found in broken_off(cleared, lambda _: loss.backward(1.0)):
        assert [leaf.grad for leaf in found] in ([1.0, 1.0], [4.0, 3.0])
    assert loss.backward(1.0) == 6.0


def pickled(value):
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - its own bytes


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickled])
def test_copies_and_pickles_leave_the_original_alone(duplicate, broken_off):
    for leaves, root in broken_off(small, lambda made: duplicate(made[1])):
        root.backward()
        assert [leaf.grad for leaf in leaves] == gradients(root, leaves)


def small():
    """Return two leaves and a product."""
    x, y = Value(0.5), Value(-1.5)
    return [x, y], x * y


DERIVATIVES = {
    "gradients": lambda leaves, root: gradients(root, leaves, create_graph=True),
    "sweep": lambda leaves, root: sweep(root),
    "local derivatives": lambda leaves, root: local_derivatives(root),
    "grad": lambda leaves, root: ag.grad(lambda x: x * leaves[0])(2.0),
    "jvp": lambda leaves, root: ag.jvp(lambda x: x * x, 2.0, 1.0),
}


@pytest.mark.parametrize("name", DERIVATIVES)
def test_derivatives_touch_no_gradient_and_leave_no_mode(name, broken_off):
    act, outside = DERIVATIVES[name], CURRENT.get()
    for leaves, root in broken_off(small, lambda made: act(*made)):
        assert CURRENT.get() is outside
        assert not any(leaf.has_grad for leaf in leaves)
        root.backward()
        assert [leaf.grad for leaf in leaves] == [-1.5, 0.5]


def sectioned():
    with sections() as section:
        section("a")
        section("b")


def inside(block):
    def run(_):
        with block():
            pass

    return run


BLOCKS = {
    "no_grad": inside(no_grad),
    "scope": inside(lambda: scope("a")),
    "sections": lambda _: sectioned(),
    "source_lines": inside(source_lines),
    "variant": inside(lambda: variant("mark")),
    "decorator": lambda _: no_grad()(lambda: None)(),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_no_block_stays(name, broken_off):
    """Not even while the traceback is kept, as the REPL keeps the last one."""
    outside = CURRENT.get()
    tracebacks = []
    for _ in broken_off(lambda: None, BLOCKS[name], tracebacks.append):
        assert CURRENT.get() is outside
    assert len(tracebacks) > 3


def test_the_collector_does_not_rest_for_good(broken_off):
    def pause(_):
        with paused_collector():
            pass

    for _ in broken_off(lambda: None, pause):
        assert gc.isenabled()


def test_blocks_may_be_entered_by_a_stack_or_by_hand():
    outside = CURRENT.get()
    with ExitStack() as stack:
        stack.enter_context(no_grad())
        stack.enter_context(scope("a"))
        assert (CURRENT.get().record, Value(1.0).scope) == (False, "a")
    assert CURRENT.get() is outside
    block = no_grad()
    block.__enter__()
    assert not CURRENT.get().record
    block.__exit__(None, None, None)
    assert CURRENT.get() is outside

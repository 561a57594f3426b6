"""no_grad and scope: nested, restored after exceptions, apart in threads, tasks and generators."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import pytest

import autograd as ag
from autograd import Value, gradients, no_grad, scope, source_lines
from autograd.context import called_in, current_variant, sections, variant
from autograd.mode import CURRENT, OUTERMOST
from autograd.reverse import sweep
from tests.in_one_test import in_one_test


def recording():
    return (Value(2.0) * 3.0).op is not None


def place():
    return Value(1.0).scope


def fails():
    raise RuntimeError("inside")


def test_no_grad_results_are_plain_leaves_with_the_same_number():
    x = Value(3.0)
    with no_grad():
        y = x * x
    assert (y.data, y.op, y.args) == (9.0, None, ())
    assert gradients(y * x, x) == 9.0


OPERATIONS = {
    "binary": lambda x: x * 2.0,
    "reflected": lambda x: 2.0 - x,
    "unary": lambda x: -x,
    "method": lambda x: x.tanh(),
    "function": lambda x: ag.maximum(x, 1.0),
    "dot": lambda x: ag.dot([x], [x]),
    "sum": lambda x: ag.sum([x, x]),
    "comparison": lambda x: x > 1.0,
    "detach": lambda x: x.detach(),
    "NumPy": lambda x: np.float64(2.0) * x,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_operation_records_under_no_grad(name):
    x = Value(3.0)
    recorded = OPERATIONS[name](x)
    with no_grad():
        plain = OPERATIONS[name](x)
    assert recorded.op is not None
    assert (plain.op, plain.args, plain.data) == (None, (), recorded.data)
    (plain * 2.0).backward()
    assert not x.has_grad


def test_a_scope_is_named_by_text():
    with pytest.raises(TypeError, match=r"scope .*str, not 3"), scope(3):
        fails()
    assert place() == ""


@pytest.mark.parametrize("enter", [no_grad, lambda: scope("a")], ids=["no_grad", "scope"])
def test_modes_are_restored_after_exceptions(enter):
    with pytest.raises(RuntimeError), enter():
        fails()
    assert recording()
    assert place() == ""


def test_no_grad_nests_and_one_object_may_be_entered_twice():
    outer = no_grad()
    with outer:
        with outer, no_grad():
            assert not recording()
        assert not recording()
    assert recording()


def test_scopes_nest_with_slashes_and_mix_with_no_grad():
    with scope("model"):
        with scope("layers.0"), no_grad():
            assert place() == "model/layers.0"
        assert place() == "model"
        assert recording()
    assert place() == ""


def test_one_scope_object_may_be_entered_twice():
    again = scope("a")
    with again:
        with again:
            assert place() == "a/a"
        assert place() == "a"
    assert place() == ""


def test_a_call_in_a_scope_is_a_block_around_it():
    with scope("model"):
        y = called_in("layer", lambda x, *, by: x * by, (Value(3.0),), {"by": 2.0})
        assert (y.scope, y.data, Value(1.0).scope) == ("model/layer", 6.0, "model")
        with pytest.raises(ZeroDivisionError):
            called_in("layer", lambda: 1 / 0, (), {})
        assert Value(1.0).scope == "model"
    with pytest.raises(TypeError, match="a scope is named by a str, not 3"):
        called_in(3, list, (), {})


def test_a_call_in_a_scope_ends_its_own_scope_alone():
    begun = scope("begun inside")
    called_in("layer", begun.__enter__, (), {})
    assert Value(1.0).scope == "begun inside"
    called_in("layer", begun.__exit__, (None, None, None), {})
    assert Value(1.0).scope == ""


def test_sections_are_scopes_one_after_the_other():
    with scope("layer"):
        with sections() as section:
            assert place() == "layer"
            section("neurons.0")
            assert place() == "layer/neurons.0"
            section("neurons.1")
            assert place() == "layer/neurons.1"
        assert place() == "layer"


def test_sections_are_restored_after_exceptions():
    def visits():
        with sections() as section:
            section("a")
            fails()

    with pytest.raises(RuntimeError):
        visits()
    assert place() == ""


def test_every_node_made_in_a_scope_says_so():
    x = Value(1.0)
    with scope("s"):
        nodes = [x + 1.0, 1.0 / x, -x, x.exp(), x.maximum(2.0), x.detach(), x < 2.0, Value(3.0)]
    assert [node.scope for node in nodes] == ["s"] * len(nodes)
    assert x.scope == ""


def test_no_grad_as_decorator_keeps_name_arguments_and_result():
    @no_grad()
    def evaluate(x, *, scale=1.0):
        """Doc."""
        return x * scale, recording()

    result, recorded = evaluate(Value(2.0), scale=4.0)
    assert (evaluate.__name__, evaluate.__doc__, result.data) == ("evaluate", "Doc.", 8.0)
    assert not recorded
    assert recording()


def test_no_grad_as_decorator_of_a_recursive_function():
    @no_grad()
    def depth(n):
        return [recording(), *(depth(n - 1) if n else [])]

    assert depth(3) == [False] * 4


def test_no_grad_as_decorator_of_a_generator_holds_inside_only():
    @no_grad()
    def steps():
        received = yield recording()
        try:
            yield received, recording()
        except KeyError:
            yield "caught", recording()
        return "result"

    generator = steps()
    assert next(generator) is False
    assert recording()
    assert generator.send("sent") == ("sent", False)
    assert generator.throw(KeyError()) == ("caught", False)
    assert recording()
    with pytest.raises(StopIteration, match="result"):
        next(generator)
    assert recording()


def test_closing_a_generator_under_no_grad_runs_its_cleanup():
    cleaned = []

    @no_grad()
    def steps():
        try:
            yield 1
        finally:
            cleaned.append(recording())

    generator = steps()
    next(generator)
    generator.close()
    assert cleaned == [False]


def test_no_grad_as_decorator_of_a_coroutine_holds_across_awaits():
    @no_grad()
    async def evaluate():
        before = recording()
        await asyncio.sleep(0)
        return before, recording()

    async def main():
        inside, outside = await asyncio.gather(evaluate(), asyncio.to_thread(recording))
        return inside, outside, recording()

    assert asyncio.run(main()) == ((False, False), True, True)


def test_no_grad_refuses_an_async_generator():
    with pytest.raises(TypeError, match="async generator"):

        @no_grad()
        async def steps():
            yield 1


def test_threads_do_not_see_each_others_modes():
    inside, done = threading.Event(), threading.Event()

    def holds():
        with no_grad(), scope("thread"):
            inside.set()
            done.wait(10)
            return recording(), place()

    with ThreadPoolExecutor() as pool:
        held = pool.submit(holds)
        assert inside.wait(10)
        assert (recording(), place()) == (True, "")
        done.set()
        assert held.result() == (False, "thread")


def test_asyncio_tasks_do_not_see_each_others_modes():
    async def task(name):
        with scope(name):
            await asyncio.sleep(0)
            with no_grad():
                await asyncio.sleep(0)
                inner = (place(), recording())
            await asyncio.sleep(0)
            return inner, (place(), recording())

    async def main():
        return await asyncio.gather(*map(task, "abc"))

    assert asyncio.run(main()) == [((name, False), (name, True)) for name in "abc"]


# Blocks that overlap: generators that wait inside of theirs


def waiting(*blocks):
    """Wait inside of the blocks, and once more between their ends."""
    with ExitStack() as stack:
        for block in blocks:
            stack.enter_context(block())
        yield
    yield


def settings():
    mode = CURRENT.get()
    return {
        "no_grad": not mode.record,
        "a": "a" in place().split("/"),
        "b": "b" in place().split("/"),
        "source_lines": (Value(2.0) * 3.0).line != "",
        "variant": "mark" in current_variant(),
        "section": "section" in place().split("/"),
    }


class one_section:  # noqa: N801 - called like a function
    """Sections with one of them begun."""

    def __enter__(self):
        self.inner = sections()
        self.inner.__enter__()("section")

    def __exit__(self, *exception):
        self.inner.__exit__(*exception)


OVERLAPPING = {
    "no_grad": no_grad,
    "a": lambda: scope("a"),
    "b": lambda: scope("b"),
    "source_lines": source_lines,
    "variant": lambda: variant("mark"),
    "section": one_section,
}


@in_one_test("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
@in_one_test("names", [*itertools.combinations(OVERLAPPING, 3)], ids="-".join)
def test_each_block_takes_away_what_it_brought_in_any_order(names, order):
    outside = CURRENT.get()
    generators = [waiting(OVERLAPPING[name]) for name in names]
    for generator in generators:
        next(generator)
    active = set(names)
    for place_ in order:
        assert {name for name, on in settings().items() if on} == active
        next(generators[place_])
        active.remove(names[place_])
    assert CURRENT.get() is outside


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("block", [no_grad, lambda: scope("a")], ids=["no_grad", "scope"])
def test_equal_blocks_overlap(block, shared):
    """Also those of one object."""
    outside, one = CURRENT.get(), block()
    first, second = (waiting(lambda: one if shared else block()) for _ in range(2))
    next(first), next(second), next(first)
    assert CURRENT.get() is not outside
    next(second)
    assert CURRENT.get() is outside


def test_of_equal_scopes_the_innermost_ends_first():
    around, inner = waiting(no_grad), waiting(lambda: scope("a"))
    next(around)
    with scope("a"), scope("b"):
        next(inner)
        assert place() == "a/b/a"
        next(around)  # so that no mode from before is in force again
        next(inner)
        assert place() == "a/b"


def test_a_generator_that_ends_inside_a_derivative_takes_its_block_along():
    outside, rows = CURRENT.get(), waiting(no_grad)
    next(rows)

    def f(x):
        next(rows)
        return x * x

    assert ag.grad(f)(3.0) == 6.0
    assert CURRENT.get() is outside


def test_a_block_that_ends_in_another_thread_changes_nothing_there():
    rows = waiting(no_grad)
    next(rows)

    def end():
        with no_grad():
            next(rows)
            return recording()

    with ThreadPoolExecutor() as pool:
        assert pool.submit(end).result() is False
    assert not recording()
    CURRENT.set(OUTERMOST)


def test_tasks_that_wait_inside_of_blocks_do_not_meet():
    async def task(name, first, second):
        with scope(name), no_grad():
            first.set()
            await second.wait()
            return place(), recording()

    async def main():
        one, two = asyncio.Event(), asyncio.Event()
        found = await asyncio.gather(task("a", one, two), task("b", two, one))
        return found, place(), recording()

    assert asyncio.run(main()) == ([("a", False), ("b", False)], "", True)


def test_modes_and_derivatives_leave_no_reference_cycles():
    def work():
        w = Value(2.0)
        ag.grad(lambda x: x * x * w)(3.0)
        ag.hessian(lambda x: x * x * x)(3.0)
        ag.jvp(lambda x: x * x, 1.0, 1.0)
        ag.gradients(w * w, w, create_graph=True)
        sweep(w * w)
        (w * w).backward()
        for block in (ag.scope("a"), ag.no_grad(), variant("x"), ag.source_lines()):
            with block:
                _ = w * w

    work()  # what is kept once for all
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        work()
        gc.collect()
        assert [repr(item)[:80] for item in gc.garbage] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()

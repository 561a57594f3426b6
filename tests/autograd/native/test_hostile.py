"""Programs that mean ill: both engines compute the same, and the one in C corrupts nothing."""

from __future__ import annotations

import gc
import itertools
import os
import subprocess
import sys
import threading
import weakref
from _thread import RLock

import pytest

import autograd
from autograd import Value, dot, gradients, maximum, primitive, scope, where
from autograd.backward import TURNS
from autograd.graph import topological_order
from autograd.native import engine
from autograd.primitive import TABLE
from autograd.vector import Vector
from nn import Layer

in_c = pytest.mark.skipif(engine is None, reason="the engine in C was not built")


class Marked(Value):
    """A class of users, with a dict."""


# ==== Calls of classes ====


def test_a_leaf_that_is_made_anew_forgets_its_gradient_and_place():
    x = Value(1.0, label="x")
    (x * x).backward()
    x.__init__(5.0)
    assert (x.data, x.has_grad, x.label) == (5.0, False, "")


def test_a_leaf_belongs_to_the_scope_of_its_init():
    class Scoped(Value):
        def __init__(self, data):
            with scope("inside"):
                super().__init__(data)

    assert Scoped(1.0).scope == "inside"


@in_c
def test_a_result_is_not_made_anew():
    y = Value(2.0, label="x") * 3.0
    with pytest.raises(TypeError, match="a Value is a result already, and no new leaf"):
        y.__init__(7.0)
    assert y.data == 6.0


# ==== Operands ====


@pytest.mark.parametrize("operation", [lambda x, y: x + y, lambda x, y: y - x, lambda x, y: x < y])
def test_a_float_that_converts_in_its_own_way_is_asked(operation):
    class Odd(float):
        def __float__(self):
            return 99.0

    assert operation(Value(1.0), Odd(0.0)).data == operation(Value(1.0), 99.0).data


@pytest.mark.parametrize("count", [0, 1, 4, 50])
def test_a_row_refuses_another_number_of_operands(count):
    x = Value(0.5)
    with pytest.raises(TypeError):
        Value.__primitive__(TABLE["mul"], (x,) * count)
    with pytest.raises((TypeError, ValueError)):
        Value.__primitive__(TABLE["add_n"], ())


@pytest.mark.parametrize("name", ["dot", "guarded_dot", "ordered_dot"])
def test_a_sum_of_products_refuses_an_odd_number_of_factors(name):
    x = Value(0.5)
    for operands in ((x,), (x, 2.0, x), (1.0, 2.0, 3.0)):
        with pytest.raises(ValueError, match=rf"x1 ... xn, y1 ... yn, not {len(operands)} numbers"):
            TABLE[name](*operands)


def test_an_operation_of_numbers_alone_sends_no_gradient():
    for y in (
        Value.__primitive__(TABLE["sin"], (0.5,)),
        Value.__primitive__(TABLE["mul"], (0.5, 2.0)),
        Value.__primitive__(TABLE["where"], (0.5, 2.0, 3.0)),
    ):
        for z in (y, y * 2.0):
            z.backward()
            assert y.grad == (1.0 if z is y else 2.0)
            assert gradients(z, [y]) == [y.grad]


def test_three_operands_of_a_power_are_refused():
    for y in (Value(3.0), 3):
        with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for \*\* or pow"):
            pow(Value(2.0), y, 5)


class Slotted(Value):
    """A class of users that is no base of the other one."""

    __slots__ = ()


def test_the_class_of_a_result_follows_from_the_order_of_operands():
    for one, two in itertools.permutations((Marked(1.0), Slotted(2.0))):
        for result in (one + two, one * two, maximum(one, two), where(3.0, one, two)):
            assert type(result) is type(one)
        for result in (dot([1.0, one], [two, 2.0]), dot([one], [two]), autograd.sum([one, two])):
            assert type(result) is type(one)


class Foreign:
    @classmethod
    def __primitive__(cls, op, args):
        return op.name


@pytest.mark.parametrize(
    "operation",
    [
        lambda x: x + Foreign(),
        lambda x: maximum(x, Foreign()),
        lambda x: where(x, Foreign(), 1.0),
        lambda x: dot([x], [Foreign()]),
        lambda x: Vector([x, Foreign()]),
    ],
)
def test_what_records_operations_but_is_no_node_is_refused(operation):
    with pytest.raises((TypeError, AttributeError)):
        operation(Value(1.0))


@in_c
def test_parts_that_make_no_node_are_refused():
    x, mul, place = Value(1.0), TABLE["mul"], Value(1.0)._place
    for kind, op, args in [(int, None, ()), (Value, 1, ()), (Value, mul, (x, 2.0))]:
        with pytest.raises(TypeError):
            engine.new_node(kind, op, args, 1.0, None, place, 0)
    with pytest.raises(TypeError):
        engine.apply(Value, mul, (x, 2.0), 1.0)


def test_rules_beyond_the_sixty_fourth_may_be_none():
    rules = [None if k % 3 == 0 else (lambda g, _, *xs: g + 0.0 * len(xs)) for k in range(100)]
    hundred = primitive("test_hundred", lambda *xs: sum(xs), *rules)
    operands = [Value(1.0) * 1.0 for _ in range(100)]
    for factor in (2.0, 0.0):
        for operand in operands:
            operand.backward()
        (hundred(*operands) * factor).backward()
        assert [x._grad for x in operands] == [factor if rule else None for rule in rules]


# ==== Other code in the middle of a pass, and of an operation ====


class Curious(Value):
    """Runs a function once, when it is hashed."""

    run = None

    def __hash__(self):
        if (run := Curious.run) is not None:
            Curious.run = None
            run()
        return object.__hash__(self)

    __eq__ = Value.__eq__


def test_a_search_for_stale_nodes_does_not_mix_gradients():
    x, curious, other = Value(1.0), Curious(3.0), Value(1.0)
    older = x * 2.0 + curious
    other.data = 5.0
    root = older + Value(3.0)  # a leaf that is newer than a node, and stale nowhere

    def intrude():
        with pytest.raises(RuntimeError, match="shares"):
            (x * 100.0).backward()

    Curious.run = intrude
    try:
        root.backward()
    finally:
        Curious.run = None
    assert x.grad == 2.0


def test_a_handler_between_two_rules_does_not_mix_gradients():
    """As that of a signal is called, wherever Python is; here when a rule has returned."""
    same = primitive("test_interrupted", lambda x: x, lambda g, out, x: g)
    x = Value(1.0)
    root = same(same(Value(1.0))) + x
    refused = []

    def handler(frame, event, _arg):
        if event == "return" and frame.f_code.co_name == "pulled":
            sys.setprofile(None)
            try:
                (x * 100.0).backward()
            except RuntimeError as error:
                refused.append(str(error))

    sys.setprofile(handler)
    try:
        root.backward()
    finally:
        sys.setprofile(None)
    assert (x.grad, len(refused)) == (1.0, engine is not None)
    (x * 2.0).backward()
    assert x.grad == 3.0


def test_a_stale_node_that_is_reached_through_a_blocked_operand_alone_is_found():
    x = Value(1.0)
    y = (x * 2.0).sign() + Value(1.0)
    x.data = 2.0
    with pytest.raises(Exception, match=r"was changed to 2[.]0 after mul"):
        y.backward()


def test_three_passes_that_share_a_leaf_add_up():
    """One waits for the lock when that of a third begins, which then needs the lock too."""
    reached, free = threading.Event(), threading.Event()

    def rule(g, _out, _x):
        if threading.current_thread() is first:
            reached.set()
            free.wait(10.0)
        return g

    same = primitive("test_same", lambda x: x, rule)
    leaf, lonely = Value(1.0), Value(1.0)

    class Slow:
        """A lock that the third thread sees taken before the pass of the second has begun."""

        def __init__(self):
            self.lock = RLock()
            self.acquire, self.release = self.lock.acquire, self.lock.release

        def __enter__(self):
            self.acquire()
            if threading.current_thread() is second:
                third.start()
                third.join(0.2)

        def __exit__(self, *_):
            self.release()

    first = threading.Thread(target=same(lonely).backward)
    second = threading.Thread(target=(leaf * 10.0).backward)
    third = threading.Thread(target=(leaf * 100.0 + same(leaf)).backward)
    before, TURNS.lock = TURNS.lock, Slow()
    try:
        first.start()
        reached.wait(10.0)
        second.start()
        second.join(0.1)
        free.set()
        for thread in (first, second, third):
            thread.join()
    finally:
        TURNS.lock = before
    assert leaf.grad == 111.0


def test_a_list_that_shrinks_while_it_is_read(collector):
    numbers = [1.0] * 5000
    for _ in range(3):
        members = [Value(1.0) for _ in range(5000)]
        collector(0, members.clear)
        try:
            assert dot(members, numbers).data == 5000.0
        except ValueError as error:
            assert "different lengths" in str(error)  # noqa: PT017 - where the collector came


@pytest.mark.parametrize("count", range(8))
def test_a_layer_that_loses_its_neurons_while_it_is_called(collector, count):
    layer = Layer(3, 30)
    layer([1.0, 2.0, 3.0])
    collector(count, lambda: layer.neurons.__delitem__(slice(None)))
    assert len(layer([1.0, 2.0, 3.0])) in (0, 30)


# ==== Freed ====


def test_a_thread_that_waits_in_a_callback_holds_up_no_other():
    reached, free = threading.Event(), threading.Event()

    def waits():
        inner = Value(1.0) * 1.0
        outer = inner * 2.0
        watched = weakref.ref(inner, lambda _: (reached.set(), free.wait(10.0)))
        del inner, outer
        assert watched() is None

    thread = threading.Thread(target=waits)
    thread.start()
    reached.wait(10.0)
    inner = Value(1.0) * 2.0
    outer = inner * 3.0
    watched = weakref.ref(inner)
    del inner, outer
    gone = watched() is None
    free.set()
    thread.join()
    assert gone


def test_callbacks_and_destructors_may_make_nodes_while_others_are_freed():
    made = []

    class Returns(Value):
        def __del__(self):
            made.append(self)

    y, watched = Value(1.0), []
    for k in range(1000):
        y = y * 1.0
        if k % 10 == 0:
            watched.append(weakref.ref(y, lambda _: made.append(Value(2.0) * 3.0)))
    y = Returns(1.0) + y
    del y
    (back,) = made  # with all below it
    assert isinstance(back, Returns)
    assert len(topological_order(back)) == 1003
    made.clear()
    back = None
    assert [node.data for node in made if type(node) is Value] == [6.0] * 100


# ==== The module ====

AGAIN = """
import sys, warnings
from autograd import Value, dot
x = Value(2.0)
y = x * 3.0
for name in list(sys.modules):
    if name in NAMES:
        del sys.modules[name]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        import autograd, autograd.native._engine
    except ImportError as error:
        print(error)
z = y * 2.0 + x.tanh() + dot([x, y], [y, 1.0])
z.backward()
assert x.grad > 6.0
other = autograd.Value(3.0)
autograd.dot([other, 2.0], [other, 1.0]).backward()
assert other.grad == 6.0
print(*[warning.message for warning in caught])
"""


@in_c
@pytest.mark.parametrize(
    "names", ['["autograd.native._engine"]', "[n for n in sys.modules if n.startswith('autograd')]"]
)
def test_a_second_import_leaves_the_nodes_of_the_first_alone(names):
    run = subprocess.run(
        [sys.executable, "-c", AGAIN.replace("NAMES", names)],
        env={**os.environ, "AUTOGRAD_PURE": "0"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "it was imported before in this interpreter" in run.stdout


INTERPRETER = """
import gc
from autograd import Value
from autograd.native import engine
assert engine is not None
x = y = Value(2.0)
for _ in range(100):
    y = y * 1.0 + x
y.backward()
assert x.grad == 101.0
kept = y
"""


@in_c
def test_each_interpreter_has_its_own_state():
    run = """
import sys
try:
    import _xxsubinterpreters as interpreters
except ImportError:
    import _interpreters as interpreters
from autograd import Value
x = Value(3.0)
y = x * x
for _ in range(4):
    try:
        other = interpreters.create("legacy")
    except TypeError:
        other = interpreters.create()
    assert not interpreters.run_string(other, CODE)
    y.backward()
    assert (y * 2.0).data == 18.0
    interpreters.destroy(other)
assert x.grad == 24.0
"""
    program = f"CODE = {INTERPRETER!r}\n{run}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@in_c
def test_a_cleared_node_is_a_leaf():
    """The collector clears nodes of classes of users, whose destructors still read one another."""
    seen = []

    class Last(Value):
        __slots__ = ()

        def __del__(self):
            for arg in self.args:
                if type(arg) is Marked:
                    (arg * 2.0).backward()
                    seen.append(arg.op)

    x = Marked(1.0)
    x.itself = Last(1.0) + (x * 1.0) * 1.0
    alive = weakref.ref(x)
    del x
    gc.collect()
    assert set(seen) <= {None, TABLE["mul"]}
    assert alive() is None

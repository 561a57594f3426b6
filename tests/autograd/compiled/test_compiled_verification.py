"""No compiled function is silently stale: what changes is in the result, or refused."""

from __future__ import annotations

import contextlib
import copy
import pickle
import random
import threading
from functools import partial

import numpy as np
import pytest

import autograd as ag
from autograd import StaleProgramError, Value, compile
from autograd.program import verification
from autograd.program.verification import structure_changed
from nn import MLP, Layer


def compiled(f, **settings):
    return compile(f, backend="numpy", **settings)


def pickled(c):
    return pickle.loads(pickle.dumps(c))  # noqa: S301 - our own


COPIES = pytest.mark.parametrize("copied", [copy.deepcopy, pickled])

# What a program keeps, and what is said of a change


scale = 2.0


def scaled(x):
    return x * scale


def change(number):
    globals()["scale"] = number


@pytest.fixture(autouse=True)
def _scale_of_two():
    change(2.0)


def test_the_first_difference_is_named_with_its_line_and_the_way_out():
    c = compiled(scaled)
    assert c(3.0) == 6.0
    change(5.0)
    line = scaled.__code__.co_firstlineno + 1
    with pytest.raises(StaleProgramError) as found:
        c(3.0)
    text = str(found.value)
    assert text.startswith("scaled would compute something else now")
    assert f"2.0 became 5.0 in mul at {__file__}:{line}" in text
    for words in ("an argument", "a Value", ".retrace()", '"always"'):
        assert words in text
    assert isinstance(found.value, RuntimeError)


@pytest.mark.parametrize("between", ["quickly", "by arrays", "by batches"])
def test_an_error_says_how_many_results_may_be_wrong(between, monkeypatch):
    clock, box = Clock(monkeypatch, 0.0), [2.0]

    def f(x):
        clock.now += COST
        return x * box[0]

    c = compiled(f, in_axes=0 if between == "by batches" else None)
    argument = {"quickly": 1.0, "by arrays": np.ones(2), "by batches": [1.0]}[between]

    def refused():
        with pytest.raises(StaleProgramError) as found:
            c(argument)
        return str(found.value)

    c(argument)
    box[0] = 3.0
    assert "since" not in refused()  # each was verified
    box[0] = 2.0
    for _ in range(verification.COUNTED):
        c(argument)
    for count in (5, 1):
        clock.now += 51 * COST
        c(argument)
        box[0] = 3.0
        for _ in range(count):
            c(argument)
        clock.now += 51 * COST
        words = {5: "The 5 results", 1: "The only result"}[count]
        for _ in range(2):  # what was refused is no result
            assert f"{'The results' if between == 'quickly' else words} since the" in refused()
            clock.now += 51 * COST
        box[0] = 2.0
        c.program("value", argument)
        clock.now += 51 * COST
        box[0] = 3.0
        assert "since" not in refused()
        box[0] = 2.0


def test_calls_are_refused_until_nothing_differs_or_retrace():
    c = compiled(scaled)
    assert c(3.0) == 6.0
    change(5.0)
    for call in (c, c.value_and_grad, c.jacobian, c.hessian, c.backward, c.captured):
        with pytest.raises(StaleProgramError):
            call(3.0)
    with pytest.raises(StaleProgramError):
        c.program("value", 3.0)
    with pytest.raises(StaleProgramError):
        c.to_c("never_written.c")
    change(2.0)
    assert (c(3.0), c.value_and_grad(3.0)) == (6.0, (6.0, 2.0))
    change(5.0)
    c.retrace()
    assert (c(3.0), c.value_and_grad(3.0)) == (15.0, (15.0, 5.0))


DIFFERENCES = {
    "another constant": (lambda x, s: x * s, 1.0, 2.0, "1.0 became 2.0 in mul"),
    "the sign of zero": (lambda x, s: x / s, 0.0, -0.0, "0.0 became -0.0 in div"),
    "nan": (lambda x, s: x * s, 1.0, float("nan"), "1.0 became nan in mul"),
    "another operation": (lambda x, s: s(x), ag.sin, ag.cos, "sin(the argument x) became cos("),
    "one more": (lambda x, s: x * 2 if s else x * 2 + 1, 1, 0, "one more operation, add("),
    "one less": (lambda x, s: x * 2 if s else x * 2 + 1, 0, 1, "operation add(the result of mul,"),
    "another leaf": (lambda x, s: x * s, Value(1.0, "v"), Value(1.0, "w"), "the leaf 'v' became"),
    "a leaf of its own": (lambda x, s: x * Value(s), 1.0, 2.0, "Value(1.0) became Value(2.0)"),
    "more operands": (lambda x, s: ag.sum([x] * s), 2, 3, "became sum(the argument x, the"),
    "the result": (lambda x, s: [x, x * x][s], 0, 1, "one more operation, mul("),
    "what it returns": (lambda x, s: x if s else [x], 0, 1, "the result was [a number] and is"),
    "a result that is constant": (lambda x, s: [x, s], 0.0, -0.0, "0.0 became -0.0 in the result"),
    "another order": (lambda x, s: [x * 2, x * 3][::s], 1, -1, "became"),
    "another sum": (lambda x, s: (x - 1) * s(x), abs, ag.relu, "abs(the argument x) became relu("),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_every_difference_is_told_and_nothing_else_is_one(name):
    f, before, now, words = DIFFERENCES[name]
    box = [before]
    c = compiled(lambda x: f(x, box[0]))
    first = repr(c(3.0))
    for _ in range(3):
        assert repr(c(3.0)) == first
    box[0] = now
    with pytest.raises(StaleProgramError) as found:
        c(3.0)
    assert words in str(found.value)
    box[0] = before
    assert repr(c(3.0)) == first


def test_nan_is_no_difference_from_itself():
    box = [float("nan")]
    c = compiled(lambda x: ag.where(x > 0.0, x, box[0] * x))
    for _ in range(5):
        box[0] = float("nan")
        assert c(2.0) == 2.0


def test_leaves_that_a_function_makes_each_time_are_no_difference():
    c = compiled(lambda x: x * Value(2.0) + ag.dot([x], [Value(1.0)]))
    for _ in range(10):
        assert c(3.0) == 9.0


def test_a_parameter_made_at_the_first_call_stays_live():
    made = {}

    def f(x):
        if "w" not in made:
            made["w"] = Value(2.0)
        return x * made["w"]

    c = compiled(f)
    assert (c(3.0), c(3.0)) == (6.0, 6.0)
    made["w"].data = 5.0
    assert (c(3.0), c(3.0)) == (15.0, 15.0)


def test_a_leaf_of_the_function_is_no_leaf_that_it_captured():
    """Not even where both have the same number now: one of them may get another."""
    leaves = [Value(2.0)]
    c = compiled(lambda x: x * (leaves[0] if leaves else Value(2.0)))
    assert c(3.0) == 6.0
    leaves.clear()
    with pytest.raises(StaleProgramError):
        c(3.0)


def test_a_function_that_draws_random_numbers_is_refused_as_such():
    c = compiled(lambda x: x * random.random())
    c(1.0)
    with pytest.raises(StaleProgramError, match="something else each time it is traced"):
        c(1.0)


def test_always_takes_over_what_has_changed():
    c = compiled(scaled, verify="always")
    for number in (2.0, 3.0, 3.0, 2.0, -0.0):
        change(number)
        assert (c(1.0), c.value_and_grad(1.0)[1]) == (number, number)
    drawn = compiled(lambda x: x * random.random(), verify="always")
    assert drawn(1.0) != drawn(1.0)


def test_never_trusts_until_retrace():
    c = compiled(scaled, verify="never")
    assert c(1.0) == 2.0
    change(3.0)
    assert [c(1.0) for _ in range(5)] == [2.0] * 5
    assert c.program("value", 1.0).constants == (2.0,)
    c.retrace()
    assert c(1.0) == 3.0
    with pytest.raises(ValueError, match="'auto', 'always', 'never', not 'sometimes'"):
        compiled(scaled, verify="sometimes")


@pytest.mark.parametrize("kind", ["value_and_grad", "jacobian", "hessian"])
def test_what_the_rules_of_users_read_is_verified_too(kind):
    box = [2.0]
    squared = ag.primitive("squared_by", lambda x: x * x, lambda g, out, x: g * box[0] * x)
    c = compile(lambda x: squared(x), backend="interpreter")  # noqa: PLW0108 - a function of ours
    before = getattr(c, kind)(3.0)
    assert getattr(c, kind)(3.0) == before == getattr(ag, kind)(squared)(3.0)
    box[0] = 10.0
    with pytest.raises(StaleProgramError, match=rf"^{kind} of .* 2\.0 became 10\.0 in "):
        getattr(c, kind)(3.0)
    c.retrace()
    assert getattr(c, kind)(3.0) == getattr(ag, kind)(squared)(3.0) != before


# When a function is traced again


class Clock:
    """A clock that the test moves; each reading takes `step` seconds."""

    def __init__(self, monkeypatch, step):
        self.now, self.step = 0.0, step
        for module in ("programs", "verification", "compiled"):
            monkeypatch.setattr(f"autograd.program.{module}.perf_counter", self)

    def __call__(self):
        self.now += self.step
        return self.now


def traces_of(clock, calls, between):
    """Return the numbers of the calls at which a compiled function was traced."""
    traced, made = [], []

    def f(x):
        traced.append(len(made))
        clock.now += COST
        return x

    c = compiled(f)
    for _ in range(calls):
        made.append(1)
        c(1.0)
        clock.now += between
    return traced


COST = 1e-4  # seconds of a trace


def test_early_calls_are_all_verified_and_then_a_fiftieth_of_the_time(monkeypatch):
    clock = Clock(monkeypatch, 0.0)
    allowance = round(verification.ALLOWANCE / COST)
    traced = traces_of(clock, 20_000, 1e-5)
    assert traced[:allowance] == [*range(1, allowance + 1)]
    later = [number for number in traced if number > verification.COUNTED + 5000]
    share = len(later) * COST / (14_000 * 1e-5 + len(later) * COST)
    assert 0.015 < share < 0.021


def test_after_a_pause_every_call_is_verified(monkeypatch):
    assert traces_of(Clock(monkeypatch, 0.0), 2000, 51 * COST) == [*range(1, 2001)]


@pytest.mark.parametrize("seconds", [0.009, 0.011, 1.1])
def test_calls_of_larger_functions_are_verified_at_powers_of_two(
    monkeypatch, seconds, cheap_traces
):
    for name, limit in cheap_traces.items():  # the clock of this test is no machine's
        monkeypatch.setattr(verification, name, limit)
    monkeypatch.setitem(globals(), "COST", seconds)
    traced = traces_of(Clock(monkeypatch, 0.0), 600, 1e-6)
    cheap = [*range(1, verification.FIRST + 1), 16, 32, 64, 128, 256, 512]
    expected = {0.009: cheap, 0.011: [1, 2], 1.1: [1]}
    assert traced == expected[seconds]


def test_many_structures_take_no_larger_share_than_one_and_hide_nothing(monkeypatch):
    clock, traced = Clock(monkeypatch, 0.0), []

    def f(x):
        traced.append(len(x))
        clock.now += COST
        return ag.sum(x)

    c = compiled(f)
    for _ in range(100):
        for size in range(1, 11):
            c([1.0] * size)
    traced.clear()
    began = clock.now
    for _ in range(600):
        for size in range(1, 11):
            c([1.0] * size)
            clock.now += 1e-3
    share = len(traced) * COST / (clock.now - began)
    assert 0.015 < share <= 0.022  # with those at powers of two
    assert {size: traced.count(size) for size in traced}.keys() == {*range(1, 11)}


def test_a_difference_in_one_structure_has_the_others_verified():
    box = [2.0]
    c = compiled(lambda x: (x[0] if isinstance(x, list) else x) * box[0])
    for _ in range(2000):
        c(1.0), c([1.0])
    c.value_and_grad(1.0)
    box[0] = 3.0
    c.clear()
    assert (c(1.0), c([1.0])) == (3.0, 3.0)
    box[0] = 4.0
    for argument in (1.0, [1.0], 1.0, [1.0]):
        with pytest.raises(StaleProgramError):
            c(argument)
    c.retrace()
    assert (c([1.0]), c(1.0)) == (4.0, 4.0)


def test_a_change_after_one_without_effect_is_seen():
    box = {"t": 0.5}
    c = compiled(lambda x: 2.0 * x if box["t"] > 0.1 else 30.0 * x)
    assert c(1.0) == 2.0
    box["t"] = 0.6
    assert c(1.0) == 2.0
    box["t"] = 0.0
    with pytest.raises(StaleProgramError, match=r"2\.0 became 30\.0"):
        c(1.0)


def test_an_error_of_the_function_is_its_error_and_leaves_all_as_it_was():
    box = {"s": 2.0}
    c = compiled(lambda x: x * box["s"])
    assert c(1.0) == 2.0
    del box["s"]
    with pytest.raises(KeyError):
        c(1.0)
    box["s"] = 2.0
    assert c(1.0) == 2.0
    structure_changed()
    del box["s"]
    for _ in range(2):
        with pytest.raises(KeyError):
            c(1.0)
    box["s"] = 3.0
    assert c(1.0) == 3.0


def test_programs_of_equal_traces_are_kept_through_toggles():
    box = [2.0]
    c = compiled(lambda x: x * box[0])
    programs = {}
    for number in (2.0, 3.0, 4.0) * 3:
        box[0] = number
        structure_changed()
        assert c(1.0) == number
        assert programs.setdefault(number, c.program("value", 1.0)) is c.program("value", 1.0)


def test_a_change_of_architecture_is_seen():
    model = MLP(2, [3, 1])
    c = compiled(lambda x: model(x))  # noqa: PLW0108 - the model of the time
    x = [1.0, 2.0]
    assert c(x) == pytest.approx(model(x).data)
    for alter in (
        lambda: model.layers.append(Layer(1, 2)),
        lambda: setattr(model.layers[0].neurons[1], "bias", Value(7.0)),
        model.layers.pop,
    ):
        alter()
        try:
            found = c(x)
        except StaleProgramError:
            c.retrace()
            found = c(x)
        expected = model(x)
        expected = [v.data for v in expected] if isinstance(expected, list) else expected.data
        assert found == pytest.approx(expected)


# Threads


def test_a_global_changed_during_first_calls_of_other_threads_is_seen():
    for _ in range(40):
        box = [1.0]
        c = compiled(lambda x, box=box: x * box[0])
        start, wrong = threading.Barrier(4), []

        def call(c=c, start=start, wrong=wrong):
            start.wait()
            for _ in range(3):
                with contextlib.suppress(StaleProgramError):
                    wrong += [] if c(2.0) in {2.0, 6.0} else [1]

        threads = [threading.Thread(target=call) for _ in range(3)]
        for thread in threads:
            thread.start()
        start.wait()
        box[0] = 3.0
        for thread in threads:
            thread.join()
        assert not wrong
        try:
            assert c(2.0) == 6.0
        except StaleProgramError:
            c.retrace()
            assert c(2.0) == 6.0


# Copies


weight = Value(2.0, label="weight")


def weighted(x):
    return x[0] * weight * scale if isinstance(x, list) else x * weight * scale


@COPIES
def test_a_copy_has_leaves_of_its_own_in_all_it_does(copied):
    weight.data = 2.0
    c = compiled(weighted)
    assert c(3.0) == 12.0
    twin = copied(c)
    (own,) = twin.captured(3.0)
    assert own is not weight
    own.data = 10.0
    assert (twin(3.0), twin([3.0]), c(3.0), c([3.0])) == (60.0, 60.0, 12.0, 12.0)
    x = Value(3.0)
    drawn = twin(x)
    drawn.backward()
    assert (drawn.data, x.grad, own.grad, weight.has_grad) == (60.0, 20.0, 6.0, False)
    with ag.no_grad():
        assert twin(Value(3.0)).data == 60.0
    again = copied(twin)
    assert again.captured(3.0)[0] not in (own, weight)
    assert again(3.0) == 60.0


@COPIES
def test_a_copy_is_verified_as_well(copied):
    weight.data = 2.0
    c = compiled(weighted)
    assert c(3.0) == 12.0
    twin = copied(c)
    change(5.0)
    for call in (twin, twin.value_and_grad):
        with pytest.raises(StaleProgramError, match=r"2\.0 became 5\.0"):
            call(3.0)
    twin.retrace()
    assert twin(3.0) == 30.0


def test_a_copy_of_a_model_and_its_compiled_function_stay_together():
    model = MLP(2, [2, 1])
    c = compile(model, backend="numpy")
    x = [1.0, 2.0]
    before = c(x)
    other, twin = copy.deepcopy((model, c))
    for parameter in other.parameters():
        parameter.data = 0.0
    assert (twin(x), c(x)) == (0.0, before)
    assert twin.captured(x) == tuple(other.parameters())


@pytest.mark.parametrize("partly", [False, True])
def test_a_deep_copy_keeps_a_function_that_cannot_be_pickled(partly):
    inside, box = Value(2.0), [2.0]
    c = compiled(
        partial(lambda w, x: x * w * box[0], Value(2.0))
        if partly
        else lambda x: x * inside * box[0]
    )
    assert c(1.0) == 4.0
    twin = copy.deepcopy(c)
    (own,) = twin.captured(1.0)
    assert own not in c.captured(1.0)
    own.data = 3.0
    assert (twin(1.0), twin(Value(1.0)).data, c(1.0)) == (6.0, 6.0, 4.0)
    box[0] = 5.0
    with pytest.raises(StaleProgramError, match=r"2\.0 became 5\.0"):
        twin(1.0)
    twin.retrace()
    assert twin(1.0) == 15.0


def test_without_its_function_a_copy_keeps_its_programs_and_says_so():
    box = [2.0]
    c = compiled(lambda x: x * box[0])
    assert c(1.0) == 2.0
    twin = pickled(c)
    box[0] = 3.0
    structure_changed()
    twin.retrace()
    assert [twin(1.0) for _ in range(3)] == [2.0] * 3  # there is nothing to trace again
    with pytest.raises(TypeError, match="without its Python function"):
        twin([1.0])

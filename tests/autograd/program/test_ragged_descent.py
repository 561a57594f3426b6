"""Descent over examples of many lengths: its steps are those of the eager loop over them."""

from __future__ import annotations

import copy
import pickle
import random
from functools import partial
from importlib.util import find_spec
from math import inf, nan

import numpy as np
import pytest

import autograd as ag
from autograd import Descent, StaleProgramError, Value
from autograd.program.groups import grouped
from autograd.program.verification import structure_changed
from nn import SGD, Adam, AdamW, clip_grad_norm

BACKENDS = ["interpreter", "numpy", *(["llvm"] if find_spec("llvmlite") else [])]
OPTIMIZERS = {
    "momentum": partial(SGD, lr=0.1, momentum=0.9),
    "adam": partial(Adam, lr=0.02),
    "adamw": partial(AdamW, lr=0.02, weight_decay=0.1),
}
COUNTS = [1, 4, 1, 5, 3, 1]  # examples of steps: of one length, and of several


@pytest.fixture(params=BACKENDS)
def backend(request):
    return request.param


class Reader:
    """A recurrent sum over numbers, with weights of their own for each place."""

    def __init__(self, places=5):
        rng = random.Random(3)
        self.scale, self.bias = Value(0.7), Value(0.1)
        self.places = [Value(rng.gauss(0.0, 1.0)) for _ in range(places)]
        self.factor = 1.0

    @property
    def leaves(self):
        return [self.places[2], self.scale, *self.places[:2], self.bias, *self.places[3:]]

    def loss(self, numbers, target):
        state = 0.0
        for x, weight in zip(numbers, self.places):
            state = self.scale * state + weight * x
        return self.factor * (state + self.bias - target) ** 2


def data_of(seed=0, number=12, longest=5):
    rng = random.Random(seed)
    lengths = [rng.randrange(1, longest + 1) for _ in range(number)]
    texts = [[rng.gauss(0.0, 1.0) for _ in range(length)] for length in lengths]
    return texts, [rng.gauss(0.0, 1.0) for _ in range(number)]


def descent_of(reader, args, optimizer, **details):
    return Descent(
        reader.loss, args, parameters=optimizer.parameters, rule=type(optimizer).rule,
        state=optimizer.state, settings=optimizer.settings, **details,
    )  # fmt: skip


def eager_losses(reader, args, optimizer, order, counts, *, zero=False, clip_norm=None):
    losses, place = [], 0
    for count in counts:
        some = order[place : place + count]
        place += count
        optimizer.zero_grad()
        mean = ag.mean([reader.loss(*(arg[k] for arg in args)) for k in some])
        mean.backward()
        if zero:
            for parameter in optimizer.parameters:
                parameter.grad += 0.0
        if clip_norm is not None:
            clip_grad_norm(optimizer.parameters, clip_norm)
        optimizer.step()
        losses.append(mean.data)
    return losses


@pytest.mark.parametrize("unreached", ["skip", "zero"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_those_of_the_eager_loop(name, unreached, backend):
    args = data_of()
    order = random.Random(1).choices(range(len(args[0])), k=sum(COUNTS))
    eager, reader = Reader(), Reader()
    wanted = OPTIMIZERS[name](eager.leaves)
    losses = eager_losses(eager, args, wanted, order, COUNTS, zero=unreached == "zero")
    optimizer = OPTIMIZERS[name](reader.leaves)
    descent = descent_of(reader, args, optimizer, backend=backend, unreached=unreached)
    steps = descent.run(args, order, COUNTS)
    assert (steps.done, steps.finite) == (len(COUNTS), True)
    assert steps.losses == pytest.approx(losses, rel=1e-12)
    descent.write_back()
    found = [x.data for x in optimizer.parameters]
    assert found == pytest.approx([x.data for x in wanted.parameters], rel=1e-11)
    np.testing.assert_allclose(descent.state, wanted.state, rtol=1e-10, atol=1e-14)


def test_gradients_of_all_lengths_are_clipped_together(backend):
    args = data_of(4)
    eager, reader = Reader(), Reader()
    counts, order = [1, 6, 2, 3], [*range(12)]
    losses = eager_losses(eager, args, SGD(eager.leaves, 0.5), order, counts, clip_norm=0.3)
    descent = descent_of(reader, args, SGD(reader.leaves, 0.5), backend=backend, clip_norm=0.3)
    assert descent.run(args, order, counts).losses == pytest.approx(losses, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_steps_may_be_split_in_any_way(seed, backend):
    """Whatever program a step is the first to need, the numbers are the same to the bit."""
    rng = random.Random(seed)
    args = data_of(seed)
    order = rng.choices(range(12), k=sum(COUNTS))
    results = []
    for cuts in ([6], [1] * 6, [2, 1, 3]):
        reader = Reader()
        descent = descent_of(reader, args, Adam(reader.leaves, 0.02), backend=backend)
        losses, first = [], 0
        for number in cuts:
            counts = COUNTS[first : first + number]
            start = sum(COUNTS[:first])
            losses += descent.run(args, order[start : start + sum(counts)], counts).losses.tolist()
            first += number
        descent.write_back()
        results.append((losses, [x.data for x in reader.leaves], descent.state))
    assert results[0] == results[1] == results[2]


def test_a_length_has_a_program_when_a_step_needs_it_and_further_ones_may_come():
    reader = Reader()
    texts, targets = [[1.0], [2.0, 3.0], [4.0], [5.0, 6.0, 7.0]], [0.0] * 4
    descent = descent_of(reader, (texts, targets), SGD(reader.leaves, 0.0), backend="interpreter")
    lengths = lambda: sorted(len(shapes[0].example.items) for shapes in descent._programs)  # noqa: E731
    assert lengths() == [1]
    descent.run((texts, targets), [0, 2, 1], [1, 2])
    assert lengths() == [1, 2]
    steps = descent.run(([[1.0] * 5, [1.0] * 4], [0.0, 0.0]), [0, 1], [1, 1])
    assert lengths() == [1, 2, 4, 5]
    expected = [reader.loss([1.0] * n, 0.0).data for n in (5, 4)]
    assert steps.losses == pytest.approx(expected, rel=1e-14)


def test_one_length_is_one_program_and_another_one_is_refused(backend):
    reader = Reader()
    args = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]], [1.0, 0.0, 2.0]
    descent = descent_of(reader, args, SGD(reader.leaves, 0.1), backend=backend)
    assert len(descent.run(args, [0, 1, 2], [2, 1]).losses) == 2
    with pytest.raises(ValueError, match="examples of several lengths need a Descent"):
        descent.run(([[1.0, 2.0], [1.0]], [0.0, 0.0]), [0, 1], [2])
    with pytest.raises(ValueError, match="structure"):
        descent.value_and_grad(([[1.0, 2.0, 3.0]], [0.0]))


@pytest.mark.parametrize("lengths", [[2] * 20, [2] * 11 + [3] * 9])
def test_many_examples_of_one_length_are_computed_at_once(lengths, backend):
    rng = random.Random(7)
    args = [[rng.gauss(0.0, 1.0) for _ in range(n)] for n in lengths], [0.5] * len(lengths)
    order, counts = rng.sample(range(20), 20), [12, 1, 7]
    eager, reader = Reader(), Reader()
    losses = eager_losses(eager, args, Adam(eager.leaves, 0.1), order, counts)
    optimizer = Adam(reader.leaves, 0.1)
    descent = descent_of(reader, ([[1.0], [1.0] * 2], [0.0] * 2), optimizer, backend=backend)
    assert descent.run(args, order, counts).losses == pytest.approx(losses, rel=1e-12)


@pytest.mark.skipif(find_spec("llvmlite") is None, reason="LLVM alone has lanes")
def test_examples_of_wide_programs_are_computed_one_by_one_until_they_are_many():
    rng = random.Random(2)
    rows = [[Value(rng.gauss(0.0, 0.3)) for _ in range(16)] for _ in range(32)]
    leaves = [x for row in rows for x in row]
    texts = [[rng.gauss(0.0, 1.0) for _ in range(16)] for _ in range(24)] + [[1.0]]

    def loss(numbers):
        return ag.sum([ag.tanh(ag.dot(row[: len(numbers)], numbers)) ** 2 for row in rows])

    results = []
    for backend in ("interpreter", "llvm"):
        starts = [x.data for x in leaves]
        optimizer = SGD(leaves, 0.05)
        descent = Descent(
            loss, (texts,), parameters=leaves, rule=SGD.rule, state=optimizer.state,
            settings=optimizer.settings, backend=backend,
        )  # fmt: skip
        steps = descent.run((texts,), [*range(24), 24], [3, 21, 1])
        descent.write_back()
        results.append([*steps.losses, *(x.data for x in leaves)])
        for x, start in zip(leaves, starts, strict=True):
            x.data = start
    assert results[1] == pytest.approx(results[0], rel=1e-11, abs=1e-13)
    assert {*descent._trained.stepper._fewest.tolist()} == {16}


def test_no_steps_are_no_steps(backend):
    reader, args = Reader(), data_of()
    descent = descent_of(reader, args, Adam(reader.leaves), backend=backend)
    steps = descent.run(args, [], [])
    assert (len(steps.losses), len(steps.extra), steps.done, steps.finite) == (0, 0, 0, True)
    before = [x.data for x in reader.leaves]
    descent.write_back()
    assert [x.data for x in reader.leaves] == before


@pytest.mark.parametrize("wrong", [nan, inf])
def test_an_example_that_is_not_finite_stops_the_run(wrong, backend):
    texts, targets = data_of(2)
    targets[7] = wrong
    counts, order = [2, 3, 3, 4], [0, 1, 2, 3, 4, 5, 7, 6, 8, 9, 10, 11]
    reader, twin = Reader(), Reader()
    descent = descent_of(reader, (texts, targets), Adam(reader.leaves, 0.1), backend=backend)
    steps = descent.run((texts, targets), order, counts)
    assert (steps.done, steps.finite, len(steps.losses), len(steps.extra)) == (2, False, 3, 8)
    other = descent_of(twin, (texts, targets), Adam(twin.leaves, 0.1), backend=backend)
    other.run((texts, targets), order[:5], counts[:2])
    for each in (descent, other):
        each.write_back()
    assert [x.data for x in reader.leaves] == [x.data for x in twin.leaves]
    assert descent.state == other.state


def test_further_numbers_come_in_the_order_of_the_examples(backend):
    reader = Reader()

    def loss(numbers, target):
        return reader.loss(numbers, target), [2.0 * x for x in numbers]

    args = [[1.0], [2.0, 3.0], [4.0, 5.0, 6.0], [7.0]], [0.0] * 4
    reader_like = SGD(reader.leaves, 0.0)
    descent = Descent(
        loss, args, parameters=reader.leaves, rule=SGD.rule, state=reader_like.state,
        settings=reader_like.settings, backend=backend,
    )  # fmt: skip
    extra = descent.run(args, [2, 0, 3, 1], [3, 1]).extra
    expected = [[8.0, 10.0, 12.0], [2.0, nan, nan], [14.0, nan, nan], [4.0, 6.0, nan]]
    np.testing.assert_array_equal(extra, expected)


def test_dicts_arrays_and_shared_arguments(backend):
    reader, eager = Reader(), Reader()

    def loss(example, weight):
        return weight * reader.loss(example["numbers"], example["target"])

    texts, targets = data_of(5)
    arrays = [np.array(text) for text in texts]
    args = {"numbers": arrays, "target": np.array(targets)}, 0.5
    like = SGD(reader.leaves, 0.1)
    descent = Descent(
        loss, args, parameters=reader.leaves, rule=SGD.rule, state=like.state,
        settings=like.settings, backend=backend, in_axes=(0, None),
    )  # fmt: skip
    order, counts = [*range(12)], [5, 4, 3]
    eager.factor = 0.5
    losses = eager_losses(eager, (texts, targets), SGD(eager.leaves, 0.1), order, counts)
    assert descent.run(args, order, counts).losses == pytest.approx(losses, rel=1e-12)


def test_a_plan_goes_on_when_other_lengths_have_come(backend):
    reader, twin = Reader(), Reader()
    args = [[1.0], [2.0, -1.0], [0.5, 0.5, 1.0]], [1.0, 2.0, 3.0]
    descent = descent_of(reader, args, Adam(reader.leaves, 0.1), backend=backend)
    plan = descent.plan(args, [0, 1, 0], [2, 1])
    losses = [*plan().losses, *descent.run(args, [2, 1], [1, 1]).losses, *plan().losses]
    other = descent_of(twin, args, Adam(twin.leaves, 0.1), backend=backend)
    at_once = other.run(args, [0, 1, 0, 2, 1, 0, 1, 0], [2, 1, 1, 1, 2, 1])
    assert losses == at_once.losses.tolist()


def test_a_plan_is_prepared_without_a_step(backend):
    reader = Reader()
    args = [[1.0], [2.0, -1.0], [0.5, 0.5]], [1.0, 2.0, 3.0]
    descent = descent_of(reader, args, Adam(reader.leaves, 0.1), backend=backend)
    plan = descent.plan(args, [0, 1], [1, 1])
    for each in (plan, copy.deepcopy(plan)):
        each.prepare()
    descent.write_back()
    assert [x.data for x in reader.leaves] == [x.data for x in Reader().leaves]
    assert plan().losses[0] == pytest.approx(reader.loss([1.0], 1.0).data)


def test_what_is_set_between_runs_is_read_and_what_was_trained_is_kept(backend):
    reader, eager = Reader(), Reader()
    args = [[1.0], [2.0, -1.0], [0.5, 0.5, 1.0]], [1.0, 2.0, 3.0]
    descent = descent_of(reader, args, SGD(reader.leaves, 0.1), backend=backend)
    optimizer = SGD(eager.leaves, 0.1)
    losses = eager_losses(eager, args, optimizer, [0, 1], [1, 1])
    found = descent.run(args, [0, 1], [1, 1]).losses.tolist()
    for each in (reader, eager):
        each.places[1].data = 0.25
    losses += eager_losses(eager, args, optimizer, [2, 1], [1, 1])
    found += descent.run(args, [2, 1], [1, 1]).losses.tolist()
    assert found == pytest.approx(losses, rel=1e-12)
    assert reader.scale.data == 0.7  # nothing is written yet
    descent.write_back()
    assert [x.data for x in reader.leaves] == pytest.approx([x.data for x in eager.leaves])


def test_a_change_of_the_loss_is_refused_or_gone_on_with_in_every_length(backend):
    args = [[1.0], [2.0, -1.0]], [1.0, 2.0]
    reader = Reader()
    descent = descent_of(reader, args, SGD(reader.leaves, 0.0), backend=backend)
    first = descent.run(args, [0, 1], [1, 1]).losses
    reader.factor = 2.0
    for example in (0, 1):
        with pytest.raises(StaleProgramError, match="mul"):
            descent.run(args, [example], [1])
    assert not descent.is_current()
    structure_changed()
    assert descent.run(args, [0, 1], [1, 1]).losses.tolist() == (2.0 * first).tolist()
    reader.factor = 4.0
    descent.retrace()
    assert descent.is_current()
    assert descent.run(args, [0, 1], [1, 1]).losses.tolist() == (4.0 * first).tolist()


FACTOR = {"now": 1.0}


def factored(parameter, gradient, state, *, lr):
    return parameter - FACTOR["now"] * lr * gradient, state


def test_a_changed_rule_is_no_rule_for_a_length_to_come(backend, monkeypatch):
    args = [[1.0], [2.0, -1.0]], [1.0, 2.0]
    reader = Reader()
    descent = Descent(
        reader.loss, args, parameters=reader.leaves, rule=factored, state=[()] * 7,
        settings={"lr": 0.1}, backend=backend,
    )  # fmt: skip
    descent.run(args, [0], [1])
    monkeypatch.setitem(FACTOR, "now", 3.0)
    with pytest.raises(StaleProgramError, match="the rule of the Descent"):
        descent.run(args, [1], [1])


LEAVES = Reader()
ARGS = [[1.0], [2.0, -1.0], [0.5, 0.5, 1.0]], [1.0, 2.0, 3.0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda item: pickle.loads(pickle.dumps(item))])  # noqa: S301 - our own
def test_a_copy_goes_on_with_all_lengths(copied):
    descent = descent_of(LEAVES, ARGS, Adam(LEAVES.leaves, 0.1))
    plan = descent.plan(ARGS, [0, 1, 2], [2, 1])
    plan()
    twin, again = copied((descent, plan))
    assert again().losses.tolist() == plan().losses.tolist()
    assert twin.state == descent.state
    args = [[1.0], [1.0] * 4], [0.0, 0.0]
    for each in (descent, twin):
        each.run(args, [1, 0], [1, 1])
    assert twin.state == descent.state


@pytest.mark.parametrize("backend", [name for name in BACKENDS if name != "numpy"])
def test_steps_in_single_precision(backend):
    args, order, counts = data_of(), [*range(12)], [3, 9]
    eager, reader = Reader(), Reader()
    losses = eager_losses(eager, args, Adam(eager.leaves, 0.02), order, counts)
    optimizer = Adam(reader.leaves, 0.02)
    descent = descent_of(reader, args, optimizer, backend=backend, dtype="float32")
    steps = descent.run(args, order, counts)
    assert steps.losses.dtype == steps.extra.dtype == np.float32
    assert steps.losses == pytest.approx(losses, rel=1e-5)
    descent.write_back()
    found = [x.data for x in reader.leaves]
    assert found == pytest.approx([x.data for x in eager.leaves], rel=1e-4)
    assert all(number == np.float32(number) for number in found)


def test_value_and_gradient_over_all_lengths():
    reader, args = Reader(), data_of(6)
    descent = descent_of(reader, args, SGD(reader.leaves, 0.1), backend="interpreter")
    mean, gradient = descent.value_and_grad(args)
    eager = ag.mean([*map(reader.loss, *args)])
    eager.backward()
    assert mean == pytest.approx(eager.data, rel=1e-13)
    assert gradient == pytest.approx([x.grad for x in reader.leaves], rel=1e-13)


def test_indices_are_checked_and_named_by_example_and_place(backend):
    table = [Value(0.1), Value(0.2), Value(0.3)]
    texts = [[0, 1], [2], [1, 1], [0]]

    def loss(text):
        return sum(ag.take(table, letter) for letter in text) ** 2

    descent = Descent(
        loss, (texts,), parameters=table, rule=factored, state=[()] * 3, settings={"lr": 0.1},
        backend=backend,
    )  # fmt: skip
    assert descent.run((texts,), [0, 1, 2, 3], [4]).done == 1
    texts[2] = [1, 3]
    with pytest.raises(IndexError, match=r"the index text\[1\] of example 2 is 3, and the indices"):
        descent.run((texts,), [0], [1])
    with pytest.raises(IndexError, match="order holds 0 to 4"):
        descent.run((texts,), [0, 4], [2])


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (([[1.0], [1.0, "a"]], [0.0, 0.0]), TypeError, r"argument 0 \('numbers'\)\[1\]\[1\]"),
        (([[1.0], [1.0, Value(2.0)]], [0.0, 0.0]), TypeError, r"\('numbers'\)\[1\] holds Values"),
        (([[1.0], [1.0, 2.0]], [0.0]), ValueError, "2 in argument 0 .*, 1 in argument 1"),
        (([[1.0], [[1.0], [2.0, 3.0]]], [0.0, 0.0]), ValueError, r"'numbers'\)\[1\] is ragged"),
        (([[1.0], {"x": 1.0}], [0.0, 0.0]), TypeError, r"argument 0 .*\[1\] is a dict"),
    ],
)
def test_wrong_examples_are_named(args, error, message):
    reader = Reader()
    with pytest.raises(error, match=message):
        descent_of(reader, args, SGD(reader.leaves, 0.1), backend="interpreter")


def test_an_unknown_way_with_unreached_parameters_is_named():
    reader = Reader()
    with pytest.raises(ValueError, match="Descent: unreached must be one of 'skip', 'zero'"):
        descent_of(reader, data_of(), SGD(reader.leaves, 0.1), unreached="none")


def test_groups_are_those_of_a_dictionary_of_lengths():
    for seed in range(20):
        texts, targets = data_of(seed, number=9)
        groups = grouped((texts, targets), 0, ())
        lengths: dict[int, list[int]] = {}
        for number, text in enumerate(texts):
            lengths.setdefault(len(text), []).append(number)
        for number, chosen in enumerate(lengths.values()):
            assert groups.examples(number).tolist() == chosen
            rows = [[*texts[k], targets[k]] for k in chosen]
            assert groups.arguments[number].examples.tolist() == rows
        for example in range(9):
            found = groups.arguments[groups.group[example]].examples[groups.row[example]]
            assert found.tolist() == [*texts[example], targets[example]]

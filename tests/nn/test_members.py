"""The parameters of a model are kept between calls, and listed anew after any change."""

from __future__ import annotations

import copy
import gc
import pickle
import random
import weakref
from collections import OrderedDict

import numpy as np
import pytest

from autograd import Value
from autograd.vector import Vector
from nn import MLP, Layer, Module, Neuron, Sequential


class Mixed(Module):
    """Parameters in everything that may hold them."""

    def __init__(self):
        self.single = Value(1.0)
        self.listed = [Value(2.0), [Value(3.0)]]
        self.named = {"a": Value(4.0), "b": (Value(5.0), [Value(6.0)])}
        self.inner = Sequential(Layer(1, 2), abs)
        self.array = None
        self.empty = []


def names(model):
    return [name for name, _ in model.named_parameters()]


def listed(model):
    """Return what the model lists, and check that it is what a copy without a past lists."""
    found = list(model.named_parameters())
    assert [p for _, p in found] == model.parameters()
    fresh = copy.copy(model)
    assert [id(p) for p in fresh.parameters()] == [id(p) for _, p in found]
    assert names(fresh) == [name for name, _ in found]
    return found


def renamed_key(model):
    model.named["c"] = model.named.pop("a")


CHANGES = {
    "attribute": lambda m: setattr(m, "single", Value(9.0)),
    "new attribute": lambda m: setattr(m, "more", Value(9.0)),
    "no longer": lambda m: delattr(m, "single"),
    "a number instead": lambda m: setattr(m, "single", 3.0),
    "item of a list": lambda m: m.listed.__setitem__(0, Value(9.0)),
    "longer list": lambda m: m.listed.append(Value(9.0)),
    "list in a list": lambda m: m.listed[1].append(Value(9.0)),
    "list in a tuple in a dict": lambda m: m.named["b"][1].append(Value(9.0)),
    "once empty": lambda m: m.empty.append(Value(9.0)),
    "key of a dict": renamed_key,
    "behind the back": lambda m: vars(m).update(single=Value(9.0)),
    "of a neuron": lambda m: setattr(m.inner.layers[0].neurons[1], "bias", Value(9.0)),
    "without a bias": lambda m: setattr(m.inner.layers[0].neurons[1], "bias", None),
    "weights": lambda m: setattr(m.inner.layers[0].neurons[0], "w", [Value(9.0), Value(8.0)]),
    "members": lambda m: m.inner.layers.append(Neuron(2)),
    "by list itself": lambda m: list.append(m.inner.layers[0].neurons, Neuron(1)),
    "array": lambda m: setattr(m, "array", np.array([Value(9.0)])),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_any_kind_is_seen(change):
    model = Mixed()
    before = listed(model)
    assert listed(model) == before
    change(model)
    after = listed(model)
    assert [n for n, _ in after] != [n for n, _ in before] or after != before


def test_items_of_an_array_are_seen_as_well():
    model = Mixed()
    model.array = np.array([Value(1.0), Value(2.0)])
    listed(model)
    model.array[1] = Value(9.0)
    assert listed(model)[-1][1].data == 9.0


def test_an_order_that_only_the_container_knows_is_seen():
    class Held(Module):
        def __init__(self, held):
            self.held = held

    class Backwards(list):
        backwards = False

        def __iter__(self):
            return reversed(self) if self.backwards else super().__iter__()

    a, b = Value(1.0), Value(2.0)
    ordered, listed = OrderedDict(a=a, b=b), Backwards([a, b])
    models = [Held(ordered), Held(listed)]
    assert [model.parameters() for model in models] == [[a, b], [a, b]]
    ordered.move_to_end("a")
    listed.backwards = True
    assert [model.parameters() for model in models] == [[b, a], [b, a]]


def test_a_list_of_parameters_of_ones_own_is_asked_each_time():
    class Chosen(Module):
        def __init__(self):
            self.all = [Value(1.0), Value(2.0)]
            self.count = 1

        def parameters(self):
            return self.all[: self.count]

    outer = Sequential(Chosen())
    assert len(outer.parameters()) == 1
    vars(outer.layers[0])["count"] = 2
    assert len(outer.parameters()) == 2


def test_gradients_of_all_that_are_there_now_are_forgotten():
    model = Mixed()
    model.zero_grad()
    model.empty.append(Value(1.0))
    for parameter in model.parameters():
        parameter.grad = 1.0
    model.zero_grad()
    assert not any(parameter.has_grad for parameter in model.parameters())
    assert model.state_dict()["empty.0"] == 1.0


def test_a_model_is_freed_at_once_and_with_it_the_results_that_it_noted():
    class Noting(Module):
        def __init__(self):
            self.layer = Layer(1, 2, rng=random.Random(0))
            self.seen = ()

        def forward(self, x):
            self.seen = Vector(self.layer(x))
            return self.seen[0]

    gc.disable()
    try:
        model = Noting()
        noted = weakref.ref(model([1.0]))
        model.parameters()
        model.seen = ()
        assert noted() is None
        model.parameters()
        alive = weakref.ref(model)
        del model
        assert alive() is None
    finally:
        gc.enable()


def test_copies_and_pickles_list_their_own():
    model = MLP(2, [3, 1])
    model.parameters()
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):  # noqa: S301 - its own
        assert not {*model.parameters()} & {*other.parameters()}
        assert other.state_dict() == model.state_dict()

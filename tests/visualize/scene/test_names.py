"""Names in pictures and words: the key of a weight, its short form in boxes, no running number."""

import random

import pytest

import autograd
from autograd import Value, no_grad, scope
from nn import MLP, Conv2d, Flatten, Layer, Module, Sequential
from tests.in_one_test import in_one_test
from visualize import diff, draw, explain, formula, kinks, snapshot, step_through, why
from visualize.scene.compose import compose
from visualize.scene.flat import flatten, names_of

KEY = "layers.0.neurons.3.weights.2"


def network():
    model = MLP(3, [4, 1], rng=random.Random(1))
    loss = (model([1.0, 2.0, -1.0]) - 1) ** 2
    loss.backward()
    return model, loss


def named(root):
    return names_of(flatten([root]))


@in_one_test(
    "said",
    [
        lambda loss, w: explain(loss, wrt=w).text,
        lambda loss, w: why(loss, w).text,
        lambda loss, w: str(step_through(loss)),
        lambda loss, w: draw(loss).text,
        lambda loss, w: diff(snapshot(loss), _changed(loss, w)).text,
        lambda loss, w: kinks(autograd.abs(w * 0 + loss * 0)).text,
        lambda loss, w: formula(loss).text.replace("_", "."),
    ],
    ids=["explain", "why", "step_through", "draw", "diff", "kinks", "formula"],
)
def test_words_call_a_weight_by_its_key(said):
    model, loss = network()
    text = said(loss, model.layers[0].neurons[3].weights[2])
    if "abs" not in text:
        assert KEY in text
    assert "#" not in text.replace("\n#", "").lstrip("#")


def _changed(loss, weight):
    weight.data += 1.0
    loss.forward()
    return loss


class Penalized(Module):
    """A penalty inside of the model reads weights of all its layers."""

    def __init__(self):
        self.layers = [Layer(2, 2, "tanh"), Layer(2, 1)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x + autograd.sum([p * p for p in self.parameters()])


class Blocks(Module):
    """Parameters without labels, in lists of modules."""

    class Block(Module):
        def __init__(self):
            self.slopes, self.shift = [Value(0.5), Value(-1.0)], Value(0.25)

        def forward(self, x):
            return autograd.dot(self.slopes, [x, x * x]) + self.shift

    def __init__(self):
        self.blocks = {"first": self.Block(), "second": self.Block()}

    def forward(self, x):
        return self.blocks["second"](self.blocks["first"](x))


@pytest.mark.parametrize(
    ("model", "x"),
    [
        (MLP(2, [2, 2, 1]), [1.0, 2.0]),
        (Sequential(Conv2d(1, 2, 2), Flatten(), Layer(8, 1)), [[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]),
        (Sequential(Sequential(Layer(2, 2)), Layer(2, 1)), [1.0, 2.0]),
        (Penalized(), [1.0, 2.0]),
        (Blocks(), 2.0),
    ],
    ids=["mlp", "convolution", "nested", "penalized", "blocks"],
)
def test_every_name_of_a_parameter_is_its_key_and_short_forms_differ(model, x):
    out = model(x)
    parameters = {parameter: key for key, parameter in model.named_parameters()}
    names = named(out)
    assert {p: names[p] for p in parameters} == parameters
    full = [node.short.full for node in compose(flatten([out])).nodes]
    assert len(set(full)) == len(full)


def test_a_penalty_alone_names_weights_too():
    model, _ = network()
    penalty = autograd.sum([p * p for p in model.parameters()])
    assert set(dict(model.named_parameters())) < set(named(penalty).values())


def test_a_freed_model_leaves_its_names():
    out = MLP(1, [1], rng=random.Random(1))([1.0])
    assert "layers.0.neurons.0.weights.0" in named(out).values()


def test_equal_models_in_scopes_are_told_by_these():
    outs = []
    for who in ("teacher", "student"):
        with scope(who):
            outs.append(MLP(1, [1])([1.0]))
    names = set(named(outs[0] - outs[1]).values())
    assert "teacher.layers.0.neurons.0.weights.0" in names
    assert "student.layers.0.neurons.0.weights.0" in names


def test_short_forms_tell_the_member_where_labels_are_missing_or_equal():
    class Pair(Module):
        def __init__(self):
            self.ends = [Value(1.0, label="end"), Value(2.0, label="end")]
            self.middle = Value(3.0)

        def forward(self, x):
            return self.ends[0] * x + self.ends[1] + self.middle

    scene = compose(flatten([Pair()(2.0)]))
    assert [node.short.own for node in scene.nodes if not node.operation] == [
        "ends.0", "ends.1", "middle",
    ]  # fmt: skip


def test_a_weight_that_replaced_another_is_recognized_by_its_name():
    model, loss = network()
    old = model.layers[0].neurons[3].weights[2]
    with no_grad():
        new = old - 0.1 * old.grad
    new.label = KEY
    assert f"another value called '{KEY}'" in why(loss, new).text


def test_a_formula_of_one_neuron_keeps_the_labels():
    assert formula(MLP(1, [1])([2.0])).text == "y = w0 * 2 + b"

"""All peers of the compiled benchmark do the same work, and it is the eager engine's."""

from __future__ import annotations

import platform
import sys
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest

import autograd
import compiled
import nn
from compiled import disagreement
from entries import OURS
from networks import Digits, DigitsConvolution, Moons, by_layer, by_neuron, split
from nn.layers.dropout import given_noise
from peers import (
    c_by_hand,
    compiler,
    numpy_by_hand,
    numpy_convolution,
    numpy_transformer,
    python_by_hand,
)
from peers.compiler import gcc_version
from peers.our_convolution import model_of
from peers.our_transformer import Choosing
from problems import Chain, Readme, Rosenbrock
from texts import LONGEST, Texts, names
from works import WORKS

TOLERANCE = 1e-9


def numbers(make, problem):
    """Return the results of two runs, which must be the same."""
    run, results = make(problem)
    first = tuple(results(run()))
    assert tuple(results(run())) == first
    return first


def skip_without(*needs):
    for need in needs:
        if compiled.missing(need):
            pytest.skip(f"{need} is not installed")


def small(problem):
    if isinstance(problem, DigitsConvolution):
        return DigitsConvolution.make(batches=min(2, len(problem.order)), kernels=3)
    if isinstance(problem, Texts):  # two steps, on texts of two letters, and of one where they vary
        some = 2 * problem.batch
        counts = np.full(some, 2)
        if len(set(problem.counts.tolist())) > 1:
            counts[1::3] = 1
        return replace(problem, tokens=problem.tokens[:some].copy(), counts=counts)
    return replace(problem, operations=400) if isinstance(problem, Chain) else problem


def is_slow(work, entry):
    """First results are made of what the same work calls in its steps, compiled once more."""
    return "first result" in work.name or ("transformer" in work.name and entry.package == OURS)


ENTRIES = [
    pytest.param(
        work,
        entry,
        id=f"{work.name}-{entry.name}",
        marks=[pytest.mark.slow] if is_slow(work, entry) else [],
    )
    for work in WORKS
    for entry in work.entries[1:]
]


@cache
def by_hand(place):
    """Return the results of the first entry of a work, which is compiled once for all others."""
    work = WORKS[place]
    return numbers(work.entries[0].make, small(work.problem()))


@pytest.fixture
def quick_jax():
    """Let XLA leave its optimization out, which takes most of its time and changes no agreement."""
    option = "jax_disable_most_optimizations"
    if find_spec("jax") is None:
        yield
        return
    config = import_module("jax").config
    config.update(option, True)
    yield
    config.update(option, False)


@pytest.mark.parametrize(("work", "entry"), ENTRIES)
@pytest.mark.filterwarnings("default")  # what peers warn of is theirs
def test_peers_agree_with_the_work_by_hand(work, entry, quick_jax):
    skip_without(*entry.needs)
    found = numbers(entry.make, small(work.problem()))
    assert disagreement(found, by_hand(WORKS.index(work))) < entry.tolerance


def eager_model(problem, activation):
    model = nn.MLP(problem.sizes[0], problem.sizes[1:], activation=activation)
    for parameter, start in zip(model.parameters(), problem.parameters, strict=True):
        parameter.data = float(start)
    return model


def eager_steps(model, optimizer, losses):
    """Do a step for each loss, a function without arguments; return parameters and losses."""
    values = []
    for loss in losses:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        values.append(value.data)
    return [parameter.data for parameter in model.parameters()] + values


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_the_moons_by_hand_are_the_eager_engines(activation):
    problem = Moons.make(activation, steps=3)
    model = eager_model(problem, activation)
    parameters = model.parameters()

    def loss():
        scores = [model(point) for point in problem.points.tolist()]
        penalty = problem.penalty * autograd.dot(parameters, parameters)
        return nn.hinge_loss(scores, problem.labels.tolist()) + penalty

    expected = eager_steps(model, nn.SGD(parameters, lr=problem.rate), [loss] * problem.steps)
    assert disagreement(numbers(numpy_by_hand.moons_steps, problem), expected) < TOLERANCE


def test_the_digits_by_hand_are_the_eager_engines():
    pytest.importorskip("sklearn")
    whole = Digits.make()
    problem = replace(whole, order=whole.order[:3])
    model = eager_model(problem, "relu")

    def loss(batch):
        scores = [model(row) for row in problem.pixels[batch].tolist()]
        return nn.cross_entropy(scores, problem.labels[batch].tolist())

    losses = [lambda batch=batch: loss(batch) for batch in problem.order]
    expected = eager_steps(model, nn.Adam(model.parameters(), lr=problem.rate), losses)
    assert disagreement(numbers(numpy_by_hand.digits_epoch, problem), expected) < TOLERANCE


def test_the_convolution_by_hand_is_the_eager_engines():
    pytest.importorskip("sklearn")
    problem = DigitsConvolution.make(batches=2, kernels=2)
    model = model_of(problem)

    def score(example):
        with given_noise(problem.masks[example].tolist()):
            return model(problem.images[example])

    def loss(batch):
        return nn.cross_entropy([score(n) for n in batch], problem.labels[batch].tolist())

    losses = [lambda batch=batch: loss(batch) for batch in problem.order]
    expected = eager_steps(model, nn.Adam(model.parameters(), lr=problem.rate), losses)
    found = numbers(numpy_convolution.convolution_epoch, problem)
    assert disagreement(found, expected) < TOLERANCE


def test_the_convolution_by_hand_shares_gradients_between_equals():
    first, second = np.array([1.0, 2.0, 2.0]), np.array([2.0, 1.0, 2.0])
    share = np.empty(3)
    numpy_convolution.larger(first, second, np.array([5.0, 6.0, 7.0]), share)
    assert share.tolist() == [0.0, 6.0, 3.5]


def test_the_masks_drop_a_quarter_and_keep_the_mean():
    pytest.importorskip("sklearn")
    masks = DigitsConvolution.make().masks
    assert set(np.unique(masks)) == {0.0, 1.0 / 0.75}
    assert masks.mean() == pytest.approx(1.0, abs=0.01)


def test_the_transformer_by_hand_is_the_eager_engines():
    for batch in (1, 3):
        problem = replace(Texts.make(6, rate=0.01, piece=3), batch=batch)
        model = Choosing(autograd.Value)  # Adam moves rows that were not chosen, as by hand
        texts = [[autograd.Value(token) for token in text] for text in problem.rows()]

        def loss(batch, model=model):
            return autograd.mean([model.loss(text) for text in batch])

        batches = [texts[first : first + batch] for first in range(0, 6, batch)]
        losses = [lambda some=some, loss=loss: loss(some) for some in batches]
        expected = eager_steps(model, nn.Adam(model.parameters(), lr=problem.rate), losses)
        found = numbers(numpy_transformer.transformer_adam, problem)
        assert disagreement(found, expected) < TOLERANCE


def test_c_by_hand_takes_texts_of_all_lengths():
    skip_without("gcc")
    problem = Texts.make(LONGEST + 1, rate=0.01)
    problem = replace(problem, counts=np.arange(1, LONGEST + 2))
    expected = numbers(numpy_transformer.transformer_adam, problem)
    assert disagreement(numbers(c_by_hand.transformer_adam, problem), expected) < TOLERANCE


def test_names_come_from_any_text(tmp_path):
    text = tmp_path / "names.txt"
    text.write_text("Anna\nMAX\nd'Or\n" + "a" * (LONGEST + 1))
    assert names(text) == ["anna", "max"]
    assert {"paris", "tokyo"} <= set(names())
    text.write_text("")
    with pytest.raises(SystemExit, match="pip install tzdata, or give --text"):
        names(text)


@pytest.mark.parametrize(("a", "b"), [(-4.0, 2.0), (3.0, -1.0), (2.0, 1.5)])
def test_the_expression_by_hand_is_the_eager_engines(a, b):
    value, partials = autograd.value_and_grad(
        lambda x, y: Readme.expression(x, y, autograd.relu), argnums=(0, 1)
    )(a, b)
    assert numbers(python_by_hand.readme, Readme(a, b)) == pytest.approx((value, *partials))


def test_the_hessian_by_hand_is_the_eager_engines():
    problem = Rosenbrock.make(5)
    expected = autograd.hessian(problem.valley)(problem.x)
    assert numbers(numpy_by_hand.hessian, problem) == pytest.approx(tuple(expected.ravel()))


def test_the_chain_by_hand_is_the_eager_engines():
    problem = Chain(400)
    value, partials = autograd.value_and_grad(
        lambda x, w, b: problem.total(x, w, b, autograd.tanh), argnums=(0, 1, 2)
    )(problem.start, problem.weight, problem.bias)
    assert numbers(python_by_hand.chain, problem) == pytest.approx((value, *partials))


@pytest.mark.parametrize(
    "work", [work for work in WORKS if "first result" in work.name], ids=lambda work: work.name
)
def test_machine_code_is_compiled_in_every_run(work):
    engine = pytest.importorskip("autograd.backends.llvm.engine")
    (ours,) = (entry for entry in work.entries if entry.name == OURS)
    skip_without(*ours.needs)
    run, _ = ours.make(small(work.problem()))
    for _ in range(2):
        run()
        assert engine.kept_code.cache_info().hits == 0
        assert engine.kept_code.cache_info().misses > 0


@pytest.mark.slow
@pytest.mark.parametrize("narrower", ["-mno-avx512f", "-mno-avx"])
def test_c_by_hand_is_right_on_narrower_vectors(narrower, monkeypatch):
    skip_without("gcc")
    if platform.machine() not in {"x86_64", "AMD64"}:
        pytest.skip("these vectors are x86's")
    # The text is tested, not gcc: without its optimization it is compiled in half the time.
    monkeypatch.setattr(compiler, "OPTIONS", (*compiler.OPTIONS, narrower, "-O1"))
    for activation in ("relu", "tanh"):
        problem = Moons.make(activation)
        expected = numbers(numpy_by_hand.moons_steps, problem)
        assert disagreement(numbers(c_by_hand.moons_loop, problem), expected) < TOLERANCE
    texts = Texts.make(32, rate=0.01, batch=16, piece=7)
    expected = numbers(numpy_transformer.transformer_adam, texts)
    assert disagreement(numbers(c_by_hand.transformer_adam, texts), expected) < TOLERANCE
    pytest.importorskip("sklearn")
    problem = Digits.make()
    expected = numbers(numpy_by_hand.digits_epoch, problem)
    assert disagreement(numbers(c_by_hand.digits_epoch, problem), expected) < TOLERANCE


def test_a_compiler_that_is_not_gcc_is_none(monkeypatch):
    monkeypatch.setattr(compiler.shutil, "which", lambda _: None)
    assert gcc_version() is None
    monkeypatch.setattr(compiler.shutil, "which", lambda _: sys.executable)
    assert gcc_version() is None


def test_layouts_of_parameters():
    sizes = (2, 3, 1)
    by_layers = np.arange(13.0)
    (first, first_bias), (second, second_bias) = split(by_layers, sizes)
    assert first.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    assert (first_bias.tolist(), second_bias.tolist()) == ([6.0, 7.0, 8.0], [12.0])
    assert second.tolist() == [[9.0, 10.0, 11.0]]
    neurons = by_neuron(by_layers, sizes)
    assert neurons.tolist() == [0, 1, 6, 2, 3, 7, 4, 5, 8, 9, 10, 11, 12]
    assert by_layer(neurons, sizes).tolist() == by_layers.tolist()


def test_layouts_of_convolutional_parameters():
    pytest.importorskip("sklearn")
    problem = DigitsConvolution.make(batches=1, kernels=2)
    flat = np.arange(len(problem.parameters), dtype=float)
    kernels, neurons = problem.split(flat)
    assert (kernels.shape, neurons.shape) == ((2, 9 + 1), (10, 2 * 16 + 1))
    assert kernels[1].tolist() == list(range(10, 20))
    images = kernels[:, :-1].reshape(2, 1, 3, 3)
    joined = problem.joined((images, kernels[:, -1]), (neurons[:, :-1], neurons[:, -1]))
    assert joined.tolist() == flat.tolist()

"""fit in float32: the history of float64 to a few roundings, and where there is none."""

from __future__ import annotations

import logging
import random
from importlib.util import find_spec

import numpy as np
import pytest

from nn import MLP, Sequential, fit
from nn.layers.dropout import Dropout

pytestmark = pytest.mark.skipif(not find_spec("llvmlite"), reason="llvmlite is not installed")


def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    return X, (X[:, 0] * X[:, 1] > 0.0).astype(int)


def trained(model=None, **settings):
    X, y = data()
    rng = random.Random(1)
    model = model or MLP(2, [6, 1], activation="tanh", rng=rng)
    options = {"loss": "binary_cross_entropy_with_logits", "compile": True, "rng": rng, **settings}
    return model, fit(model, X, y, epochs=4, batch_size=16, validation=0.25, **options)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_history_is_that_of_float64(optimizer):
    _, wanted = trained(optimizer=optimizer, metrics=["accuracy"])
    model, history = trained(optimizer=optimizer, metrics=["accuracy"], dtype=np.float32)
    for name in ("loss", "validation_loss", "accuracy"):
        assert history[name] == pytest.approx(wanted[name], rel=1e-5)
        assert all(type(number) is float for number in history[name])
    numbers = np.array([p.data for p in model.parameters()])
    assert (numbers == numbers.astype(np.float32)).all()


def test_dropout_and_clipping_in_float32():
    losses = []
    for dtype in ("float64", "float32"):
        rng = random.Random(0)
        model = Sequential(MLP(2, [8], rng=rng), Dropout(0.3, rng=rng), MLP(8, [1], rng=rng))
        losses.append(trained(model, dtype=dtype, clip_norm=0.5, rng=rng)[1]["loss"])
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)


def test_another_dtype_is_refused():
    with pytest.raises(ValueError, match="fit: dtype must be 'float64' or 'float32'"):
        trained(dtype="float16")


def test_the_eager_loop_has_float64_only(caplog):
    with pytest.raises(ValueError, match="dtype='float32' is the precision of a compiled program"):
        trained(compile=False, dtype="float32")

    class Largest(MLP):
        def forward(self, x):
            return super().forward(x) if x[0] > 0.0 else super().forward(x) * 2.0

    with caplog.at_level(logging.WARNING, "nn"):
        trained(Largest(2, [1]), compile="auto", dtype="float32")
    assert "fit trains without compiling and in float64, which is slower: " in caplog.text


def test_estimators_have_it_as_a_parameter():
    estimators = pytest.importorskip("nn.estimators", reason="scikit-learn is not installed")
    X, y = data()
    options = {"max_iter": 5, "random_state": 0}
    double = estimators.MLPClassifier(**options)
    single = estimators.MLPClassifier(**options, dtype="float32")
    for each in (double, single):
        with pytest.warns(match="has not settled"):
            each.fit(X, y)
    assert single.loss_ != double.loss_
    assert single.loss_ == pytest.approx(double.loss_, rel=1e-5)
    with pytest.raises(ValueError, match="MLPClassifier: dtype must be 'float64' or 'float32'"):
        estimators.MLPClassifier(dtype="half").fit(X, y)

"""Penalties: formulas, gradients, biases left alone, training with them."""

import random

import numpy as np
import pytest

from nn import L1, L2, MLP, SGD, Conv2d, Module, fit

X = [[0.0, 1.0], [1.0, 0.5], [-1.0, 2.0], [0.5, 0.5]]
Y = [1.0, 0.0, 2.0, -1.0]


def model_of(seed=0):
    model = MLP(2, [3, 1], rng=random.Random(seed))
    for parameter in model.parameters():
        parameter.data += 0.25  # biases too
    return model


def weights_of(model, biases):
    return np.array([p.data for n, p in model.named_parameters() if biases or "bias" not in n])


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize(
    ("kind", "size", "slope"), [(L2, np.square, lambda w: 2 * w), (L1, np.abs, np.sign)]
)
def test_values_and_gradients_are_those_of_the_formula(kind, size, slope, biases):
    model = model_of()
    penalty = kind(0.3, biases=biases)(model)
    penalty.backward()
    assert penalty.data == pytest.approx(0.3 * size(weights_of(model, biases)).sum(), rel=1e-14)
    for name, parameter in model.named_parameters():
        counts = biases or "bias" not in name
        expected = 0.3 * slope(parameter.data) if counts else 0.0
        assert parameter.grad == pytest.approx(expected, rel=1e-14)


def test_kernels_are_penalized_like_weights():
    layer = Conv2d(1, 2, 2, rng=random.Random(0))
    numbers = [w.data for kernel in layer.kernels for w in kernel.weights]
    assert L2(1.0)(layer).data == pytest.approx(np.square(numbers).sum(), rel=1e-14)


@pytest.mark.parametrize("penalty", [L2(0.1), L1(0.05), lambda m: L1(0.05)(m) + L2(0.1)(m)])
def test_a_compiled_training_takes_the_steps_of_the_eager_one(penalty):
    def trained(choice):
        model = model_of()
        history = fit(model, X, Y, loss="mse_loss", epochs=4, batch_size=3, penalty=penalty,
                      validation=(X, Y), rng=random.Random(1), compile=choice)  # fmt: skip
        return [*history["loss"], *history["validation_loss"], *model.state_dict().values()]

    assert trained(True) == pytest.approx(trained(False), rel=1e-12)


def test_l2_pulls_as_weight_decay_of_twice_the_strength_does():
    def trained(decay, penalty):
        model = model_of()
        optimizer = SGD(model.parameters(), lr=0.1, weight_decay=decay)
        fit(model, X, Y, loss="mse_loss", optimizer=optimizer, epochs=5, penalty=penalty,
            rng=random.Random(1))  # fmt: skip
        return [*model.state_dict().values()]

    assert trained(0.0, L2(0.05, biases=True)) == pytest.approx(trained(0.1, None), rel=1e-12)


def test_the_history_tells_the_loss_with_its_penalty():
    model = model_of()
    expected = np.mean([(model(x).data - y) ** 2 for x, y in zip(X, Y)]) + L2(0.5)(model).data
    history = fit(model, X, Y, loss="mse_loss", epochs=1, batch_size=None, penalty=L2(0.5))
    assert history["loss"][0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("strength", [-1.0, float("inf"), float("nan")])
def test_impossible_strengths_are_refused(strength):
    for kind in (L1, L2):
        with pytest.raises(ValueError, match=f"{kind.__name__}: the strength must be at least 0"):
            kind(strength)


def test_what_has_no_weights_and_what_is_no_function_is_refused():
    with pytest.raises(ValueError, match="no weights to penalize"):
        L2(1.0)(Module())
    with pytest.raises(TypeError, match=r"a function of the model, such as L2\(1e-4\), not"):
        fit(model_of(), X, Y, loss="mse_loss", penalty=0.1)
    with pytest.raises(TypeError, match=r"such as L2\(1e-4\), not <class 'nn.optim.penalties.L2'>"):
        fit(model_of(), X, Y, loss="mse_loss", penalty=L2)

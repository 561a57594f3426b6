"""Dropout: its distribution, its modes, and the same masks in eager and compiled training."""

import random
from functools import partial

import numpy as np
import pytest

import autograd
from autograd import TracingError, Value, grad
from nn import SGD, Dropout, Layer, NonFiniteError, Sequential, fit
from nn.layers.dropout import NoiseLayer

RNG = random.Random(5)
X = [[RNG.gauss(0, 1), RNG.gauss(0, 1)] for _ in range(12)]
LABELS = [row % 3 for row in range(12)]


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_elements_are_dropped_with_the_probability_and_the_mean_is_kept(p):
    layer = Dropout(p, rng=random.Random(0))
    draws = np.array([layer([1.0] * 50) for _ in range(400)])
    assert set(np.unique(draws)) == {0.0, 1.0 / (1.0 - p)}
    error = 4.0 * (p * (1.0 - p) / draws.size) ** 0.5  # four standard deviations
    assert (draws == 0.0).mean() == pytest.approx(p, abs=error)
    # Places are dropped independently of each other and of the example before
    dropped = (draws == 0.0) - p
    limit = 5.0 * p * (1.0 - p) / draws.size**0.5
    assert abs((dropped[:, 1:] * dropped[:, :-1]).mean()) < limit
    assert abs((dropped[1:] * dropped[:-1]).mean()) < limit


def test_the_ends_of_the_scale():
    assert Dropout(0.0)([3.0]) == [3.0]
    assert Dropout(1.0)([3.0, -1.0]) == [0.0, 0.0]


def test_nothing_is_dropped_after_eval():
    layer = Dropout(0.9)
    image = [[[Value(1.0)]], [[Value(2.0)]]]
    assert layer.eval()(image) is image


def test_structures_and_gradients_pass_through_the_mask():
    layer = Dropout(0.5, rng=random.Random(3))
    image = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    out = layer(image)
    sum(out[0] + out[1], start=Value(0.0)).backward()
    for row, outputs in zip(image, out):
        for pixel, output in zip(row, outputs):
            assert pixel.grad == output.data / pixel.data
            assert pixel.grad in {0.0, 2.0}
    alone = layer(Value(1.0))
    assert isinstance(alone, Value)
    assert np.shape(layer(np.ones((2, 3)))) == (2, 3)


def test_masks_repeat_by_seed():
    first, second = (Dropout(0.5, rng=random.Random(7)) for _ in range(2))
    assert [first([1.0] * 9) for _ in range(3)] == [second([1.0] * 9) for _ in range(3)]
    random.seed(7)
    assert Dropout(0.5)([1.0] * 9) == Dropout(0.5, rng=random.Random(7))([1.0] * 9)


def network(shared=True):
    rng, first = random.Random(0), random.Random(1)
    second = first if shared else random.Random(2)
    return Sequential(
        Dropout(0.2, rng=first),
        Layer(2, 6, rng=rng),
        Dropout(0.4, rng=second),
        Layer(6, 4, rng=rng),
        Dropout(0.5, rng=first),
        Layer(4, 3, "linear", rng=rng),
    )


def trained(choice, model, **settings):
    arguments = {"epochs": 3, "batch_size": 5, "rng": random.Random(1), **settings}
    history = fit(model, X, LABELS, loss="cross_entropy", compile=choice, **arguments)
    curves = [number for name in history for number in history[name]]
    return [*curves, *model.state_dict().values()]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(
    "settings", [{}, {"clip_norm": 0.1}, {"metrics": ["accuracy"], "validation": (X, LABELS)}]
)
def test_a_compiled_training_takes_the_steps_of_the_eager_one(shared, settings):
    eager = trained(False, network(shared), **settings)
    assert trained(True, network(shared), **settings) == pytest.approx(eager, rel=1e-9)


def test_the_module_random_draws_the_same_masks_compiled():
    def run(choice):
        random.seed(11)
        model = Sequential(Layer(2, 5), Dropout(0.5), Layer(5, 3, "linear"))
        return trained(choice, model, rng=None)

    assert run(True) == pytest.approx(run(False), rel=1e-9)


def test_every_example_of_every_epoch_gets_a_mask_of_its_own():
    """A linear model of one weight whose input is dropped: the loss shows the mask."""
    model = Sequential(Dropout(0.5, rng=random.Random(0)), Layer(1, 1, "linear", bias=False))
    model.parameters()[0].data = 1.0
    seen = []

    def loss(outputs, targets):
        return autograd.mean([y * t for y, t in zip(outputs, targets)])

    def look(state):
        seen.append(state.history["loss"][-1] * 40)

    fit(model, [[1.0]] * 40, [2.0**-k for k in range(40)], loss=loss, epochs=8,
        optimizer=partial(SGD, lr=0.0), batch_size=None, shuffle=False,
        callbacks=[look], compile=True)  # fmt: skip
    masks = [[int(total / 2 * 2**39) >> (39 - k) & 1 for k in range(40)] for total in seen]
    assert len({tuple(mask) for mask in masks}) == 8
    assert 0.35 < np.mean(masks) < 0.65


def test_a_probability_that_a_callback_changes_counts_from_then_on():
    def run(choice):
        model = network()

        def end_dropout(state):
            for _, module in state.model.named_modules():
                if isinstance(module, Dropout):
                    module.p = 0.0 if state.epoch == 2 else 0.7

        return trained(choice, model, callbacks=[end_dropout], epochs=4)

    assert run(True) == pytest.approx(run(False), rel=1e-9)


def test_the_step_that_fails_is_taken_again_with_its_own_masks():
    def run(choice):
        model = Sequential(
            Layer(1, 4, rng=random.Random(0)),
            Dropout(0.5, rng=random.Random(3)),
            Layer(4, 1, "linear", rng=random.Random(1)),
        )
        with pytest.raises(NonFiniteError) as raised:
            fit(model, [[1e200], [1.0], [2.0]] * 5, [0.0] * 15, loss="mse_loss", epochs=3,
                batch_size=2, rng=random.Random(1), compile=choice)  # fmt: skip
        return str(raised.value), [*model.state_dict().values()]

    (eager_said, eager), (said, found) = run(False), run(True)
    assert said == eager_said
    assert found == pytest.approx(eager, rel=1e-12)


def test_a_program_that_would_repeat_its_masks_is_refused():
    model = Sequential(Layer(2, 3), Dropout(0.5))
    compiled = autograd.compile(lambda x: autograd.sum(model(x)))
    with pytest.raises(TracingError, match=r"Dropout\(0.5\) draws random numbers.*model.eval\(\)"):
        compiled([1.0, 2.0])
    model.eval()
    total = sum(neuron.data for neuron in model([1.0, 2.0]))
    assert compiled([1.0, 2.0]) == pytest.approx(total, rel=1e-14)


def test_predictions_and_derivatives_do_not_drop_after_eval():
    model = network().eval()
    first = model.predict(X)
    np.testing.assert_array_equal(first, model.predict(X))
    model.train()
    np.testing.assert_array_equal(first, model.predict(X))
    assert model.training
    slope = grad(lambda x: Dropout(0.5).eval()([x])[0])(2.0)
    assert slope == 1.0


def test_a_model_that_takes_another_number_of_masks_is_refused():
    class Doubling(Dropout):
        def forward(self, x):
            self.calls = getattr(self, "calls", 0) + 1
            return super().forward(x * self.calls)[: len(x)]

    model = Sequential(Doubling(0.5), Layer(2, 3, "linear"))
    with pytest.raises(ValueError, match=r"asks for .* random numbers where"):
        trained(True, model)


@pytest.mark.parametrize("p", [-0.1, 1.5, float("nan")])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="p must be a probability from 0 to 1"):
        Dropout(p)
    with pytest.raises(TypeError, match=f"Dropout: p takes a real number, not the str '{p}'"):
        Dropout(str(p))


def test_wrong_generators_and_missing_noise_are_refused():
    with pytest.raises(TypeError, match=r"rng must be a random\.Random"):
        Dropout(0.5, rng=np.random.default_rng(0))
    with pytest.raises(NotImplementedError, match="NoiseLayer does not say what its noise is"):
        NoiseLayer().noise(1, [1.0])


def test_noise_of_ones_own_trains_compiled_too():
    class Jitter(NoiseLayer):
        """Adds even noise from -0.1 to 0.1."""

        def forward(self, x):
            if not self.training:
                return x
            return [item + n for item, n in zip(x, self.noise(len(x), x))]

        def shaped(self, uniform):
            return 0.2 * uniform - 0.1

    def model():
        return Sequential(Jitter(random.Random(4)), Layer(2, 3, "linear", rng=random.Random(0)))

    assert trained(True, model()) == pytest.approx(trained(False, model()), rel=1e-9)

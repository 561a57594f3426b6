"""The lesson on digits: accuracy, gradients, pictures, a digit of one's own, files of MNIST."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

pytestmark = pytest.mark.slow


def forward_by_numpy(model, image):
    """Return logits of convolution, relu, pooling and the dense layer, written out."""
    convolution, dense = model.layers[0], model.layers[4]
    around = np.pad(image, 1)
    seen = np.lib.stride_tricks.sliding_window_view(around, (3, 3)).reshape(8, 8, 9)
    kernels = np.array([[w.data for w in kernel.weights] for kernel in convolution.kernels])
    biases = np.array([kernel.bias.data for kernel in convolution.kernels])
    maps = np.maximum(np.moveaxis(seen @ kernels.T + biases, 2, 0), 0.0)
    pooled = maps.reshape(len(maps), 4, 2, 4, 2).max(axis=(2, 4)).ravel()
    weights = np.array([[w.data for w in neuron.weights] for neuron in dense.neurons])
    return weights @ pooled + np.array([neuron.bias.data for neuron in dense.neurons])


def test_three_networks_read_more_than_98_of_100_held_out_digits(lesson):
    scores = lesson.names["scores"]
    assert len(scores) == 3
    assert np.mean(scores) >= 0.98
    assert f"mean of 3 seeds: {np.mean(scores):.2%}" in lesson.printed


def test_a_quarter_was_held_out_and_never_learned(lesson):
    held_out, learned = (lesson.names[name] for name in ("X_test", "X_train"))
    images = load_digits().images / 16.0
    assert len(held_out) == round(len(images) / 4)
    everything = np.concatenate([held_out, learned]).reshape(len(images), 64)
    order, expected = (rows[np.lexsort(rows.T)] for rows in (everything, images.reshape(-1, 64)))
    np.testing.assert_array_equal(order, expected)


def test_predictions_are_those_of_numpy(lesson):
    model, images, labels = (lesson.names[name] for name in ("model", "X_test", "y_test"))
    logits = np.array([forward_by_numpy(model, image) for image in images])
    np.testing.assert_allclose(lesson.names["answers"], logits, rtol=1e-9, atol=1e-10)
    assert lesson.names["scores"][-1] == pytest.approx((logits.argmax(axis=1) == labels).mean())
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (labels, logits.argmax(axis=1)), 1)
    np.testing.assert_array_equal(lesson.names["matrix"], matrix)
    wrong = np.flatnonzero(logits.argmax(axis=1) != labels)
    np.testing.assert_array_equal(lesson.names["wrong"], wrong)


def test_the_gradient_of_the_logits_is_p_minus_y(lesson):
    model, image, label = (lesson.names[name] for name in ("model", "X_test", "y_test"))
    logits = forward_by_numpy(model, image[0])
    powers = np.exp(logits - logits.max())
    expected = powers / powers.sum() - np.eye(10)[label[0]]
    found = [logit.grad for logit in lesson.names["logits"]]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15)
    loss = -np.log(powers[label[0]] / powers.sum())
    assert lesson.names["loss"].data == pytest.approx(loss, rel=1e-9)


def test_the_graph_of_one_picture_is_a_summary_with_the_layers_as_clusters(lesson):
    words = lesson.words("graph.svg")
    for part in ("layers.0", "layers.1", "layers.4", "kernels.15", "neurons.9", "cross_entropy"):
        assert part in words
    assert "values in" in words  # in so many boxes
    assert "max" in lesson.words("graph.svg")
    for picture in ("confusion.svg", "kernels.svg", "feature_maps.svg"):
        assert lesson.words(picture).strip()


def test_a_digit_of_ones_own_is_read(run_lesson, tmp_path):
    image_module = pytest.importorskip("PIL.Image")
    draw_module = pytest.importorskip("PIL.ImageDraw")
    picture = image_module.new("L", (200, 200), "white")
    draw_module.Draw(picture).ellipse([60, 30, 140, 170], outline="black", width=22)
    picture.save(tmp_path / "zero.png")
    own = run_lesson("12_digits", tmp_path, "--seeds", 1, "--epochs", 15,
                     "--draw", tmp_path / "zero.png")  # fmt: skip
    assert own.printed.rpartition("6. Your own digit\n")[2].lstrip().startswith("0 with")
    assert "read as 0" in own.words("mine.svg")


def test_mnist_files_are_learned_too(run_lesson, tmp_path):
    """Digits of 16 x 16 pixels in the files of MNIST, made of scikit-learn's."""
    digits = load_digits()
    images = np.kron(digits.images[:400], np.ones((2, 2)))
    images = (images * 255 / 16).astype(np.uint8)
    labels = digits.target[:400].astype(np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=images[:300], y_train=labels[:300],
             x_test=images[300:], y_test=labels[300:])  # fmt: skip
    found = run_lesson("12_digits", tmp_path, "--mnist", tmp_path / "mnist.npz",
                       "--seeds", 1, "--epochs", 20)  # fmt: skip
    assert "300 pictures to learn from, 100 held out" in found.printed
    assert found.names["scores"][0] > 0.8
    assert "kernels.15" in found.words("graph.svg")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--draw", "missing.png"], "missing.png"),
        (["--mnist", "missing.npz"], "there is no missing.npz"),
        (["--epochs", 0], "at least 1"),
    ],
)
def test_wrong_options_are_refused_in_one_line(run_lesson, tmp_path, capsys, options, said):
    with pytest.raises(SystemExit):
        run_lesson("12_digits", tmp_path, *options)
    assert said in capsys.readouterr().err.splitlines()[-1]

"""The perceptron: Rosenblatt's rule, its bound on mistakes, and proofs that no line separates."""

import random
import signal
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value, topological_order
from nn import Perceptron
from nn.layers.perceptron import cancels
from tests.in_one_test import in_one_test

SQUARE = [[0, 0], [0, 1], [1, 0], [1, 1]]
XOR = [0, 1, 1, 0]


def numbers(model):
    return [parameter.data for parameter in model.parameters()]


def rule_by_numpy(X, y, epochs, lr):
    """Rosenblatt's rule on the rows (x, 1): the mistakes of each epoch, and the weights."""
    rows, weights, mistakes = np.column_stack([X, np.ones(len(X))]), np.zeros(len(X[0]) + 1), []
    for _ in range(epochs):
        mistakes.append(0)
        for row, label in zip(rows, y, strict=True):
            error = label - np.heaviside(weights @ row, 1.0)
            weights = weights + lr * error * row
            mistakes[-1] += int(error != 0)
        if not mistakes[-1]:
            break
    return mistakes, weights.tolist()


@pytest.mark.parametrize(
    "y", [[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]]
)
def test_what_a_line_separates_is_learned(y):
    model = Perceptron(2)
    history = model.fit(SQUARE, y)
    assert history.separated
    assert history.mistakes[-1] == 0 < min([*history.mistakes[:-1], 1])
    assert history.epochs == len(history.mistakes)
    assert [model(x).data for x in SQUARE] == y == model.predict(SQUARE).tolist()
    assert model.score(SQUARE, y) == 1.0
    assert not history.cycle
    assert str(history).startswith(f"separated: epoch {history.epochs} made no mistake")


@in_one_test("lr", [1.0, 0.25])
@in_one_test("seed", range(5))
def test_it_is_exactly_the_rule(seed, lr):
    generator = np.random.default_rng(seed)
    X = generator.integers(-5, 6, (30, 3))  # sums without rounding
    y = generator.integers(0, 2, 30)
    model = Perceptron(3)
    history = model.fit(X, y, epochs=20, lr=lr)
    mistakes, weights = rule_by_numpy(X, y, history.epochs, lr)
    assert history.mistakes == mistakes
    assert numbers(model) == weights
    assert model.score(X, y) == np.mean((X @ weights[:3] + weights[3] >= 0) == y)


@in_one_test("shuffle", [False, True])
@in_one_test("seed", range(10))
def test_mistakes_stay_within_novikoffs_bound(seed, shuffle):
    generator = np.random.default_rng(seed)
    direction = generator.normal(size=4)  # the last is the bias
    rows = np.column_stack([generator.normal(size=(200, 3)), np.ones(200)])
    distances = rows @ direction / np.linalg.norm(direction)
    kept = np.abs(distances) > 0.2
    rows, y = rows[kept], distances[kept] > 0
    history = Perceptron(3).fit(
        rows[:, :3], y, epochs=10_000, shuffle=shuffle, rng=random.Random(seed)
    )
    radius, margin = np.linalg.norm(rows, axis=1).max(), np.abs(distances[kept]).min()
    assert history.separated
    assert 0 < sum(history.mistakes) <= (radius / margin) ** 2


@in_one_test(
    "X, y",
    [
        (SQUARE, XOR),
        ([[0.25], [0.5], [0.75]], [1, 0, 1]),
        ([[3, 1], [3, 1]], [0, 1]),
        ([[i % 3, i % 5, i % 7] for i in range(40)], [i % 2 for i in range(40)]),
    ],
)
@in_one_test("shuffle", [False, True])
def test_a_cycle_proves_that_nothing_separates(X, y, shuffle):
    history = Perceptron(len(X[0])).fit(X, y, epochs=5000, shuffle=shuffle, rng=random.Random(0))
    assert not history.separated
    assert "not separable" in history.reason
    assert history.cycle
    assert min(history.cycle.values()) > 0
    signed = {row: n if y[row] else -n for row, n in history.cycle.items()}
    for column in zip(*X, strict=True):
        assert sum(n * Fraction(column[row]) for row, n in signed.items()) == 0
    assert sum(signed.values()) == 0
    # The same by linear programming: no weights have all rows on their side by 1
    optimize = pytest.importorskip("scipy.optimize", reason="the oracle")
    signs = np.where(np.array(y) == 1, 1.0, -1.0)[:, None]
    rows = -signs * np.column_stack([X, np.ones(len(X))])
    solved = optimize.linprog(
        np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(X)), bounds=(None, None)
    )
    assert solved.status == 2  # infeasible


def test_the_proof_is_told_in_words():
    assert str(Perceptron(2).fit(SQUARE, XOR)) == (
        "not separable: after epoch 3 the weights are those after epoch 2; the mistakes in "
        "between, rows 1 and 2 towards class 1 and rows 0 and 3 towards class 0, cancel"
    )
    at_once = Perceptron(1).fit([[0], [0]], [0, 1]).reason
    assert "after epoch 1 the weights are those before epoch 1; " in at_once
    assert at_once.endswith("row 1 towards class 1 and row 0 towards class 0, cancel")
    rows = [[i % 3, i % 5, i % 7] for i in range(40)]
    many = Perceptron(3).fit(rows, [i % 2 for i in range(40)], epochs=5000)
    ones = [f"{row} ({n} times)" for row, n in many.cycle.items() if row % 2]
    assert f"rows {', '.join(ones[:6])} and {len(ones) - 6} more towards class 1" in many.reason


def test_a_return_by_rounding_is_no_proof():
    # 0.1 + 0.30000000000000004 is not exactly twice 0.2, but the sums are rounded
    X, y = [[0.1], [0.2], [0.1 + 0.2]], [1, 0, 1]
    history = Perceptron(1).fit(X, y, epochs=1000)
    assert history.epochs < 1000
    assert (history.separated, history.cycle) == (False, {})
    assert "which proves nothing: try shuffle=True" in history.reason
    # Each correction is lost beside the weight
    stuck = Perceptron(1)
    stuck.weights[0].data = 1e20
    assert "which proves nothing" in stuck.fit([[1.0], [-1.0]], [0, 1]).reason
    # In a new order another epoch may come out otherwise
    history = stuck.fit([[1.0], [-1.0]], [0, 1], shuffle=True, epochs=20)
    assert history.mistakes == [2] * 20
    assert "the last, still made 2 mistakes" in history.reason


def test_iris():
    iris = pytest.importorskip("sklearn.datasets", reason="the data").load_iris()
    setosa = Perceptron(4)
    assert setosa.fit(iris.data, iris.target == 0).separated
    assert setosa.score(iris.data, iris.target == 0) == 1.0
    others, virginica = iris.data[50:], iris.target[50:] == 2
    history = Perceptron(4).fit(others, virginica, epochs=200)
    assert (history.separated, history.cycle, history.epochs) == (False, {}, 200)
    assert f"epoch 200, the last, still made {history.mistakes[-1]} mistakes" in history.reason
    assert "This proves nothing" in history.reason


def test_the_step_is_a_node_without_a_derivative():
    model = Perceptron(2)
    x = [Value(1.0), Value(2.0)]
    answer = model(x)
    names = [node.op.name for node in topological_order(answer) if node.op]
    assert names == ["dot", "add", "greater_equal"]
    answer.backward()
    assert [leaf.grad for leaf in [*x, *model.parameters()]] == [0.0] * 5
    assert repr(model) == "Perceptron(2)"


def test_training_goes_on_from_the_weights_there_are():
    model, at_once = Perceptron(2), Perceptron(2)
    halves = model.fit(SQUARE, [0, 0, 0, 1], epochs=2), model.fit(SQUARE, [0, 0, 0, 1])
    assert [n for half in halves for n in half.mistakes] == at_once.fit(
        SQUARE, [0, 0, 0, 1]
    ).mistakes
    assert numbers(model) == numbers(at_once)


def test_shuffling_repeats_by_its_seed():
    X = np.random.default_rng(0).normal(size=(50, 2))
    y = X @ [1.0, -2.0] > 0.1

    def mistakes(**options):
        return Perceptron(2).fit(X, y, **options).mistakes

    first = mistakes(shuffle=True, rng=random.Random(1))
    assert first == mistakes(shuffle=True, rng=random.Random(1))
    assert first != mistakes()


def test_weights_may_start_elsewhere():
    model = Perceptron(2, initializer="uniform", rng=random.Random(0))
    source = random.Random(0)
    assert numbers(model) == [source.uniform(-1, 1), source.uniform(-1, 1), 0.0]
    assert numbers(Perceptron(2)) == [0.0] * 3


@pytest.mark.parametrize("X", [[1, 2, 3], [[1], [2], [3]], np.array([1.0, 2.0, 3.0])])
def test_one_input_may_come_as_numbers(X):
    model = Perceptron(1)
    assert model.fit(X, [[0], [0], [1]]).separated
    assert model.predict(X).tolist() == [0, 0, 1]


@in_one_test(
    "X, y, options, error, message",
    [
        (SQUARE, [-1, 1, 1, -1], {}, ValueError, r"y, row 0: .* 0 and 1, not -1; .* y == one of"),
        (SQUARE, [0, 1, 2, 0], {}, ValueError, "y, row 2: .*not 2"),
        (SQUARE, [0, 1, 0.5, 0], {}, ValueError, r"y, row 2: .*not 0\.5"),
        (SQUARE, [[0, 1]] * 4, {}, ValueError, r"y, row 0: .*not \[0, 1\]"),
        (SQUARE, ["a", "b", "a", "b"], {}, TypeError, "y, row 0: 'a' is text"),
        (SQUARE, [0, 1, 1], {}, ValueError, "X has 4 rows but y has 3"),
        ([[1, 2], [3]], [0, 1], {}, ValueError, r"X, row 1 has the shape \(1,\)"),
        ([[1, 2, 3]], [0], {}, ValueError, r"X, row 0 has the shape \(3,\); Perceptron\(2\) takes"),
        ([1, 2], [0, 1], {}, ValueError, r"X, row 0 has the shape \(\)"),
        ([[[1], [2]]], [0], {}, ValueError, r"X, row 0 has the shape \(2, 1\)"),
        ([[1, 2], [3, float("nan")]], [0, 1], {}, ValueError, r"X, row 1: .* nan or inf"),
        (SQUARE, XOR, {"lr": 0}, ValueError, "lr must be positive and finite, not 0"),
        (SQUARE, XOR, {"epochs": 0}, ValueError, "epochs must be at least 1"),
        (SQUARE, XOR, {"shuffle": True, "rng": 3}, TypeError, "rng must be a random.Random"),
        ([[1e300, 1.0]], [0], {"lr": 1e10}, OverflowError, "weights have become inf"),
    ],
)  # fmt: skip
def test_mistakes_of_the_user_change_nothing(X, y, options, error, message):
    model = Perceptron(2)
    with pytest.raises(error, match=message):
        model.fit(X, y, **options)
    assert numbers(model) == [0.0] * 3


def test_ctrl_c_changes_nothing():
    class Interrupting(random.Random):
        def randbytes(self, count):
            if self.random() < 0.1:
                signal.raise_signal(signal.SIGINT)
            return super().randbytes(count)

    X = np.random.default_rng(0).normal(size=(20, 2))
    y = np.random.default_rng(1).integers(0, 2, 20)
    model = Perceptron(2)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y, epochs=1000, shuffle=True, rng=Interrupting(0))
    assert numbers(model) == [0.0] * 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda model: model.predict([[1, 2, 3]]), r"X, row 0 has the shape \(3,\)"),
        (lambda model: model.predict([[1, 2], [1, float("inf")]]), "X, row 1"),
        (lambda model: model.score(SQUARE, [-1, 1, 1, 1]), "y, row 0"),
        (lambda model: model([1, 2, 3]), r"Perceptron\(2\) takes 2 inputs, got 3"),
    ],
)
def test_predictions_check_their_rows(call, message):
    with pytest.raises(ValueError, match=message):
        call(Perceptron(2))


def test_cancelling_is_exact():
    assert cancels({0: 1, 1: 1, 2: 2}, [[0.1], [0.3], [0.2]], [1, 1, 0]) is False
    assert cancels({0: 1, 1: 1, 2: 2}, [[1.0], [3.0], [2.0]], [1, 1, 0])
    assert not cancels({0: 1}, [[0.0]], [1])  # the bias does not

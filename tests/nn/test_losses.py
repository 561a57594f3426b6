"""Losses: numbers and gradients against torch, extremes, labels, and the size of graphs."""

import itertools
import math
import random

import mpmath
import numpy as np
import pytest

import nn
from autograd import Value, compile, hessian, scope, topological_order
from tests.in_one_test import in_one_test

ROWS = 7
RNG = random.Random(0)
SCORES = [RNG.gauss(0, 2) for _ in range(ROWS)]
REALS = [RNG.gauss(0, 2) for _ in range(ROWS)]
LABELS = [RNG.randrange(2) for _ in range(ROWS)]
SHARES = [RNG.random() for _ in range(ROWS)]
LOGITS = [[RNG.gauss(0, 3) for _ in range(4)] for _ in range(ROWS)]
CLASSES = [RNG.randrange(4) for _ in range(ROWS)]
ELEMENTWISE = [
    (nn.mse_loss, "mse_loss", SCORES, REALS),
    (nn.l1_loss, "l1_loss", SCORES, REALS),
    (nn.huber_loss, "huber_loss", SCORES, REALS),
    (nn.binary_cross_entropy, "binary_cross_entropy", SHARES, LABELS),
    (nn.binary_cross_entropy, "binary_cross_entropy", SHARES, SHARES[::-1]),
    (nn.binary_cross_entropy_with_logits, "binary_cross_entropy_with_logits", SCORES, LABELS),
    (nn.binary_cross_entropy_with_logits, "binary_cross_entropy_with_logits", SCORES, SHARES),
]


def leaves(numbers):
    return [leaves(x) if isinstance(x, list) else Value(x) for x in numbers]


@in_one_test("reduction", ["mean", "sum"])
@in_one_test("loss, name, predictions, targets", ELEMENTWISE)
def test_elementwise_losses_agree_with_torch(loss, name, predictions, targets, reduction):
    torch = pytest.importorskip("torch", reason="torch is no dependency: its install is gigabytes")
    tensor = torch.tensor(predictions, dtype=torch.float64, requires_grad=True)
    expected = getattr(torch.nn.functional, name)(
        tensor, torch.tensor(targets, dtype=torch.float64), reduction=reduction
    )
    expected.backward()
    values = leaves(predictions)
    result = loss(values, targets, reduction=reduction)
    result.backward()
    assert result.data == pytest.approx(expected.item(), rel=1e-13)
    assert [v.grad for v in values] == pytest.approx(tensor.grad.tolist(), rel=1e-12, abs=1e-16)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_cross_entropy_agrees_with_torch(reduction):
    torch = pytest.importorskip("torch", reason="torch is no dependency: its install is gigabytes")
    tensor = torch.tensor(LOGITS, dtype=torch.float64, requires_grad=True)
    expected = torch.nn.functional.cross_entropy(tensor, torch.tensor(CLASSES), reduction=reduction)
    expected.backward()
    values = leaves(LOGITS)
    result = nn.cross_entropy(values, CLASSES, reduction=reduction)
    result.backward()
    assert result.data == pytest.approx(expected.item(), rel=1e-13)
    grads = np.array([[v.grad for v in row] for row in values])
    np.testing.assert_allclose(grads, tensor.grad.numpy(), rtol=1e-12, atol=1e-16)


def test_values_against_their_formulas():
    p, t, s = np.array(SCORES), np.array(REALS), 2 * np.array(LABELS) - 1
    z = np.array(LOGITS)
    rows = np.log(np.exp(z).sum(axis=1)) - z[np.arange(ROWS), CLASSES]
    small = np.abs(p - t) <= 0.7
    huber = np.where(small, 0.5 * (p - t) ** 2, 0.7 * (np.abs(p - t) - 0.35))
    assert nn.mse_loss(p, t) == pytest.approx(np.mean((p - t) ** 2), rel=1e-14)
    assert nn.l1_loss(p, t) == pytest.approx(np.mean(np.abs(p - t)), rel=1e-14)
    assert nn.huber_loss(p, t, delta=0.7) == pytest.approx(np.mean(huber), rel=1e-14)
    assert nn.hinge_loss(p, s) == pytest.approx(np.mean(np.maximum(0, 1 - s * p)), rel=1e-14)
    assert nn.cross_entropy(z, np.array(CLASSES)) == pytest.approx(np.mean(rows), rel=1e-13)


@in_one_test(
    "loss, predictions, targets",
    [
        *((loss, predictions, targets) for loss, _, predictions, targets in ELEMENTWISE),
        (nn.hinge_loss, SCORES, [2 * label - 1 for label in LABELS]),
        (nn.cross_entropy, LOGITS[0], CLASSES[0]),
    ],
)
def test_gradients_are_central_differences(loss, predictions, targets):
    values = leaves(predictions)
    loss(values, targets).backward()
    for index, value in enumerate(values):
        above, below = list(predictions), list(predictions)
        above[index] += 1e-6
        below[index] -= 1e-6
        slope = (loss(above, targets) - loss(below, targets)) / 2e-6
        assert value.grad == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_hinge_gradient_is_minus_the_sign_inside_the_margin():
    scores = leaves([0.5, 0.5, 2.0, -2.0])
    nn.hinge_loss(scores, [1, -1, 1, -1], reduction="sum").backward()
    assert [score.grad for score in scores] == [-1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("logit", "label", "loss", "gradient"),
    [(1000.0, 1, 0.0, 0.0), (1000.0, 0, 1000.0, 1.0), (-1000.0, 1, 1000.0, -1.0)],
)
def test_extreme_binary_logits(logit, label, loss, gradient):
    x = Value(logit)
    result = nn.binary_cross_entropy_with_logits(x, label)
    result.backward()
    assert (result.data, x.grad) == (loss, gradient)


def test_extreme_class_logits():
    logits = leaves([1000.0, -1000.0, 0.0])
    result = nn.cross_entropy(logits, 1)
    result.backward()
    assert result.data == 2000.0
    assert [x.grad for x in logits] == [1.0, -1.0, 0.0]


@pytest.mark.parametrize("backend", [None, "numpy", "llvm"])
@in_one_test("target", [0, 1, 2])
def test_curvature_where_one_class_has_nearly_all_probability(target, backend):
    """p * (1 - p) of p = 1 - 4e-18 is 4e-18, which 1 - p as a difference would make 0."""
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    second = hessian(lambda *logits: nn.cross_entropy([*logits], target), (0, 1, 2))
    if backend is not None:
        second = compile(second, backend=backend)
    for logits in itertools.permutations((40.0, 0.0, -3.0)):
        found = second(*logits)
        with mpmath.workdps(50):
            powers = [mpmath.exp(x) for x in logits]
            p = [power / mpmath.fsum(powers) for power in powers]
            wanted = [[p[i] * ((i == j) - p[j]) for j in range(3)] for i in range(3)]
            largest = max(entry for row in wanted for entry in row)
            errors = np.array(found) - np.array(wanted)
        assert float(abs(errors).max() / largest) < 1e-14


@pytest.mark.parametrize(("p", "label"), [(0.0, 1), (1.0, 0)])
def test_a_probability_on_the_wrong_edge_costs_100_as_in_torch(p, label):
    probability = Value(p)
    result = nn.binary_cross_entropy(probability, label)
    result.backward()
    assert result.data == pytest.approx(100.0)
    assert math.isfinite(probability.grad)


def test_reduction_none_keeps_the_structure():
    assert nn.mse_loss(1.0, 3.0, reduction="none") == 4.0
    assert nn.mse_loss([1.0, 2.0], [3, 2], reduction="none") == [4.0, 0.0]
    assert nn.mse_loss([[1.0], [2.0]], [[3], [2]], reduction="none") == [[4.0], [0.0]]
    assert nn.cross_entropy([[0.0, 0.0]], [1], reduction="none") == [math.log(2.0)]


def test_one_example_equals_a_batch_of_one():
    assert nn.mse_loss(Value(1.0), 3.0).data == nn.mse_loss([Value(1.0)], [3.0]).data == 4.0
    assert nn.cross_entropy(LOGITS[0], 2) == nn.cross_entropy(LOGITS[:1], [2])


def test_rows_of_one_stand_for_numbers():
    assert nn.cross_entropy(LOGITS, [[c] for c in CLASSES]) == nn.cross_entropy(LOGITS, CLASSES)
    assert nn.mse_loss(np.ones(3), np.zeros((3, 1))) == 1.0
    assert nn.mse_loss([[1.0], [1.0]], [0.0, 0.0]) == 1.0
    assert nn.l1_loss([[1.0, 2.0], [3.0, 4.0]], np.zeros((2, 2))) == 2.5


@pytest.mark.parametrize("target", [Value(1.0), Value(0.3)])
def test_targets_may_be_values(target):
    p = Value(0.4)
    expected = -(target.data * math.log(0.4) + (1 - target.data) * math.log(0.6))
    assert nn.binary_cross_entropy(p, target).data == pytest.approx(expected)
    assert nn.hinge_loss(p, Value(-1.0)).data == pytest.approx(1.4)
    assert nn.mse_loss([p], [target]).data == pytest.approx((0.4 - target.data) ** 2)


def test_a_class_may_be_a_value():
    for row, target in zip(LOGITS, CLASSES, strict=True):
        known, unknown = leaves(row), leaves(row)
        nn.cross_entropy(known, target).backward()
        loss = nn.cross_entropy([unknown], [Value(target)])
        loss.backward()
        assert loss.data == nn.cross_entropy(row, target)
        assert [x.grad for x in unknown] == pytest.approx([x.grad for x in known], rel=1e-14)
    assert nn.cross_entropy([0.0, -math.inf], Value(0)).data == 0.0


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
def test_what_is_an_error_beside_a_number_is_nan_beside_a_value():
    for probability in (-0.1, 1.1, math.nan):
        assert math.isnan(nn.binary_cross_entropy(probability, Value(1.0)).data)


@pytest.mark.parametrize(("target", "error"), [(2, IndexError), (0.5, TypeError), (-1, IndexError)])
def test_a_value_that_is_no_class_is_refused(target, error):
    with pytest.raises(error, match="take: the index"):
        nn.cross_entropy([0.0, 1.0], Value(target))


def nodes(result):
    return sum(node.op is not None for node in topological_order(result))


def test_nodes_of_a_loss_have_its_name_as_scope():
    with scope("step"):
        result = nn.mse_loss(leaves(SCORES), REALS)
    assert {node.scope for node in topological_order(result) if node.op} == {"step/mse_loss"}


def test_graphs_are_small():
    values = leaves(SCORES)
    signs = [2 * label - 1 for label in LABELS]
    assert nodes(nn.mse_loss(values, REALS)) == ROWS + 2  # residuals, dot, division
    assert nodes(nn.hinge_loss(values, signs)) == 2 * ROWS + 2
    positive = sum(LABELS)
    logistic = nn.binary_cross_entropy_with_logits(values, LABELS)
    assert nodes(logistic) == ROWS + positive + 2


@in_one_test(
    "call, message",
    [
        (
            lambda: nn.hinge_loss([1.0, 2.0], [1, 0]),
            "hinge_loss, row 1: the target is 0; .*-1 and 1",
        ),
        (lambda: nn.binary_cross_entropy([0.5], [2]), "row 0: the target is 2; allowed are 0, 1"),
        (lambda: nn.binary_cross_entropy_with_logits([1.0], [-1]), "row 0: the target is -1"),
        (lambda: nn.binary_cross_entropy([0.5, 1.5], [1, 1]), "row 1: 1.5 is no probability"),
        (
            lambda: nn.binary_cross_entropy([[0.5, 0.5], [0.1, -1.0]], [[1, 1], [1, 1]]),
            "row 1: -1.0",
        ),
        (lambda: nn.binary_cross_entropy([math.nan], [1]), "row 0: nan is no probability"),
        (lambda: nn.mse_loss([1.0, 2.0], [1.0]), "mse_loss: 2 predictions but 1 targets"),
        (lambda: nn.mse_loss([[1.0, 2.0]], [[1.0]]), "row 0: 2 predictions but 1 targets"),
        (lambda: nn.mse_loss([1.0, 2.0], 1.0), "2 predictions but 1 targets"),
        (lambda: nn.mse_loss([], []), "mse_loss: the predictions are empty"),
        (lambda: nn.mse_loss([1.0], []), "mse_loss: the targets are empty"),
        (lambda: nn.mse_loss([1.0, [2.0]], [1.0, 2.0]), "row 0 is a number where other rows"),
        (lambda: nn.mse_loss([[1.0], []], [1.0, 2.0]), "row 1 is not a sequence of numbers"),
        (lambda: nn.mse_loss([1.0, 2.0], [1.0, math.nan]), "row 1: the target is nan"),
        (
            lambda: nn.mse_loss([1.0], [1.0], reduction="avg"),
            "reduction must be one of 'mean', 'sum', 'none', not 'avg'",
        ),
        (lambda: nn.huber_loss([1.0], [1.0], delta=0.0), "delta must be positive"),
        (lambda: nn.cross_entropy([], []), "the logits are empty"),
        (lambda: nn.cross_entropy(LOGITS, [0] * 6), "7 rows of logits but 6 targets"),
        (
            lambda: nn.cross_entropy(LOGITS[:2], [0, 4]),
            "row 1: the target 4 is no class of 4: 0 to 3",
        ),
        (lambda: nn.cross_entropy(LOGITS[:2], [-1, 0]), "row 0: the target -1 is no class"),
        (
            lambda: nn.cross_entropy(LOGITS[:1], [0.5]),
            "row 0: the target 0.5 is not a whole number",
        ),
        (lambda: nn.cross_entropy(LOGITS[:1], [math.nan]), "row 0: the target nan is not a whole"),
        (lambda: nn.cross_entropy(Value(1.0), 0), "binary_cross_entropy_with_logits"),
        (lambda: nn.cross_entropy([[1.0], [2.0]], [0, 0]), "row 0: there is one logit"),
        (
            lambda: nn.cross_entropy([1.0, 2.0], [0, 1]),
            "rows of one number each and several targets",
        ),
    ],
)
def test_mistakes_name_the_row(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_target_that_is_no_number_names_the_row():
    with pytest.raises(TypeError, match=r"row 1: the target: .*'cat'"):
        nn.mse_loss([1.0, 2.0], [1.0, "cat"])
    with pytest.raises(TypeError, match=r"row 0: the target must be an int, not \[0, 1\]"):
        nn.cross_entropy([[1.0, 2.0]], [[0, 1]])


def test_probabilities_are_judged_in_a_program_too():
    c = compile(lambda p: nn.binary_cross_entropy(p, 1.0))
    assert c(0.25) == pytest.approx(math.log(4.0), rel=1e-14)
    assert math.isnan(c(1.5))

"""The conventions that are torch's, compared with torch itself where it is installed."""

from __future__ import annotations

import pytest

import autograd as ag
from autograd import Value

torch = pytest.importorskip("torch", reason="torch is no dependency: its install is gigabytes")
pytestmark = pytest.mark.filterwarnings("ignore::autograd.NumericWarning")

CASES = {
    "relu": (ag.relu, torch.relu, [(0.0,), (2.0,), (-2.0,)]),
    "leaky_relu": (ag.leaky_relu, torch.nn.functional.leaky_relu, [(0.0,), (2.0,), (-2.0,)]),
    "elu": (ag.elu, torch.nn.functional.elu, [(0.0,), (2.0,), (-2.0,), (-50.0,)]),
    "gelu": (ag.gelu, torch.nn.functional.gelu, [(0.0,), (1.3,), (-2.0,), (-9.0,)]),
    "silu": (ag.silu, torch.nn.functional.silu, [(0.0,), (1.3,), (-2.0,), (-700.0,)]),
    "softplus": (ag.softplus, lambda x: torch.logaddexp(x, 0 * x), [(1.3,), (-2.0,), (90.0,)]),
    "sigmoid": (ag.sigmoid, torch.sigmoid, [(0.0,), (1000.0,), (-1000.0,)]),
    "abs": (ag.abs, torch.abs, [(0.0,), (-2.0,)]),
    "sqrt": (ag.sqrt, torch.sqrt, [(0.0,), (2.0,)]),
    "maximum": (ag.maximum, torch.maximum, [(1.0, 1.0), (1.0, 2.0)]),
    "minimum": (ag.minimum, torch.minimum, [(1.0, 1.0), (1.0, 2.0)]),
    "clip": (
        lambda x: ag.clip(x, -1.0, 1.0),
        lambda x: torch.clamp(x, -1.0, 1.0),
        [(-1.0,), (1.0,), (0.3,), (1.5,)],
    ),
    "pow": (
        lambda x, y: x**y,
        torch.pow,
        [(0.0, 0.0), (0.0, 2.0), (0.0, 1.0), (0.0, -1.0), (2.0, 3.0), (2.0, 0.0)],
    ),
    "x**0": (lambda x: x**0, lambda x: x**0, [(0.0,), (2.0,)]),
    "norm": (
        lambda x, y: ag.norm([x, y]),
        lambda x, y: torch.linalg.vector_norm(torch.stack([x, y])),
        [(0.0, 0.0), (3.0, -4.0)],
    ),
    "x * x * x, twice": (lambda x: x * x * x * x, lambda x: x * x * x * x, [(3.0,)]),
}
POINTS = [(name, point) for name, (_, _, points) in CASES.items() for point in points]


@pytest.mark.parametrize(("name", "point"), POINTS, ids=str)
def test_value_and_gradients_are_those_of_torch(name, point):
    ours, theirs, _ = CASES[name]
    values = [Value(x) for x in point]
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
    output, wanted = ours(*values), theirs(*tensors)
    output.backward()
    wanted.backward()
    assert output.data == pytest.approx(wanted.item(), rel=1e-14)
    for value, tensor in zip(values, tensors, strict=True):
        assert value.grad == pytest.approx(tensor.grad.item(), rel=1e-13, nan_ok=True)

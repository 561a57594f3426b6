"""The published errors: of every function, within what is promised, and found again."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("sympy")

from accuracy import SUBJECTS, rounded, worst
from digits import BACKENDS, FIGURES, LIMITS, MOST

PUBLISHED = json.loads(FIGURES.read_text(encoding="utf-8"))
# Of the tails that gave the page its reason; the others take minutes together.
SAMPLE = (
    "tanh", "sech_squared", "sigmoid", "logistic_density", "softplus", "silu", "asin", "atan",
    "atanh", "log1p", "asinh", "mean", "logsumexp",
    "binary_cross_entropy, target 0", "cross_entropy, three classes",
)  # fmt: skip


def test_every_operation_and_function_was_measured():
    assert list(PUBLISHED) == list(SUBJECTS), "run `python docs/accuracy.py`"
    for figures in PUBLISHED.values():
        assert {"eager", "numpy", "llvm"} <= set(figures) <= set(BACKENDS)


def test_what_is_more_than_promised_has_a_reason():
    above = {
        name
        for name, figures in PUBLISHED.items()
        for errors in figures.values()
        if any(error is None or error > MOST for error in errors.values())
    }
    assert above == set(LIMITS)


@pytest.mark.parametrize("name", SAMPLE)
def test_errors_are_those_published(name):
    """On the eager engine, up to 1e8: beyond, the oracle takes long for an exponential."""
    for kind, (error, point) in worst(name, "eager", most=1e8).items():
        published = PUBLISHED[name]["eager"][kind]
        found = rounded(error)
        assert published is None or (found is not None and found <= 1.5 * published + 0.5), point

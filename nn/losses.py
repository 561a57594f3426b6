"""Loss functions of one example or a batch, in few nodes and without overflow.

Each takes `predictions` and `targets` as a number or Value, a list of them (one per example), or a
list of rows, NumPy arrays included, and `reduction`: "mean" over all elements (the default), "sum",
or "none" for a loss per element. Wrong labels, different lengths and nan among the targets are
ValueErrors that name the row. A target may also be a Value, so that a loss can be compiled; its
number is not read, and a wrong one gives a loss of nan.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar, cast, overload

import autograd
from autograd import Value, clip, dot, log, log1p, maximum, relu, scope, softplus, take, where
from autograd.arguments import as_choice, as_float
from autograd.primitive import TABLE
from nn.matching import (
    Numbers,
    Operands,
    Pairs,
    Rows,
    as_labels,
    as_operands,
    as_rows,
    is_scalar,
    matched,
)  # fmt: skip

if TYPE_CHECKING:
    from nn.signatures import ClassLoss, Each, LossFunction, OneValue, Total

__all__ = [
    "CLASSIFYING", "LOSSES", "Loss", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "cross_entropy", "hinge_loss", "huber_loss", "l1_loss",
    "mse_loss", "threshold_of",
]  # fmt: skip

# Called with a list of outputs and a list of targets.
Loss: TypeAlias = Callable[[list[Any], list[Any]], Value]

REDUCTIONS = ("mean", "sum", "none")

# torch limits the logarithms of probabilities to -100; this probability has that logarithm.
SMALLEST_PROBABILITY = math.exp(-100.0)
LARGEST_BELOW_ONE = 1.0 - 2.0**-53
LOWEST = -sys.float_info.max  # a logit of no weight beside any other


Signature = ParamSpec("Signature")
Result = TypeVar("Result")


def _scoped(loss: Callable[Signature, Result]) -> Callable[Signature, Result]:
    """Check the reduction, and give the nodes of a loss its name as their scope, for pictures."""

    @wraps(loss)
    def scoped(*args: Signature.args, **settings: Signature.kwargs) -> Result:
        as_choice(settings.get("reduction", "mean"), f"{loss.__name__}: reduction", REDUCTIONS)
        with scope(loss.__name__):
            return loss(*args, **settings)

    return scoped


def _loss(loss: Callable[..., Any]) -> LossFunction:
    return cast("LossFunction", _scoped(loss))


def _loss_of_classes(loss: Callable[..., Any]) -> ClassLoss:
    return cast("ClassLoss", _scoped(loss))


@_loss
def mse_loss(predictions: Operands, targets: Operands, *, reduction: str = "mean") -> Any:
    """Return the mean squared error, (p - t)**2.

    >>> mse_loss([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    pairs = matched(predictions, targets, "mse_loss")
    residuals = [prediction - target for prediction, target in pairs]
    return _reduced_product(residuals, residuals, pairs, reduction)


@_loss
def l1_loss(predictions: Operands, targets: Operands, *, reduction: str = "mean") -> Any:
    """Return the mean absolute error, |p - t|, with derivative 0 at p = t.

    >>> l1_loss([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    pairs = matched(predictions, targets, "l1_loss")
    return _reduced([abs(prediction - target) for prediction, target in pairs], pairs, reduction)


@overload
def huber_loss(  # type: ignore[overload-overlap]
    predictions: Numbers, targets: Numbers, *, delta: float = ..., reduction: Total = ...
) -> float: ...


@overload
def huber_loss(
    predictions: Operands, targets: Operands, *, delta: float | Value = ..., reduction: Total = ...
) -> Value: ...


@overload
def huber_loss(
    predictions: Sequence[float], targets: Numbers, *, delta: float = ..., reduction: Each
) -> list[float]: ...


@overload
def huber_loss(
    predictions: Sequence[OneValue],
    targets: Operands,
    *,
    delta: float | Value = ...,
    reduction: Each,
) -> list[OneValue]: ...


@overload
def huber_loss(
    predictions: Operands, targets: Operands, *, delta: float | Value = ..., reduction: str
) -> Any: ...


@_scoped
def huber_loss(
    predictions: Operands, targets: Operands, *, delta: float | Value = 1.0, reduction: str = "mean"
) -> Any:
    """Return half the squared error up to `delta`, and from there on the tangent (Huber 1964).

    With the residual r = p - t this is r*r/2 for |r| <= delta, else delta * (|r| - delta/2).
    Raises ValueError unless delta is positive.

    >>> huber_loss([0.5, 3.0], [0.0, 0.0], reduction="none")
    [0.125, 2.5]
    """
    if not 0.0 < (delta if isinstance(delta, Value) else as_float(delta, "delta")) < math.inf:
        raise ValueError(f"huber_loss: delta must be positive and finite, not {delta!r}")
    pairs = matched(predictions, targets, "huber_loss")
    residuals = [prediction - target for prediction, target in pairs]
    # Both branches in one formula: c * (r - c/2), where c is r limited to [-delta, delta]
    limited = [clip(residual, -delta, delta) for residual in residuals]
    factors = [r - c * 0.5 for r, c in zip(residuals, limited, strict=True)]
    return _reduced_product(limited, factors, pairs, reduction)


@_loss
def hinge_loss(scores: Operands, targets: Operands, *, reduction: str = "mean") -> Any:
    """Return max(0, 1 - t*s) for targets of -1 and 1 (Cortes, Vapnik 1995).

    >>> hinge_loss([2.0, -0.5], [1, 1])
    0.75
    """
    pairs = matched(scores, targets, "hinge_loss", _not_sign)
    return _reduced([relu(_shortfall(score, sign)) for score, sign in pairs], pairs, reduction)


@_loss
def binary_cross_entropy(
    probabilities: Operands, targets: Operands, *, reduction: str = "mean"
) -> Any:
    """Return -(t * log(p) + (1 - t) * log(1 - p)) for probabilities p and targets from 0 to 1.

    Raises ValueError, naming the row, for a p outside [0, 1]. A wrong p of exactly 0 or 1 counts
    as exp(-100) away from it, which is a loss of 100 as in torch, and has gradient 0;
    `binary_cross_entropy_with_logits` has no such edge.

    >>> binary_cross_entropy([0.5, 0.5], [1, 0], reduction="none")
    [0.6931471805599453, 0.6931471805599453]
    """
    pairs = matched(probabilities, targets, "binary_cross_entropy", _not_probability)
    losses = []
    for index, (probability, target) in enumerate(pairs):
        p = _judged(probability, target, f"binary_cross_entropy, row {pairs.row(index)}")
        if isinstance(target, Value) or 0.0 < target < 1.0:
            logarithm = _weighted(target, _logarithm(p), _logarithm_of_rest(p))
        else:
            logarithm = _logarithm(p) if target else _logarithm_of_rest(p)
        losses.append(-logarithm)
    return _reduced(losses, pairs, reduction)


@_loss
def binary_cross_entropy_with_logits(
    logits: Operands, targets: Operands, *, reduction: str = "mean"
) -> Any:
    """Return the binary cross-entropy of sigmoid(logits), finite for logits of any size.

    For targets t from 0 to 1 and a logit x it is t * softplus(-x) + (1 - t) * softplus(x); a label
    of exactly 0 or 1 costs two nodes at most.

    >>> binary_cross_entropy_with_logits([1000.0, -1000.0], [1, 1], reduction="none")
    [0.0, 1000.0]
    """
    name = "binary_cross_entropy_with_logits"
    pairs = matched(logits, targets, name, _not_probability)
    losses = [
        _weighted(target, softplus(-x), softplus(x))
        if isinstance(target, Value) or 0.0 < target < 1.0
        else softplus(-x if target else x)
        for x, target in pairs
    ]
    return _reduced(losses, pairs, reduction)


@_loss_of_classes
def cross_entropy(logits: Rows, targets: Operands, *, reduction: str = "mean") -> Any:
    """Return logsumexp(logits) - logits[target] for integer classes, finite for any logits.

    An example is a sequence of logits, one per class, and an int; a batch is a list of such
    sequences and a list of ints. Raises ValueError, naming the row, for a target that is not a
    whole number from 0 to the number of classes - 1. A target that is a Value, as an argument of a
    compiled function is, chooses as in `autograd.take`, with its errors.

    >>> cross_entropy([0.0, 0.0], 1)
    0.6931471805599453
    >>> cross_entropy([[1000.0, -1000.0], [0.0, 0.0]], [0, 1], reduction="none")
    [0.0, 0.6931471805599453]
    """
    if is_scalar(logits):
        raise ValueError(_one_logit("cross_entropy"))
    rows = as_rows(logits, "cross_entropy: the logits")
    if is_scalar(rows[0]):
        if not is_scalar(targets):
            raise ValueError(
                "cross_entropy: one example is a list of logits and an int, a batch a list of rows "
                "of logits and a list of ints; here are rows of one number each and several "
                "targets. For a model with one output use binary_cross_entropy_with_logits"
            )
        return _class_loss(rows, targets, "cross_entropy")
    classes = as_labels(targets, "cross_entropy: the targets")
    if len(rows) != len(classes):
        raise ValueError(f"cross_entropy: {len(rows)} rows of logits but {len(classes)} targets")
    losses = [
        _class_loss(row, target, f"cross_entropy, row {index}")
        for index, (row, target) in enumerate(zip(rows, classes, strict=True))
    ]
    return _reduced(losses, Pairs(rows, classes, [0] * len(rows)), reduction)


LOSSES: dict[str, Loss] = {
    loss.__name__: loss
    for loss in (
        mse_loss, l1_loss, huber_loss, hinge_loss,
        binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy,
    )
}  # fmt: skip

# Those whose targets are classes, and those that bring the outputs near the targets.
CLASSIFYING: tuple[Loss, ...] = (
    hinge_loss, binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy,
)  # fmt: skip
APPROACHING: tuple[Loss, ...] = (mse_loss, l1_loss, huber_loss, binary_cross_entropy)


def threshold_of(loss: Loss, targets: Sequence[Any]) -> float:
    """Return the output half way between the two labels, of a model trained with `loss`.

    >>> [threshold_of(mse_loss, labels) for labels in ([0, 1], [-1, 1])]
    [0.5, 0.0]
    """
    return 0.5 if loss in APPROACHING and -1 not in targets else 0.0


def _class_loss(row: list[Any], target: Any, place: str) -> Any:
    if len(row) < 2:
        raise ValueError(_one_logit(place))
    row = as_operands(row, f"{place}: the logits")
    if isinstance(target, Value):
        return _surprise_of_some(row, target)
    if not is_scalar(target):
        raise TypeError(f"{place}: the target must be an int, not {target!r}")
    number = as_float(target, f"{place}: the target")
    if not number.is_integer():
        raise ValueError(f"{place}: the target {target!r} is not a whole number")
    if not 0 <= number < len(row):
        raise ValueError(
            f"{place}: the target {target!r} is no class of {len(row)}: 0 to {len(row) - 1}"
        )
    others = [*row]
    chosen = others.pop(int(number))
    return _surprise(chosen, others)


def _surprise(chosen: Any, others: list[Any]) -> Any:
    """Return -log_softmax of the chosen logit, without subtracting numbers that nearly agree.

    With r = logsumexp(others) it is softplus(r - chosen). Its derivatives are sigmoid(r - chosen)
    times the softmax of the others, and -sigmoid(r - chosen) by the chosen logit. r is computed
    relative to the largest of the others, beside which r itself may have no digits left.
    """
    if len(others) == 1:
        return softplus(others[0] - chosen)
    shift = TABLE["finite"](TABLE["largest"](*others))
    beside = TABLE["logaddexp_n"](*[logit - shift for logit in others])
    return softplus(beside + (shift - chosen))


def _surprise_of_some(row: list[Any], target: Value) -> Any:
    """Return the loss for a target that is not known yet, an argument of a compiled function."""
    chosen = take(row, target)
    matches = [TABLE["equal"](target, float(index)) for index in range(len(row))]
    others = [where(match, LOWEST, logit) for match, logit in zip(matches, row, strict=True)]
    return _surprise(chosen, others)


def _one_logit(place: str) -> str:
    return (
        f"{place}: there is one logit where each class needs its own; for two classes with one "
        "output use binary_cross_entropy_with_logits"
    )


def _shortfall(score: Any, sign: Any) -> Any:
    if isinstance(sign, Value):
        return 1.0 - sign * score
    return 1.0 - score if sign > 0.0 else score + 1.0


def _weighted(share: Any, first: Any, second: Any) -> Any:
    return share * first + (1.0 - share) * second


def _logarithm(probability: Any) -> Any:
    return log(maximum(probability, SMALLEST_PROBABILITY))


def _logarithm_of_rest(probability: Any) -> Any:
    """Return log(1 - p), which keeps the digits of a small p; -100 for a p of 1."""
    below = clip(probability, 0.0, LARGEST_BELOW_ONE)
    return where(probability >= 1.0, -100.0, log1p(-below))


def _judged(probability: Any, target: Any, place: str) -> Any:
    """Return the probability; outside [0, 1] raise ValueError, or return nan in a trace."""
    number = probability.data if isinstance(probability, Value) else probability
    if isinstance(target, Value) or isinstance(number, Value):  # not known yet, in a trace
        return where(probability * (1.0 - probability) >= 0.0, probability, math.nan)
    if not 0.0 <= number <= 1.0:
        raise ValueError(
            f"{place}: {number!r} is no probability; for scores of any size use "
            "binary_cross_entropy_with_logits, or end in a sigmoid"
        )
    return probability


def _not_sign(target: float) -> str:
    return "" if target in {-1.0, 1.0} else "allowed are -1 and 1; map 0 and 1 by 2*y - 1"


def _not_probability(target: float) -> str:
    return "" if 0.0 <= target <= 1.0 else "allowed are 0, 1, and probabilities between them"


def _reduced(losses: list[Any], pairs: Pairs, reduction: str) -> Any:
    if reduction == "none":
        return pairs.restored(losses)
    total = autograd.sum(losses) if len(losses) > 1 else losses[0]
    return total / len(losses) if reduction == "mean" and len(losses) > 1 else total


def _reduced_product(left: list[Any], right: list[Any], pairs: Pairs, reduction: str) -> Any:
    """Reduce the losses left[i] * right[i], whose total is a single dot node."""
    if reduction == "none" or len(pairs) == 1:
        return _reduced([x * y for x, y in zip(left, right, strict=True)], pairs, reduction)
    total = dot(left, right)
    return total / len(pairs) if reduction == "mean" else total

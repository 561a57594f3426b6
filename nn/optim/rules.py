"""The rules of the optimizers: functions of one parameter, its gradient and its state.

A rule returns the new parameter and the new state, a tuple of numbers. It is written in arithmetic
that numbers and Values share, so that it can be compiled like any other expression. Settings such
as no momentum or Nesterov's are chosen by `if`, because they are plain Python numbers.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from autograd import sqrt

__all__ = ["adam", "adamw", "rmsprop", "sgd"]

Updated: TypeAlias = tuple[Any, tuple[Any, ...]]


def sgd(
    parameter: Any,
    gradient: Any,
    state: tuple[Any],
    *,
    lr: Any,
    momentum: float,
    nesterov: bool,
    weight_decay: float,
) -> Updated:
    """Gradient descent, with momentum as in torch: v <- momentum * v + g; p <- p - lr * v.

    State: the velocity. Nesterov's form looks ahead, p <- p - lr * (g + momentum * v)
    (Sutskever, Martens, Dahl, Hinton 2013).
    """
    (velocity,) = state
    if weight_decay:
        gradient = gradient + weight_decay * parameter
    if momentum:
        velocity = momentum * velocity + gradient
        gradient = gradient + momentum * velocity if nesterov else velocity
    return parameter - lr * gradient, (velocity,)


def rmsprop(
    parameter: Any,
    gradient: Any,
    state: tuple[Any, Any],
    *,
    lr: Any,
    alpha: float,
    eps: float,
    momentum: float,
    weight_decay: float,
) -> Updated:
    """Steps divided by the root of a running mean of squares (Tieleman, Hinton 2012, lecture 6.5).

    State: the running mean of squared gradients and the velocity.
    """
    square, velocity = state
    if weight_decay:
        gradient = gradient + weight_decay * parameter
    square = alpha * square + (1.0 - alpha) * (gradient * gradient)
    scaled = gradient / (sqrt(square) + eps)
    if momentum:
        scaled = velocity = momentum * velocity + scaled
    return parameter - lr * scaled, (square, velocity)


def adam(
    parameter: Any,
    gradient: Any,
    state: tuple[Any, Any, Any],
    *,
    lr: Any,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
) -> Updated:
    """Adam (Kingma, Ba 2015, algorithm 1); weight decay is added to the gradient.

    State: the number of updates, the running means of gradients and of their squares.
    """
    if weight_decay:
        gradient = gradient + weight_decay * parameter
    steps, mean, square = state
    steps = steps + 1.0
    mean = beta1 * mean + (1.0 - beta1) * gradient
    square = beta2 * square + (1.0 - beta2) * (gradient * gradient)
    unbiased_mean = mean / (1.0 - beta1**steps)
    unbiased_square = square / (1.0 - beta2**steps)
    parameter = parameter - lr * unbiased_mean / (sqrt(unbiased_square) + eps)
    return parameter, (steps, mean, square)


def adamw(
    parameter: Any,
    gradient: Any,
    state: tuple[Any, Any, Any],
    *,
    lr: Any,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
) -> Updated:
    """Adam with weight decay applied to the parameter itself (Loshchilov, Hutter 2019)."""
    decayed = parameter - lr * weight_decay * parameter
    return adam(
        decayed, gradient, state, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=0.0
    )

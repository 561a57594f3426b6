"""This engine, compiled: each function takes the name of the backend first."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
import nn
from problems import Chain, Made, Moons, Readme, Rosenbrock

__all__ = ["chain", "chain_compile", "hessian", "moons_backward", "readme"]


def model_of(problem: Moons) -> nn.MLP:
    model = nn.MLP(problem.sizes[0], problem.sizes[1:], activation=problem.activation)
    set_parameters(model, problem)
    return model


def set_parameters(model: nn.MLP, problem: Moons) -> None:
    for parameter, start in zip(model.parameters(), problem.parameters.tolist(), strict=True):
        parameter.data = start


def moons_backward(backend: str, problem: Moons) -> Made:
    """Step with `backward` of a compiled loss and an optimizer that updates Values in Python."""
    model = model_of(problem)
    parameters = model.parameters()
    optimizer = nn.SGD(parameters, lr=problem.rate)

    def loss(point: Any, label: Any) -> Any:
        penalty = problem.penalty * autograd.dot(parameters, parameters)
        return autograd.relu(1.0 - label * model(point)) + penalty

    compiled = autograd.compile(loss, in_axes=0, backend=backend)

    def step() -> float:
        optimizer.zero_grad()
        value = compiled.backward(problem.points, problem.labels)
        optimizer.step()
        return value

    def run() -> list[float]:
        set_parameters(model, problem)
        return [step() for _ in range(problem.steps)]

    return run, lambda losses: (*(parameter.data for parameter in parameters), *losses)


def readme(backend: str, problem: Readme) -> Made:
    """Call the value and gradient of two floats."""
    compiled = autograd.compile(
        lambda a, b: problem.expression(a, b, autograd.relu), backend=backend
    )
    return (
        lambda: compiled.value_and_grad(problem.a, problem.b),
        lambda result: (result[0], *result[1]),
    )


def hessian(backend: str, problem: Rosenbrock) -> Made:
    """Call the Hessian of an array."""
    compiled = autograd.compile(problem.valley, backend=backend)
    return lambda: compiled.hessian(problem.x), lambda result: tuple(np.ravel(result).tolist())


def chain_call(backend: str, problem: Chain) -> Any:
    compiled = autograd.compile(
        lambda x, weight, bias: problem.total(x, weight, bias, autograd.tanh), backend=backend
    )
    return lambda: compiled.value_and_grad(problem.start, problem.weight, problem.bias)


def chain(backend: str, problem: Chain) -> Made:
    """Call the value and gradient of the chain."""
    return chain_call(backend, problem), lambda result: (result[0], *result[1])


def chain_compile(backend: str, problem: Chain) -> Made:
    """Trace, differentiate, compile and run once, from a function that was not seen before."""

    def run() -> Any:
        return chain_call(backend, problem)()

    return run, lambda result: (result[0], *result[1])

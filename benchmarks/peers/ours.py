"""This engine, compiled: each function takes the name of the backend first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
import nn
from autograd.program.kept import forget
from autograd.program.steps import Steps
from networks import Digits, DigitsConvolution, Moons
from problems import Chain, Made, Readme, Rosenbrock

__all__ = [
    "Training",
    "chain",
    "chain_compile",
    "digits_epoch",
    "forget_machine_code",
    "hessian",
    "hessian_buffers",
    "moons_backward",
    "moons_compile",
    "moons_loop",
    "moons_steps",
    "readme",
    "set_parameters",
]


def model_of(problem: Moons | Digits, activation: str) -> nn.MLP:
    model = nn.MLP(problem.sizes[0], problem.sizes[1:], activation=activation)
    set_parameters(model, problem)
    return model


def set_parameters(model: nn.Module, problem: Moons | Digits | DigitsConvolution) -> None:
    for parameter, start in zip(model.parameters(), problem.parameters.tolist(), strict=True):
        parameter.data = start


def numbers_of(model: nn.Module) -> list[float]:
    return [parameter.data for parameter in model.parameters()]


class Training:
    """Steps of an optimizer on a loss of one example, compiled; they move the model's Values."""

    def __init__(
        self,
        backend: str,
        model: nn.Module,
        loss: Callable[..., Any],
        optimizer: nn.Optimizer,
        examples: tuple[Any, ...],
        **details: Any,
    ) -> None:
        self._model = model
        self._examples = examples
        self._descent = autograd.Descent(
            loss,
            examples,
            parameters=optimizer.parameters,
            rule=type(optimizer).rule,
            state=optimizer.state,
            settings=optimizer.settings,
            backend=backend,
            **details,
        )

    def plan(self, batches: Any) -> Callable[[], Steps]:
        """Return what takes a step for each line of `batches`, the numbers of its examples."""
        plan = self._descent.plan(self._examples, batches.ravel(), list(map(len, batches)))
        plan.prepare()
        return plan

    def made(self, run: Callable[[], list[Steps]]) -> Made:
        """Return `run` from where the model is now, and what lists parameters and losses."""
        self._descent.run(self._examples, [], [])  # no step, but it reads the Values
        # Copied in as arrays, as by the peers. Values set one by one would take as long as ten
        # steps, which is nothing where a training starts once.
        stepper = self._descent._trained.stepper
        places = (stepper.parameters, stepper.own, stepper.common)
        starts = [place.copy() for place in places]

        def from_the_start() -> list[Steps]:
            for place, start in zip(places, starts):
                place[:] = start
            return run()

        return from_the_start, self.numbers

    def numbers(self, results: list[Steps]) -> tuple[float, ...]:
        """Return parameters and losses."""
        self._descent.write_back()
        losses = np.concatenate([steps.losses for steps in results])
        return (*numbers_of(self._model), *losses.tolist())


def moons_loss(problem: Moons, model: nn.MLP) -> Callable[[Any, Any], Any]:
    """Return the loss of one example, a fresh function every time."""
    parameters = model.parameters()

    def loss(point: Any, label: Any) -> Any:
        penalty = problem.penalty * autograd.dot(parameters, parameters)
        return nn.hinge_loss(model(point), label) + penalty

    return loss


def moons_training(backend: str, problem: Moons, model: nn.MLP, **details: Any) -> Training:
    optimizer = nn.SGD(model.parameters(), lr=problem.rate)
    examples = problem.points, problem.labels
    return Training(backend, model, moons_loss(problem, model), optimizer, examples, **details)


def all_points(problem: Moons, steps: int) -> Any:
    return np.tile(np.arange(len(problem.labels)), (steps, 1))


def moons_steps(backend: str, problem: Moons) -> Made:
    """Call a plan of one step again and again."""
    training = moons_training(backend, problem, model_of(problem, problem.activation))
    step = training.plan(all_points(problem, 1))
    return training.made(lambda: [step() for _ in range(problem.steps)])


def moons_loop(backend: str, problem: Moons, dtype: str = "float64") -> Made:
    """Call a plan of all steps."""
    model = model_of(problem, problem.activation)
    training = moons_training(backend, problem, model, dtype=dtype)
    steps = training.plan(all_points(problem, problem.steps))
    return training.made(lambda: [steps()])


def forget_machine_code(backend: str) -> None:
    """Have all be worked out and compiled anew that is kept for equal programs and texts."""
    forget()
    if backend == "llvm":
        from autograd.backends.llvm import engine, shared

        engine.kept_code.cache_clear()
        shared.forget()


def moons_compile(backend: str, problem: Moons) -> Made:
    """Trace, differentiate, compile and take one step, from a function that was not seen before."""
    model = model_of(problem, problem.activation)
    points = all_points(problem, 1)

    def run() -> tuple[Training, Steps]:
        forget_machine_code(backend)
        set_parameters(model, problem)
        training = moons_training(backend, problem, model)
        return training, training.plan(points)()

    return run, lambda result: result[0].numbers([result[1]])


def moons_backward(backend: str, problem: Moons) -> Made:
    """Step with `backward` of a compiled loss and an optimizer that updates Values in Python."""
    model = model_of(problem, problem.activation)
    optimizer = nn.SGD(model.parameters(), lr=problem.rate)
    compiled = autograd.compile(moons_loss(problem, model), in_axes=0, backend=backend)

    def step() -> float:
        optimizer.zero_grad()
        value = compiled.backward(problem.points, problem.labels)
        optimizer.step()
        return value

    def run() -> list[float]:
        set_parameters(model, problem)
        return [step() for _ in range(problem.steps)]

    return run, lambda losses: (*numbers_of(model), *losses)


def digits_epoch(backend: str, problem: Digits, dtype: str = "float64") -> Made:
    """Call a plan of all batches."""
    model = model_of(problem, "relu")
    training = Training(
        backend,
        model,
        lambda pixels, label: nn.cross_entropy(model(pixels), label),
        nn.Adam(
            model.parameters(),
            lr=problem.rate,
            betas=(problem.beta1, problem.beta2),
            eps=problem.epsilon,
        ),
        (problem.pixels, problem.labels),
        dtype=dtype,
    )
    epoch = training.plan(problem.order)
    return training.made(lambda: [epoch()])


def readme(backend: str, problem: Readme) -> Made:
    """Call the value and gradient of two floats."""
    compiled = autograd.compile(
        lambda a, b: Readme.expression(a, b, autograd.relu), backend=backend
    )
    return (
        lambda: compiled.value_and_grad(problem.a, problem.b),
        lambda result: (result[0], *result[1]),
    )


def hessian(backend: str, problem: Rosenbrock) -> Made:
    """Call the Hessian of an array."""
    compiled = autograd.compile(problem.valley, backend=backend)
    return lambda: compiled.hessian(problem.x), lambda result: tuple(np.ravel(result).tolist())


def hessian_buffers(backend: str, problem: Rosenbrock) -> Made:
    """Call the Hessian of an array, written into another one."""
    compiled = autograd.compile(problem.valley, backend=backend)
    out = np.empty((len(problem.x), len(problem.x)))
    return (
        lambda: compiled.hessian(problem.x, out=out),
        lambda result: tuple(np.ravel(result).tolist()),
    )


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
        forget_machine_code(backend)
        return chain_call(backend, problem)()

    return run, lambda result: (result[0], *result[1])

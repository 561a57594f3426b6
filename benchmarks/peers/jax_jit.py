"""JAX, compiled by XLA in float64: a step a call, or a scan of many steps in one call.

Parameters are one flat array, layer by layer, and the step takes its old array over (donates it):
both are faster than the usual pytree, since every array of a call costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from problems import Digits, Made, Moons, Readme, Rosenbrock, by_layer, by_neuron, split

__all__ = [
    "digits_epoch",
    "hessian",
    "moons_compile",
    "moons_loop",
    "moons_steps",
    "readme",
]


def double_jax() -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def moons_step(problem: Moons) -> Callable[[Any], tuple[Any, Any]]:
    """Return the step from parameters to new ones and the loss, a fresh function every time."""
    jax = double_jax()
    jnp = jax.numpy
    activate = jax.nn.relu if problem.activation == "relu" else jnp.tanh

    def loss(parameters: Any) -> Any:
        (w1, b1), (w2, b2), (w3, b3) = split(parameters, problem.sizes)
        h = activate(problem.points @ w1.T + b1)
        h = activate(h @ w2.T + b2)
        scores = h @ w3[0] + b3
        hinge = jnp.maximum(0.0, 1.0 - problem.labels * scores)
        return hinge.mean() + problem.penalty * (parameters @ parameters)

    def step(parameters: Any) -> tuple[Any, Any]:
        value, gradient = jax.value_and_grad(loss)(parameters)
        return parameters - problem.rate * gradient, value

    return step


def numbers(problem: Moons | Digits) -> Callable[[Any], tuple[float, ...]]:
    def listed(result: tuple[Any, Any]) -> tuple[float, ...]:
        parameters, losses = (np.asarray(part) for part in result)
        return (*by_neuron(parameters, problem.sizes).tolist(), *losses.tolist())

    return listed


def moons_steps(problem: Moons) -> Made:
    """Call a compiled step again and again, waiting for the last only."""
    jax = double_jax()
    step = jax.jit(moons_step(problem), donate_argnums=0)
    start = by_layer(problem.parameters, problem.sizes)

    def run() -> tuple[Any, list[Any]]:
        parameters, losses = jax.device_put(start), []
        for _ in range(problem.steps):
            parameters, loss = step(parameters)
            losses.append(loss)
        return parameters.block_until_ready(), losses

    listed = numbers(problem)
    return run, lambda result: listed((result[0], np.array(result[1])))


def moons_loop(problem: Moons) -> Made:
    """Call a compiled scan of all steps."""
    jax = double_jax()
    step = moons_step(problem)

    @jax.jit
    def loop(parameters: Any) -> Any:
        return jax.lax.scan(lambda p, _: step(p), parameters, None, length=problem.steps)

    start = by_layer(problem.parameters, problem.sizes)
    return lambda: jax.block_until_ready(loop(start)), numbers(problem)


def moons_compile(problem: Moons) -> Made:
    """Trace, compile and run one step, from a function that JAX has not seen."""
    jax = double_jax()
    start = by_layer(problem.parameters, problem.sizes)

    def run() -> tuple[Any, Any]:
        parameters, loss = jax.block_until_ready(jax.jit(moons_step(problem))(start))
        return parameters, loss[None]

    return run, numbers(problem)


def digits_epoch(problem: Digits) -> Made:
    """Call a compiled scan of the batches, which are gathered inside it."""
    jax = double_jax()
    jnp = jax.numpy
    pixels, labels = jax.device_put(problem.pixels), jax.device_put(problem.labels)

    def loss(parameters: Any, batch: Any) -> Any:
        (w1, b1), (w2, b2) = split(parameters, problem.sizes)
        scores = jax.nn.relu(pixels[batch] @ w1.T + b1) @ w2.T + b2
        picked = jnp.take_along_axis(scores, labels[batch][:, None], axis=1)[:, 0]
        return (jax.nn.logsumexp(scores, axis=1) - picked).mean()

    def step(state: Any, batch: Any) -> Any:
        parameters, mean, square, count = state
        value, gradient = jax.value_and_grad(loss)(parameters, batch)
        count = count + 1
        mean = problem.beta1 * mean + (1.0 - problem.beta1) * gradient
        square = problem.beta2 * square + (1.0 - problem.beta2) * gradient**2
        root = jnp.sqrt(square / (1.0 - problem.beta2**count)) + problem.epsilon
        change = problem.rate / (1.0 - problem.beta1**count) * mean / root
        return (parameters - change, mean, square, count), value

    @jax.jit
    def epoch(parameters: Any) -> Any:
        zeros = jnp.zeros_like(parameters)
        state, losses = jax.lax.scan(step, (parameters, zeros, zeros, 0), problem.order)
        return state[0], losses

    start = by_layer(problem.parameters, problem.sizes)
    return lambda: jax.block_until_ready(epoch(start)), numbers(problem)


def readme(problem: Readme) -> Made:
    """Call the compiled value and gradient of two numbers."""
    jax = double_jax()

    @jax.jit
    def call(a: Any, b: Any) -> Any:
        def function(a: Any, b: Any) -> Any:
            return problem.expression(a, b, jax.nn.relu)

        return jax.value_and_grad(function, argnums=(0, 1))(a, b)

    return lambda: jax.block_until_ready(call(problem.a, problem.b)), lambda result: (
        float(result[0]),
        *map(float, result[1]),
    )


def hessian(problem: Rosenbrock) -> Made:
    """Call the compiled jax.hessian of the function written with slices; NumPy in and out."""
    jax = double_jax()

    def valley(x: Any) -> Any:
        return jax.numpy.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    call = jax.jit(jax.hessian(valley))
    return lambda: np.asarray(call(problem.x)), lambda result: tuple(result.ravel().tolist())

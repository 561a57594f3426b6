"""JAX, compiled by XLA in float64: a step a call, or a scan of many steps in one call.

Parameters are a list of weights and biases, as usual, where they stay inside one call. Where they
come and go with every step they are one flat array, which the call takes over (donates): 17 µs a
step against 20 to 23.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from networks import Digits, DigitsConvolution, Moons, by_layer, by_neuron, split
from problems import Made, Readme, Rosenbrock

__all__ = [
    "adam_epoch",
    "digits_epoch",
    "double_jax",
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


Layers = list[tuple[Any, Any]]  # weights (inputs, outputs) and bias


def layers(flat: Any, sizes: tuple[int, ...]) -> Layers:
    return [(weights.T, bias) for weights, bias in split(flat, sizes)]


def moons_step(
    problem: Moons, as_layers: Callable[[Any], Layers] = lambda parameters: parameters
) -> Callable[[Any], tuple[Any, Any]]:
    """Return the step from parameters to new ones and the loss, a fresh function every time."""
    jax = double_jax()
    jnp = jax.numpy
    activate = jax.nn.relu if problem.activation == "relu" else jnp.tanh

    def loss(parameters: Any) -> Any:
        (w1, b1), (w2, b2), (w3, b3) = as_layers(parameters)
        h = activate(problem.points @ w1 + b1)
        h = activate(h @ w2 + b2)
        scores = (h @ w3 + b3)[:, 0]
        squares = sum(jnp.sum(part * part) for part in jax.tree.leaves(parameters))
        hinge = jnp.maximum(0.0, 1.0 - problem.labels * scores)
        return hinge.mean() + problem.penalty * squares

    def step(parameters: Any) -> tuple[Any, Any]:
        value, gradient = jax.value_and_grad(loss)(parameters)
        return jax.tree.map(lambda p, g: p - problem.rate * g, parameters, gradient), value

    return step


def listed(result: tuple[Layers, Any], sizes: tuple[int, ...]) -> tuple[float, ...]:
    """Return parameters, neuron by neuron, and losses as numbers."""
    parameters, losses = result
    flat = np.concatenate([np.ravel(part) for w, b in parameters for part in (np.transpose(w), b)])
    return (*by_neuron(flat, sizes).tolist(), *np.ravel(losses).tolist())


def moons_steps(problem: Moons) -> Made:
    """Call a compiled step again and again, waiting for the last only."""
    jax = double_jax()
    sizes = problem.sizes
    step = jax.jit(moons_step(problem, lambda flat: layers(flat, sizes)), donate_argnums=0)
    start = by_layer(problem.parameters, sizes)

    def run() -> tuple[Any, list[Any]]:
        parameters, losses = jax.device_put(start), []
        for _ in range(problem.steps):
            parameters, loss = step(parameters)
            losses.append(loss)
        return parameters.block_until_ready(), losses

    return run, lambda result: listed((layers(result[0], sizes), result[1]), sizes)


def moons_loop(problem: Moons) -> Made:
    """Call a compiled scan of all steps."""
    jax = double_jax()
    step = moons_step(problem)

    @jax.jit
    def loop(parameters: Any) -> Any:
        return jax.lax.scan(lambda p, _: step(p), parameters, None, length=problem.steps)

    start = jax.device_put(layers(by_layer(problem.parameters, problem.sizes), problem.sizes))
    return lambda: jax.block_until_ready(loop(start)), lambda result: listed(result, problem.sizes)


def moons_compile(problem: Moons) -> Made:
    """Trace, compile and run one step, from a function that JAX has not seen."""
    jax = double_jax()
    start = layers(by_layer(problem.parameters, problem.sizes), problem.sizes)

    def run() -> Any:
        return jax.block_until_ready(jax.jit(moons_step(problem))(start))

    return run, lambda result: listed(result, problem.sizes)


def adam_epoch(
    problem: Digits | DigitsConvolution, loss: Callable[[Any, Any], Any]
) -> Callable[[Any], Any]:
    """Return the compiled scan of the batches, from parameters to new ones and losses.

    `loss` takes parameters in any structure and the numbers of a batch's examples.
    """
    jax = double_jax()
    jnp = jax.numpy

    def adam(count: Any, p: Any, gradient: Any, mean: Any, square: Any) -> tuple[Any, Any, Any]:
        mean = problem.beta1 * mean + (1.0 - problem.beta1) * gradient
        square = problem.beta2 * square + (1.0 - problem.beta2) * gradient**2
        root = jnp.sqrt(square / (1.0 - problem.beta2**count)) + problem.epsilon
        return p - problem.rate / (1.0 - problem.beta1**count) * mean / root, mean, square

    def step(state: Any, batch: Any) -> Any:
        parameters, means, squares, count = state
        value, gradients = jax.value_and_grad(loss)(parameters, batch)
        updated = jax.tree.map(partial(adam, count), parameters, gradients, means, squares)
        state = jax.tree.transpose(
            jax.tree.structure(parameters), jax.tree.structure((0, 0, 0)), updated
        )
        return (*state, count + 1), value

    @jax.jit
    def epoch(parameters: Any) -> Any:
        zeros = jax.tree.map(jnp.zeros_like, parameters)
        state, losses = jax.lax.scan(step, (parameters, zeros, zeros, 1), problem.order)
        return state[0], losses

    compiled: Callable[[Any], Any] = epoch
    return compiled


def digits_epoch(problem: Digits) -> Made:
    """Call a compiled scan of the batches, which are gathered inside it."""
    jax = double_jax()
    jnp = jax.numpy
    pixels, labels = jax.device_put(problem.pixels), jax.device_put(problem.labels)

    def loss(parameters: Layers, batch: Any) -> Any:
        (w1, b1), (w2, b2) = parameters
        scores = jax.nn.relu(pixels[batch] @ w1 + b1) @ w2 + b2
        picked = jnp.take_along_axis(scores, labels[batch][:, None], axis=1)[:, 0]
        return (jax.nn.logsumexp(scores, axis=1) - picked).mean()

    epoch = adam_epoch(problem, loss)
    start = jax.device_put(layers(by_layer(problem.parameters, problem.sizes), problem.sizes))
    return lambda: jax.block_until_ready(epoch(start)), lambda result: listed(result, problem.sizes)


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

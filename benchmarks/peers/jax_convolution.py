"""JAX, compiled by XLA in float64: a convolutional network.

Windows are gathered for one matrix product, and pooling is the larger of neighbours, twice. In
float64 `lax.conv_general_dilated` takes 1.8 times as long, `lax.reduce_window` 1.3 times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from networks import DigitsConvolution
from peers.jax_jit import adam_epoch, double_jax
from problems import Made

__all__ = ["convolution_compile", "convolution_epoch"]

Layers = list[tuple[Any, Any]]  # weights (outputs, inputs) and bias


def loss_of(problem: DigitsConvolution) -> Callable[[Layers, Any], Any]:
    """Return the mean loss of a batch, a fresh function every time."""
    jax = double_jax()
    jnp = jax.numpy
    data = problem.images, problem.labels, problem.masks
    all_images, all_labels, all_masks = map(jax.device_put, data)

    def pooled(maps: Any) -> Any:
        rows = jnp.maximum(maps[:, ::2], maps[:, 1::2])
        return jnp.maximum(rows[:, :, ::2], rows[:, :, 1::2])

    def loss(parameters: Layers, batch: Any) -> Any:
        (kernels, biases), (weights, bias) = parameters
        images, labels, masks = all_images[batch], all_labels[batch], all_masks[batch]
        framed = jnp.pad(images, ((0, 0), (1, 1), (1, 1)))
        shifted = [framed[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        features = pooled(jax.nn.relu(jnp.stack(shifted, axis=-1) @ kernels.T + biases))
        by_map = features.transpose(0, 3, 1, 2).reshape(masks.shape)
        scores = (by_map * masks) @ weights.T + bias
        picked = jnp.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
        return (jax.nn.logsumexp(scores, axis=1) - picked).mean()

    return loss


def start_of(problem: DigitsConvolution) -> Layers:
    both = problem.split(problem.parameters)
    start: Layers = double_jax().device_put([(layer[:, :-1], layer[:, -1]) for layer in both])
    return start


def numbers_of(result: tuple[Layers, Any]) -> tuple[float, ...]:
    layers, losses = result
    return (*DigitsConvolution.joined(*layers).tolist(), *np.asarray(losses).tolist())


def convolution_epoch(problem: DigitsConvolution) -> Made:
    """Call a compiled scan of the batches, which are gathered inside it."""
    jax = double_jax()
    epoch, start = adam_epoch(problem, loss_of(problem)), start_of(problem)
    return lambda: jax.block_until_ready(epoch(start)), numbers_of


def convolution_compile(problem: DigitsConvolution) -> Made:
    """Trace, compile and run the scan, from a loss that JAX has not seen.

    Of one batch it compiles in 1.1 s, a step by itself in 1.9 s.
    """
    jax = double_jax()
    start = start_of(problem)
    return lambda: jax.block_until_ready(adam_epoch(problem, loss_of(problem))(start)), numbers_of

"""Train a network of scalars on several devices at once, as a program of JAX.

    python demos/many_devices.py --devices 4

The loss of one point is compiled, differentiated by autograd's own rules and handed to JAX, which
splits the batch over the devices and adds up their gradients. Here the devices are parts of one
processor; on accelerators, or on many machines, the program is the same. Needs JAX:
pip install "scalar-autograd[jax]".
"""

from __future__ import annotations

import argparse
import os
import random

import numpy as np

from autograd import compile, dot
from datasets import moons
from nn import MLP, hinge_loss


def main() -> None:
    """Take steps of gradient descent, and compare the last loss with that of one processor."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--devices", type=int, default=4)
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    if min(options.devices, options.steps) < 1:
        parser.error("--devices and --steps must be at least 1")
    # Before JAX starts: it then shows the processor as that many devices.
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={options.devices}"
    os.environ["JAX_PLATFORMS"] = "cpu"
    try:
        import jax
        from jax.sharding import Mesh, NamedSharding, PartitionSpec
    except ImportError:
        parser.error('JAX is not installed: pip install "scalar-autograd[jax]"')
    jax.config.update("jax_enable_x64", True)

    random.seed(1)
    X, y, _ = moons(1, count=100 * options.devices, noise=0.1)
    labels = np.where(y > 0, 1.0, -1.0)
    model = MLP(2, [16, 16, 1])
    weights = model.parameters()
    loss = compile(
        lambda x, label: hinge_loss(model(x), label) + 1e-4 * dot(weights, weights), in_axes=0
    )
    # Sums over the examples: the loss, then the gradient of each parameter.
    sums_of_batch = loss.to_jax("backward", X, labels)

    devices = Mesh(np.array(jax.devices()), ("batch",))
    split = NamedSharding(devices, PartitionSpec("batch"))
    everywhere = NamedSharding(devices, PartitionSpec())
    examples = jax.device_put(np.column_stack([X, labels]), split)
    parameters = jax.device_put(np.array([p.data for p in loss.captured(X, labels)]), everywhere)

    @jax.jit
    def step(parameters: jax.Array) -> tuple[jax.Array, jax.Array]:
        _, sums = sums_of_batch(examples, np.zeros(0), parameters)
        mean = sums / len(examples)
        return parameters - 0.1 * mean[1:], mean[0]

    for number in range(options.steps):
        parameters, found = step(parameters)
        if number % 50 == 0 or number == options.steps - 1:
            print(f"step {number:3d}: loss {float(found):.6f}")

    for parameter, number in zip(loss.captured(X, labels), parameters.tolist(), strict=True):
        parameter.data = number
    print(f"{len(jax.devices())} devices, {len(examples)} points")
    after = float(step(parameters)[1])
    print(f"the loss after it: {after:.12f} there, {loss(X, labels).mean():.12f} here")


if __name__ == "__main__":
    main()

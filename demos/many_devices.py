"""Train a network of scalars on several devices at once, as a program of JAX.

    python demos/many_devices.py --devices 4

The loss of one point is compiled, differentiated by autograd's own rules and handed to JAX, which
splits the batch over the devices and adds up their gradients. Here the devices are parts of one
processor; on accelerators the program is the same. Needs JAX: pip install "scalar-autograd[jax]".

Several processes, on one machine or on many, work as one with `--processes`: start the program once
for each, with its number and the address of the first one.

    python demos/many_devices.py --devices 2 --processes 2 --process 0 --address localhost:9876 &
    python demos/many_devices.py --devices 2 --processes 2 --process 1 --address localhost:9876
"""

from __future__ import annotations

import argparse
import os
import random

import numpy as np

from autograd import Compiled, compile, dot
from datasets import moons
from nn import MLP, hinge_loss


def main() -> None:
    """Take steps of gradient descent, and check the work of the devices against one processor."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--devices", type=int, default=4, help="of each process")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--process", type=int, default=0, help="the number of this one, from 0 on")
    parser.add_argument("--address", default="localhost:9876", help="where process 0 answers")
    options = parser.parse_args()
    if min(options.devices, options.steps, options.processes) < 1:
        parser.error("--devices, --steps and --processes must be at least 1")
    if not 0 <= options.process < options.processes:
        parser.error(f"--process must be at least 0 and less than {options.processes}")
    # Before JAX starts: it then shows the processor as that many devices.
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={options.devices}"
    os.environ["JAX_PLATFORMS"] = "cpu"
    try:
        import jax
        from jax.sharding import Mesh, NamedSharding, PartitionSpec
    except ImportError:
        parser.error('JAX is not installed: pip install "scalar-autograd[jax]"')
    jax.config.update("jax_enable_x64", True)
    if options.processes > 1:
        jax.distributed.initialize(options.address, options.processes, options.process)

    # Every process draws the same points and weights, and gives its devices their part of them.
    random.seed(1)
    X, y, _ = moons(1, count=100 * jax.device_count(), noise=0.1)
    labels = np.where(y > 0, 1.0, -1.0)
    model = MLP(2, [16, 16, 1])
    weights = model.parameters()
    loss = compile(
        lambda x, label: hinge_loss(model(x), label) + 1e-4 * dot(weights, weights), in_axes=0
    )
    # Sums over the examples: the loss, then the gradient of each parameter.
    sums_of_batch = loss.to_jax("backward", X, labels)

    mesh = Mesh(np.array(jax.devices()), ("batch",))
    split = NamedSharding(mesh, PartitionSpec("batch"))
    everywhere = NamedSharding(mesh, PartitionSpec())

    def placed(numbers: np.ndarray, sharding: NamedSharding) -> jax.Array:
        return jax.make_array_from_callback(numbers.shape, sharding, lambda part: numbers[part])

    points = np.column_stack([X, labels])
    examples = placed(points, split)
    parameters = placed(np.array([p.data for p in loss.captured(X, labels)]), everywhere)

    # The examples are an argument, because those that a function closes over are constants of its
    # program, and every device then holds and computes all of them.
    def step(parameters: jax.Array, examples: jax.Array) -> tuple[jax.Array, jax.Array]:
        _, sums = sums_of_batch(examples, jax.numpy.zeros(0), parameters)
        mean = sums / len(examples)
        return parameters - 0.1 * mean[1:], mean

    compiled = jax.jit(step, out_shardings=everywhere).lower(parameters, examples).compile()
    check_that_devices_share_the_work(compiled.as_text(), len(points), jax.device_count())
    check_the_gradient(loss, X, labels, np.asarray(compiled(parameters, examples)[1]))

    losses = []
    for number in range(options.steps):
        parameters, mean = compiled(parameters, examples)
        losses.append(float(mean[0]))
        if number % 50 == 0 or number == options.steps - 1:
            print(f"step {number:3d}: loss {losses[-1]:.6f}")

    for parameter, number in zip(loss.captured(X, labels), np.asarray(parameters), strict=True):
        parameter.data = float(number)
    print(f"{jax.device_count()} devices, {len(points)} points, {jax.process_count()} processes")
    there, here = float(compiled(parameters, examples)[1][0]), float(loss(X, labels).mean())
    print(f"the loss after it: {there:.12f} there, {here:.12f} here")
    assert abs(there - here) <= 1e-11 * here
    assert losses[-1] < losses[0] or options.steps == 1, "the loss did not fall"


def check_that_devices_share_the_work(text: str, points: int, devices: int) -> None:
    """Assert that each device holds a part of the points, and that their results are added up."""
    collectives = text.count(" all-reduce(") + text.count(" all-reduce-start(")
    print(f"{collectives} sums over the devices in each step, {points // devices} points on each")
    assert f"f64[{points // devices},3]" in text
    if devices > 1:
        assert collectives > 0, "no device learns of the gradients of the others"
        assert f"f64[{points},3]" not in text, "every device computes all points"


def check_the_gradient(loss: Compiled, X: np.ndarray, labels: np.ndarray, mean: np.ndarray) -> None:
    """Assert that the devices find the loss and the gradient that one processor finds."""
    for parameter in loss.captured(X, labels):
        parameter.zero_grad()
    value = loss.backward(X, labels)
    gradient = [parameter.grad for parameter in loss.captured(X, labels)]
    np.testing.assert_allclose(mean, [value, *gradient], rtol=1e-11, atol=1e-12)


if __name__ == "__main__":
    main()

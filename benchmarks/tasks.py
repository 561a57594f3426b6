"""The work of each engine, made in the process that will do it: the imports are inside."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from measure import bytes_allocated
from transformer import Transformer, tokens_of, training_step
from workloads import PlainMLP, chain, links, moons, moons_step, readme_expression

__all__ = [
    "CLOSURES",
    "LEAST",
    "OURS",
    "TORCH",
    "XAD",
    "chain_task",
    "expression_task",
    "forward_mode_task",
    "memory_task",
    "moons_task",
    "same_moons_task",
    "second_derivative_task",
    "tracing_task",
    "transformer_task",
]

OURS = "scalar-autograd"
LEAST = "least class"
CLOSURES = "closures per node"
XAD = "XAD"
TORCH = "PyTorch eager"

SIZES = (2, 16, 16, 1)
RATE = 0.05
CHARACTERS = 7  # of the word that the transformer learns: 8 positions with the boundary before it

SCALARS = {
    OURS: ("autograd", "Value"),
    LEAST: ("least_value", "LeastValue"),
    CLOSURES: ("closures_baseline", "ClosureValue"),
    XAD: ("xad_tape", "leaf"),
}


def scalar(engine: str) -> Any:
    """Return the constructor of a scalar that takes gradients."""
    if engine in SCALARS:
        module, name = SCALARS[engine]
        return getattr(import_module(module), name)
    torch = one_threaded_torch()
    return lambda number: torch.tensor(number, dtype=torch.float64, requires_grad=True)


def one_threaded_torch() -> Any:
    """Return PyTorch with one thread: as fast as two on these small tensors, and undisturbed."""
    torch = import_module("torch")
    torch.set_num_threads(1)
    return torch


def expression_task(engine: str) -> Any:
    """Build micrograd's README expression and run it backward."""
    value = scalar(engine)
    return lambda: readme_expression(value), lambda numbers: numbers


def chain_task(engine: str, operations: int) -> Any:
    """Build a chain and run it backward."""
    value = scalar(engine)

    def run() -> tuple[Any, Any]:
        end, weight = chain(value, operations)
        end.backward()
        return end, weight

    return run, lambda nodes: (float(nodes[0].data), float(nodes[1].grad))


def gradients_task(engine: str, operations: int) -> Any:
    """Differentiate a chain that is there, leaving no gradient in its leaves."""
    if engine == TORCH:
        gradients = partial(one_threaded_torch().autograd.grad, retain_graph=True)
    else:
        gradients = import_module("autograd").gradients
    end, weight = chain(scalar(engine), operations)
    return lambda: gradients(end, [weight]), lambda found: (float(found[0]),)


def second_derivative_task(engine: str, operations: int) -> Any:
    """Draw the derivative of a chain as a graph, and differentiate that."""
    value = scalar(engine)
    if engine == TORCH:
        gradients = one_threaded_torch().autograd.grad
    else:
        gradients = import_module("autograd").gradients

    def run() -> tuple[Any, Any]:
        end, weight = chain(value, operations)
        (slope,) = gradients(end, [weight], create_graph=True)
        (curvature,) = gradients(slope, [weight])
        return slope, curvature

    return run, lambda found: (float(found[0].data), float(found[1]))


def forward_mode_task(engine: str, operations: int) -> Any:
    """Differentiate a chain by its weight in forward mode."""
    if engine == TORCH:
        torch = one_threaded_torch()
        jvp, number = torch.func.jvp, partial(torch.tensor, dtype=torch.float64)
    else:
        jvp, number = import_module("autograd").jvp, float
    x, weight, bias, tangent = map(number, (0.5, 0.9, 0.1, 1.0))

    def run() -> Any:
        return jvp(lambda weight: links(x, weight, bias, operations), (weight,), (tangent,))

    return run, lambda found: (float(found[0]), float(found[1]))


def tracing_task(engine: str, operations: int) -> Any:
    """Trace a chain, which is what compiling does first; only this engine does."""
    compiled = import_module({OURS: "autograd"}[engine]).compile

    def run() -> Any:
        return compiled(lambda x: links(x, 0.9, 0.1, operations)).captured(0.5)

    return run, lambda captured: (len(captured),)


def memory_task(engine: str, operations: int) -> Any:
    """Measure the bytes that a node of a chain takes."""
    make = partial(chain, scalar(engine), operations)
    return lambda: bytes_allocated(make) / operations, lambda size: (size,)


def transformer_task(engine: str) -> Any:
    """Do a step of the plain transformer on one word; PyTorch updates by its optimizer."""
    model = Transformer(scalar(engine))
    parameters, tokens = model.parameters(), tokens_of(CHARACTERS)
    if engine == TORCH:
        optimizer = one_threaded_torch().optim.SGD(parameters, lr=RATE)

        def step() -> Any:
            loss = model.loss(tokens)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

    else:

        def step() -> Any:
            return training_step(model, parameters, tokens, RATE)

    return step, lambda loss: (float(loss.data),)


def same_moons_task(engine: str) -> Any:
    """Do the moons step in micrograd's own words, line by line."""
    model = our_model() if engine == OURS else plain_model(scalar(engine))
    data = moons()
    return lambda: moons_step(model, data, RATE), lambda loss: (loss,)


def moons_task(engine: str) -> Any:
    """Do the moons step as each engine's users write it."""
    if engine in {LEAST, CLOSURES}:
        return same_moons_task(engine)
    step = torch_step() if engine == TORCH else our_step()
    return step, lambda loss: (loss,)


def plain_model(scalar: Any) -> PlainMLP:
    return PlainMLP(scalar, SIZES, seed=7)


def our_model() -> Any:
    """Return a network of this engine with the parameters of the plain one."""
    model = import_module("nn").MLP(SIZES[0], SIZES[1:])
    for mine, number in zip(model.parameters(), plain_model(float).parameters(), strict=True):
        mine.data = number
    return model


def our_step() -> Any:
    nn, autograd = import_module("nn"), import_module("autograd")
    model = our_model()
    parameters = model.parameters()
    optimizer = nn.SGD(parameters, lr=RATE)
    points, labels = moons()

    def step() -> float:
        loss = nn.hinge_loss([model(point) for point in points], labels)
        loss += 1e-4 * autograd.dot(parameters, parameters)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.data)

    return step


def torch_step() -> Any:
    """Return the step on whole arrays, float64, as PyTorch programs are written."""
    torch = one_threaded_torch()
    points, labels = (torch.tensor(part, dtype=torch.float64) for part in moons())
    modules: list[Any] = []
    for layer in plain_model(float).layers:
        linear = torch.nn.Linear(len(layer[0][0]), len(layer), dtype=torch.float64)
        with torch.no_grad():
            weights, biases = zip(*layer)
            linear.weight[:] = torch.tensor(weights, dtype=torch.float64)
            linear.bias[:] = torch.tensor(biases, dtype=torch.float64)
        modules += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*modules[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def step() -> float:
        scores = model(points).squeeze(1)
        loss = (1 - labels * scores).relu().mean()
        loss = loss + 1e-4 * sum((p * p).sum() for p in model.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step

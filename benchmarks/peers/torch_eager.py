"""PyTorch without compilation, float64, on one thread, as its users write it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from problems import Digits, Made, Moons, by_layer, by_neuron, split

__all__ = ["digits_epoch", "moons_steps"]


def network(problem: Moons | Digits, activation: str) -> tuple[Any, Any]:
    """Return the model and a function that takes it back to its start."""
    import torch

    torch.set_num_threads(1)  # as fast as two on tensors this small, and undisturbed
    modules: list[Any] = []
    for inputs, outputs in pairwise(problem.sizes):
        modules += [torch.nn.Linear(inputs, outputs, dtype=torch.float64)]
        modules += [torch.nn.ReLU() if activation == "relu" else torch.nn.Tanh()]
    model = torch.nn.Sequential(*modules[:-1])
    layers = split(by_layer(problem.parameters, problem.sizes), problem.sizes)
    starts = [torch.tensor(part) for layer in layers for part in layer]

    def reset() -> None:
        with torch.no_grad():
            for parameter, start in zip(model.parameters(), starts, strict=True):
                parameter.copy_(start)

    return model, reset


def results(problem: Moons | Digits, model: Any) -> Any:
    """Return what makes numbers of the losses, and of the model as they left it."""
    import torch

    def numbers(losses: list[Any]) -> tuple[float, ...]:
        flat = torch.nn.utils.parameters_to_vector(model.parameters()).detach().numpy()
        return (*by_neuron(flat, problem.sizes).tolist(), *(loss.item() for loss in losses))

    return numbers


def moons_steps(problem: Moons) -> Made:
    """Do the steps with torch.optim.SGD, the penalty as part of the loss."""
    import torch

    model, reset = network(problem, problem.activation)
    points, labels = torch.tensor(problem.points), torch.tensor(problem.labels)
    optimizer = torch.optim.SGD(model.parameters(), lr=problem.rate)

    def step() -> Any:
        scores = model(points).squeeze(1)
        loss = (1.0 - labels * scores).relu().mean()
        loss = loss + problem.penalty * sum((p * p).sum() for p in model.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    def run() -> list[Any]:
        reset()
        return [step() for _ in range(problem.steps)]

    return run, results(problem, model)


def digits_epoch(problem: Digits) -> Made:
    """Train with the fused Adam, the fastest of torch's three."""
    import torch

    model, reset = network(problem, "relu")
    pixels, labels = torch.tensor(problem.pixels), torch.tensor(problem.labels)
    order = torch.tensor(problem.order)

    def run() -> list[Any]:
        reset()
        optimizer = torch.optim.Adam(
            model.parameters(),
            lr=problem.rate,
            betas=(problem.beta1, problem.beta2),
            eps=problem.epsilon,
            fused=True,
        )
        losses = []
        for batch in order:
            loss = torch.nn.functional.cross_entropy(model(pixels[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return losses

    return run, results(problem, model)

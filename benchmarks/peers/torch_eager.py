"""PyTorch without compilation, float64, on one thread, as its users write it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from networks import Digits, DigitsConvolution, Moons, by_layer, by_neuron, split
from problems import Made

__all__ = ["convolution_epoch", "digits_epoch", "moons_steps"]


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
    return model, resetting(model, [part for layer in layers for part in layer])


def resetting(model: Any, starts: Sequence[Any]) -> Callable[[], None]:
    """Return what takes a model back to parameters of these numbers."""
    import torch

    tensors = [torch.tensor(start) for start in starts]

    def reset() -> None:
        with torch.no_grad():
            for parameter, start in zip(model.parameters(), tensors, strict=True):
                parameter.copy_(start)

    return reset


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


def adam_epoch(
    problem: Digits | DigitsConvolution,
    model: Any,
    reset: Callable[[], None],
    scores: Callable[[Any], Any],
) -> Callable[[], list[Any]]:
    """Return what trains with the fused Adam, the fastest of torch's three, and gives losses.

    `scores` are the model's for a batch, a tensor of numbers of examples.
    """
    import torch

    labels, order = torch.tensor(problem.labels), torch.tensor(problem.order)

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
            loss = torch.nn.functional.cross_entropy(scores(batch), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return losses

    return run


def digits_epoch(problem: Digits) -> Made:
    """Train batch by batch."""
    import torch

    model, reset = network(problem, "relu")
    pixels = torch.tensor(problem.pixels)
    run = adam_epoch(problem, model, reset, lambda batch: model(pixels[batch]))
    return run, results(problem, model)


def convolution_epoch(problem: DigitsConvolution) -> Made:
    """Train batch by batch, with the masks in the place of torch's own dropout."""
    import torch

    torch.set_num_threads(1)  # as fast as two on tensors this small, and undisturbed
    convolution = torch.nn.Conv2d(1, problem.kernels, 3, padding=1, dtype=torch.float64)
    last = torch.nn.Linear(problem.kernels * 16, 10, dtype=torch.float64)
    model = torch.nn.ModuleList([convolution, last])
    kernels, neurons = problem.split(problem.parameters)
    reset = resetting(
        model,
        [
            kernels[:, :-1].reshape(-1, 1, 3, 3),
            kernels[:, -1],
            neurons[:, :-1],
            neurons[:, -1],
        ],
    )
    images, masks = torch.tensor(problem.images)[:, None], torch.tensor(problem.masks)

    def scores(batch: Any) -> Any:
        features = torch.nn.functional.max_pool2d(convolution(images[batch]).relu(), 2)
        return last(features.flatten(1) * masks[batch])

    def numbers(losses: list[Any]) -> tuple[float, ...]:
        w1, b1, w2, b2 = (parameter.detach().numpy() for parameter in model.parameters())
        flat = problem.joined((w1, b1), (w2, b2))
        return (*flat.tolist(), *(loss.item() for loss in losses))

    return adam_epoch(problem, model, reset, scores), numbers

"""The same work in PyTorch, one tensor operation at a time: float64, one thread.

One thread is as fast as two here (the tensors are small), and undisturbed by other programs.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from workloads import MoonsData

__all__ = ["TorchMoons", "load", "scalar"]


def load() -> tuple[Any, str]:
    """Return PyTorch, or None with the reason why it takes no part."""
    try:
        torch = import_module("torch")
    except ImportError:
        return None, "PyTorch is not installed (pip install torch), so its column is empty"
    torch.set_num_threads(1)
    return torch, ""


def scalar(torch: Any) -> Any:
    """Return a constructor of scalar leaves that take gradients."""
    return lambda number: torch.tensor(number, dtype=torch.float64, requires_grad=True)


class TorchMoons:
    """A multilayer perceptron on all points at once, as PyTorch programs are written."""

    def __init__(self, torch: Any, layers: list[list[list[float]]], data: MoonsData) -> None:
        self.torch = torch
        self.points = torch.tensor(data[0], dtype=torch.float64)
        self.labels = torch.tensor(data[1], dtype=torch.float64)
        modules: list[Any] = []
        for rows in layers:  # per neuron: the weights, then the bias
            linear = torch.nn.Linear(len(rows[0]) - 1, len(rows), dtype=torch.float64)
            with torch.no_grad():
                linear.weight[:] = torch.tensor([row[:-1] for row in rows], dtype=torch.float64)
                linear.bias[:] = torch.tensor([row[-1] for row in rows], dtype=torch.float64)
            modules += [linear, torch.nn.ReLU()]
        self.model = torch.nn.Sequential(*modules[:-1])
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.05)

    def step(self) -> float:
        """Do one forward pass, backward pass and update; return the loss before it."""
        scores = self.model(self.points).squeeze(1)
        loss = (1 - self.labels * scores).relu().mean()
        loss = loss + 1e-4 * sum((p * p).sum() for p in self.model.parameters())
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

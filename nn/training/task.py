"""Task: what is trained, on what and how."""

from __future__ import annotations

from dataclasses import dataclass

from nn.data.dataset import Dataset
from nn.losses import Loss
from nn.module import Module
from nn.optim.optimizers import Optimizer
from nn.optim.penalties import Penalty

__all__ = ["Task"]


@dataclass(frozen=True)
class Task:
    """The arguments of `fit` that say what a step is, checked and complete."""

    model: Module
    loss: Loss
    penalty: Penalty | None
    optimizer: Optimizer
    train: Dataset
    held_out: Dataset | None
    batch_size: int
    clip_norm: float | None
    keeps_outputs: bool  # metrics want them
    watched: bool = False  # code that is not the library's runs between epochs

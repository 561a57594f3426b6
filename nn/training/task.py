"""Task: what is trained, on what and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from nn.losses import Loss
from nn.module import Module
from nn.optimizers import Optimizer
from nn.penalties import Penalty

__all__ = ["Examples", "Task"]

Examples: TypeAlias = tuple[list[Any], list[Any]]  # inputs and targets, one of each per row


@dataclass(frozen=True)
class Task:
    """The arguments of `fit` that say what a step is, checked and complete."""

    model: Module
    loss: Loss
    penalty: Penalty | None
    optimizer: Optimizer
    train: Examples
    held_out: Examples | None
    batch_size: int
    clip_norm: float | None
    keeps_outputs: bool  # metrics want them

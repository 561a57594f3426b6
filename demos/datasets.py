"""The data sets that `train.py` learns: bundled with scikit-learn, so nothing is downloaded."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

try:
    from sklearn.datasets import load_breast_cancer, load_iris, make_moons
except ImportError as error:
    sys.exit(f'{error}. The demos need more than the engine: pip install "scalar-autograd[demos]"')

__all__ = ["TASKS", "Task", "moons"]


@dataclass(frozen=True)
class Task:
    """A data set, with a network and a training time that suit it."""

    load: Callable[[int], tuple[Any, Any, list[str]]]
    outputs: int  # one per class, or a single one for two classes
    hidden: tuple[int, ...]
    epochs: int


def iris(_: int) -> tuple[Any, Any, list[str]]:
    """150 flowers of three species by four lengths in cm (Fisher 1936)."""
    data = load_iris()
    return data.data, data.target, [name.removesuffix(" (cm)") for name in data.feature_names]


def breast_cancer(_: int) -> tuple[Any, Any, list[str]]:
    """569 tumours, malignant or benign, by 30 measures of cell nuclei (Wolberg et al. 1995)."""
    data = load_breast_cancer()
    return data.data, data.target, list(data.feature_names)


def moons(seed: int, count: int = 200, noise: float = 0.15) -> tuple[Any, Any, list[str]]:
    """200 noisy points on two interleaved half circles."""
    return *make_moons(n_samples=count, noise=noise, random_state=seed), ["x", "y"]


TASKS = {
    "iris": Task(iris, outputs=3, hidden=(8,), epochs=40),
    "breast-cancer": Task(breast_cancer, outputs=1, hidden=(16,), epochs=15),
    "moons": Task(moons, outputs=1, hidden=(16, 16), epochs=60),
}

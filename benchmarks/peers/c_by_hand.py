"""C by hand, called from Python through ctypes: as near to the limit as this project gets."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from networks import Digits, Moons
from peers import compiler
from problems import Array, Made
from texts import Texts

__all__ = [
    "digits_epoch",
    "moons_loop",
    "moons_steps",
    "transformer_adam",
    "transformer_gradients",
]

SOURCES = Path(__file__).parents[1] / "by_hand"


@cache
def library(source: str, options: tuple[str, ...]) -> ctypes.CDLL:
    return compiler.loaded(SOURCES / source, ctypes.CDLL, options)


def function(source: str, name: str) -> Any:
    found = getattr(library(source, compiler.OPTIONS), name)
    found.restype = None
    return found


def address(array: Any) -> ctypes.c_void_p:
    assert array.flags.c_contiguous
    return ctypes.c_void_p(array.ctypes.data)


def moons_function(problem: Moons, steps_a_call: int) -> Made:
    count = len(problem.labels)
    padded = -count % 8 + count
    x, y, share = np.zeros((2, padded)), np.zeros(padded), np.zeros(padded)
    x[:, :count] = problem.points.T
    y[:count] = problem.labels
    share[:count] = 1.0 / count
    p, losses = problem.parameters.copy(), np.zeros(problem.steps)
    steps = function("moons.c", f"moons_{problem.activation}")
    fixed = (address(p), address(x), address(y), address(share), ctypes.c_double(problem.rate))
    some, size = ctypes.c_long(steps_a_call), losses.itemsize
    places = [
        ctypes.c_void_p(losses.ctypes.data + step * size)
        for step in range(0, problem.steps, steps_a_call)
    ]

    def run() -> tuple[Array, Array]:
        _ = x, y, share  # kept alive: C has their addresses
        p[:] = problem.parameters
        for place in places:
            steps(*fixed, some, place)
        return p, losses

    return run, lambda result: (*result[0].tolist(), *result[1].tolist())


def moons_steps(problem: Moons) -> Made:
    """Call C once a step."""
    return moons_function(problem, 1)


def moons_loop(problem: Moons) -> Made:
    """Call C once for all steps."""
    return moons_function(problem, problem.steps)


def digits_epoch(problem: Digits) -> Made:
    """Call C once for the epoch."""
    p, losses = problem.parameters.copy(), np.zeros(len(problem.order))
    epoch = function("digits.c", "digits_epoch")
    arguments = (
        *map(address, (p, problem.pixels, problem.labels, problem.order)),
        ctypes.c_double(problem.rate),
        ctypes.c_long(len(losses)),
        address(losses),
    )

    def run() -> tuple[Array, Array]:
        p[:] = problem.parameters
        epoch(*arguments)
        return p, losses

    return run, lambda result: (*result[0].tolist(), *result[1].tolist())


def transformer_gradients(problem: Texts) -> Made:
    """Call C once for the gradients of all texts, one after the other; the last one is kept."""
    gradient, losses = np.zeros(len(problem.parameters)), np.zeros(len(problem.counts))
    gradients = function("transformer.c", "transformer_gradients")
    arguments = (
        *map(address, (problem.parameters, problem.tokens, problem.counts)),
        ctypes.c_long(len(losses)),
        address(losses),
        address(gradient),
    )

    def run() -> tuple[Array, Array]:
        gradients(*arguments)
        return gradient, losses

    return run, lambda result: (*result[0].tolist(), *result[1].tolist())


def transformer_adam(problem: Texts) -> Made:
    """Call C once for all steps of Adam."""
    p, losses = problem.parameters.copy(), np.zeros(len(problem.counts) // problem.batch)
    adam = function("transformer.c", "transformer_adam")
    arguments = (
        *map(address, (p, problem.tokens, problem.counts)),
        ctypes.c_long(len(problem.counts)),
        ctypes.c_long(problem.batch),
        ctypes.c_double(problem.rate),
        address(losses),
    )

    def run() -> tuple[Array, Array]:
        p[:] = problem.parameters
        adam(*arguments)
        return p, losses

    return run, lambda result: (*result[0].tolist(), *result[1].tolist())

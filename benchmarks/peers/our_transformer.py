"""This engine at the plain transformer, compiled: each function takes the name of the backend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np

import autograd
import nn
from autograd.graph import set_gradients
from peers.ours import Training
from problems import Made
from texts import Texts
from transformer import Transformer

__all__ = ["Choosing", "transformer_backward", "transformer_gradients", "transformer_steps"]


class Choosing(Transformer):
    """The same program, where tokens are arguments."""

    item = staticmethod(autograd.take)

    @staticmethod
    def largest(numbers: Iterable[Any]) -> Any:
        """Return the largest number that has no gradient."""
        return reduce(autograd.maximum, numbers)


def model_of(problem: Texts) -> tuple[Transformer, list[Any]]:
    model = Choosing(autograd.Value)
    parameters = model.parameters()
    for parameter, number in zip(parameters, problem.parameters.tolist(), strict=True):
        parameter.data = number
    return model, parameters


def prepare(loss: Any, texts: Sequence[Sequence[int]]) -> None:
    """Wait for the machine code of each length of text, which a thread would make meanwhile."""
    for text in {len(text): text for text in texts}.values():
        loss.prepare("backward", text)


def transformer_gradients(backend: str, problem: Texts) -> Made:
    """Call `backward` for each text, which adds to gradients that were cleared."""
    model, parameters = model_of(problem)
    loss = autograd.compile(model.loss, backend=backend)
    optimizer, texts = nn.SGD(parameters), problem.rows()
    prepare(loss, texts)

    def run() -> list[float]:
        losses = []
        for text in texts:
            optimizer.zero_grad()
            losses.append(loss.backward(text))
        return losses

    return run, lambda losses: (*(p.grad for p in parameters), *losses)


def transformer_backward(backend: str, problem: Texts) -> Made:
    """Call `backward` and a step of an optimizer for each text."""
    model, parameters = model_of(problem)
    loss, texts = autograd.compile(model.loss, backend=backend), problem.rows()
    zeros = [0.0] * len(parameters)
    prepare(loss, texts)

    def run() -> list[float]:
        for parameter, number in zip(parameters, problem.parameters.tolist()):
            parameter.data = number
        adam = nn.Adam(
            parameters, problem.rate, betas=(problem.beta1, problem.beta2), eps=problem.epsilon
        )
        losses = []
        for text in texts:
            set_gradients(parameters, zeros)  # a step leaves alone what has no gradient at all
            losses.append(loss.backward(text))
            adam.step()
        return losses

    return run, lambda losses: (*(p.data for p in parameters), *losses)


def transformer_steps(backend: str, problem: Texts, dtype: str = "float64") -> Made:
    """Call a plan of all batches; in each step all parameters move, as they do in C by hand."""
    model, parameters = model_of(problem)
    adam = nn.Adam(
        parameters, problem.rate, betas=(problem.beta1, problem.beta2), eps=problem.epsilon
    )
    texts = problem.rows()
    several = len(set(map(len, texts))) > 1
    unreached = "zero" if several else "skip"  # of one length, they have no gradient at all
    details = {"unreached": unreached, "dtype": dtype}
    training = Training(backend, model, model.loss, adam, (texts,), **details)
    epoch = training.plan(np.arange(len(texts)).reshape(-1, problem.batch))
    return training.made(lambda: [epoch()])

"""The benchmark's engines do the same work: times are for `make bench`, not for tests."""

from __future__ import annotations

import math
import sys
from functools import partial

import pytest

import tasks
from least_value import LeastValue
from measure import Contender, interleaved, median_ratio
from tasks import (
    CLOSURES,
    LEAST,
    OURS,
    TORCH,
    XAD,
    chain_task,
    expression_task,
    forward_mode_task,
    memory_task,
    moons_task,
    same_moons_task,
    second_derivative_task,
    tracing_task,
    transformer_task,
)


@pytest.fixture(autouse=True)
def few_points(monkeypatch):
    """A step of 20 points shows as well as one of 100 that engines agree."""
    points, labels = tasks.moons()
    monkeypatch.setattr(tasks, "moons", lambda: (points[:20], labels[:20]))


def numbers(task, engine, times=2):
    run, result = task(engine)
    return [number for _ in range(times) for number in result(run())]


SHORT_CHAIN = partial(chain_task, operations=300)


@pytest.fixture
def short_word(monkeypatch):
    monkeypatch.setattr(tasks, "CHARACTERS", 1)


@pytest.mark.parametrize("engine", [LEAST, CLOSURES])
@pytest.mark.parametrize(
    "task", [moons_task, same_moons_task, transformer_task, expression_task, SHORT_CHAIN]
)
def test_engines_agree(task, engine, short_word):
    assert numbers(task, OURS) == pytest.approx(numbers(task, engine), rel=1e-9)


@pytest.mark.parametrize("task", [moons_task, transformer_task, expression_task, SHORT_CHAIN])
def test_torch_agrees(task, short_word):
    pytest.importorskip("torch", reason="torch is optional in the benchmark")
    assert numbers(task, OURS) == pytest.approx(numbers(task, TORCH), rel=1e-9)


@pytest.mark.parametrize("task", [expression_task, SHORT_CHAIN])
def test_xad_agrees(task):
    pytest.importorskip("xad", reason="XAD is optional in the benchmark")
    assert numbers(task, OURS) == pytest.approx(numbers(task, XAD), rel=1e-9)


def exact_chain(operations):
    """The end of the chain and its first two derivatives by the weight, by their recurrence."""
    x, first, second, weight, bias = 0.5, 0.0, 0.0, 0.9, 0.1
    for _ in range(operations // 3):
        y, y1, y2 = weight * x + bias, x + weight * first, 2 * first + weight * second
        x = math.tanh(y)
        slope = 1 - x * x
        first, second = slope * y1, slope * y2 - 2 * x * slope * y1 * y1
    return x, first, second


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # by its forward mode
@pytest.mark.parametrize("engine", [OURS, TORCH])
def test_derivatives_of_the_chain(engine):
    if engine == TORCH:
        pytest.importorskip("torch", reason="torch is optional in the benchmark")
    x, first, second = exact_chain(300)
    found = numbers(partial(second_derivative_task, operations=300), engine)
    assert found == pytest.approx([first, second] * 2, rel=1e-12)
    found = numbers(partial(forward_mode_task, operations=300), engine)
    assert found == pytest.approx([x, first] * 2, rel=1e-12)


def test_the_chain_is_traced_anew_each_time(monkeypatch):
    traced = []
    links = tasks.links
    monkeypatch.setattr(tasks, "links", lambda *args: traced.append(args) or links(*args))
    assert numbers(partial(tracing_task, operations=300), OURS) == [0, 0]
    assert len(traced) == 2


def test_a_node_of_closures_takes_more_than_the_least():
    task = partial(memory_task, operations=999)
    (least,), (closures,) = (numbers(task, engine, times=1) for engine in (LEAST, CLOSURES))
    assert sys.getsizeof(LeastValue(0.0)) < least < closures


def test_the_moons_step_learns():
    losses = numbers(moons_task, OURS, times=5)
    assert losses == sorted(losses, reverse=True)


def test_contenders_take_turns_in_processes_of_their_own():
    contenders = [Contender(name, partial(expression_task, name)) for name in (OURS, CLOSURES)]
    assert contenders[0].numbers() == pytest.approx(contenders[1].numbers())
    samples = interleaved(contenders, rounds=3, repeats=2)
    for contender in contenders:
        contender.close()
    assert [len(times) for times in samples.values()] == [3, 3]
    assert min(min(times) for times in samples.values()) > 0.0


def test_ratios_are_taken_within_rounds():
    assert median_ratio([2.0, 9.0, 40.0], [1.0, 3.0, 10.0]) == 3.0

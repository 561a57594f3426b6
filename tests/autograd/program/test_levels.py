"""Levels: dot products with a line of a matrix in common wait for each other where they can."""

import numpy as np

from autograd import Value, compile
from autograd.program.schedule import scheduled
from autograd.program.stages import Product

SIZE = 8


def linear(matrix, x):
    return [sum(w * xi for w, xi in zip(row, x)) for row in matrix]


def model():
    return [[Value((i * 7 + j * 3) % 5 - 2.0) for j in range(SIZE)] for i in range(SIZE)]


def products(program):
    schedule = scheduled(program)
    return [
        (stage.left.height, stage.right.height)
        for stage in (*schedule.before, *schedule.body)
        if isinstance(stage, Product)
    ]


def positions(matrix, x):
    """Return a number to which one vector comes at once and another one by a detour."""
    later = [xi.sin().tanh().exp() for xi in x]
    return sum(h.tanh() for early in (x, later) for h in linear(matrix, early))


def test_what_is_ready_early_joins_the_others():
    matrix, x = model(), [0.1 * i for i in range(SIZE)]
    c = compile(lambda x: positions(matrix, x))
    assert sorted(products(c.program("value", x))) == [(2, SIZE)]
    values = [Value(number) for number in x]
    wanted = positions(matrix, values)
    wanted.backward()
    value, slopes = c.value_and_grad(x)
    np.testing.assert_allclose(value, wanted.data, rtol=1e-13)
    np.testing.assert_allclose(slopes, [v.grad for v in values], rtol=1e-13)


def test_what_would_be_delayed_does_not_wait():
    matrix, x = model(), [0.1 * i for i in range(SIZE)]

    def recurrent(x):
        for _ in range(3):
            x = [h.tanh() for h in linear(matrix, x)]
        return x

    found = products(compile(recurrent).program("value", x))
    assert sorted(found) == [(1, SIZE)] * 3


def test_what_is_read_after_a_recurrence_waits_for_its_end():
    matrix, readout, x = model(), model(), [0.1 * i for i in range(SIZE)]

    def recurrent(x):
        read = []
        for _ in range(3):
            x = [h.tanh() for h in linear(matrix, x)]
            read += linear(readout, x)
        return read

    found = products(compile(recurrent).program("value", x))
    assert sorted(found) == [(1, SIZE)] * 3 + [(3, SIZE)]


def test_what_varies_does_not_wait():
    matrix = model()
    c = compile(lambda x: positions(matrix, x), in_axes=0)
    assert len(products(c.program("value", np.ones((2, SIZE))))) == 2

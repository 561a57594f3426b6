"""variant: marks that code reads, by which programs are told apart; announced changes."""

from __future__ import annotations

import threading

import pytest

from autograd import Value, compile
from autograd.context import current_variant, variant
from autograd.program.verification import structure_changed


def halved(x):
    return x if "evaluation" in current_variant() else 0.5 * x


def test_marks_add_up_and_are_restored():
    block = variant("a", 1)
    with block:
        assert current_variant() == {"a", 1}
        with variant("b"), block:  # entered again inside itself
            assert current_variant() == {"a", 1, "b"}
        assert current_variant() == {"a", 1}
    assert current_variant() == frozenset()
    with pytest.raises(ZeroDivisionError), variant("a"):
        1 / 0  # noqa: B018
    assert current_variant() == frozenset()
    with pytest.raises(TypeError):
        variant([])


@pytest.mark.parametrize("argument", [3.0, [3.0]])
@pytest.mark.parametrize("backend", ["numpy", "interpreter"])
def test_a_program_of_one_variant_is_never_used_under_another(argument, backend):
    def f(x):
        return halved(x if isinstance(x, Value) else x[0])

    c = compile(f, backend=backend)
    for _ in range(3):
        assert c(argument) == 1.5
        with variant("evaluation"):
            assert c(argument) == c(argument) == 3.0


def test_variants_belong_to_their_thread():
    c = compile(halved)
    wrong, start = [], threading.Barrier(4)

    def run(marks, expected):
        start.wait()
        for _ in range(200):
            with variant(*marks):
                if c(3.0) != expected:
                    wrong.append(marks)

    runs = [((), 1.5), (("evaluation",), 3.0)] * 2
    threads = [threading.Thread(target=run, args=args) for args in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_announced_change_is_in_the_next_result():
    scale = {"w": [2.0] * 200}  # more than any watch looks at
    c = compile(lambda x: scale["w"][150] * x)
    assert [c(1.0), c.value_and_grad(1.0)] == [2.0, (2.0, 2.0)]
    for number in (3.0, 4.0, 4.0, 3.0):
        scale["w"][150] = number
        structure_changed()
        assert [c(1.0), c.value_and_grad(1.0)] == [number, (number, number)]


def test_retrace_takes_over_what_changed_and_keeps_equal_programs():
    scale = {"w": [2.0] * 200}
    c = compile(lambda x: scale["w"][150] * x)
    assert c(1.0) == 2.0
    program = c.program("value", 1.0)
    c.retrace()
    assert c(1.0) == 2.0
    assert c.program("value", 1.0) is program
    scale["w"][150] = 3.0
    c.retrace()
    assert c(1.0) == 3.0


def test_what_a_function_changes_while_it_is_traced_has_nothing_traced_again():
    traces = []

    def f(x):
        traces.append(1)
        structure_changed()
        return x * 2.0

    c, other = (compile(f, backend="numpy", verify="never") for _ in range(2))
    for _ in range(3):
        assert c(1.0) == other(1.0) == 2.0
    assert len(traces) == 2

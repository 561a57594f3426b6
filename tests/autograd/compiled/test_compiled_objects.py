"""Compiled graphs, pickles, listings, C files, threads, and results that are not finite."""

from __future__ import annotations

import contextlib
import copy
import ctypes
import gc
import math
import pickle
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import numpy as np
import pytest

import autograd as ag
from autograd import StaleProgramError, Value, compile, compile_graph
from nn import MLP


def compiled(f, *args, **settings):
    return compile(f, *args, backend="numpy", **settings)


def compiled_graph(output, inputs, **settings):
    return compile_graph(output, inputs, backend="numpy", **settings)


def copied(pickled):
    return pickle.loads(pickle.dumps(pickled))  # noqa: S301 - our own


def twice(x):
    """Double it."""
    return 2 * x


# A graph that is already built


@pytest.fixture
def built():
    a, b = Value(3.0, label="a"), Value(4.0, label="b")
    product = a * b
    return a, b, product, product * product + b


def test_a_graph_is_a_function_of_its_inputs(built, backend):
    a, b, _, output = built
    c = compile_graph(output, [a, b], backend=backend)
    assert c(1.0, 2.0) == 6.0
    assert c.value_and_grad(1.0, 2.0) == (6.0, (8.0, 5.0))
    assert c.hessian(1.0, 2.0) == ((8.0, 8.0), (8.0, 2.0))
    assert (a.data, output.data) == (3.0, 148.0)


def test_other_leaves_of_a_graph_stay_live(built):
    a, b, _, output = built
    c = compiled_graph(output, [b])
    a.data = 1.0
    assert c(2.0) == 6.0
    assert c.backward(2.0) == 6.0
    assert (a.grad, b.has_grad) == (8.0, False)
    assert compiled_graph(output, [])() == 20.0


def test_inputs_may_be_interior_nodes_and_outputs_structures(built):
    a, b, product, output = built
    c = compiled_graph({"out": output, "sum": [a + b]}, [product, [b]])
    assert c(5.0, [1.0]) == {"out": 26.0, "sum": [4.0]}
    assert compiled_graph(output, product)(5.0) == 29.0
    assert compiled_graph(output, product).captured(5.0) == (b,)


def test_a_graph_takes_batches_and_values(built):
    a, b, _, output = built
    c = compiled_graph(output, [a, b], in_axes=(0, None))
    assert c([1.0, 2.0], 2.0).tolist() == [6.0, 18.0]
    drawn = compiled_graph(output, [a, b])
    assert ag.grad(drawn, (0, 1))(1.0, 2.0) == (8.0, 5.0)


def test_misuse_of_graphs_is_named(built):
    a, b, _, output = built
    c = compiled_graph(output, [a, b])
    with pytest.raises(TypeError, match="has 2 inputs, but 1 arguments were given"):
        c(1.0)
    with pytest.raises(ValueError, match=r"argument 0 is \[a number\], but the input .* a number"):
        c([1.0], 2.0)
    with pytest.raises(ValueError, match=r"'a'.* is an input twice"):
        compile_graph(output, [a, a])
    with pytest.raises(TypeError, match=r"an input must be a Value of the graph, not 1\.0"):
        compile_graph(output, [1.0])
    with pytest.raises(TypeError, match=r"a function.* compile_graph\(output, inputs\)"):
        compile(output)


# Pickles and metadata


def test_a_pickle_keeps_the_programs_and_the_leaves():
    w = Value(2.0)
    c = compiled(lambda x: w * x)
    assert c(3.0) == 6.0
    again, weight = copied((c, w))
    weight.data = 10.0
    assert (again(3.0), c(3.0)) == (30.0, 6.0)
    assert again.value_and_grad(3.0) == (30.0, 10.0)
    again.backward(3.0)
    assert (weight.grad, w.has_grad) == (3.0, False)
    with pytest.raises(TypeError, match=r"without its Python function.* not for \(\[a number\]\)"):
        again([3.0])
    with pytest.raises(TypeError, match="takes plain numbers only"):
        again(Value(3.0))


def test_a_function_of_a_module_is_pickled_with_it():
    again = copied(compiled(twice))
    assert (again(2.0), again([1.0, 2.0][1])) == (4.0, 4.0)
    assert again.__wrapped__ is twice
    model = MLP(2, [3, 1])
    c, model = copied((compiled(model), model))
    model.layers[0].neurons[0].bias.data = 5.0
    assert c([1.0, 2.0]) == pytest.approx(model([1.0, 2.0]).data)


def test_a_graph_is_pickled_as_its_program(built):
    a, b, _, output = built
    c = copied(compiled_graph(output, [a, b]))
    assert c(1.0, 2.0) == 6.0
    assert copied(compiled_graph(output, [a, b], in_axes=0))([1.0], [2.0]) == [6.0]


def test_a_compiled_function_says_what_it_is():
    c = compiled(twice)
    assert (c.__name__, c.__doc__, c.__wrapped__) == ("twice", "Double it.", twice)
    assert repr(c) == str(c) == "<compiled twice: no programs, backend 'numpy'>"
    c(1.0)
    c.value_and_grad(1.0)
    assert repr(c) == "<compiled twice: 2 programs, backend 'numpy'>"
    first, second = str(c).split("\n\n")
    assert first.splitlines()[0].startswith("# value of twice(a number): 1 input")
    assert "2.0 * x" in first or "x * 2.0" in first or "x + x" in first
    assert second.startswith("# value_and_grad of twice(a number)")
    c.clear()
    assert "no programs" in repr(c)


def test_stats_count_operations_before_and_after():
    c = compiled(lambda x: ag.exp(x) + ag.exp(x) * 1.0)
    c(1.0)
    stats = c.stats["value"]
    assert (stats.before["exp"], stats.after["exp"], stats.after["mul"]) == (2, 1, 0)


# Results that are not finite


def logarithm(x):
    return ag.log(x) * 2


def test_check_names_the_operation_that_turned_non_finite(backend):
    c = compile(logarithm, backend=backend, check=True)
    assert c(1.0) == 0.0
    with pytest.raises(FloatingPointError) as found:
        c(0.0)
    line = logarithm.__code__.co_firstlineno + 1
    assert str(found.value).startswith("log(x=0.0) gave -inf at ")
    assert str(found.value).endswith(f"test_compiled_objects.py:{line}")
    settled = compile(logarithm, backend=backend, check=True, verify="never")
    assert (settled(1.0), settled(1.0)) == (0.0, 0.0)  # from the second on the quick way
    with pytest.raises(FloatingPointError):
        settled(0.0)


def test_check_names_the_example_and_leaves_gradients_alone():
    w = Value(2.0, label="w")
    c = compiled(lambda x: ag.sqrt(x) / w, in_axes=0, check=True)
    assert c([1.0, 4.0]).tolist() == [0.5, 1.0]
    with pytest.raises(FloatingPointError, match=r"sqrt\(x=-1.0\) gave nan at .* in example 2"):
        c.backward([1.0, 4.0, -1.0])
    assert not w.has_grad
    with pytest.raises(FloatingPointError, match="the input x=nan is not finite in example 1"):
        c([1.0, math.nan])
    with pytest.raises(FloatingPointError, match=r"div.* gave inf, an operation of the derivative"):
        c.value_and_grad([0.0])
    w.data = math.nan
    with pytest.raises(FloatingPointError, match="the parameter w=nan is not finite"):
        c.backward([4.0, 1.0])


def test_check_passes_what_was_not_chosen_and_finds_overflowing_sums():
    c = compiled(lambda x: ag.where(x > 0, ag.log(x), x), in_axes=0, check=True)
    assert c([-1.0, 1.0]).tolist() == [-1.0, 0.0]
    c = compiled(lambda x: x * 1e308, in_axes=0, check=True)
    with pytest.raises(FloatingPointError, match="their sum over the examples is not"):
        c.backward([1.0, 1.0])


def test_without_check_results_are_those_of_ieee():
    assert compiled(logarithm)(0.0) == -math.inf
    assert math.isnan(compiled(logarithm)(-1.0))


# C files and JAX


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc to compile the C files with")
@pytest.mark.parametrize("in_axes", [None, 0])
def test_the_c_files_compute_value_and_gradient(tmp_path, in_axes):
    model = MLP(3, [5, 1], "tanh")
    c = compiled(lambda x: model(x) ** 2, in_axes=in_axes)
    x = np.array([0.1, -0.2, 0.3])
    batch = x if in_axes is None else x[None]
    c(batch)
    c.to_c(tmp_path / "net.c")
    flags = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-O1", "-shared", "-fPIC"]
    library = tmp_path / "net.so"
    command = ["gcc", *flags, str(tmp_path / "net.c"), "-o", str(library), "-lm"]
    subprocess.run(command, check=True)
    net = ctypes.CDLL(str(library))
    parameters = (ctypes.c_double * 26).in_dll(net, "net_parameters")
    assert list(parameters) == [p.data for p in model.parameters()]
    inputs, value, gradient = (
        (ctypes.c_double * 3)(*x),
        (ctypes.c_double)(),
        (ctypes.c_double * 4)(),
    )
    net.net_value(inputs, parameters, ctypes.byref(value))
    net.net_gradient(inputs, parameters, gradient)
    wanted, slopes = c.value_and_grad(batch)
    assert value.value == pytest.approx(float(np.squeeze(wanted)), rel=1e-14)
    assert list(gradient) == pytest.approx([value.value, *np.ravel(slopes)], rel=1e-13)


def test_c_files_say_every_number_of_sparse_results(tmp_path):
    path = compiled(lambda x: [x[0] * 2, x[1] + x[2]]).to_c(tmp_path / "two", [1.0, 2.0, 3.0])
    assert path == tmp_path / "two.c"
    header = (tmp_path / "two.h").read_text()
    assert "#define TWO_VALUE_OUTPUTS 2" in header
    assert "#define TWO_JACOBIAN_OUTPUTS 6" in header


def test_to_c_is_refused_with_what_was_there_kept(tmp_path, built):
    a, b, _, output = built
    c = compiled(lambda x: x)
    with pytest.raises(TypeError, match="<lambda> has not been called yet: give example arguments"):
        c.to_c(tmp_path / "f.c")
    c(1.0)
    c([1.0])
    with pytest.raises(ValueError, match="called with 2 structures of arguments"):
        c.to_c(tmp_path / "f.c")
    with pytest.raises(ValueError, match=r"to_c writes a \.c file and its header, not 'f\.txt'"):
        c.to_c(tmp_path / "f.txt", 1.0)
    bare = ag.primitive("bare_row", lambda x: x, lambda g, out, x: g)
    (tmp_path / "f.c").write_text("kept")
    with pytest.raises(ValueError, match="bare_row"):
        compile(bare, backend="interpreter").to_c(tmp_path / "f.c", 1.0)
    assert [path.name for path in tmp_path.iterdir()] == ["f.c"]
    assert (tmp_path / "f.c").read_text() == "kept"
    compiled_graph(output, [a, b]).to_c(tmp_path / "graph.c")
    assert (tmp_path / "graph.h").exists()


@pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")
def test_a_program_is_a_pure_function_of_jax():
    import jax

    w = Value(2.0)
    c = compiled(lambda x, s: (w * x[0] * s) ** 2 + x[1], in_axes=(0, None))
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    f = jax.jit(c.to_jax("backward", X, 3.0))
    _, sums = f(X, np.array([3.0]), np.array([w.data]))
    total = c.backward(X, 3.0, reduction="sum")
    assert sums == pytest.approx([total, w.grad], rel=1e-6)


# Threads


def test_calls_from_several_threads_agree(backend):
    w = Value(2.0)
    c = compile(lambda x: ag.sin(x) * w, in_axes=0, backend=backend)
    batches = [np.linspace(0, 1, count) for count in range(1, 40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(c, batches))
        list(pool.map(lambda x: c.backward(x, reduction="sum"), batches))
    for x, result in zip(batches, found, strict=True):
        assert result == pytest.approx(2 * np.sin(x), rel=1e-14)
    assert w.grad == pytest.approx(sum(np.sin(x).sum() for x in batches), rel=1e-12)


def test_compiled_functions_are_freed_without_the_collector(backend):
    def work():
        w, box = Value(2.0), [1.0]
        c = compile(lambda x, y: ag.sin(x) * y * w * box[0], backend=backend)
        for call in (c, c.value_and_grad, c.hessian, c.jacobian, c.backward):
            call(1.0, 2.0)
        nested = compile(lambda x: [ag.sum(x) * w, {"a": x[0]}], in_axes=0, backend=backend)
        nested(np.ones((4, 3)))
        nested.jacobian(np.ones((4, 3)))
        box[0] = 2.0
        with contextlib.suppress(StaleProgramError):
            c(1.0, 2.0)
        c.retrace()
        c(1.0, 2.0)
        copy.deepcopy(c)(1.0, 2.0)

    work()  # what is kept once for all
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for _ in range(3):
            work()
        gc.collect()
        assert [repr(item)[:80] for item in gc.garbage] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()

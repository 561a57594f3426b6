"""CasADi: scalar graphs (SX), run by its virtual machine or as C that gcc compiled.

Called through buffers, which point at arrays of NumPy and cost less, or plainly, with arguments
converted from and to CasADi's matrices.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from networks import Moons, by_layer, by_neuron, split
from peers.compiler import loaded
from problems import Array, Chain, Made, Readme, Rosenbrock

__all__ = [
    "chain",
    "chain_compile",
    "hessian_buffers",
    "hessian_plain",
    "moons_compile",
    "moons_steps",
    "readme_buffers",
    "readme_plain",
]


def through_gcc(function: Any) -> Any:
    """Return the function as compiled C."""
    import casadi

    name = function.name()
    with tempfile.TemporaryDirectory() as folder:
        code = casadi.CodeGenerator(f"{name}.c")
        code.add(function)
        source = Path(code.generate(f"{folder}/"))
        return loaded(source, lambda path: casadi.external(name, path))


def trigger(function: Any, arguments: list[Array], results: list[Array]) -> Any:
    """Return a call without arguments that reads and writes the arrays in place."""
    buffer, call = function.buffer()
    for number, array in enumerate(arguments):
        buffer.set_arg(number, array.data)
    for number, array in enumerate(results):
        buffer.set_res(number, array.data)
    held = buffer, arguments, results

    def run() -> None:
        _ = held  # the call has addresses only
        call()

    return run


def moons_step(problem: Moons) -> Any:
    """Return a function from parameters to new ones and the loss: an example's graph, mapped."""
    import casadi

    p = casadi.SX.sym("p", len(problem.parameters))
    x, y = casadi.SX.sym("x", 2), casadi.SX.sym("y")
    activate = (lambda z: casadi.fmax(z, 0.0)) if problem.activation == "relu" else casadi.tanh
    h, at = x, 0
    for number, (weights, _) in enumerate(layers := split(problem.parameters, problem.sizes), 1):
        outputs, inputs = weights.shape
        end = at + outputs * inputs
        w = casadi.reshape(p[at:end], inputs, outputs).T
        z = w @ h + p[end : end + outputs]
        h = z if number == len(layers) else activate(z)
        at = end + outputs
    loss = casadi.fmax(0.0, 1.0 - y * h)
    one = casadi.Function("one", [p, x, y], [loss, casadi.gradient(loss, p)])
    count = len(problem.labels)
    # Parameters are shared by the examples, and both results summed over them.
    every = one.map("every", "serial", count, [0], [0, 1])
    q = casadi.MX.sym("q", len(problem.parameters))
    total, gradient = every(q, casadi.DM(problem.points.T), casadi.DM(problem.labels).T)
    gradient = gradient / count + 2.0 * problem.penalty * q
    value = total / count + problem.penalty * casadi.dot(q, q)
    return casadi.Function("step", [q], [q - problem.rate * gradient, value])


def moons_steps(problem: Moons) -> Made:
    """Call compiled C once a step, from one array into another and back."""
    step = through_gcc(moons_step(problem))
    start = by_layer(problem.parameters, problem.sizes)
    here, there, loss = start.copy(), start.copy(), np.zeros(1)
    forth = trigger(step, [here], [there, loss])
    back = trigger(step, [there], [here, loss])
    losses = np.zeros(problem.steps)
    last = there if problem.steps % 2 else here

    def run() -> Array:
        here[:] = start
        for number in range(problem.steps):
            (back if number % 2 else forth)()
            losses[number] = loss[0]
        return losses

    return run, lambda losses: (*by_neuron(last, problem.sizes).tolist(), *losses.tolist())


def moons_compile(problem: Moons) -> Made:
    """Build the graph, write C, have gcc compile it, load it and take one step."""

    def run() -> tuple[Any, Any]:
        made, numbers = moons_steps(problem)
        return made(), numbers

    return run, lambda result: tuple(result[1](result[0]))


def readme_function(problem: Readme) -> Any:
    import casadi

    a, b = casadi.SX.sym("a"), casadi.SX.sym("b")
    value = problem.expression(a, b, lambda z: casadi.fmax(z, 0.0))
    partials = [casadi.gradient(value, symbol) for symbol in (a, b)]
    return casadi.Function("readme", [a, b], [value, *partials])


def readme_plain(problem: Readme) -> Made:
    """Call the built function with two floats."""
    function = readme_function(problem)
    return lambda: function(problem.a, problem.b), lambda result: tuple(map(float, result))


def readme_buffers(problem: Readme) -> Made:
    """Call the compiled function in place."""
    results = [np.zeros(1) for _ in range(3)]
    arguments = [np.array([problem.a]), np.array([problem.b])]
    call = trigger(through_gcc(readme_function(problem)), arguments, results)
    return call, lambda _: tuple(float(result[0]) for result in results)


def hessian_function(problem: Rosenbrock) -> Any:
    import casadi

    x = casadi.SX.sym("x", len(problem.x))
    matrix, _ = casadi.hessian(problem.valley(casadi.vertsplit(x)), x)
    return through_gcc(casadi.Function("hessian", [x], [casadi.densify(matrix)]))


def hessian_plain(problem: Rosenbrock) -> Made:
    """Call the compiled function with an array and make an array of its result."""
    function = hessian_function(problem)
    return lambda: function(problem.x).full(), lambda result: tuple(result.ravel().tolist())


def hessian_buffers(problem: Rosenbrock) -> Made:
    """Call the compiled function in place."""
    size = len(problem.x)
    result = np.zeros((size, size))
    call = trigger(hessian_function(problem), [problem.x.copy()], [result])
    return call, lambda _: tuple(result.ravel().tolist())


def chain_function(problem: Chain) -> Any:
    import casadi

    x, weight, bias = inputs = [casadi.SX.sym(name) for name in ("x", "weight", "bias")]
    total = problem.total(x, weight, bias, casadi.tanh)
    gradient = casadi.gradient(total, casadi.vertcat(*inputs))
    return casadi.Function("chain", inputs, [total, gradient])


def chain_call(problem: Chain) -> tuple[Any, Any]:
    inputs = [np.array([number]) for number in (problem.start, problem.weight, problem.bias)]
    value, gradient = np.zeros(1), np.zeros(3)
    call = trigger(chain_function(problem), inputs, [value, gradient])
    return call, lambda: (float(value[0]), *gradient.tolist())


def chain(problem: Chain) -> Made:
    """Run the built function on the virtual machine, in place."""
    call, numbers = chain_call(problem)
    return call, lambda _: numbers()


def chain_compile(problem: Chain) -> Made:
    """Build the graph and its gradient and run them once; gcc is no help at this size."""

    def run() -> Any:
        call, numbers = chain_call(problem)
        call()
        return numbers

    return run, lambda numbers: numbers()

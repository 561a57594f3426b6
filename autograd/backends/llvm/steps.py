"""Steps of gradient descent inside one function: gradient, update, and the next batch."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograd.backends.llvm.elementary import lowered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.writer import Index, Operand, Writer
    from autograd.program.training import Update

STEPS = {
    "%examples": "ptr",
    "%order": "ptr",
    "%counts": "ptr",  # of examples, by step
    "%steps": "i64",
    "%uniform": "ptr",
    "%varying": "ptr",
    "%sums": "ptr",  # whole vectors, the last one filled up with 0
    "%outputs": "ptr",
    "%own": "ptr",
    "%shared": "ptr",  # of the update: scale, norm, scheduled settings, common state
    "%scheduled": "ptr",  # by step
    "%losses": "ptr",  # by step
    "%cursor": "ptr",  # steps done, examples passed, whether to stop: 64-bit integers
}


def write_update(frame: Frame, update: Update, trained: int, some: bool = False) -> None:
    """Write `update(parameters, gradients, own, shared)`: the rule, lanes over parameters.

    With `some` it takes two more arguments, and moves the parameters from the first one on, up to
    the second one, which is left out.
    """
    program, scalar = update.program, frame.scalar
    arguments = dict.fromkeys(("%parameters", "%gradients", "%own", "%shared"), "ptr")
    if some:
        arguments |= {"%first": "i64", "%last": "i64"}
    with scalar.function("update", arguments, linkage="internal"):
        values: dict[int, Operand] = {}
        for variable in range(program.examples, program.inputs):
            values[variable] = scalar.load(scalar.address("%shared", variable - program.examples))
        values.update(enumerate(program.constants, program.inputs))
        _compute(scalar, update, values, varying=False)
        wide = {
            variable: frame.writer.broadcast(x) if isinstance(x, str) else x
            for variable, x in values.items()
        }

        def move(first: Index, count: int) -> None:
            if count == frame.width:
                _move(frame, frame.writer, update, dict(wide), first, trained)
            else:
                for k in range(count):
                    _move(frame, scalar, update, dict(values), frame.shifted(first, k), trained)

        if some:
            over = scalar.integer("urem", scalar.integer("sub", "%last", "%first"), frame.width)
            whole = scalar.integer("sub", "%last", over)
            with scalar.loop("%first", whole, frame.width) as loop:
                move(loop.index, frame.width)
            with scalar.loop(whole, "%last") as loop:
                move(loop.index, 1)
        else:
            frame.over(trained, frame.width, move)
        common = program.outputs[1 + len(update.own) :]
        slots = range(program.shared - len(common), program.shared)
        for output, slot in zip(common, slots):
            scalar.store(values[output], scalar.address("%shared", slot))


def _move(
    frame: Frame,
    writer: Writer,
    update: Update,
    values: dict[int, Operand],
    first: Index,
    trained: int,
) -> None:
    """Write the update of some neighbouring parameters, and of their state."""
    scalar = frame.scalar
    parameters = scalar.address("%parameters", first)
    own = [
        scalar.address("%own", frame.shifted(first, element * trained))
        for element in range(len(update.own))
    ]
    for variable, address in enumerate([parameters, scalar.address("%gradients", first), *own]):
        values[variable] = writer.load(address)
    _compute(writer, update, values, varying=True)
    for output, address in zip(update.program.outputs, [parameters, *own]):
        writer.store(values[output], address)


def _compute(writer: Writer, update: Update, values: dict[int, Operand], *, varying: bool) -> None:
    """Write the operations that differ from parameter to parameter, or those that do not."""
    program = update.program
    for variable, (op, args) in enumerate(program.instructions, program.first):
        if program.varies[variable] is varying:
            values[variable] = lowered(writer, op, [values[arg] for arg in args])


def write_steps(frame: Frame, update: Update, parameters: int, outputs: int, trained: int) -> None:
    """Write `steps`, which takes one step after the other until a number is not finite.

    Its one argument is the address of those that STEPS names: a call of one argument is quick.
    `parameters` is the place of the trained parameters in UNIFORM memory, `outputs` the number of
    outputs of an example.
    """
    scalar = frame.scalar

    def add_gradient(_: Index, passed: str, count: str) -> str:
        order = scalar.value(f"getelementptr inbounds i64, ptr %order, i64 {passed}")
        target = scalar.address("%outputs", frame.scaled(passed, outputs))
        scalar.do(
            f"call void @run(ptr %examples, ptr {order}, i64 {count}, ptr %uniform, "
            f"ptr %varying, ptr %sums, ptr {target})"
        )
        return scalar.integer("add", passed, count)

    def move(_: Index, write_inputs: Callable[[str], None]) -> None:
        write_inputs("%shared")
        moved, gradients = scalar.address("%uniform", parameters), scalar.address("%sums", 1)
        scalar.do(f"call void @update(ptr {moved}, ptr {gradients}, ptr %own, ptr %shared)")

    with steps_function(frame, STEPS):
        write_loop(frame, update, trained, add_gradient, move)


@contextmanager
def steps_function(frame: Frame, fields: Mapping[str, str]) -> Iterator[None]:
    """Write `steps` around the body, whose fields it finds at the address that it is given."""
    scalar = frame.scalar
    with scalar.function("steps", {"%call": "ptr"}):
        for place, (name, kind) in enumerate(fields.items()):
            address = scalar.value(f"getelementptr inbounds i64, ptr %call, i64 {place}")
            scalar.do(f"{name} = load {kind}, ptr {address}, align 8")
        for place in range(3):
            scalar.store_integer(0, "%cursor", place)
        yield


def write_loop(
    frame: Frame,
    update: Update,
    trained: int,
    add_gradient: Callable[[Index, str, str], str],
    move: Callable[[Index, Callable[[str], None]], None],
) -> None:
    """Write the loop over steps.

    `add_gradient(step, passed, count)` writes the addition of loss and gradient of `count` examples
    to `%sums`, and returns what has been passed then. `move(step, write_inputs)` writes the update;
    `write_inputs(address)` writes what the parameters share in it.
    """
    scalar = frame.scalar
    settings = update.program.shared - 2 - len(update.common)
    with scalar.loop(0, "%steps") as step:
        stopped = scalar.load_integer("%cursor", 2)
        with scalar.when(scalar.compare("eq", stopped, 0)):
            passed = scalar.load_integer("%cursor", 1)
            count = scalar.load_integer("%counts", step.index)
            clear(frame, "%sums", vectors(frame, trained + 1))
            passed = add_gradient(step.index, passed, count)
            number = scalar.value(f"sitofp i64 {count} to {scalar.number}")
            loss = scalar.fdiv(scalar.load("%sums"), number)
            scalar.store(loss, scalar.address("%losses", step.index))
            finite = frame.all_finite("%sums", vectors(frame, trained + 1))
            with scalar.when(scalar.logic("xor", finite, "true")):
                scalar.store_integer(1, "%cursor", 2)
            with scalar.when(finite):
                scale = scalar.fdiv(1.0, number)
                norm = scalar.fmul(scale, _norm(frame, trained)) if update.uses_norm else ""
                line = scalar.address("%scheduled", frame.scaled(step.index, settings))

                def write_inputs(shared: str) -> None:
                    scalar.store(scale, shared)
                    if update.uses_norm:
                        scalar.store(norm, scalar.address(shared, 1))
                    for setting in range(settings):
                        x = scalar.load(scalar.address(line, setting))
                        scalar.store(x, scalar.address(shared, 2 + setting))

                move(step.index, write_inputs)
                done = scalar.load_integer("%cursor", 0)
                scalar.store_integer(scalar.integer("add", done, 1), "%cursor", 0)
                scalar.store_integer(passed, "%cursor", 1)


def vectors(frame: Frame, size: int) -> int:
    """Return how many numbers the whole vectors take that hold `size` numbers."""
    return -(-size // frame.width) * frame.width


def clear(frame: Frame, start: str, size: Index) -> None:
    """Write zeros into whole vectors from an address on."""
    with frame.scalar.loop(0, size, frame.width) as loop:
        frame.writer.store(0.0, frame.scalar.address(start, loop.index))


def _norm(frame: Frame, trained: int) -> str:
    """Return the Euclidean norm of the gradients, divided by the largest: no square overflows.

    They follow the loss; what fills up the last vector of sums is 0.
    """
    writer, scalar = frame.writer, frame.scalar
    with writer.loop(1, trained + 1, frame.width, carried=[0.0]) as loop:
        size = writer.intrinsic("fabs", writer.load(scalar.address("%sums", loop.index)))
        loop.next = [writer.intrinsic("maxnum", loop.carried[0], size)]
    largest = writer.largest(loop.results[0])
    unit = scalar.select(scalar.fcmp("oeq", largest, 0.0), 1.0, largest)
    units = writer.broadcast(unit)
    with writer.loop(1, trained + 1, frame.width, carried=[0.0]) as loop:
        x = writer.fdiv(writer.load(scalar.address("%sums", loop.index)), units)
        loop.next = [writer.fma(x, x, loop.carried[0])]
    squares = writer.total(loop.results[0])
    return scalar.fmul(unit, scalar.intrinsic("sqrt", squares))

"""Steps of gradient descent inside one function: gradient, update, and the next batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.llvm.elementary import lowered

if TYPE_CHECKING:
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


def write_update(frame: Frame, update: Update, trained: int) -> None:
    """Write `update(parameters, gradients, own, shared)`: the rule, lanes over parameters."""
    program, scalar = update.program, frame.scalar
    names = ("%parameters", "%gradients", "%own", "%shared")
    with scalar.function("update", dict.fromkeys(names, "ptr"), linkage="internal"):
        values: dict[int, Operand] = {}
        for variable in range(program.examples, program.inputs):
            values[variable] = scalar.load(scalar.address("%shared", variable - program.examples))
        values.update(enumerate(program.constants, program.inputs))
        _compute(scalar, update, values, varying=False)
        wide = {
            variable: frame.writer.broadcast(x) if isinstance(x, str) else x
            for variable, x in values.items()
        }

        def some(first: Index, count: int) -> None:
            if count == frame.width:
                _move(frame, frame.writer, update, dict(wide), first, trained)
            else:
                for k in range(count):
                    _move(frame, scalar, update, dict(values), frame.shifted(first, k), trained)

        frame.over(trained, frame.width, some)
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
    with scalar.function("steps", {"%call": "ptr"}):
        for place, (name, kind) in enumerate(STEPS.items()):
            address = scalar.value(f"getelementptr inbounds i64, ptr %call, i64 {place}")
            scalar.do(f"{name} = load {kind}, ptr {address}, align 8")
        for place in range(3):
            scalar.store_integer(0, "%cursor", place)
        _write_loop(frame, update, parameters, outputs, trained)


def _write_loop(frame: Frame, update: Update, parameters: int, outputs: int, trained: int) -> None:
    scalar = frame.scalar
    settings = update.program.shared - 2 - len(update.common)
    with scalar.loop(0, "%steps") as step:
        stopped = scalar.load_integer("%cursor", 2)
        with scalar.when(scalar.compare("eq", stopped, 0)):
            passed = scalar.load_integer("%cursor", 1)
            count = scalar.load_integer("%counts", step.index)
            _clear_sums(frame, trained + 1)
            order = scalar.value(f"getelementptr inbounds i64, ptr %order, i64 {passed}")
            target = scalar.address("%outputs", frame.scaled(passed, outputs))
            scalar.do(
                f"call void @run(ptr %examples, ptr {order}, i64 {count}, ptr %uniform, "
                f"ptr %varying, ptr %sums, ptr {target})"
            )
            number = scalar.value(f"sitofp i64 {count} to {scalar.number}")
            loss = scalar.fdiv(scalar.load("%sums"), number)
            scalar.store(loss, scalar.address("%losses", step.index))
            finite = frame.all_finite("%sums", _vectors(frame, trained + 1))
            with scalar.when(scalar.logic("xor", finite, "true")):
                scalar.store_integer(1, "%cursor", 2)
            with scalar.when(finite):
                scale = scalar.fdiv(1.0, number)
                scalar.store(scale, "%shared")
                if update.uses_norm:
                    norm = scalar.fmul(scale, _norm(frame, trained))
                    scalar.store(norm, scalar.address("%shared", 1))
                line = scalar.address("%scheduled", frame.scaled(step.index, settings))
                for setting in range(settings):
                    x = scalar.load(scalar.address(line, setting))
                    scalar.store(x, scalar.address("%shared", 2 + setting))
                moved = scalar.address("%uniform", parameters)
                gradients = scalar.address("%sums", 1)
                scalar.do(f"call void @update(ptr {moved}, ptr {gradients}, ptr %own, ptr %shared)")
                done = scalar.load_integer("%cursor", 0)
                scalar.store_integer(scalar.integer("add", done, 1), "%cursor", 0)
                scalar.store_integer(scalar.integer("add", passed, count), "%cursor", 1)


def _vectors(frame: Frame, size: int) -> int:
    """Return how many numbers the whole vectors take that hold `size` numbers."""
    return -(-size // frame.width) * frame.width


def _clear_sums(frame: Frame, size: int) -> None:
    with frame.scalar.loop(0, _vectors(frame, size), frame.width) as loop:
        frame.writer.store(0.0, frame.scalar.address("%sums", loop.index))


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

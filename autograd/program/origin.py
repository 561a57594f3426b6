"""The origins of programs: a Python function, which is traced, or a graph that is already built."""

from __future__ import annotations

import pickle
from copy import deepcopy
from inspect import signature
from itertools import islice
from typing import TYPE_CHECKING, Any

from autograd.graph import Constant
from autograd.mode import CURRENT, Tracing
from autograd.program.paths import Decisions
from autograd.program.program import lowered, lowered_with_leaves, redrawn
from autograd.program.substitutes import substituted
from autograd.program.trace import Trace
from autograd.program.traced import TracingMode, live, placeholder, traced_under, undecided
from autograd.structure import Array, Batch, Mapping, Sequence, Shape, described, filled, shape_of
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autograd.program.arguments import Arguments
    from autograd.program.program import Program


class Function:
    """A Python function as the origin of programs; None once it was lost in a pickle.

    In a copy, `own` maps the leaves that the function captures to those of the copy, because a copy
    of a function is the function itself.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function: Callable[..., Any] | None = function
        self.own: dict[Value, Value] = {}
        self.name = getattr(function, "__name__", type(function).__name__)
        try:
            parameters = signature(function).parameters.values()
        except (TypeError, ValueError):  # a builtin says nothing about its parameters
            parameters = {}.values()
        self.names = tuple(p.name for p in parameters if p.kind is not p.VAR_POSITIONAL)

    @property
    def is_fixed(self) -> bool:
        """Whether nothing can change: the function is gone, its programs remain."""
        return self.function is None

    def trace(
        self,
        arguments: Arguments,
        checked: bool = False,
        decisions: Decisions | None = None,
    ) -> Trace:
        """Call the function on Values without numbers; nothing is computed.

        With `checked` the operations know their lines in the user's files. `decisions` answers
        whether a Value is true, which is a TracingError without.
        """
        if self.function is None:
            given = ", ".join(map(described, arguments.shapes))
            raise TypeError(
                f"{self.name} was unpickled without its Python function, which pickle cannot "
                "store: it runs for the structures of arguments that it was traced for before, not "
                f"for ({given}). Define the function at the top level of a module, or compile anew"
            )
        nodes = []
        for place, shape in enumerate(arguments.shapes):
            name = self.names[place] if place < len(self.names) else f"argument{place}"
            nodes += [placeholder(label) for label in _labels(shape, name)]
        rest = iter(nodes)
        args = [filled(shape, rest) for shape in arguments.shapes]
        variant = CURRENT.get().variant
        tracing = Tracing(live, undecided)
        if decisions is not None:
            decisions.begin(nodes)
            tracing.decide = decisions
        mode = TracingMode(
            differentiated=frozenset(nodes), tracing=tracing, variant=variant, checked=checked
        )
        with traced_under(mode), substituted():
            output = self.function(*args)
        result, outputs = shape_of(output, "a compiled function returns numbers; its result")
        outputs = [Constant(node) if isinstance(node, float) else node for node in outputs]
        answers = {} if decisions is None else decisions.answers
        drawn = [*outputs, *tracing.indices, *answers]
        examples, shared, inputs = _inputs(arguments, nodes)
        program, leaves = lowered_with_leaves(examples, shared, drawn)
        variables = iter(program.outputs)
        return Trace(
            program.changed(outputs=tuple(islice(variables, len(outputs)))),
            tuple([self.own.get(leaf, leaf) for leaf in leaves]),
            tuple([leaf in tracing.made for leaf in leaves]),
            arguments.shapes,
            inputs,
            result,
            tuple(zip(islice(variables, len(tracing.indices)), tracing.indices.values())),
            tuple(zip(variables, answers.values())),
        )

    def link(self, kept: Trace, arguments: Arguments) -> None:
        """Find out which leaf of a copy stands for which leaf that the function captures.

        They come in the same order.
        """
        try:
            answers = [answer for _, answer in kept.guards]
            trace = self.trace(arguments, decisions=Decisions(answers))
        except Exception:  # noqa: BLE001 - it will be raised at the next call
            return
        if [leaf.label for leaf in trace.leaves] == [leaf.label for leaf in kept.leaves]:
            pairs = zip(trace.leaves, kept.leaves)
            self.own.update((leaf, own) for leaf, own in pairs if leaf is not own)

    def apply(self, *args: Any) -> Any:
        """Call the function itself: on Values it draws a graph."""
        if self.function is None:
            raise TypeError(
                f"{self.name} was unpickled without its Python function, so that it takes plain "
                "numbers only, no Values"
            )
        return self.function(*args)

    def __getstate__(self) -> dict[str, Any]:
        state = {**vars(self), "own": {}}
        try:
            pickle.dumps(self.function)
        except (pickle.PicklingError, AttributeError, TypeError):  # a lambda, or inside another
            state["function"] = None
        return state

    def __deepcopy__(self, memo: dict[int, Any]) -> Function:
        """Return a copy that keeps the function, unlike a pickle: in a process it is there."""
        copied = Function.__new__(Function)
        copied.__dict__ = {**vars(self), "own": {}}
        copied.function = deepcopy(self.function, memo)
        return copied


class Graph:
    """A graph that was already built as the origin of programs.

    It is kept as the program of its inputs, so that it is pickled and traced again as one list.
    """

    is_fixed = True  # nothing but the data of its leaves can change

    def __init__(self, output: Any, inputs: Any) -> None:
        self.result, outputs = shape_of(output, "compile_graph: the output")
        if isinstance(inputs, str) or not hasattr(type(inputs), "__iter__"):
            raise TypeError(
                f"compile_graph: inputs is a list of Values of the graph, not {inputs!r}"
            )
        found = [shape_of(item, f"compile_graph: input {i}") for i, item in enumerate(inputs)]
        self.shapes = tuple(shape for shape, _ in found)
        nodes = [node for _, leaves in found for node in leaves]
        for node in nodes:
            if not isinstance(node, Value):
                raise TypeError(
                    f"compile_graph: an input must be a Value of the graph, not {node!r}"
                )
        if len(set(nodes)) < len(nodes):
            twice = next(node for node in nodes if nodes.count(node) > 1)
            raise ValueError(
                f"compile_graph: {twice!r} is an input twice; each is given once at a call"
            )
        self.name = getattr(output, "label", "") or "graph"
        self.names = tuple(getattr(item, "label", "") for item in inputs)
        outputs = [Constant(node) if isinstance(node, float) else node for node in outputs]
        self.program, leaves = lowered_with_leaves((), nodes, outputs)
        self.leaves = tuple(leaves)

    def trace(
        self,
        arguments: Arguments,
        checked: bool = False,  # noqa: ARG002 - no lines
        decisions: Decisions | None = None,  # noqa: ARG002 - nothing is asked
    ) -> Trace:
        """Return the program in which inputs that hold a batch come first."""
        self._check(arguments.shapes)
        nodes, parameters, outputs = redrawn(self.program)
        examples, shared, inputs = _inputs(arguments, nodes)
        program = lowered(examples, shared, parameters, outputs)
        return self._trace(program, arguments.shapes, inputs)

    def one_example(self) -> Trace:
        """Return the trace without batches."""
        return self._trace(self.program, self.shapes, tuple(range(self.program.shared)))

    def _trace(self, program: Program, shapes: tuple[Shape, ...], inputs: tuple[int, ...]) -> Trace:
        made = (False,) * len(self.leaves)
        return Trace(program, self.leaves, made, shapes, inputs, self.result)

    def apply(self, *args: Any) -> Any:
        """Draw the graph again on other Values."""
        found = [shape_of(arg, f"argument {i}") for i, arg in enumerate(args)]
        self._check(tuple(shape for shape, _ in found))
        return self.one_example().apply([leaf for _, leaves in found for leaf in leaves])

    def _check(self, shapes: tuple[Shape, ...]) -> None:
        if len(shapes) != len(self.shapes):
            raise TypeError(
                f"the compiled graph has {len(self.shapes)} inputs, but {len(shapes)} arguments "
                "were given"
            )
        for place, (shape, wanted) in enumerate(zip(shapes, self.shapes)):
            if _example(shape) != wanted:
                raise ValueError(
                    f"argument {place} is {described(_example(shape))}, but the input of the "
                    f"compiled graph is {described(wanted)}"
                )


def _inputs(arguments: Arguments, nodes: list[Any]) -> tuple[list[Any], list[Any], tuple[int, ...]]:
    """Return the nodes that are batched, the others, and the variable of each of all."""
    examples = [node for node, batched in zip(nodes, arguments.batched) if batched]
    shared = [node for node, batched in zip(nodes, arguments.batched) if not batched]
    variable = {node: number for number, node in enumerate(examples + shared)}
    return examples, shared, tuple([variable[node] for node in nodes])


def _example(shape: Shape) -> Shape:
    """Return the shape that one example has."""
    if isinstance(shape, Batch):
        return shape.example
    if isinstance(shape, Array):
        return shape
    return shape._replace(items=tuple(map(_example, shape.items)))


def _labels(shape: Shape, name: str) -> Iterator[str]:
    """Yield what to call each number of an argument: x, x[1], x[0][2], x['weight']."""
    if isinstance(shape, Batch):
        yield from _labels(shape.example, name)
    elif isinstance(shape, Sequence | Mapping):
        keys = shape.keys if isinstance(shape, Mapping) else range(len(shape.items))
        for key, item in zip(keys, shape.items):
            yield from _labels(item, f"{name}[{key!r}]")
    elif not shape.dimensions:
        yield name
    else:
        first, *rest = shape.dimensions
        for index in range(first):
            yield from _labels(Array(tuple(rest)), f"{name}[{index}]")

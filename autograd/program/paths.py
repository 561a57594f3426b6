"""Paths: the branches that a traced function takes, and the conditions that it takes them by.

A function that asks whether a Value is true (`if x > 0`, `while`, `sorted`) is traced for the
numbers of one call: each answer is noted as a guard of the program. A later call computes the
conditions first. Where one is not as it was, the numbers take another path, which has a program of
its own, and the examples of a batch are divided by the paths that they take.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.errors import TracingError
from autograd.graph import Constant
from autograd.leaves import accumulate
from autograd.program.runner import Runner
from autograd.program.traced import Traced, undecided
from autograd.structure import NUMBER, arrays_of, described
from autograd.structure import Sequence as Shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from autograd.program.arguments import Arguments
    from autograd.program.precision import Precision
    from autograd.program.trace import Trace
    from autograd.program.verification import Case


class Decisions:
    """The answers to the questions of one trace: those given `before`, then by numbers.

    These are the numbers of one example of the arguments, and of the Values that the function
    captures. Without arguments there are none, and a further question is a TracingError.
    """

    def __init__(
        self, before: Iterable[bool], arguments: Arguments | None = None, example: int = 0
    ) -> None:
        self.answers: dict[Any, bool] = {}  # by the node of the condition
        self._before = iter(before)
        self._arguments, self._example = arguments, example
        self._numbers: dict[Any, float] = {}

    def begin(self, nodes: Sequence[Any]) -> None:
        """Take these nodes for the numbers of the arguments."""
        if self._arguments is not None:
            _, batched, examples, shared, _ = self._arguments
            rows = iter([] if examples is None else examples[self._example].tolist())
            rest = iter(shared.tolist())
            for node, is_batched in zip(nodes, batched):
                self._numbers[node] = next(rows if is_batched else rest)

    def __call__(self, condition: Any) -> bool:
        """Return whether the condition is true."""
        if condition not in self.answers:
            answer = next(self._before, None)
            self.answers[condition] = self._truth(condition) if answer is None else answer
        return self.answers[condition]

    def _truth(self, condition: Any) -> bool:
        """Compute a condition, and no operation twice in one trace."""
        if self._arguments is None:
            undecided(condition)
        numbers, stack = self._numbers, [condition]
        while stack:
            node = stack[-1]
            missing = [a for a in node.args if type(a) is not Constant and a not in numbers]
            if missing:
                stack += missing
                continue
            stack.pop()
            if node.op is not None:
                args = [a if type(a) is Constant else numbers[a] for a in node.args]
                numbers[node] = node.op.forward(*args)
            elif node not in numbers:
                if issubclass(type(node), Traced):  # of another trace
                    undecided(node)
                numbers[node] = node._data
        return numbers[condition] != 0.0


class Guards:
    """The conditions of one trace, ready to be computed, as the results of a program."""

    def __init__(self, trace: Trace, backend: str, precision: Precision) -> None:
        self.answers = tuple([answer for _, answer in trace.guards])
        conditions = replace(
            trace,
            program=trace.program.changed(outputs=tuple([place for place, _ in trace.guards])),
            result=Shapes(tuple, (NUMBER,) * len(self.answers)),
            guards=(),
        )
        self._runner = Runner("value", conditions, backend, check=False, precision=precision)

    def agreements(self, arguments: Arguments) -> Any:
        """Return for each example how many conditions, from the first on, are as they were."""
        import numpy as np

        changed = (self._runner.numbers(arguments) != 0.0) != self.answers
        return np.where(changed.any(axis=1), changed.argmax(axis=1), len(self.answers))

    def changes(self, numbers: tuple[float, ...]) -> int | None:
        """Return the same for shared inputs, None if only arrays of them can be computed."""
        compute = self._runner.quick()
        if compute is None:
            return None
        answers = zip(compute(numbers), self.answers)
        changed = (place for place, (found, was) in enumerate(answers) if (found != 0.0) is not was)
        return next(changed, len(self.answers))

    def path(self, agreements: int) -> tuple[bool, ...]:
        """Return how the path begins of numbers that agree in so many conditions, and no more."""
        return (*self.answers[:agreements], not self.answers[agreements])


class Part(NamedTuple):
    """A program, the arguments with the examples that it is for, and their places in the batch.

    The places are None where there is one path.
    """

    runner: Runner
    arguments: Arguments
    places: Any


def divided(
    first: Case,
    arguments: Arguments,
    guards: Callable[[Case], Guards],
    path: Callable[[tuple[bool, ...], int], Case],
) -> Iterator[tuple[Case, Arguments, Any]]:
    """Yield the cases that the examples belong to, each with its examples and their places.

    `path` gives the case of other answers than those of the first, traced for an example if it is
    new. An empty batch belongs to the first.
    """
    import numpy as np

    count = 1 if arguments.examples is None else len(arguments.examples)
    pending = [(first, np.arange(count))]
    while pending:
        case, places = pending.pop()
        conditions = guards(case)
        agreed = conditions.agreements(_chosen(arguments, places, count))
        here = places[agreed == len(conditions.answers)]
        if len(here) or not count:
            yield case, _chosen(arguments, here, count), here
        for agreements in np.unique(agreed).tolist():
            if agreements < len(conditions.answers):
                others = places[agreed == agreements]
                pending.append((path(conditions.path(agreements), int(others[0])), others))


def _chosen(arguments: Arguments, places: Any, count: int) -> Arguments:
    if len(places) == count:
        return arguments
    return arguments._replace(examples=arguments.examples[places])


def joined(parts: Sequence[Part]) -> Any:
    """Return the results of examples that take several paths, in the order of the batch.

    Raises ValueError if they differ in structure.
    """
    import numpy as np

    first = parts[0].runner
    for part in parts:
        if part.runner.shape != first.shape:
            raise ValueError(
                f"the results of a batch have one structure, but on the path of example "
                f"{part.places[0]} it is {described(part.runner.shape)}, and "
                f"{described(first.shape)} on that of example {parts[0].places[0]}"
            )
    numbers = [part.runner.numbers(part.arguments) for part in parts]
    whole = np.empty((sum(map(len, numbers)), numbers[0].shape[1]), numbers[0].dtype)
    for part, some in zip(parts, numbers):
        whole[part.places] = some
    return arrays_of(first.shape, whole)


def along(kind: str, first: Case, numbers: tuple[float, ...]) -> Any:
    """Return the result of shared inputs, on a path that is known; None where it is not."""
    case: Case | None = first
    while case is not None:
        guards, runner = case.used.guards, case.used.runners.get(kind)
        agreements = None if guards is None else guards.changes(numbers)
        if agreements is None:
            return None
        if agreements == len(guards.answers):
            compute = None if runner is None else runner.quick()
            return None if compute is None else compute(numbers)
        case = first.paths.get(guards.path(agreements))
    return None


def accumulated(parts: Sequence[Part], divisor: int) -> float:
    """Return the sum over all parts, divided, and add its gradient to the leaves it depends on."""
    found = [part.runner.run(part.arguments)[1].astype(float, copy=False) for part in parts]
    total = 0.0
    for part, sums in zip(parts, found):  # all are computed before any gradient is changed
        accumulate(part.runner.reached, sums[1:] / divisor)
        total += float(sums[0]) / divisor
    return total


def too_many(name: str, trace: Trace, place: int, most: int) -> TracingError:
    """Return the error for a trace that leaves the known paths at one of its conditions."""
    line = trace.program.lines.get(trace.guards[place][0], "")
    return TracingError(
        f"{line}{': ' if line else ''}{name} would take another path here, after {most} of them: "
        "each is a program of its own. Write the condition by autograd.where, or decide it outside "
        "of the function; most_paths= of compile allows more"
    )

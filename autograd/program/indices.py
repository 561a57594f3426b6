"""Indices: the numbers of a call by which `take` chooses, checked before a program runs.

A program gives nan for an index that is no place among the items; Python can raise an error, which
names the argument and the example.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.backends.selection import executable
from autograd.choice import check_index
from autograd.program.draft import without_dead_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.program.trace import Trace

FEW = 64  # indices that Python looks up in less time than NumPy's functions need to begin


class Indices:
    """The indices of a traced function: arguments of a call, or computed from them."""

    def __init__(self, trace: Trace) -> None:
        import numpy as np

        program = trace.program
        variables, counts = map(tuple, zip(*trace.indices))
        self._names = [program.names.get(variable, "that is computed") for variable in variables]
        self._counts = counts
        self._allowed = [frozenset(range(count)) for count in counts]  # which finds 1.0 as well
        self._varies = [program.varies[variable] for variable in variables]
        places = np.array(variables)
        last = program.examples + program.shared
        # Where they are: columns of the examples, shared inputs, or the outputs of a program
        self._examples: Any = places if places.max() < program.examples else None
        self._shared: Any = None
        self.inputs: list[tuple[int, int]] | None = None  # shared ones, each with a count of items
        if program.examples <= places.min() and places.max() < last:
            self._shared = places - program.examples
            self.inputs = [*zip(self._shared.tolist(), counts)]
        if self._examples is None and self._shared is None:
            computed = without_dead_code(program.changed(outputs=variables))
            self._executable = executable(computed, "numpy")

    def check(self, examples: Any, shared: Any, parameters: Any, numbers: Any = None) -> None:
        """Raise IndexError or TypeError for the first index that is no place among the items.

        `numbers` are those by which the error names examples; without them they are counted.
        """
        if self._shared is not None:
            found = shared[self._shared][None]
        elif self._examples is not None:
            found = examples[:, self._examples]
        else:
            found, _ = self._executable.run(examples, shared, parameters)
        if found.size <= FEW:
            self._check_rows(found.tolist(), range(len(found)), numbers)
        else:
            fits = (found >= 0.0) & (found < self._counts) & (found % 1.0 == 0.0)
            wrong = (~fits.all(axis=1)).nonzero()[0][:1]
            self._check_rows(found[wrong].tolist(), wrong.tolist(), numbers)

    def _check_rows(
        self, rows: Sequence[Sequence[float]], examples: Sequence[int], numbers: Any
    ) -> None:
        for example, row in zip(examples, rows):
            for place, number in enumerate(row):
                if number not in self._allowed[place]:
                    known = example if numbers is None else numbers[example]
                    of = f" of example {known}" if self._varies[place] else ""
                    check_index(
                        number, self._counts[place], f"take: the index {self._names[place]}{of}"
                    )

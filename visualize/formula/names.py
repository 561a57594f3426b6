"""Names of values in formulas: identifiers made of labels, else x1, t1 and so on."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from keyword import iskeyword

import autograd
from autograd import Value
from autograd.graph import name_of
from autograd.primitive import TABLE
from visualize.scene.flat import Path, located, outside_of_home

LONGEST = 40  # columns
# Functions that formulas call, beside the operations.
CALLED = frozenset(
    {"max", "min", "sum", "float", "inf", "nan", "pi", "oo"}
    | {"symbols", "Function", "Add", "Max", "Min", "Abs", "Piecewise", "Eq", "Ne"}
)


class Names:
    """The names of the values of one formula, each given once.

    `labels` has the label of every name, for notations that can write more than identifiers.
    """

    def __init__(self, values: Sequence[Value], scopes: Sequence[Path]) -> None:
        """Reserve names for the labels of `values`, a topological order with its modules `scopes`.

        Parameters are called by their labels where all of these differ, else by where they live.
        Equal names are told apart by their modules, or by numbers.
        """
        self.labels: dict[str, str] = {}
        self._taken = {*CALLED, *TABLE, *autograd.__all__}
        self._numbers: Counter[str] = Counter()
        self._by_label: dict[Value, str] = {}
        short = [value.label for value in values if value.label and value.op is None]
        repeated = len(set(short)) < len(short)
        called = [name_of(v) if repeated or not v.label else v.label for v in values]
        labels = located(called, [*map(outside_of_home, values, scopes)])
        named = [
            (number, value, label, name)
            for number, (value, own, label) in enumerate(zip(values, called, labels, strict=True))
            if identifier(own) and (name := identifier(label))
        ]
        count = Counter(name for _, _, _, name in named)
        for number, value, label, name in named:
            suffix = f"_{number}" if count[name] > 1 else ""
            self._by_label[value] = self.fresh(name + suffix, label + suffix)

    def of_label(self, value: Value) -> str:
        """Return the name that a value has by its label; "" if it has none."""
        return self._by_label.get(value, "")

    def of(self, value: Value, stem: str) -> str:
        """Return the name of a value by its label, or the next free one of x1, x2, and so on."""
        if value in self._by_label:
            return self._by_label[value]
        while True:
            self._numbers[stem] += 1
            name = f"{stem}{self._numbers[stem]}"
            if name not in self._taken:
                return self.fresh(name, value.label)

    def first_free(self, candidates: Sequence[str]) -> str:
        """Return the first candidate that is free, or the last with underscores after it."""
        free = (name for name in candidates if name not in self._taken)
        return self.fresh(next(free, candidates[-1]))

    def fresh(self, name: str, label: str = "") -> str:
        """Return `name`, with underscores after it while it is taken."""
        while name in self._taken or iskeyword(name):
            name += "_"
        self._taken.add(name)
        self.labels[name] = label or name
        return name


def identifier(label: str) -> str:
    """Return a label as a Python identifier; "" if it cannot be made one.

    >>> identifier("w_1"), identifier("layers.0.w[2]"), identifier("1st"), identifier("a + b")
    ('w_1', 'layers_0_w_2', '', 'a_b')
    """
    name = unicodedata.normalize("NFKC", label)  # as Python reads identifiers
    if not name.isidentifier():
        name = re.sub(r"\W+", "_", name).strip("_")
    return name if name.isidentifier() and len(name) <= LONGEST and name[:2] != "__" else ""

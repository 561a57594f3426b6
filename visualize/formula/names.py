"""Names of values in formulas: labels where they make identifiers, else x1, t1, and so on."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from keyword import iskeyword

import autograd
from autograd import Value
from autograd.primitive import TABLE
from visualize.scene.flat import Path
from visualize.scene.names import located

__all__ = ["Names", "identifier"]

LONGEST = 40
# What the texts themselves call, beside the operations.
CALLED = frozenset(
    {"max", "min", "sum", "float", "inf", "nan", "pi", "oo"}
    | {"symbols", "Function", "Add", "Max", "Min", "Abs", "Piecewise", "Eq", "Ne"}
)


class Names:
    """The names of the values of one formula, each given once.

    `labels` keeps for every name what it was made of, for notations that can write more than
    identifiers.
    """

    def __init__(self, values: Sequence[Value], scopes: Sequence[Path]) -> None:
        """Reserve the labels of `values`, in topological order, whose modules are `scopes`.

        Equal ones are told apart by these, or by their numbers.
        """
        self.labels: dict[str, str] = {}
        self._taken = {*CALLED, *TABLE, *autograd.__all__}
        self._numbers: Counter[str] = Counter()
        self._by_label: dict[Value, str] = {}
        labels = located([value.label for value in values], scopes)
        named = [
            (number, value, label, name)
            for number, (value, label) in enumerate(zip(values, labels, strict=True))
            if identifier(value.label) and (name := identifier(label))
        ]
        count = Counter(name for _, _, _, name in named)
        for number, value, label, name in named:
            suffix = f"_{number}" if count[name] > 1 else ""
            self._by_label[value] = self.fresh(name + suffix, label + suffix)

    def of_label(self, value: Value) -> str:
        """Return the name of a value by its label; "" where it has none to be used."""
        return self._by_label.get(value, "")

    def of(self, value: Value, stem: str) -> str:
        """Return the name of a value by its label, else the next free one of x1, x2, and so on."""
        if value in self._by_label:
            return self._by_label[value]
        while True:
            self._numbers[stem] += 1
            name = f"{stem}{self._numbers[stem]}"
            if name not in self._taken:
                return self.fresh(name, value.label)

    def first_free(self, candidates: Sequence[str]) -> str:
        """Return the first name that is free, or the last with lines under its end."""
        free = (name for name in candidates if name not in self._taken)
        return self.fresh(next(free, candidates[-1]))

    def fresh(self, name: str, label: str = "") -> str:
        """Return `name`, with lines under its end while it is taken."""
        while name in self._taken or iskeyword(name):
            name += "_"
        self._taken.add(name)
        self.labels[name] = label or name
        return name


def identifier(label: str) -> str:
    """Return a label as a Python identifier; "" where little of it would be left.

    >>> identifier("w_1"), identifier("layers.0.w[2]"), identifier("1st"), identifier("a + b")
    ('w_1', 'layers_0_w_2', '', 'a_b')
    """
    name = unicodedata.normalize("NFKC", label)  # as Python reads identifiers
    if not name.isidentifier():
        name = re.sub(r"\W+", "_", name).strip("_")
    return name if name.isidentifier() and len(name) <= LONGEST and name[:2] != "__" else ""

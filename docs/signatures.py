"""How operations are called: in documentation, and in the stub of the methods of Value."""

from __future__ import annotations

from autograd import Value
from autograd.help import operand_names
from autograd.operators import ARITHMETIC, COMPARISONS, UNARY
from autograd.primitive import RESERVED, TABLE, Primitive

__all__ = ["arguments", "methods_stub"]

HEAD = '''\
"""The operators and methods of Value that are made from the table of operations.

Written by `make docs` for type checkers and editors: edit autograd/primitives.py.
"""

from typing import Any, overload

from numpy.typing import NDArray

from autograd.arguments import Number
from autograd.graph import Node
from autograd.value import Value

class Methods(Node):
'''

OPERATOR = """\
    @overload
    def {name}(self, other: {operand}, /) -> Value: ...
    @overload
    def {name}(self, other: NDArray[Any], /) -> NDArray[Any]: ...
"""
COMPARISON = """\
    @overload
    def {name}(self, other: Value, /) -> Comparison: ...
"""
FOOT = """
# A comparison of two Values is a Value with a truth value. max() and sorted() of Values take
# nothing but a bool, so it is one too, to type checkers.
class Comparison(Value, bool): ...  # type: ignore[misc]
"""
METHOD = '''\
    def {name}(self{operands}) -> Value:
        """{doc}"""
'''


def arguments(row: Primitive) -> str:
    """Return the arguments of the operation as its rule names them, with their defaults."""
    if row.variadic:
        return "*values"
    return ", ".join(name + (f"={default}" if default else "") for name, default in operands(row))


def operands(row: Primitive) -> list[tuple[str, str]]:
    """Return the names of the operands of a row, each with its default, "" for none."""
    names = operand_names(row)
    defaults = [f"{default:g}" for default in row.defaults]
    return list(zip(names, [""] * (len(names) - len(defaults)) + defaults))


def methods_stub() -> str:
    """Return the text of autograd/methods.pyi."""
    stubs = [f"    def __{name}__(self) -> Value: ...\n" for name in UNARY]
    for name in ARITHMETIC:
        stubs.append(OPERATOR.format(name=f"__{name}__", operand="Value | Number"))
        stubs.append(OPERATOR.format(name=f"__r{name}__", operand="Value | Number"))
    for name in COMPARISONS:
        stubs.append(COMPARISON.format(name=f"__{name}__"))
        stubs.append(OPERATOR.format(name=f"__{name}__", operand="Number"))
    names: dict[str, list[str]] = {}
    for name, method in vars(Value).items():
        if not name.startswith("_"):
            names.setdefault(getattr(method, "__name__", ""), []).append(name)
    for row in TABLE.values():
        if row.name in RESERVED:
            for name in sorted(names.get(row.name, ()), key=row.name.__ne__):  # its own name first
                stubs.append(METHOD.format(name=name, operands=typed(row), doc=row.doc))
    return HEAD + "".join(stubs) + FOOT


def typed(row: Primitive) -> str:
    """Return the operands of a method but `self`, with their types."""
    if row.variadic:
        return ", *values: Value | Number"
    others = [
        f", {name}: Value | Number" + (f" = {default}" if default else "")
        for name, default in operands(row)[1:]
    ]
    return "".join(others) + ", /" * bool(others)

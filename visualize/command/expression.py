"""An expression and the numbers of its variables become a Value."""

from __future__ import annotations

from collections.abc import Sequence

from autograd import Value
from visualize.command.evaluation import Evaluation, evaluated
from visualize.command.fault import Fault
from visualize.command.functions import CONSTANTS
from visualize.command.grammar import parsed
from visualize.command.names import check_names, free_names

__all__ = ["read"]

FORM = "a variable gets its number by name=number: a=2, b=-3, c=pi/4"


def read(expression: str, arguments: Sequence[str] = ()) -> Evaluation:
    """Return the value of an expression, whose variables are given as "a=2", "b=-3".

    Nothing of what is typed is ever run as Python. Raises Fault, with the place, for whatever is
    wrong with the expression or an argument.

    >>> result = read("tanh(a*b + c)", ["a=2", "b=-3", "c=6"])
    >>> result.root, sorted(result.named)
    (Value(data=0.0, grad=0.0), ['a', 'b', 'c'])
    """
    given: dict[str, str] = {}
    variables: dict[str, Value] = {}
    warned: list[Fault] = []
    instructions = parsed(expression)
    for argument in arguments:
        value, faults = _variable(argument)
        if value.label in variables:
            message = f"{value.label} is given twice, as {given[value.label]} and as {argument}"
            raise Fault(message, argument, 0, len(argument))
        given[value.label] = argument
        variables[value.label] = value
        warned += faults
    check_names(expression, instructions, given)
    result = evaluated(expression, instructions, variables)
    return result._replace(warned=warned + result.warned)


def _variable(argument: str) -> tuple[Value, list[Fault]]:
    """Return the Value of an argument such as "a=2", labelled "a"."""
    instructions = parsed(argument)
    last = instructions[-1]
    stores = [step for step in instructions if step.work == "store"]
    if len(stores) != 1 or last.work != "store":
        place = stores[1] if len(stores) > 1 else None
        start, end = (place.start, place.end) if place else (0, len(argument))
        raise Fault(FORM, argument, start, end)
    for name, step in free_names(instructions).items():
        if name not in CONSTANTS:
            message = f"{name} is no number: {FORM}"
            raise Fault(message, argument, step.start, step.end)
    result = evaluated(argument, instructions, {})
    return result.root, result.warned

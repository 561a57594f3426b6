"""An expression and the numbers of its variables become a Value."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from autograd import NumericWarning, Value
from visualize.command.fault import Fault
from visualize.command.functions import CONSTANTS, FUNCTIONS, Operand, Scalar, operator_row, scalar
from visualize.command.language import Step, parsed

FORM = "a variable gets its number by name=number: a=2, b=-3, c=pi/4"
LIKE_LATIN = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
MOST_LETTERS = 3


class Evaluation(NamedTuple):
    """The value of an expression, all values by name, and the operations that gave nan or inf."""

    root: Value
    named: dict[str, Value]
    warned: list[Fault]


def read(expression: str, arguments: Sequence[str] = ()) -> Evaluation:
    """Return the value of an expression, whose variables are given as "a=2", "b=-3".

    A statement gives its name to its value as a label. A value made of numbers alone is a number.
    The text is never run as Python. Raises Fault, with the place, for whatever is
    wrong with the expression or an argument.

    >>> result = read("tanh(a*b + c)", ["a=2", "b=-3", "c=6"])
    >>> result.root, sorted(result.named)
    (Value(data=0.0, grad=0.0), ['a', 'b', 'c'])
    """
    steps = parsed(expression)
    given: dict[str, str] = {}
    variables: dict[str, Value] = {}
    warned: list[Fault] = []
    for argument in arguments:
        value, _, faults = _variable(argument)
        if value.label in variables:
            message = f"{value.label} is given twice, as {given[value.label]} and as {argument}"
            raise Fault(message, argument, 0, len(argument))
        given[value.label] = argument
        variables[value.label] = value
        warned += faults
    _check_names(expression, steps, given)
    result = _evaluated(expression, steps, variables)
    return result._replace(warned=warned + result.warned)


def _variable(argument: str) -> Evaluation:
    """Return the Value of an argument such as "a=2", labelled "a"."""
    steps = parsed(argument)
    stores = [step for step in steps if step.work == "store"]
    if len(stores) != 1 or steps[-1].work != "store":
        start, end = stores[1][-2:] if len(stores) > 1 else (0, len(argument))
        raise Fault(FORM, argument, start, end)
    for name, step in _free_names(steps).items():
        if name not in CONSTANTS:
            raise Fault(f"{name} is not a number: {FORM}", argument, step.start, step.end)
    return _evaluated(argument, steps, {})


# Names


def _free_names(steps: Sequence[Step]) -> dict[str, Step]:
    """Return the names that no statement before has given, constants too, with their first uses."""
    given: set[str] = set()
    free: dict[str, Step] = {}
    for step in steps:
        if step.work == "store":
            given.add(step.name)
        elif step.work == "name" and step.name not in given:
            free.setdefault(step.name, step)
    return free


def _check_names(text: str, steps: Sequence[Step], given: Mapping[str, str]) -> None:
    """Raise Fault where a name has no value, or a value no use.

    `given` are the names that have their numbers by arguments, with the arguments.
    """
    free = _free_names(steps)
    _check_missing(text, steps, free, given)
    for step in steps:
        if step.work == "store" and step.name in given:
            message = f"{step.name} is given as {given[step.name]} and gets a value here too"
            raise Fault(message, text, step.start, step.end)
    for name, argument in given.items():
        if name not in free:
            message = f"there is no {_described(name)} in the expression"
            message += _hint("; ", name, free)
            raise Fault(message, argument, 0, len(argument.partition("=")[0].rstrip()))
    _check_use(text, steps)


def _check_missing(
    text: str, steps: Sequence[Step], free: Mapping[str, Step], given: Mapping[str, str]
) -> None:
    missing = [name for name in free if name not in given and name not in CONSTANTS]
    if not missing:
        return
    named = {step.name for step in steps if step.work == "store"}
    first = free[missing[0]]
    if first.name in named:
        message = f"{first.name} gets its value only in a later statement"
    elif first.name in FUNCTIONS:
        message = f"{first.name} is a function: write {first.name}(...)"
    else:
        missing = [name for name in missing if name not in named and name not in FUNCTIONS]
        shown = ", ".join(map(_described, missing[:-1])) + " and " * (len(missing) > 1)
        example = " ".join(f"{name}=1" for name in missing)
        message = f"there is no value for {shown}{_described(missing[-1])}"
        message += f"; give it after the expression: {example}"
        if len(missing) == 1:
            message += _hint("; or ", first.name, [*given, *named])
    raise Fault(message, text, first.start, first.end)


def _check_use(text: str, steps: Sequence[Step]) -> None:
    """Raise Fault for a statement, the last one apart, whose name nothing uses."""
    needed: set[str] = set()
    for step in reversed(steps):
        if step.work == "name":
            needed.add(step.name)
        elif step.work == "store":
            if step is not steps[-1] and step.name not in needed:
                said = "a picture shows only what the last statement uses"
                raise Fault(f"nothing uses {step.name}: {said}", text, step.start, step.end)
            needed.discard(step.name)


def _hint(before: str, name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), 1)
    return f"{before}did you mean {close[0]}?" if close else ""


def _described(name: str) -> str:
    """Return a name, and those of its letters that only look like Latin ones."""
    spelled = [(letter, unicodedata.name(letter, "")) for letter in name]
    strange = [
        f"U+{ord(letter):04X} {called}"
        for letter, called in spelled
        if called.startswith(LIKE_LATIN)
    ]
    return f"{name} (with {', '.join(strange[:MOST_LETTERS])})" if strange else name


# Values


def _evaluated(text: str, steps: Sequence[Step], variables: Mapping[str, Value]) -> Evaluation:
    """Carry out steps whose names all stand for something; Fault for calls that do not work out."""
    named: dict[str, Value] = dict(variables)
    stack: list[Operand] = []
    warned = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NumericWarning)
        for step in steps:
            try:
                _carry_out(step, stack, named)
            except (TypeError, ValueError) as error:
                raise Fault(str(error), text, step.start, step.end) from None
            warned += [Fault(str(said.message), text, step.start, step.end) for said in caught]
            caught.clear()
    last = steps[-1]
    try:
        root = scalar(stack.pop()) if stack else named[last.name]
    except TypeError as error:
        raise Fault(str(error), text, last.start, last.end) from None
    return Evaluation(root if isinstance(root, Value) else Value(root), named, warned)


def _carry_out(step: Step, stack: list[Operand], named: dict[str, Value]) -> None:
    if step.work == "number":
        stack.append(float(step.name))
    elif step.work == "name":
        stack.append(named[step.name] if step.name in named else CONSTANTS[step.name])
    elif step.work == "store":
        named[step.name] = _labelled(scalar(stack.pop()), step.name)
    else:
        first = len(stack) - step.taken
        operands = stack[first:]
        stack[first:] = [_result(step, operands)]


def _result(step: Step, operands: list[Operand]) -> Operand:
    if step.work == "call":
        return FUNCTIONS[step.name](operands)
    scalars = [scalar(operand) for operand in operands]
    if step.work == "list":
        return scalars
    if step.name == "if":  # written as: value, condition, other value
        scalars[:2] = scalars[1], scalars[0]
    result: Scalar = operator_row(step.name, step.taken)(*scalars)
    return result


def _labelled(operand: Scalar, name: str) -> Value:
    if not isinstance(operand, Value):
        return Value(operand, label=name)
    if not operand.label:  # else it is another name for the same value
        operand.label = name
    return operand

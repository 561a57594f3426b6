"""Carry out the instructions of an expression: numbers and Values come in, a Value comes out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograd import TABLE, NumericWarning, Value
from visualize.command.fault import Fault
from visualize.command.functions import CONSTANTS, Operand, Scalar, called
from visualize.command.instructions import Instruction

__all__ = ["Evaluation", "evaluated"]


class Evaluation(NamedTuple):
    """The value of an expression, all values by their names, and what gave nan or inf where."""

    root: Value
    named: dict[str, Value]
    warned: list[Fault]


def evaluated(
    text: str, instructions: Sequence[Instruction], variables: Mapping[str, Value]
) -> Evaluation:
    """Carry out instructions whose names all stand for something.

    A result or a statement gives its name to the value as a label; a named number becomes a Value.
    What is made of numbers alone is a number. Raises Fault for calls that do not work out.

    >>> from visualize.command.grammar import parsed
    >>> text = "s = a*2; s + 1"
    >>> evaluated(text, parsed(text), {"a": Value(3.0, label="a")}).root
    Value(data=7.0, grad=0.0)
    """
    named: dict[str, Value] = dict(variables)
    stack: list[Operand] = []
    warned = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NumericWarning)
        for step in instructions:
            try:
                _carry_out(step, stack, named)
            except (TypeError, ValueError) as error:
                raise Fault(str(error), text, step.start, step.end) from None
            warned += [Fault(str(said.message), text, step.start, step.end) for said in caught]
            caught.clear()
    last = instructions[-1]
    if last.work == "store":
        return Evaluation(named[last.name], named, warned)
    try:
        root = _scalar(stack.pop())
    except TypeError as error:
        raise Fault(str(error), text, last.start, last.end) from None
    return Evaluation(root if isinstance(root, Value) else Value(root), named, warned)


def _carry_out(step: Instruction, stack: list[Operand], named: dict[str, Value]) -> None:
    if step.work == "number":
        stack.append(float(step.name))
    elif step.work == "name":
        stack.append(named[step.name] if step.name in named else CONSTANTS[step.name])
    elif step.work == "store":
        named[step.name] = _labelled(_scalar(stack.pop()), step.name)
    else:
        operands = stack[len(stack) - step.taken :]
        del stack[len(stack) - step.taken :]
        if step.work == "call":
            stack.append(called(step.name, operands))
        elif step.work == "list":
            stack.append([_scalar(operand) for operand in operands])
        else:
            stack.append(_applied(step.name, [_scalar(operand) for operand in operands]))


def _applied(row: str, operands: list[Scalar]) -> Scalar:
    if row == "where":  # written as: value, condition, other value
        operands[:2] = operands[1], operands[0]
    result: Scalar = TABLE[row](*operands)
    return result


def _labelled(operand: Scalar, name: str) -> Value:
    if not isinstance(operand, Value):
        return Value(operand, label=name)
    if not operand.label:  # else it is another name for the same value
        operand.label = name
    return operand


def _scalar(operand: Operand) -> Scalar:
    if isinstance(operand, list):
        raise TypeError("a list is no single value: give it to sum, mean, norm, dot, max, ...")
    return operand

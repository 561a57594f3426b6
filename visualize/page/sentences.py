"""The sentences of a page about a step and about a gradient.

Like the layout, this is written as a script for the page, whose numbers may change while it is
looked at: the sentences are made there, and only here they are worded.
"""

from __future__ import annotations

from collections.abc import Sequence

from visualize.digits import counted, significant
from visualize.scene.gradient import Gradient

__all__ = [
    "contribution_caption",
    "end_caption",
    "factor",
    "given_caption",
    "many_caption",
    "meaning",
    "mismatch_note",
    "running_line",
    "seed_caption",
    "sum_of_names",
]


def meaning(gradient: Gradient, name: str, outputs: str) -> str:
    """Return the meaning of a value's gradient for the outputs.

    >>> meaning(Gradient("finite", -2.0), "w", "loss")
    'If w grows by a little, loss falls by 2 times as much.'
    """
    if gradient.state == "pending":
        return "No backward pass has run yet. Play the steps to see what it would bring."
    if gradient.state == "unreached":
        return f"The backward pass did not come here: no way from {outputs} carries a gradient."
    if gradient.state == "zero":
        why = f" ({gradient.remark})" if gradient.remark != "" else ""
        return (
            f"The backward pass came here and brought exactly 0{why}: "
            f"at this point a small change of {name} changes nothing."
        )
    if gradient.state == "earlier":
        return (
            "The gradient is of an earlier pass: it does not belong to these numbers, "
            "or came from elsewhere."
        )
    if gradient.state == "nan":
        return "Not a number: something undefined, such as 0/0 or inf - inf, was met on the way."
    if gradient.state == "infinite":
        return f"Infinite: {outputs} is vertical here, or a number overflowed on the way."
    direction = "rises" if gradient.value > 0 else "falls"
    size = significant(abs(gradient.value))
    return f"If {name} grows by a little, {outputs} {direction} by {size} times as much."


def running_line(gradient: Gradient) -> str:
    """Return the line of a box about a gradient that is not complete yet."""
    return "grad –" if gradient.state == "pending" else f"grad {significant(gradient.value)}"


def sum_of_names(names: Sequence[str]) -> str:
    """Return the outputs as the subject of a sentence.

    >>> sum_of_names(["a"]), sum_of_names(["a", "b"]), sum_of_names(["a"] * 4)
    ('a', 'a + b', 'the sum of 4 outputs')
    """
    return f"the sum of {len(names)} outputs" if len(names) > 3 else " + ".join(names)


def given_caption(leaves: int) -> str:
    """Return the sentence about the leaves, with which the graph begins."""
    hold = "holds its number" if leaves == 1 else "hold their numbers"
    return (
        f"{counted(leaves, 'leaf', 'leaves')} {hold}. "
        "Forward: every operation computes its value from its operands."
    )


def seed_caption(names: Sequence[str], gradient: float) -> str:
    """Return the sentence about the outputs, where the backward pass begins.

    >>> seed_caption(["loss"], 1.0)
    'The backward pass begins at loss: its derivative with respect to itself is 1.'
    """
    if len(names) > 1:
        return (
            f"The backward pass begins at {len(names)} outputs at once: "
            "gradients are those of their sum."
        )
    if gradient == 1:
        return (
            f"The backward pass begins at {names[0]}: its derivative with respect to itself is 1."
        )
    start = significant(gradient)
    return f"The backward pass begins at {names[0]} with the gradient {start}."


def factor(number: float) -> str:
    """Return a number as the second factor of a product."""
    text = significant(number)
    return f"({text})" if text.startswith("-") else text


def contribution_caption(
    name: str, rule: str, gradient: float, local: float, sent: float, total: float
) -> str:
    """Return the clause about one operand's share; `rule` gives its local derivative in numbers.

    >>> contribution_caption("w", "2 * 3", 0.5, 6.0, 3.0, 3.0)
    'to w: local derivative 2 * 3 = 6, sends 0.5 × 6 = 3, total 3'
    """
    shown = significant(local)
    is_worth_saying = rule not in ("", shown) and len(rule) <= 60
    derived = f"{rule} = {shown}" if is_worth_saying else shown
    product = f"{significant(gradient)} × {factor(local)} = {significant(sent)}"
    if gradient == 0:
        product = "0 (a gradient of 0 sends 0)"
    return f"to {name}: local derivative {derived}, sends {product}, total {significant(total)}"


def many_caption(count: int, name: str, sent: float, total: float) -> str:
    """Return the clause about the shares of many operands, and which of them gets most."""
    return (
        f"it sends gradient × local derivative to {counted(count, 'operand')}, "
        f"most to {name}: {significant(sent)}, total {significant(total)}."
    )


def end_caption(name: str, largest: float) -> str:
    """Return the last sentence: all gradients are there; the largest, unless its name is ""."""
    most = f" The largest is {significant(largest)}, at {name}." if name != "" else ""
    return f"Every gradient is complete.{most}"


def mismatch_note(name: str, recorded: float, more: int) -> str:
    """Return a note that the recorded gradients are not those of one pass."""
    rest = f" and {more} more" if more > 0 else ""
    return (
        f" The graph has {significant(recorded)} recorded at {name}{rest}: "
        "leaves add up over several backward passes until zero_grad()."
    )

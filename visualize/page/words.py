"""The words of a page: headings and labels, and sentences about a step and about a gradient.

The numbers of a page change while it plays, so the page itself makes its texts, by a script that
`make docs` writes from this file.
"""

from __future__ import annotations

from collections.abc import Sequence

from visualize.draw.wording import slope_mark
from visualize.formula.words import WIDEST
from visualize.scene.gradient import Gradient
from visualize.text import counted, product_of, significant

__all__ = [
    "AGAIN", "BACKPROPAGATION", "BACKWARD", "DATA", "DONE", "EQUATION_COLUMNS",
    "FORMULA_COLUMNS", "GIVEN", "GRAD", "HIGHLIGHT", "LARGEST", "LATER", "LEAF", "MADE_AT",
    "MADE_OF", "MODULE", "MOST_KINDS", "NONE", "NOTHING", "NUMBER", "OPEN", "OUTPUT", "PATHS",
    "PAUSE", "PLACE", "PLAY", "PRODUCTS", "RECEIVED", "RULE_COLUMNS", "SENT", "STALE", "START",
    "SUM", "TERMS", "ZERO", "backward_caption", "closing_title", "contribution_caption",
    "end_caption", "forward_caption", "given_caption", "line_mark", "many_caption", "meaning",
    "mismatch_note", "more_line", "operands_note", "paths_note", "place_among", "running_line",
    "seed_caption", "size_note", "state_tag", "step_line", "sum_of_names", "waiting_caption",
    "zeros_line",
]  # fmt: skip

# Tables: the heading, then what stands over the columns
SENT: list[str] = ["What it sends back", "operand", "local derivative", "sent"]
RECEIVED: list[str] = ["Where its gradient comes from", "from", "gradient × local", "got"]
PRODUCTS: list[str] = ["Its products", "term", "", "number"]
TERMS: list[str] = ["Its terms", "term", "", "number"]
LARGEST: list[str] = ["Largest gradients", "value", "data", "grad"]
PATHS: str = "Paths to the output"
PLACE: str = "Where"

# In their cells
START: str = "the start"
SUM: str = "sum"
NUMBER: str = "a number"
NONE: str = "none"
NOTHING: str = "nothing"

# Facts, tags and buttons
DATA: str = "data"
GRAD: str = "grad"
ZERO: str = "zero"
MADE_OF: str = "made of"
MADE_AT: str = "made at"
MODULE: str = "in"
LEAF: str = "leaf"
OUTPUT: str = "output"
AGAIN: str = "again"  # a leaf that is drawn near its users once more
OPEN: str = "Open"
HIGHLIGHT: str = "Highlight its paths"

# The player
BACKPROPAGATION: str = "Backpropagation"
STALE: str = "Stale"
GIVEN: str = "Given"
BACKWARD: str = "Backward"
DONE: str = "Done"
PLAY: str = "Play"
PAUSE: str = "Pause"

LATER: str = "–"  # data that are not computed yet

# Columns of texts in the panel, and kinds of operations in a line
FORMULA_COLUMNS = WIDEST
EQUATION_COLUMNS = 120
RULE_COLUMNS = 80
MOST_KINDS = 8
MOST_COUNTED = 9_000_000_000_000_000  # paths; beyond 2**53 a page adds up rounded numbers
TAGS: dict[str, str] = {
    "pending": "no gradient yet",
    "unreached": "not reached",
    "zero": "gradient 0",
    "earlier": "earlier gradient",
    "infinite": "infinite gradient",
    "nan": "gradient is nan",
}


def line_mark(which: str, slope: float | None) -> str:
    """Return the text at a line: which operand it brings, if that counts, and the derivative.

    >>> line_mark("2", 0.5), line_mark("", None)
    ('2: ∂ 0.5', 'no ∂')
    """
    shown = "no ∂" if slope is None else slope_mark(slope)
    return f"{which}: {shown}" if which != "" else shown


def zeros_line(count: int) -> str:
    """Return how many gradients of several values are exactly 0."""
    return f"{counted(count, 'gradient')} exactly 0"


def more_line(count: int, noun: str) -> str:
    """Return how many things are not shown.

    >>> more_line(1, "row"), more_line(1200, "result")
    ('1 more row', '1,200 more results')
    """
    return counted(count, f"more {noun}")


def place_among(place: int, count: int) -> str:
    """Return which of the results is shown, from 1; 0 is none of them.

    >>> place_among(0, 3), place_among(2, 1500), place_among(0, 0)
    ('3', '2 of 1,500', 'none')
    """
    if count == 0:
        return NONE
    return f"{place:,} of {count:,}" if place > 0 else f"{count:,}"


def step_line(step: int, last: int, head: str) -> str:
    """Return a step of the player for those who listen; below 0 no step is shown."""
    return f"step {step} of {last}: {head}" if step >= 0 else "recorded numbers"


def closing_title(titles: Sequence[str]) -> str:
    """Return what a click at the title of a frame does."""
    return f"Close {' / '.join(titles)}"


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
    product = f"{product_of(gradient, local, sent)} = {significant(sent)}"
    if gradient == 0:
        product = "0 (a gradient of 0 sends 0)"
    return f"to {name}: local derivative {derived}, sends {product}, total {significant(total)}"


def many_caption(count: int, name: str, sent: float, total: float) -> str:
    """Return the clause about the shares of many operands, and which of them gets most."""
    return (
        f"it sends gradient × local derivative to {counted(count, 'operand')}, "
        f"most to {name}: {significant(sent)}, total {significant(total)}"
    )


def backward_caption(gradient: float, clauses: Sequence[str]) -> str:
    """Return the sentence about the gradient that arrives and the shares that are sent.

    >>> backward_caption(2.0, [])
    'gradient 2 arrives; this operation has no derivative, so it sends nothing.'
    """
    sent = "; ".join(clauses)
    if len(clauses) == 0:
        sent = "this operation has no derivative, so it sends nothing"
    return f"gradient {significant(gradient)} arrives; {sent}."


def forward_caption(written: str, data: float, is_current: bool) -> str:
    """Return the equation of an operation; an operand may have changed since it was computed.

    >>> forward_caption("2 × 3", 6.0, True), forward_caption("2 × 4", 6.0, False)
    ('2 × 3 = 6', '2 × 4 was, when it was computed, 6')
    """
    equals = "=" if is_current else "was, when it was computed,"
    return f"{written} {equals} {significant(data)}"


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


def waiting_caption(is_stale: bool) -> str:
    """Return the sentence of the player before the first step."""
    if is_stale:
        return (
            "A leaf was changed after the graph was computed: "
            "call forward() on the output, then draw it again."
        )
    return "Play it step by step: first forward, every value; then backward, every gradient."


def paths_note(count: int, product: float) -> str:
    """Return the sentence before the path to the output that weighs most.

    >>> paths_note(1, 0.5)
    'One path carries its gradient; the product of the local derivatives is 0.5:'
    >>> paths_note(2**60, 0.5).partition(";")[0]
    'Its gradient is the sum over more than 9,000,000,000,000,000 paths'
    """
    shown = significant(product)
    if count == 1:
        return f"One path carries its gradient; the product of the local derivatives is {shown}:"
    many = f"{count:,}" if count <= MOST_COUNTED else f"more than {MOST_COUNTED:,}"
    return (
        f"Its gradient is the sum over {many} paths; "
        f"on the one that weighs most the product of the local derivatives is {shown}:"
    )


def operands_note(name: str, gradient: float, arrives: bool) -> str:
    """Return the sentence before the table of the shares that operands get."""
    sent = f"gradient {significant(gradient)} × local = sent" if arrives else "no gradient arrives"
    return f"For each operand: the local derivative ∂{name}/∂operand; {sent}."


def state_tag(state: str) -> str:
    """Return a gradient's state in two words; "" of a usual number."""
    return TAGS.get(state, "")


def size_note(values: int, boxes: int, is_whole: bool) -> str:
    """Return how much of a graph is shown.

    >>> size_note(5112, 51, False)
    '5,112 values in 51 boxes'
    """
    if is_whole:
        return f"all {counted(values, 'value')}"
    return f"{counted(values, 'value')} in {counted(boxes, 'box')}"

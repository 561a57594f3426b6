"""Simplification: the same program in fewer operations, with exactly the same results.

Reading order: draft, rewriting; folding, sums, pattern, identities, sharing, dead; statistics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.program.simplify.dead import without_dead_code
from autograd.program.simplify.folding import constant_folding
from autograd.program.simplify.identities import exact_identities
from autograd.program.simplify.rewriting import rewritten
from autograd.program.simplify.sharing import common_subexpressions
from autograd.program.simplify.statistics import Statistics, Step, operations
from autograd.program.simplify.sums import sums_with_constants

if TYPE_CHECKING:
    from autograd.program.program import Program

__all__ = ["REWRITES", "simplified"]

REWRITES = (constant_folding, sums_with_constants, exact_identities, common_subexpressions)


def simplified(program: Program) -> tuple[Program, Statistics]:
    """Return the program simplified, and how many operations each kind of rewrite saved.

    Every rewrite is exact: results are the same floats, -0.0, inf and nan included. Inputs and
    parameters keep their numbers. Simplifying twice changes no more than once.

    >>> from autograd.primitives import add, exp, mul
    >>> from autograd.program.program import Instruction, Program
    >>> steps = [(mul, (0, 1)), (exp, (2,)), (exp, (0,)), (add, (3, 4))]
    >>> program = Program(1, 0, 0, (1.0,), tuple(Instruction(*step) for step in steps), (5,))
    >>> smaller, statistics = simplified(program)  # exp(x * 1) + exp(x)
    >>> [(op.name, args) for op, args in smaller.instructions]
    [('exp', (0,)), ('add', (1, 1))]
    """
    draft, spared = rewritten(program, REWRITES)
    smaller = without_dead_code(draft)
    steps = []
    count = len(program.instructions)
    for rewrite in REWRITES:
        before, count = count, count - spared[rewrite]
        steps.append(Step(rewrite.__name__.replace("_", " "), before, count))
    steps.append(Step("dead code", count, len(smaller.instructions)))
    return smaller, Statistics(tuple(steps), operations(program), operations(smaller))

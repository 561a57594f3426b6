"""Recovery: chains of additions as one operation, so that matrix products can be found in them.

People write `sum(w * x for w, x in zip(ws, xs))`, or add to a total in a loop. Traced, that is one
addition and one product after the other. Here each such chain becomes an `ordered_dot`, and one of
other terms an `ordered_sum`: rows that add the same terms in the same order, with the same
rounding. Derivatives follow from one rule then, not from one for each addition, and the schedule
finds the same grids as in programs written with `dot`.

A chain is followed through the operand of each addition that is itself an addition and is read
nowhere else, on either side: `x + (y + z)` adds y and z first, and x to that. What is read
elsewhere is an end of its own, so that nothing is computed twice. A term `b` beside products is
`1.0 * b`, one that is subtracted has a negative factor: neither changes a bit. A sum that starts
from 0 differs from one that does not only in the sign of a result that is 0, for which 0.0 is
added at its end.

A running maximum becomes one operation too, which has no derivative and so is made later, when
derivatives are drawn: chains of different lengths then are equally deep.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from autograd.primitives import add, largest, maximum, mul, neg, ordered_dot, ordered_sum, sub
from autograd.program.draft import NOWHERE, Draft, common_subexpressions
from autograd.program.program import Instruction, bits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from autograd.program.program import Program

# The terms that all chains of one length have together. With fewer the operations of their own are
# faster, which a backend computes in one loop with what is before and behind them.
LEAST_TERMS = 16


def recovered(program: Program) -> tuple[Program, Sequence[int]]:
    """Return the program with chains of additions as sums and dot products of the same bits.

    Also returns where each of its parameters was: they are in the order in which dots read them.

    >>> from autograd import compile
    >>> from autograd.program.listing import listing
    >>> def total(w, x):
    ...     return sum(a * b for a, b in zip(w, x))
    >>> print(listing(compile(total).program("value", [1.0] * 16, [2.0] * 16)))
    # program: 32 inputs, 2 operations
    v33 = dot([s0..s15], [s16..s31])
    v34 = v33 + 0.0
    return v34
    """
    chains = _worthwhile(program)
    if not chains:
        return program, range(program.parameters)
    draft = Draft(program.inputs, (common_subexpressions,))
    writer = _Writer(draft, chains.values())
    place = writer.place
    place += [*range(program.inputs), *map(draft.constant, program.constants)]
    add, define, find = place.append, draft.define, place.__getitem__
    inner = {number for chain in chains.values() for number in chain.inner}
    for number, (op, args) in enumerate(program.instructions, program.first):
        if number in inner:
            add(NOWHERE)
        elif number in chains:
            add(writer.sum(chains[number]))
        else:
            add(define(op, tuple(map(find, args))))
    first = program.examples + program.shared
    order = _reading_order(draft, range(first, program.inputs))
    return (
        draft.completed(program, place, order=[*range(first), *order]),
        [parameter - first for parameter in order],
    )


def with_largest(program: Program) -> Program:
    """Return the program with each running maximum, `max(max(x, y), z)`, as one `largest`.

    That compares the same numbers in the same order. Those inside of it stay, read by nothing.
    """
    if maximum not in program.rows:
        return program
    chains: dict[int, list[int]] = {}
    uses = program.uses
    for number, (op, args) in enumerate(program.instructions, program.first):
        if op is maximum:
            x, y = args
            terms = chains.pop(x) if x in chains and uses[x] == 1 else [x]
            terms.append(y)
            chains[number] = terms
    longer = {number: terms for number, terms in chains.items() if len(terms) > 2}
    if sum(map(len, longer.values())) < LEAST_TERMS:
        return program
    instructions = [*program.instructions]
    for number, terms in longer.items():
        instructions[number - program.first] = Instruction(largest, tuple(terms))
    return program.changed(instructions=tuple(instructions))


def _reading_order(draft: Draft, parameters: range) -> list[int]:
    """Return the parameters in the order in which sums and choices read them, then all others.

    A side that consists of parameters is a line of a matrix, and lines that meet the same factors
    come one after the other, so that the table of a matrix product is regular.
    """
    matrices: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    met: set[tuple[int, ...]] = set()
    columns: dict[int, list[tuple[int, ...]]] = {}  # by the place that chooses
    for op, args in draft.instructions:
        if op is ordered_dot:
            sides = args[: len(args) // 2], args[len(args) // 2 :]
            for line, partner in (sides, sides[::-1]):
                # Most other lines are read off at their first variable
                if line not in met and all(arg in parameters or arg < 0 for arg in line):
                    met.add(line)
                    matrices.setdefault(partner, []).append(line)
        elif op.chooses:
            columns.setdefault(args[0], []).append(args[1:])
    for chosen in columns.values():  # the numbers of an item side by side
        matrices.setdefault(chosen[0], []).extend(zip(*chosen))
    read = [v for lines in matrices.values() for line in lines for v in line if v in parameters]
    return [*dict.fromkeys([*read, *parameters])]


# What a chain adds: one variable, or the two factors of a product; and whether it is subtracted.
Term: TypeAlias = "tuple[tuple[int, ...], bool]"


class Chain(NamedTuple):
    """The terms of a sum in their order, and the instructions that compute them on the way."""

    terms: list[Term]
    dotted: int  # the number of terms up to the last product
    is_mixed: bool  # whether one of these has no partner
    from_zero: bool  # whether one of the terms was 0.0
    inner: list[int]

    @property
    def is_plain(self) -> bool:
        """Whether it is a sum of products, none of which is subtracted."""
        whole = 0 < self.dotted == len(self.terms) and not self.is_mixed
        return whole and not any(negative for _, negative in self.terms)

    def side(self, side: int, *, alone: bool) -> tuple[int, ...]:
        """Return the factors on one side, without or with the variables that have no partner."""
        terms = self.terms[: self.dotted]
        if alone:
            return (side, *[factors[side] for factors, _ in terms if len(factors) == 2])
        return (side, *[factors[side * (len(factors) - 1)] for factors, _ in terms])


def _worthwhile(program: Program) -> dict[int, Chain]:
    """Return the chains that are long, or of which there are many of one length."""
    chains = _chains(program)
    together: Counter[int] = Counter()
    for chain in chains.values():
        together[len(chain.terms)] += len(chain.terms)
    return {
        end: chain
        for end, chain in chains.items()
        if (chain.dotted or len(chain.terms) > 2) and together[len(chain.terms)] >= LEAST_TERMS
    }


def _chains(program: Program) -> dict[int, Chain]:
    """Return all chains, by their last additions."""
    instructions, first, uses = program.instructions, program.first, program.uses
    zeros = {
        variable
        for variable, number in enumerate(program.constants, program.inputs)
        if bits(number) == bits(0.0)
    }
    chains = {}
    for end, additions in _ends(program).items():
        terms: list[Term] = []
        former = None
        for number in additions:
            op, (x, y) = instructions[number - first]
            if former is None:
                terms.append(((x,), False))
            terms.append(((y if former is None or x == former else x,), op is sub))
            former = number
        kept = [term for term in terms if term[1] or term[0][0] not in zeros]
        inner = additions[:-1]
        products = [*kept]
        dotted, count = 0, 0
        for place, ((variable,), negative) in enumerate(kept):
            if variable >= first and uses[variable] == 1:
                op, args = instructions[variable - first]
                if op is mul:
                    products[place] = args, negative
                    inner.append(variable)
                    dotted, count = place + 1, count + 1
        if count > 1:
            kept = products
        else:
            dotted, inner = 0, additions[:-1]
        chains[end] = Chain(kept, dotted, count < dotted, len(kept) < len(terms), inner)
    return chains


def _ends(program: Program) -> dict[int, list[int]]:
    """Return the last addition of each chain, with all its additions from the first one on."""
    chains: dict[int, list[int]] = {}
    uses = program.uses
    for number, (op, args) in enumerate(program.instructions, program.first):
        if op is add or op is sub:
            x, y = args
            former = x if x in chains and uses[x] == 1 else None
            other = y if op is add and y in chains and uses[y] == 1 else None
            if former is None or (other is not None and len(chains[other]) > len(chains[former])):
                former = other
            additions = [] if former is None else chains.pop(former)
            additions.append(number)
            chains[number] = additions
    return chains


class _Writer:
    """Writes the sums of chains into a draft, for variables that have their places there."""

    def __init__(self, draft: Draft, chains: Collection[Chain]) -> None:
        self.draft = draft
        self.place: list[int] = []
        # How many chains have the same factors on a side: a matrix product needs equal ones.
        self.alike = Counter(
            chain.side(side, alone=alone)
            for chain in chains
            if chain.is_mixed
            for side in (0, 1)
            for alone in (False, True)
        )

    def sum(self, chain: Chain) -> int:
        """Define the sum of a chain."""
        find = self.place.__getitem__
        if chain.is_plain:
            left, right = zip(*[factors for factors, _ in chain.terms])
            total = self.draft.define(ordered_dot, (*map(find, left), *map(find, right)))
        else:
            total = self._total(chain)
        zero = self.draft.constant(0.0)
        return self.draft.define(add, (total, zero)) if chain.from_zero else total

    def _total(self, chain: Chain) -> int:
        find = self.place.__getitem__
        terms: list[Term] = [(tuple(map(find, factors)), minus) for factors, minus in chain.terms]
        dotted = terms[: chain.dotted]
        if dotted:
            first = [len(factors) for factors, _ in dotted].index(2)
            if first > 1:
                dotted[:first] = [((self._plain(dotted[:first]),), False)]
            free = self._free_side(chain) if chain.is_mixed else 0
            terms[: chain.dotted] = [((self._dot(dotted, free),), False)]
        return self._plain(terms)

    def _free_side(self, chain: Chain) -> int:
        """Return the side where a term without a partner leaves the most chains alike."""
        return max(
            (0, 1),
            key=lambda side: (
                self.alike[chain.side(side, alone=False)],
                self.alike[chain.side(1 - side, alone=True)],
            ),
        )

    def _dot(self, terms: Iterable[Term], free: int) -> int:
        sides: tuple[list[int], list[int]] = ([], [])
        for factors, negative in terms:
            if len(factors) == 1:
                sides[free].append(factors[0])
                sides[1 - free].append(self.draft.constant(-1.0 if negative else 1.0))
            else:
                sides[0].append(self._signed(factors[0], negative))
                sides[1].append(factors[1])
        return self.draft.define(ordered_dot, (*sides[0], *sides[1]))

    def _plain(self, terms: Sequence[Term]) -> int:
        """Define the sum of variables; one alone is its own sum."""
        (first,), negative = terms[0]
        first = self._signed(first, negative)
        if len(terms) == 2:
            (second,), negative = terms[1]
            return self.draft.define(sub if negative else add, (first, second))
        rest = [self._signed(variable, negative) for (variable,), negative in terms[1:]]
        return self.draft.define(ordered_sum, (first, *rest)) if rest else first

    def _signed(self, variable: int, negative: bool) -> int:
        if not negative:
            return variable
        number = self.draft.number(variable)
        if number is not None:
            return self.draft.constant(-number)
        return self.draft.define(neg, (variable,))

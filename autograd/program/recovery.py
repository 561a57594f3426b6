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
from typing import TYPE_CHECKING, NamedTuple

from autograd.primitives import add, largest, maximum, mul, neg, ordered_dot, ordered_sum, sub
from autograd.program.draft import NOWHERE, Draft, common_subexpressions, renumbered
from autograd.program.program import Instruction, bits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from autograd.program.program import Program

# The terms that all chains of one length have together. With fewer the operations of their own are
# faster, which a backend computes in one loop with what is before and behind them.
LEAST_TERMS = 16


def recovered(program: Program) -> Program:
    """Return the program with chains of additions as sums and dot products of the same bits.

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
        return program
    draft = Draft(program.inputs, (common_subexpressions,))
    writer = _Writer(draft, chains.values())
    writer.place += [*range(program.inputs), *map(draft.constant, program.constants)]
    inner = {number for chain in chains.values() for number in chain.inner}
    for number, (op, args) in enumerate(program.instructions, program.first):
        if number in inner:
            writer.place.append(NOWHERE)
        elif number in chains:
            writer.place.append(writer.sum(chains[number]))
        else:
            writer.place.append(draft.define(op, writer.placed(args)))
    return draft.completed(program, writer.place)


def with_largest(program: Program) -> Program:
    """Return the program with each running maximum, `max(max(x, y), z)`, as one `largest`.

    That compares the same numbers in the same order. Those inside of it stay, read by nothing.
    """
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


def reading_order(program: Program) -> list[int]:
    """Return the parameters in the order in which ordered dots read them, then all others.

    A side that consists of parameters is a line of a matrix, and lines that meet the same factors
    come one after the other, so that the table of a matrix product is regular.
    """
    first = program.examples + program.shared
    given = range(first, program.inputs)
    constants = range(program.inputs, program.first)
    matrices: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    met: dict[tuple[int, ...], tuple[int, ...]] = {}
    for op, args in program.instructions:
        if op is ordered_dot:
            sides = args[: len(args) // 2], args[len(args) // 2 :]
            for line, partner in (sides, sides[::-1]):
                if line not in met and all(arg in given or arg in constants for arg in line):
                    met[line] = partner
                    matrices.setdefault(partner, []).append(line)
    read = [arg for lines in matrices.values() for line in lines for arg in line if arg in given]
    return [parameter - first for parameter in dict.fromkeys([*read, *given])]


def with_parameters(program: Program, order: Sequence[int]) -> Program:
    """Return the program with its parameters in another order."""
    first = program.examples + program.shared
    moved = {first + old: new for new, old in enumerate(order, first)}
    return renumbered(program, {variable: variable for variable in range(program.size)} | moved)


class Term(NamedTuple):
    """What a chain adds: a variable, or the product of two, perhaps with the other sign."""

    factors: tuple[int, ...]
    negative: bool = False


class Chain(NamedTuple):
    """The terms of a sum in their order, and the instructions that compute them on the way."""

    terms: tuple[Term, ...]
    from_zero: bool  # whether one of the terms was 0.0
    inner: tuple[int, ...]

    @property
    def dotted(self) -> int:
        """The number of terms up to the last product."""
        count = len(self.terms)
        while count and len(self.terms[count - 1].factors) == 1:
            count -= 1
        return count

    @property
    def is_mixed(self) -> bool:
        """Whether a term before the last product has no partner."""
        return any(len(factors) == 1 for factors, _ in self.terms[: self.dotted])

    def side(self, side: int, *, alone: bool) -> tuple[int, ...]:
        """Return the factors on one side, without or with the variables that have no partner."""
        terms = self.terms[: self.dotted]
        if alone:
            return (side, *[factors[side] for factors, _ in terms if len(factors) == 2])
        return (side, *[factors[side * (len(factors) - 1)] for factors, _ in terms])


def _worthwhile(program: Program) -> dict[int, Chain]:
    """Return the chains that are long, or of which there are many of one length."""
    chains = {end: _chain(program, additions) for end, additions in _ends(program).items()}
    together: Counter[int] = Counter()
    for chain in chains.values():
        together[len(chain.terms)] += len(chain.terms)
    return {
        end: chain
        for end, chain in chains.items()
        if (chain.dotted or len(chain.terms) > 2) and together[len(chain.terms)] >= LEAST_TERMS
    }


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


def _chain(program: Program, additions: Sequence[int]) -> Chain:
    """Return the chain of these additions, each of which goes on from the one before it."""
    terms: list[Term] = []
    former = None
    for number in additions:
        op, (x, y) = program.instructions[number - program.first]
        if former is None:
            terms.append(Term((x,)))
        last = y if former is None or x == former else x
        terms.append(Term((last,), op is sub))
        former = number
    inner = list(additions[:-1])
    kept = [term for term in terms if not _is_zero(program, term)]
    products = [_product(program, term) for term in kept]
    if len(products) - products.count(None) > 1:
        inner += [term.factors[0] for term, product in zip(kept, products) if product is not None]
        kept = [product or term for term, product in zip(kept, products)]
    return Chain(tuple(kept), len(kept) < len(terms), tuple(inner))


def _product(program: Program, term: Term) -> Term | None:
    """Return a term as the product that it is, if nothing else reads that."""
    position = term.factors[0] - program.first
    if position < 0 or program.uses[term.factors[0]] > 1:
        return None
    op, args = program.instructions[position]
    return Term(args, term.negative) if op is mul else None


def _is_zero(program: Program, term: Term) -> bool:
    """Tell whether a term is 0.0, not -0.0 or subtracted."""
    number = program.constant(term.factors[0])
    return number is not None and bits(number) == bits(0.0) and not term.negative


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
        terms = [Term(self.placed(term.factors), term.negative) for term in chain.terms]
        dotted = terms[: chain.dotted]
        if dotted:
            first = [len(term.factors) for term in dotted].index(2)
            if first > 1:
                dotted[:first] = [Term((self._plain(dotted[:first]),))]
            free = self._free_side(chain) if chain.is_mixed else 0
            terms[: chain.dotted] = [Term((self._dot(dotted, free),))]
        total = self._plain(terms)
        zero = self.draft.constant(0.0)
        return self.draft.define(add, (total, zero)) if chain.from_zero else total

    def placed(self, variables: Iterable[int]) -> tuple[int, ...]:
        """Return the variables of the draft that hold the same numbers."""
        return tuple(map(self.place.__getitem__, variables))

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

"""Simplification: the same program in fewer operations, by identities that hold on all numbers.

Equal means the same float for every operand: 0.0 and -0.0 are told apart, infinities kept, and
one nan is as good as another. That excludes much of school algebra: x - x, 0 * x and x / x differ
for infinite x, x + 0.0 for x = -0.0, and x**2 is rounded otherwise than x * x by some C libraries.

Functions fold constants and simplify sums. An identity is two patterns, which are expressions with
wildcards; they are written by calling the rows:

>>> from autograd.primitives import mul, neg
>>> x = Wildcard("x")
>>> mul(neg(x), -1.0)
mul(neg(x), -1.0)
"""

from __future__ import annotations

from math import frexp, isfinite, nan
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from autograd.primitives import (
    abs,
    add,
    add_n,
    detach,
    div,
    dot,
    equal,
    finite,
    gate,
    greater,
    greater_equal,
    guarded_dot,
    guarded_mul,
    hypot,
    identity,
    item,
    largest,
    less,
    less_equal,
    maximum,
    minimum,
    mul,
    neg,
    pow,
    prefer,
    relu,
    sub,
    where,
)
from autograd.program.draft import (
    Draft,
    Statistics,
    Step,
    common_subexpressions,
    for_forms,
    operations,
    rewritten,
)
from autograd.program.kept import kept
from autograd.program.program import Instruction, bits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.primitive import Primitive
    from autograd.program.draft import Form
    from autograd.program.program import Program


@kept
def simplified(program: Program) -> tuple[Program, Statistics]:
    """Return the program simplified, and how many operations each kind of rewrite saved.

    Every rewrite is exact: results are the same floats, -0.0, inf and nan included. Inputs and
    parameters keep their numbers. A second simplification changes nothing.

    >>> from autograd.primitives import add, exp, mul
    >>> from autograd.program.program import Instruction, Program
    >>> steps = [(mul, (0, 1)), (exp, (2,)), (exp, (0,)), (add, (3, 4))]
    >>> program = Program(1, 0, 0, (1.0,), tuple(Instruction(*step) for step in steps), (5,))
    >>> smaller, statistics = simplified(program)  # exp(x * 1) + exp(x)
    >>> [(op.name, args) for op, args in smaller.instructions]
    [('exp', (0,)), ('add', (1, 1))]
    """
    smaller, draft = rewritten(program, REWRITES, live=True)
    steps = []
    count = len(program.instructions)
    for rewrite in REWRITES:
        before, count = count, count - draft.spared[rewrite]
        steps.append(Step(rewrite.__name__.replace("_", " "), before, count))
    steps.append(Step("dead code", count, len(smaller.instructions)))
    return smaller, Statistics(tuple(steps), operations(program), operations(smaller))


@for_forms(lambda _, form: all(map(_is_constant, form[1:])))
def constant_folding(draft: Draft, op: Primitive, args: tuple[int, ...]) -> int | None:
    """Replace the operation by its result, if all its operands are constants.

    Exact: the row's own forward function computes it, as the interpreter would.
    """
    if max(args, default=-1) >= 0:
        return None
    return draft.constant(op.forward(*[draft.numbers[~arg] for arg in args]))


# A sum starts from 0.0 and so is never -0.0 on the way (in IEEE arithmetic only the sum of two -0.0
# is), which makes it exact to leave out terms that are 0.0 or -0.0.


@for_forms(lambda _, form: form[0] in _SUMS and any(map(_is_constant, form[1:])))
def sums_with_constants(draft: Draft, op: Primitive, args: tuple[int, ...]) -> Instruction | None:
    """Leave constant zeros out of add_n and guarded_dot; make plainer sums of constant factors.

    Exact, on all numbers: 1 * x is x, terms keep their order, a guarded product with a factor 0 is
    0.0, and one with a factor that is finite and not 0 is, in a sum, a plain product. A term 0 * x
    of a plain dot stays: x may be infinite.
    """
    return _SUMS[op](draft, args)


def _add_n(draft: Draft, args: tuple[int, ...]) -> Instruction | None:
    kept = tuple([arg for arg in args if draft.number(arg) != 0.0])
    return Instruction(add_n, kept) if len(kept) < len(args) else None


def _dot(draft: Draft, args: tuple[int, ...]) -> Instruction | None:
    half = len(args) // 2
    left, right = args[:half], args[half:]
    one = draft.constant(1.0)
    if left.count(one) == half:
        return Instruction(add_n, right)
    return Instruction(add_n, left) if right.count(one) == half else None


def _guarded_dot(draft: Draft, args: tuple[int, ...]) -> Instruction | None:
    half = len(args) // 2
    pairs = [
        (x, y)
        for x, y in zip(args[:half], args[half:])
        if draft.number(x) != 0.0 and draft.number(y) != 0.0
    ]
    left, right = tuple([x for x, _ in pairs]), tuple([y for _, y in pairs])
    numbers = [draft.number(x) for x in left]
    if all(number is not None and isfinite(number) for number in numbers):
        return Instruction(dot, left + right)
    if right.count(draft.constant(1.0)) == len(right):
        return Instruction(add_n, left)
    return Instruction(guarded_dot, left + right) if len(pairs) < half else None


def _is_constant(kind: Any) -> bool:
    return isinstance(kind, int)


_SUMS: dict[Primitive, Callable[[Draft, tuple[int, ...]], Instruction | None]]
_SUMS = {add_n: _add_n, dot: _dot, guarded_dot: _guarded_dot}


Pattern: TypeAlias = "Wildcard | Term | float"


class Term(NamedTuple):
    """An operation on patterns: what a row returns when it is called with one."""

    op: Primitive
    args: tuple[Any, ...]

    @classmethod
    def __primitive__(cls, op: Primitive, args: tuple[Any, ...]) -> Term:
        """Record the call of a row."""
        return Term(op, args)

    def __repr__(self) -> str:
        return f"{self.op.name}({', '.join(map(repr, self.args))})"


class Wildcard(NamedTuple):
    """Any variable, the same wherever it stands in a pattern; with `accepts`, only constants."""

    name: str
    accepts: Callable[[float], bool] | None = None

    @classmethod
    def __primitive__(cls, op: Primitive, args: tuple[Any, ...]) -> Term:
        """Record the call of a row."""
        return Term(op, args)

    def __repr__(self) -> str:
        return self.name


def bindings(draft: Draft, pattern: Term, args: tuple[int, ...]) -> dict[Wildcard, int] | None:
    """Return what the wildcards of a pattern stand for in an operation of its row, else None."""
    bound: dict[Wildcard, int] = {}
    return bound if _agree(draft, pattern.args, args, bound) else None


def built(draft: Draft, pattern: Pattern, bound: dict[Wildcard, int]) -> int | Instruction:
    """Return what a pattern means for bound wildcards: a variable, or the operation to define.

    Operations inside it must be on constants; they are computed here.
    """
    if isinstance(pattern, float):
        return draft.constant(pattern)
    if isinstance(pattern, Wildcard):
        return bound[pattern]
    return Instruction(pattern.op, tuple([_variable(draft, arg, bound) for arg in pattern.args]))


def _variable(draft: Draft, pattern: Pattern, bound: dict[Wildcard, int]) -> int:
    found = built(draft, pattern, bound)
    if isinstance(found, int):
        return found
    numbers = [draft.number(arg) for arg in found.args]
    return draft.constant(found.op.forward(*numbers))


def _agree(
    draft: Draft, patterns: Sequence[Pattern], args: tuple[int, ...], bound: dict[Wildcard, int]
) -> bool:
    return len(patterns) == len(args) and all(
        _agrees(draft, pattern, arg, bound) for pattern, arg in zip(patterns, args)
    )


def _agrees(draft: Draft, pattern: Pattern, variable: int, bound: dict[Wildcard, int]) -> bool:
    if isinstance(pattern, Term):
        found = draft.definition(variable)
        return (
            found is not None
            and found[0] is pattern.op
            and _agree(draft, pattern.args, found[1], bound)
        )
    number = draft.number(variable)
    if isinstance(pattern, Wildcard):
        allowed = pattern.accepts is None or (number is not None and pattern.accepts(number))
        return allowed and bound.setdefault(pattern, variable) == variable
    return number is not None and bits(number) == bits(pattern)


class Identity(NamedTuple):
    """`left` may be replaced by `right`; of a commutative row, with its operands in any order."""

    left: Term
    right: Pattern


c, x, y, z = map(Wildcard, "cxyz")
constant = Wildcard("constant", lambda number: True)  # noqa: ARG005 - any number will do
nonzero = Wildcard("nonzero", lambda number: number != 0.0)
positive = Wildcard("positive", lambda number: number > 0.0)
not_positive = Wildcard("not_positive", lambda number: number <= 0.0)
power_of_two = Wildcard(  # whose reciprocal is a float, so that dividing by it rounds the same way
    "power_of_two",
    lambda number: frexp(number)[0] in {0.5, -0.5} and isfinite(1.0 / number),
)

IDENTITIES = (
    Identity(identity(x), x),
    Identity(detach(x), x),
    Identity(neg(neg(x)), x),
    Identity(neg(mul(x, constant)), mul(x, neg(constant))),
    Identity(neg(mul(constant, x)), mul(x, neg(constant))),
    Identity(neg(div(x, constant)), div(x, neg(constant))),
    Identity(neg(div(constant, x)), div(neg(constant), x)),
    Identity(add(x, -0.0), x),
    Identity(add(x, neg(y)), sub(x, y)),
    Identity(sub(x, 0.0), x),
    Identity(sub(x, neg(y)), add(x, y)),
    Identity(sub(-0.0, x), neg(x)),
    Identity(mul(x, 1.0), x),
    Identity(mul(x, -1.0), neg(x)),
    Identity(mul(neg(x), neg(y)), mul(x, y)),
    Identity(mul(neg(x), constant), mul(x, neg(constant))),
    Identity(div(neg(x), neg(y)), div(x, y)),
    Identity(div(neg(x), constant), div(x, neg(constant))),
    Identity(div(x, power_of_two), mul(x, div(1.0, power_of_two))),
    Identity(guarded_mul(0.0, x), 0.0),
    Identity(guarded_mul(-0.0, x), 0.0),
    Identity(guarded_mul(neg(x), neg(y)), guarded_mul(x, y)),
    Identity(pow(x, 1.0), x),
    Identity(pow(x, 0.0), 1.0),
    Identity(pow(x, -0.0), 1.0),
    Identity(pow(1.0, x), 1.0),
    Identity(abs(abs(x)), abs(x)),
    Identity(abs(neg(x)), abs(x)),
    Identity(relu(relu(x)), relu(x)),
    Identity(finite(finite(x)), finite(x)),
    Identity(gate(positive, x), x),
    Identity(gate(not_positive, x), 0.0),
    Identity(gate(x, 0.0), 0.0),
    Identity(prefer(x, y, 0.0), 0.0),
    Identity(maximum(x, x), x),
    Identity(minimum(x, x), x),
    Identity(where(nonzero, x, y), x),
    Identity(where(0.0, x, y), y),
    Identity(where(-0.0, x, y), y),
    Identity(where(c, x, x), x),
    Identity(where(c, where(c, x, y), z), where(c, x, z)),
    Identity(where(c, x, where(c, y, z)), where(c, x, z)),
    *(
        Identity(where(comparison(x, y), 1.0, 0.0), comparison(x, y))
        for comparison in (less, less_equal, greater, greater_equal, equal)
    ),
    Identity(add_n(x), add(x, 0.0)),
    Identity(largest(x), x),
    Identity(item(x), nan),  # of no items
    Identity(hypot(x), abs(x)),
)


def _candidates(draft: Draft, form: Form) -> list[Identity]:
    """Return the identities that may fit an operation of some form."""
    op, *kinds = form
    table = _INDEX.get(op, {})
    found = [*table.get((0, Wildcard), ())]
    for position, kind in enumerate(kinds):
        found += table.get((position, float if _is_constant(kind) else kind), ())
    return [identity for identity in found if _may_agree(draft, identity.left.args, kinds)]


def _may_agree(draft: Draft, patterns: Sequence[Pattern], kinds: Sequence[Any]) -> bool:
    """Tell whether operands of these kinds may agree with patterns."""
    return len(patterns) == len(kinds) and all(
        pattern.op is kind
        if isinstance(pattern, Term)
        else not (isinstance(pattern, float) or pattern.accepts)
        or (_is_constant(kind) and _agrees(draft, pattern, kind, {}))
        for pattern, kind in zip(patterns, kinds)
    )


@for_forms(_candidates)
def exact_identities(
    draft: Draft, op: Primitive, args: tuple[int, ...]
) -> int | Instruction | None:
    """Replace the operation by what the first identity that fits it says. Exact: see above."""
    for left, right in _candidates(draft, draft.form(op, args)):
        bound = bindings(draft, left, args)
        if bound is not None:
            return built(draft, right, bound)
    return None


def _sought(pattern: Term) -> tuple[int, Any]:
    """Return a position and the kind of operand there, by which a pattern is found quickly."""
    for position, inner in enumerate(pattern.args):
        if isinstance(inner, Term):
            return position, inner.op
        if isinstance(inner, float) or inner.accepts is not None:
            return position, float
    return 0, Wildcard


_INDEX: dict[Primitive, dict[tuple[int, Any], tuple[Identity, ...]]] = {}
for _left, _right in IDENTITIES:
    _orders = (_left.args, _left.args[::-1]) if _left.op.commutative else (_left.args,)
    for _args in dict.fromkeys(_orders):
        _table = _INDEX.setdefault(_left.op, {})
        _key = _sought(Term(_left.op, _args))
        _table[_key] = (*_table.get(_key, ()), Identity(Term(_left.op, _args), _right))


REWRITES = (constant_folding, sums_with_constants, exact_identities, common_subexpressions)

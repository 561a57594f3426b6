"""THE table: one row per operation, with its value, its derivative rules and its symbol.

A rule is `pull(g, out, *args)` in generic arithmetic: on floats it is the backward pass, on Values
it draws the gradient as a graph, and summed over the arguments it is forward mode. Every product of
the chain rule is `guarded(g, d)`, exactly 0 where g or d is 0, even if the other is inf or nan. A
zero from above, a zero operand and a local derivative of zero are thus the same zero in every mode
and order, and the branch that `where` did not take never poisons a gradient. Rules too long for a
row stand in `rules`, those of powers, roots and lengths in `lengths`, and what is left of a result
that is divided by a factor (`over`) in `factor`.

A C text names a function of all arguments or is an expression in x, y, z, from which all backends
follow; of a variadic row it is folded, two at a time.

The rows come in sections: products with g, arithmetic, powers and signs, exponentials,
circular and hyperbolic functions, activations, sums of exponentials, choices, lengths, comparisons.
"""

from __future__ import annotations

import math
import operator
from math import inf, isfinite, nan, pi

from autograd import factor, ieee, lengths, rules
from autograd.primitive import RESERVED, TABLE, Primitive, Words, primitive
from autograd.rules import applied, guarded, quotient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

REAL = (-3.0, 3.0)
POSITIVE = (0.05, 5.0)
EDGES = ((0.0,), (-0.0,), (1e-300,), (-1e-300,), (1e300,), (-1e300,), (inf,), (-inf,), (nan,))
PAIRS = tuple((x, y) for x in (0.0, 1.0, -2.0, inf, nan) for y in (0.0, 1.0, -2.0, inf, nan))
TRIPLES = ((0.0, 1.0, 2.0), (1.0, 1.0, 2.0), (2.0, 1.0, 2.0), (3.0, 1.0, 2.0), (nan, 1.0, 2.0))

# Ways out that several rows share.
WAKE = "use leaky_relu, a smaller learning rate, or another start for the biases"
SCALE_DOWN = (
    "scale the inputs, start from smaller weights, or leave the last activation to a loss that "
    "takes logits"
)
LEAVE_TAIL = "scale the inputs, or work with logarithms"
TAKE_PART = "let the value take part on this side too, or choose bounds that hold it"
TAKE_TURNS = "an item learns from the examples that choose it: give it some of its own"
LEAVE_KINK = "move away from the kink, as abs(x + 1e-12) does"
STAY_INSIDE = "keep the operand inside -1 and 1, as by clip(x, -1 + 1e-7, 1 - 1e-7)"
SMOOTH_CHOICE = (
    "a choice tells nothing of how much; use a smooth form of it, as sigmoid(x) for x > 0, or let "
    "the result depend on the value on the branches of where"
)
FACTOR_OF_0 = Words(
    "the other factor is exactly 0",
    "start weights from random numbers, not from 0; where an input is 0, its weight has nothing to "
    "learn from it",
)

# ==== Products with g, of which every rule is made, and the argument itself ====

guarded_mul: Primitive = primitive(
    "guarded_mul",
    lambda x, y: x * y if x and y else 0.0,
    lambda g, out, x, y: guarded(g, y),
    lambda g, out, x, y: guarded(g, x),
    symbol="×",
    doc="The product x * y, and exactly 0 where one is 0, even if the other is infinite or nan.",
    called="mul",
    c="x == 0 || y == 0 ? 0 : x * y",
    domain=(REAL, REAL),
    special=PAIRS,
    total=True,
    commutative=True,
    degree=2,
    over=factor.product_over,
    formula="x * y",
    flat=FACTOR_OF_0,
    method=False,
)
guarded_dot = primitive(
    "guarded_dot",
    ieee.sum_of_guarded_products,
    rules.pull_products,
    symbol="·",
    doc="Sum of guarded products: the reverse of a layer of dot products.",
    called="dot",
    c="x + (y == 0 || z == 0 ? 0 : y * z)",
    special=((0.0, inf), (0.0, nan), (0.0, 2.0, inf, 3.0)),
    variadic=True,
    total=True,
    symmetric=True,
    degree=2,
    sum_of=guarded_mul,
    over=factor.products_over,
    formula="x + y * z",
    flat=FACTOR_OF_0,
    method=False,
)
identity = primitive(
    "identity",
    lambda x: x,
    lambda g, out, x: g,
    symbol="=",
    doc="The argument itself, as a node of its own: the variable of a derivative.",
    c="x",
    special=EDGES,
    total=True,
    degree=1,
    method=False,
    over=lambda divided, x: divided(x),
    formula="x",
)
detach = primitive(
    "detach",
    lambda x: x,
    None,
    doc="The argument as a number that no gradient passes.",
    written="x.detach()",
    c="x",
    special=EDGES,
    total=True,
    blocks=Words(
        "detach() lets no gradient pass",
        "use the value itself where its gradient is wanted, without .detach()",
        "detach()",
    ),
)

# ==== Arithmetic ====
# sub and div are rows of their own: a / b by way of b**-1 makes 49 / 49 != 1.

add = primitive(
    "add",
    operator.add,
    lambda g, out, x, y: g,
    lambda g, out, x, y: g,
    symbol="+",
    doc="x + y.",
    written="x + y",
    c="x + y",
    domain=(REAL, REAL),
    special=PAIRS,
    total=True,
    commutative=True,
    degree=1,
    sum_of=identity,
    over=factor.terms_over,
    formula="x + y",
)
sub = primitive(
    "sub",
    operator.sub,
    lambda g, out, x, y: g,
    lambda g, out, x, y: -g,
    symbol="-",
    doc="x - y.",
    written="x - y",
    c="x - y",
    ufunc="subtract",
    domain=(REAL, REAL),
    special=PAIRS,
    total=True,
    degree=1,
    over=factor.scaled_over("sub"),
    formula="x - y",
)
mul = primitive(
    "mul",
    operator.mul,
    lambda g, out, x, y: guarded(g, y),
    lambda g, out, x, y: guarded(g, x),
    symbol="×",
    doc="x * y.",
    written="x * y",
    c="x * y",
    ufunc="multiply",
    domain=(REAL, REAL),
    special=PAIRS,
    total=True,
    commutative=True,
    degree=2,
    over=factor.product_over,
    formula="x * y",
    flat=FACTOR_OF_0,
)
div: Primitive = primitive(
    "div",
    ieee.divide,
    lambda g, out, x, y: guarded(g, quotient(1.0, y)),
    lambda g, out, x, y: guarded(g, -quotient(out, y)),
    symbol="/",
    doc="x / y; a zero divisor gives inf or nan with a NumericWarning.",
    written="x / y",
    c="x / y",
    ufunc="divide",
    domain=(REAL, (0.3, 3.0)),
    special=PAIRS,
    over=factor.first_over("div"),
    formula="x / y",
    fault=Words(
        lambda x, y: "a division by 0" if y == 0.0 else None,
        "keep the divisor away from 0, as x / (y + 1e-12)",
    ),
)
neg = primitive(
    "neg",
    operator.neg,
    lambda g, out, x: -g,
    symbol="-",
    doc="-x.",
    written="-x",
    c="-x",
    ufunc="negative",
    special=EDGES,
    total=True,
    degree=1,
    over=factor.scaled_over("neg"),
    formula="-x",
)
add_n = primitive(
    "add_n",
    lambda *xs: sum(xs, 0.0),
    lambda g, out, *xs: [g] * len(xs),
    symbol="Σ",
    doc="The sum of any number of arguments, as one node.",
    written="sum([x, y])",
    c="x + y",
    special=((), (1.0,), (inf, -inf), (nan, 1.0)),
    variadic=True,
    total=True,
    symmetric=True,
    degree=1,
    method=False,
    sum_of=identity,
    over=factor.terms_over,
    formula="x + y",
)
dot: Primitive = primitive(
    "dot",
    ieee.sum_of_products,
    rules.pull_products,
    symbol="·",
    doc="x1*y1 + ... + xn*yn of the arguments x1 ... xn, y1 ... yn, as one node.",
    written="dot([x], [y])",
    c="x + y * z",
    special=((), (2.0, 3.0), (inf, 0.0)),
    variadic=True,
    total=True,
    symmetric=True,
    degree=2,
    sum_of=mul,
    over=factor.products_over,
    formula="x + y * z",
    flat=FACTOR_OF_0,
    method=False,
)

# What a program makes of chains of + and *: backends neither reorder nor fuse these.

ordered_sum = primitive(
    "ordered_sum",
    ieee.ordered_sum,
    lambda g, out, *xs: [g] * len(xs),
    symbol="Σ",
    doc="x1 + x2 + ... + xn, added from left to right: a chain of additions, as one node.",
    called="sum",
    c="x + y",
    special=((), (-0.0,), (-0.0, -0.0), (inf, -inf), (nan, 1.0)),
    variadic=True,
    total=True,
    symmetric=True,
    ordered=True,
    degree=1,
    method=False,
    sum_of=identity,
    over=factor.terms_over,
    formula="x + y",
)
ordered_dot = primitive(
    "ordered_dot",
    ieee.ordered_sum_of_products,
    rules.pull_products,
    symbol="·",
    doc="x1*y1 + ... + xn*yn, each product rounded, added from left to right, as one node.",
    called="dot",
    c="x + y * z",
    special=((), (-0.0, 1.0), (2.0, 3.0), (inf, 0.0)),
    variadic=True,
    total=True,
    symmetric=True,
    ordered=True,
    degree=2,
    sum_of=mul,
    over=factor.products_over,
    formula="x + y * z",
    flat=FACTOR_OF_0,
    method=False,
)

# ==== Powers and signs ====

pow: Primitive = primitive(
    "pow",
    ieee.power,
    lengths.pull_power_base,
    lambda g, out, x, y: guarded(g, rules.power_log(x, y, 1.0)),
    symbol="^",
    doc="x ** y; 0**0 is 1 with both derivatives 0; nan for a negative base and a fraction.",
    written="x**y",
    c="pow",
    domain=(POSITIVE, REAL),
    special=(
        *PAIRS,
        (0.0, -1.0),
        (-0.0, -1.0),
        (-2.0, 3.0),
        (-2.0, 0.5),
        (1e200, 2.0),
        (-1e200, 3.0),
    ),
    over=factor.power_over,
    span=lengths.span_of_power,
    formula="x**y",
    kink=rules.kink_of_power,
    flat=Words(lambda x, y: "the exponent is 0" if y == 0.0 else "a power is flat at 0"),
    fault=Words(
        rules.fault_of_power, "keep the base above 0, as (x + 1e-12) ** y, or the exponent whole"
    ),
)
power_log: Primitive = primitive(
    "power_log",
    ieee.power_log,
    rules.pull_power_log_base,
    lambda g, out, x, y, k: guarded(g, rules.power_log(x, y, k + 1.0)),
    None,
    doc="x**y * log(x)**k, the k-th derivative of x**y by y; 0 at x = 0 for y >= 0 and k > 0.",
    within="pow",
    c="z != 0 && ((x == 0 && y >= 0) || (x == INFINITY && y < 0)) ? 0 : pow(x, y) * pow(log(x), z)",
    defaults=(1.0,),
    domain=(POSITIVE, REAL, (1.0, 1.0)),
    special=((0.0, 0.0, 1.0), (0.0, 1.0, 1.0), (0.0, -1.0, 1.0), (2.0, 0.0, 2.0), (-2.0, 2.0, 1.0)),
    formula="x**y * log(x)**z",
    kink=lambda x, y, k: "0 at 0, whatever y >= 0 is" if x == 0.0 and y >= 0.0 else None,
    method=False,
)

abs = primitive(
    "abs",
    math.fabs,
    lengths.pull_abs,
    symbol="|·|",
    doc="|x|, with derivative 0 at 0.",
    c="fabs",
    ufunc="absolute",
    special=EDGES,
    total=True,
    over=factor.scaled_over("abs"),
    span=lambda tangents, x: guarded(tangents[0], x),
    latex=r"\left|#\right|",
    sympy="Abs",
    kink=lambda x: "abs'(0) = 0, between -1 and 1" if x == 0.0 else None,
    flat=Words("at 0 the middle of -1 and 1 is taken", LEAVE_KINK),
)
sign: Primitive = primitive(
    "sign",
    lambda x: x if x != x or x == 0.0 else math.copysign(1.0, x),
    None,
    doc="-1, 0 or 1 by the sign of x.",
    written="x.sign()",
    c="x > 0 ? 1 : x < 0 ? -1 : x",
    numpy="where(x == 0, x, sign(x))",  # abs and its derivative take 1.3 times as long without
    special=EDGES,
    total=True,
    formula="1 if x > 0 else -1 if x < 0 else 0",
    kink=lambda x: "a step, with derivative 0" if x == 0.0 else None,
)

# ==== Exponentials and logarithms ====

exp: Primitive = primitive(
    "exp",
    ieee.exp,
    lambda g, out, x: guarded(g, out),
    doc="e**x.",
    c="exp",
    special=(*EDGES, (709.0,), (710.0,), (-745.0,)),
    latex=r"\mathrm{e}^{#}",
    sympy="exp",
    flat=Words("exp is 0 so far below 0", LEAVE_TAIL),
    fault=Words(lambda x: None, "subtract the largest exponent first, as softmax and logsumexp do"),
)
log: Primitive = primitive(
    "log",
    ieee.log,
    lambda g, out, x: guarded(g, quotient(1.0, x)),
    doc="The natural logarithm; -inf at 0, nan below.",
    c="log",
    domain=(POSITIVE,),
    special=EDGES,
    latex=r"\ln",
    sympy="log",
    fault=Words(
        "log is infinite at 0 and undefined below",
        "keep the operand of log above 0, as log(x + 1e-12); for log(1 + x) there is log1p, for "
        "probabilities a loss that takes logits",
    ),
)
log1p = primitive(
    "log1p",
    ieee.log1p,
    lambda g, out, x: guarded(g, div(1.0, 1.0 + x)),
    doc="log(1 + x), exact for small x.",
    c="log1p",
    domain=((-0.9, 5.0),),
    special=(*EDGES, (-1.0,), (-2.0,)),
    formula="log(1 + x)",
    latex="formula",
    fault=Words(
        "log1p is infinite at -1 and undefined below", "keep the operand of log1p above -1"
    ),
)
expm1 = primitive(
    "expm1",
    ieee.expm1,
    lambda g, out, x: guarded(g, exp(x)),
    doc="e**x - 1, exact for small x.",
    c="expm1",
    special=(*EDGES, (710.0,)),
    formula="exp(x) - 1",
    latex="formula",
)

sqrt: Primitive = primitive(
    "sqrt",
    ieee.nan_outside(math.sqrt),
    lengths.pull_root,
    symbol="√",
    doc="The square root, with derivative inf at 0.",
    c="sqrt",
    domain=(POSITIVE,),
    special=EDGES,
    span=lengths.span_of_root,
    latex=r"\sqrt{#}",
    sympy="sqrt",
    kink=lambda x: "sqrt'(0) = inf, from above; there is nothing below" if x == 0.0 else None,
    fault=Words(
        "there is no real square root below 0",
        "keep what is under the root above 0, as sqrt(x + 1e-12); norm and hypot are safe at 0",
    ),
)

# ==== Circular and hyperbolic functions and their inverses ====

sin = primitive(
    "sin",
    ieee.nan_outside(math.sin),
    lambda g, out, x: guarded(g, cos(x)),
    doc="The sine of x radians.",
    c="sin",
    special=EDGES,
    total=True,
    over=factor.odd_over("sin", factor.SIN, 1.0),
    latex=r"\sin",
    sympy="sin",
)
cos: Primitive = primitive(
    "cos",
    ieee.nan_outside(math.cos),
    lambda g, out, x: guarded(g, -sin(x)),
    doc="The cosine of x radians.",
    c="cos",
    special=EDGES,
    total=True,
    latex=r"\cos",
    sympy="cos",
)
tan = primitive(
    "tan",
    ieee.nan_outside(math.tan),
    lambda g, out, x: guarded(g, 1.0 + out * out),
    doc="The tangent of x radians.",
    c="tan",
    domain=((-1.4, 1.4),),
    special=EDGES,
    over=factor.odd_over("tan", lambda x: factor.SIN(x) / cos(x), 1.0),
    latex=r"\tan",
    sympy="tan",
)
asin = primitive(
    "asin",
    ieee.nan_outside(math.asin),
    lambda g, out, x: guarded(g, quotient(1.0, applied(semicircle, x))),
    doc="The arc sine in radians; nan outside [-1, 1].",
    c="asin",
    ufunc="arcsin",
    domain=((-0.95, 0.95),),
    special=(*EDGES, (1.0,), (-1.0,), (1.5,)),
    over=factor.odd_over("asin", factor.ASIN, 0.25),
    latex=r"\arcsin",
    sympy="asin",
    kink=lambda x: "the slope at -1 and 1 is inf" if math.fabs(x) == 1.0 else None,
    fault=Words("asin is defined from -1 to 1", STAY_INSIDE),
)
acos = primitive(
    "acos",
    ieee.nan_outside(math.acos),
    lambda g, out, x: guarded(g, quotient(-1.0, applied(semicircle, x))),
    doc="The arc cosine in radians; nan outside [-1, 1].",
    c="acos",
    ufunc="arccos",
    domain=((-0.95, 0.95),),
    special=(*EDGES, (1.0,), (-1.0,), (1.5,)),
    latex=r"\arccos",
    sympy="acos",
    kink=lambda x: "the slope at -1 and 1 is -inf" if math.fabs(x) == 1.0 else None,
    fault=Words("acos is defined from -1 to 1", STAY_INSIDE),
)
semicircle: Primitive = primitive(
    "semicircle",
    ieee.semicircle,
    lambda g, out, x: guarded(g, -quotient(x, out)),
    symbol="√(1-x²)",
    doc="sqrt(1 - x * x), exact at both ends; nan outside [-1, 1].",
    within="asin",
    c="sqrt((1 - x) * (1 + x))",
    domain=((-0.95, 0.95),),
    special=(*EDGES, (1.0,), (-1.0,), (1.5,)),
    formula="sqrt(1 - x**2)",
    kink=lambda x: "the slope at -1 and 1 is infinite" if math.fabs(x) == 1.0 else None,
    method=False,
)

atan = primitive(
    "atan",
    math.atan,
    rules.pull_atan,
    doc="The arc tangent in radians.",
    c="atan",
    ufunc="arctan",
    special=EDGES,
    total=True,
    over=factor.odd_over("atan", factor.ATAN, 0.25),
    latex=r"\arctan",
    sympy="atan",
)

atan2 = primitive(
    "atan2",
    math.atan2,
    lambda g, out, y, x: rules.pull_atan2(g, x, y, x),
    lambda g, out, y, x: rules.pull_atan2(g, -y, y, x),
    doc="The angle of the point (x, y), as atan2(y, x); both derivatives are 0 at the origin.",
    c="atan2",
    ufunc="arctan2",
    domain=(REAL, POSITIVE),
    special=PAIRS,
    sympy="atan2",
    kink=rules.kink_of_angle,
    flat=Words("at the origin 0 is taken", LEAVE_KINK),
)
sinh = primitive(
    "sinh",
    ieee.sinh,
    lambda g, out, x: guarded(g, cosh(x)),
    doc="The hyperbolic sine.",
    c="sinh",
    special=(*EDGES, (711.0,)),
    over=factor.odd_over("sinh", factor.SINH, 1.0),
    latex=r"\sinh",
    sympy="sinh",
)
cosh: Primitive = primitive(
    "cosh",
    ieee.cosh,
    lambda g, out, x: guarded(g, sinh(x)),
    doc="The hyperbolic cosine.",
    c="cosh",
    special=(*EDGES, (711.0,)),
    latex=r"\cosh",
    sympy="cosh",
)
tanh: Primitive = primitive(
    "tanh",
    math.tanh,
    lambda g, out, x: guarded(g, applied(sech_squared, x)),
    doc="The hyperbolic tangent.",
    c="tanh",
    special=(*EDGES, (1000.0,), (-1000.0,)),
    total=True,
    bounds=(-1.0, 1.0),
    over=factor.odd_over("tanh", lambda x: factor.SINH(x) / cosh(x), 1.0),
    latex=r"\tanh",
    sympy="tanh",
    flat=Words(
        "tanh is saturated, its slope is below what a float can hold", SCALE_DOWN, "saturated"
    ),
)
sech_squared: Primitive = primitive(
    "sech_squared",
    ieee.sech_squared,
    lambda g, out, x: guarded(g, out * applied(tanh, x) * -2.0),
    symbol="sech²",
    doc="1 / cosh(x)**2, the derivative of tanh: 1 - tanh(x)**2 would cancel.",
    within="tanh",
    c="exp(-2 * fabs(x)) * (1 + fabs(tanh(x))) * (1 + fabs(tanh(x)))",
    numpy="square(1 / cosh(x))",  # tanh and its derivative take 1.3 times as long without
    special=(*EDGES, (20.0,), (-20.0,), (350.0,), (1000.0,)),
    total=True,
    formula="1 - tanh(x) * tanh(x)",
    method=False,
)
asinh = primitive(
    "asinh",
    math.asinh,
    lambda g, out, x: guarded(g, div(1.0, hypot(x, 1.0))),
    doc="The inverse hyperbolic sine.",
    c="asinh",
    ufunc="arcsinh",
    special=EDGES,
    total=True,
    over=factor.odd_over("asinh", factor.ASINH, 0.25),
    latex=r"\operatorname{arsinh}",
    sympy="asinh",
)
acosh = primitive(
    "acosh",
    ieee.nan_outside(math.acosh),
    lambda g, out, x: guarded(g, div(1.0, sqrt(x - 1.0) * sqrt(x + 1.0))),
    doc="The inverse hyperbolic cosine; nan below 1.",
    c="acosh",
    ufunc="arccosh",
    domain=((1.1, 5.0),),
    special=(*EDGES, (1.0,)),
    latex=r"\operatorname{arcosh}",
    sympy="acosh",
    kink=lambda x: "acosh'(1) = inf, from above" if x == 1.0 else None,
    fault=Words("acosh is defined from 1", "keep the operand above 1"),
)

atanh = primitive(
    "atanh",
    ieee.atanh,
    rules.pull_atanh,
    doc="The inverse hyperbolic tangent; infinite at -1 and 1, nan beyond.",
    c="atanh",
    ufunc="arctanh",
    domain=((-0.9, 0.9),),
    special=(*EDGES, (1.0,), (-1.0,), (1.5,)),
    over=factor.odd_over("atanh", factor.ATANH, 0.25),
    latex=r"\operatorname{artanh}",
    sympy="atanh",
    fault=Words("atanh is infinite at -1 and 1 and undefined beyond", STAY_INSIDE),
)

# ==== Activations ====
# Each is one row, so that a neuron stays two or three nodes.

relu = primitive(
    "relu",
    lambda x: x if x > 0.0 or x != x else 0.0,
    lambda g, out, x: ieee.gate(x, g) if type(x) is float else gate(x, g),
    doc="max(x, 0), with derivative 0 at 0; nan stays nan, with gradient nan.",
    c="x > 0 || x != x ? x : 0",
    special=EDGES,
    total=True,
    over=factor.scaled_over("relu"),
    formula="max(x, 0)",
    kink=lambda x: "relu'(0) = 0, the flat side" if x == 0.0 else None,
    flat=Words("relu is off, its operand is not above 0", WAKE, "relu off"),
)
gate: Primitive = primitive(
    "gate",
    ieee.gate,
    None,
    lambda h, out, x, g: gate(x, h),
    doc="g where x > 0, else 0: the derivative of relu, applied.",
    within="relu",
    c="x > 0 ? y : x <= 0 || y == 0 ? 0 : x",
    numpy="gated",  # relu and its derivative take 1.5 times as long without
    domain=(REAL, REAL),
    special=PAIRS,
    total=True,
    over=factor.gate_over,
    formula="y if x > 0 else 0",
    kink=lambda x, g: "closed at 0, as relu'(0) = 0" if x == 0.0 else None,
    flat=Words("the gate is closed, its condition is not above 0", WAKE, "gate closed"),
    method=False,
)
leaky_relu = primitive(
    "leaky_relu",
    lambda x, slope: x if x > 0.0 else slope * x,
    lambda g, out, x, slope: where(greater(x, 0.0), g, guarded(g, slope)),
    lambda g, out, x, slope: where(greater(x, 0.0), 0.0, guarded(g, x)),
    doc="x where x > 0, else slope * x; the derivative at 0 is the slope.",
    c="x > 0 ? x : y * x",
    defaults=(0.01,),
    domain=(REAL, (0.01, 0.5)),
    special=tuple((x, 0.01) for (x,) in EDGES),
    total=True,
    over=factor.first_over("leaky_relu"),
    formula="x if x > 0 else y * x",
    kink=lambda x, slope: "the derivative at 0 is the slope" if x == 0.0 and slope != 1.0 else None,
    flat=Words("the slope is 0", short="slope 0"),
)
elu = primitive(
    "elu",
    ieee.elu,
    lambda g, out, x, alpha: where(greater(x, 0.0), g, guarded(g, alpha * exp(x))),
    lambda g, out, x, alpha: where(greater(x, 0.0), 0.0, guarded(g, expm1(x))),
    doc="x where x > 0, else alpha * (e**x - 1) (Clevert, Unterthiner, Hochreiter 2015).",
    c="x > 0 ? x : y * expm1(x)",
    defaults=(1.0,),
    domain=(REAL, (0.5, 2.0)),
    special=tuple((x, 1.0) for (x,) in EDGES),
    over=factor.elu_over,
    formula="x if x > 0 else y * (exp(x) - 1)",
    kink=lambda x, alpha: "the derivative at 0 is alpha" if x == 0.0 and alpha != 1.0 else None,
    flat=Words("elu is flat so far below 0", LEAVE_TAIL),
)
sigmoid: Primitive = primitive(
    "sigmoid",
    ieee.sigmoid,
    lambda g, out, x: guarded(g, applied(logistic_density, x)),
    symbol="σ",
    doc="1 / (1 + e**-x).",
    c="(x >= 0 ? 1 : exp(-fabs(x))) * (1 / (1 + exp(-fabs(x))))",
    special=(*EDGES, (1000.0,), (-1000.0,)),
    total=True,
    bounds=(0.0, 1.0),
    formula="1 / (1 + exp(-x))",
    latex=r"\sigma",
    flat=Words(
        "sigmoid is saturated, its slope is below what a float can hold", SCALE_DOWN, "saturated"
    ),
)
logistic_density: Primitive = primitive(
    "logistic_density",
    ieee.logistic_density,
    lambda g, out, x: guarded(g, -(out * applied(tanh, x * 0.5))),
    symbol="σ'",
    doc="sigmoid(x) * sigmoid(-x), the derivative of sigmoid: s * (1 - s) would cancel.",
    within="sigmoid",
    c="exp(-fabs(x)) * (1 / (1 + exp(-fabs(x)))) * (1 / (1 + exp(-fabs(x))))",
    special=(*EDGES, (40.0,), (-40.0,), (1000.0,), (-1000.0,)),
    total=True,
    formula="1 / (1 + exp(-x)) * (1 - 1 / (1 + exp(-x)))",
    method=False,
)
softplus = primitive(
    "softplus",
    ieee.softplus,
    lambda g, out, x: guarded(g, applied(sigmoid, x)),
    doc="log(1 + e**x).",
    c="(x > 0 || x != x ? x : 0) + log1p(exp(-fabs(x)))",
    special=(*EDGES, (1000.0,), (-1000.0,)),
    total=True,
    formula="log(1 + exp(x))",
    flat=Words("softplus is flat so far below 0", LEAVE_TAIL),
)

silu = primitive(
    "silu",
    ieee.silu,
    rules.pull_silu,
    doc="x * sigmoid(x) (Elfwing, Uchibe, Doya 2017).",
    c="x * ((x >= 0 ? 1 : exp(-fabs(x))) / (1 + exp(-fabs(x))))",
    special=(*EDGES, (1000.0,), (-1000.0,)),
    total=True,
    formula="x / (1 + exp(-x))",
    flat=Words("silu is flat so far below 0", LEAVE_TAIL),
)

gelu = primitive(
    "gelu",
    ieee.gelu,
    rules.pull_gelu,
    doc="x times the normal distribution function of x, exact (Hendrycks, Gimpel 2016).",
    c="0.5 * x * erfc(-x * 0.7071067811865476)",
    special=EDGES,
    total=True,
    formula="x * (1 + erf(x / sqrt(2))) / 2",
    flat=Words("gelu is flat so far below 0", LEAVE_TAIL),
)
erf: Primitive = primitive(
    "erf",
    math.erf,
    lambda g, out, x: guarded(g, applied(exp, -(x * x)) * (2.0 / math.sqrt(pi))),
    doc="The error function.",
    c="erf",
    special=EDGES,
    total=True,
    bounds=(-1.0, 1.0),
    over=factor.odd_over("erf", factor.ERF, 0.5),
    sympy="erf",
    flat=Words("erf is saturated", SCALE_DOWN, "saturated"),
)
erfc: Primitive = primitive(
    "erfc",
    math.erfc,
    lambda g, out, x: guarded(g, applied(exp, -(x * x)) * (-2.0 / math.sqrt(pi))),
    doc="1 - erf(x), exact where that is small.",
    c="erfc",
    special=(*EDGES, (10.0,), (-10.0,)),
    total=True,
    formula="1 - erf(x)",
)

# ==== Sums of exponentials, of which softmax and its logarithm are made ====
# Each rule is a product of positive numbers: p * (1 - p) would lose all digits where p is nearly 1.

logaddexp = primitive(
    "logaddexp",
    ieee.logaddexp,
    lambda g, out, x, y: guarded(g, applied(share, x, y)),
    lambda g, out, x, y: guarded(g, applied(share, y, x)),
    doc="log(e**x + e**y), which does not overflow.",
    within="logsumexp",
    c="x == y ? x + 0.6931471805599453 : (x > y ? x : y) + log1p(exp(-fabs(x - y)))",
    domain=(REAL, REAL),
    special=(*PAIRS, (inf, inf), (-inf, -inf), (-inf, 1.0), (40.0, -40.0), (300.0, -300.0)),
    total=True,
    commutative=True,
    formula="log(exp(x) + exp(y))",
)

logaddexp_n = primitive(
    "logaddexp_n",
    ieee.logaddexp_n,
    rules.pull_logaddexp_n,
    symbol="logsumexp",
    doc="log(e**x1 + ... + e**xn) of any number of arguments, as one node.",
    called="logsumexp",
    c="x == y ? x + 0.6931471805599453 : (x > y ? x : y) + log1p(exp(-fabs(x - y)))",
    numpy="logaddexp",
    special=((), (1.0,), (40.0, 0.0, -3.0), (-inf, 1.0, 2.0), (700.0, -700.0, 699.0)),
    variadic=True,
    total=True,
    symmetric=True,
    spelled=rules.spelled_logaddexp_n,
    formula="log(exp(x) + exp(y))",
    method=False,
)
share: Primitive = primitive(
    "share",
    ieee.share,
    lambda g, out, x, y: guarded(g, out * applied(share, y, x)),
    lambda g, out, x, y: guarded(g, -(out * applied(share, y, x))),
    doc="e**x / (e**x + e**y), the softmax of two: a half for x = y, infinite ones as well.",
    within="logaddexp",
    c="x == y ? 0.5 : (x >= y ? 1 : exp(-fabs(x - y))) * (1 / (1 + exp(-fabs(x - y))))",
    domain=(REAL, REAL),
    special=(*PAIRS, (inf, inf), (-inf, -inf), (-inf, 1.0), (40.0, -40.0), (300.0, -300.0)),
    total=True,
    formula="1 / (1 + exp(y - x))",
    method=False,
)
portion: Primitive = primitive(
    "portion",
    lambda x, y: ieee.divide(x, x + y),
    lambda g, out, x, y: guarded(g, quotient(applied(portion, y, x), x + y)),
    lambda g, out, x, y: guarded(g, -quotient(out, x + y)),
    doc="x / (x + y), which part x is of a sum.",
    within="softmax",
    c="x / (x + y)",
    domain=(POSITIVE, POSITIVE),
    special=PAIRS,
    total=True,
    formula="x / (x + y)",
    method=False,
)
largest: Primitive = primitive(
    "largest",
    lambda *xs: ieee.largest(xs),
    None,
    symbol="max",
    doc="The largest of any number of arguments, without a derivative: a shift for exponentials.",
    within="softmax",
    c="x > y || x != x ? x : y",
    special=((1.0,), (2.0, 5.0), (inf, 1.0), (nan, 1.0), (1.0, nan), (-inf, -inf)),
    variadic=True,
    total=True,
    symmetric=True,
    method=False,
    formula="max(x, y)",
    flat="not the largest",
)
finite = primitive(
    "finite",
    lambda x: x if isfinite(x) else 0.0,
    None,
    doc="x where it is finite, else 0; without a derivative.",
    within="softmax",
    c="isfinite(x) ? x : 0",
    special=EDGES,
    total=True,
    formula="x",
    method=False,
)

# ==== Choices ====

maximum: Primitive = primitive(
    "maximum",
    ieee.maximum,
    lambda g, out, x, y: prefer(x, y, g),
    lambda g, out, x, y: prefer(y, x, g),
    symbol="max",
    doc="The larger of two; a tie gives each half of the gradient.",
    c="x > y || x != x ? x : y",
    domain=(REAL, REAL),
    special=PAIRS,
    total=True,
    symmetric=True,
    over=factor.limit_over("greater_equal"),
    formula="max(x, y)",
    kink=rules.kink_of_tie,
    flat=Words("the other operand is larger", TAKE_PART, "not the largest"),
)
minimum = primitive(
    "minimum",
    ieee.minimum,
    lambda g, out, x, y: prefer(y, x, g),
    lambda g, out, x, y: prefer(x, y, g),
    symbol="min",
    doc="The smaller of two; a tie gives each half of the gradient.",
    c="x < y || x != x ? x : y",
    domain=(REAL, REAL),
    special=PAIRS,
    total=True,
    symmetric=True,
    over=factor.limit_over("less_equal"),
    formula="min(x, y)",
    kink=rules.kink_of_tie,
    flat=Words("the other operand is smaller", TAKE_PART, "not the smallest"),
)
prefer: Primitive = primitive(
    "prefer",
    lambda x, y, g: g if x > y else 0.0 if x < y or g == 0.0 else 0.5 * g if x == y else nan,
    None,
    None,
    lambda h, out, x, y, g: prefer(x, y, h),
    doc="g where x > y, half of g where x = y, else 0: the derivative of maximum, applied.",
    within="maximum",
    c="x > y ? z : x < y || z == 0 ? 0 : x == y ? 0.5 * z : x + y",
    domain=(REAL, REAL, REAL),
    special=TRIPLES,
    total=True,
    over=factor.preference_over,
    formula="z if x > y else 0 if x < y else z / 2",
    kink=lambda x, y, g: rules.kink_of_tie(x, y),
    flat=Words("the other operand was chosen", TAKE_PART, "not taken"),
    method=False,
)
where: Primitive = primitive(
    "where",
    lambda condition, x, y: x if condition else y,
    None,
    lambda g, out, condition, x, y: where(condition, g, 0.0),
    lambda g, out, condition, x, y: where(condition, 0.0, g),
    symbol="?:",
    doc="x where the condition is not 0, else y; the branch not taken gets gradient exactly 0.",
    c="x != 0 ? y : z",
    domain=(REAL, REAL, REAL),
    special=(*TRIPLES, (0.0, inf, 1.0), (1.0, 2.0, nan)),
    total=True,
    over=factor.choice_over,
    formula="y if x else z",
    flat=Words("this branch was not taken", TAKE_PART, "not taken"),
    blocks=Words("the condition of where only chooses, it has no derivative", SMOOTH_CHOICE),
)

# A node of `take` has the checked index and all items: `place` is shared by the columns of rows.

place = primitive(
    "place",
    lambda x, y: x if 0.0 <= x < y and x.is_integer() else nan,
    None,
    None,
    doc="x where it is a whole number from 0 to y - 1, else nan; without a derivative.",
    within="take",
    c="x >= 0 && x < y && floor(x) == x ? x : NAN",
    formula="x",
    domain=((1.0, 1.0), (2.0, 4.0)),
    special=(
        (0.0, 1.0),
        (-0.0, 1.0),
        (1.0, 1.0),
        (2.0, 3.0),
        (1e300, inf),
        (-1.0, 2.0),
        (nan, 1.0),
    ),
    total=True,
    blocks=Words("an index only chooses, it has no derivative", SMOOTH_CHOICE),
    method=False,
)
item: Primitive = primitive(
    "item",
    lambda place, *xs: xs[int(place)] if 0.0 <= place < len(xs) and place.is_integer() else nan,
    rules.pull_item,
    symbol="take",
    doc="The argument at the place that the first one gives, from 0 on; nan if there is none.",
    called="take",
    c="x == 0 ? y : NAN",
    formula="y",
    domain=((0.0, 0.0), REAL),
    special=((0.0, inf), (-0.0, -0.0), (1.0, 2.0), (0.5, 2.0), (nan, 2.0)),
    variadic=True,
    total=True,
    chooses=True,
    flat=Words("the index chose another item", TAKE_TURNS, "not taken"),
    method=False,
)

RAISED = "(x > y || x != x ? x : y)"

clip = primitive(
    "clip",
    lambda x, low, high: ieee.minimum(ieee.maximum(x, low), high),
    lambda g, out, x, low, high: where(less(x, low), 0.0, where(greater(x, high), 0.0, g)),
    lambda g, out, x, low, high: where(less(x, low), where(less_equal(low, high), g, 0.0), 0.0),
    lambda g, out, x, low, high: where(greater(maximum(x, low), high), g, 0.0),
    doc="x limited to [low, high]; the gradient passes at the bounds themselves, as torch.clamp.",
    c=f"{RAISED} < z || {RAISED} != {RAISED} ? {RAISED} : z",
    domain=(REAL, (-2.0, -1.0), (1.0, 2.0)),
    special=TRIPLES,
    total=True,
    over=factor.clip_over,
    formula="min(max(x, y), z)",
    latex="formula",
    kink=rules.kink_of_clip,
    flat=Words("outside of its bounds clip is flat", TAKE_PART, "clipped"),
)

# ==== Lengths ====

cosine: Primitive = primitive(
    "cosine",
    ieee.cosine,
    lengths.pull_cosine,
    lengths.pull_cosine_across,
    doc="x / hypot(x, y), 0 at the origin: in a derivative, 1/r - x*x/r**3 would cancel.",
    within="norm",
    c="hypot(x, y) == 0 ? 0 : x / hypot(x, y)",
    domain=(REAL, REAL),
    special=(*PAIRS, (1.0, 1e-10), (1e-300, 1e-300), (1e300, 1e300)),
    total=True,
    over=factor.cosine_over,
    spelled=lengths.spelled_cosine,
    formula="x / sqrt(x**2 + y**2)",
    kink=lambda x, y: "0 at the origin" if x == 0.0 and y == 0.0 else None,
    method=False,
)
hypot: Primitive = primitive(
    "hypot",
    math.hypot,
    lengths.pull_length,
    doc="The Euclidean length of any number of arguments; at the origin all derivatives are 0.",
    within="norm",
    c="hypot",
    special=((), (0.0, 0.0), (3.0, 4.0), (1e200, 1e200), (inf, nan)),
    variadic=True,
    commutative=True,
    over=factor.scaled_over("hypot"),
    span=lambda tangents, *xs: guarded_dot(*tangents, *xs),
    spelled=lengths.spelled_hypot,
    formula="sqrt(x**2 + y**2)",
    latex="formula",
    kink=lambda *xs: "all derivatives at the origin are 0" if xs and not any(xs) else None,
    flat=Words("at the origin 0 is taken", LEAVE_KINK),
)

# ==== Comparisons, which are 1.0 or 0.0 and have no derivative ====


def _comparison(
    name: str, symbol: str, forward: Any, text: str, written: str, **facts: Any
) -> Primitive:
    return primitive(
        name,
        lambda x, y: 1.0 if forward(x, y) else 0.0,
        None,
        None,
        symbol=symbol,
        doc=f"1 where x {symbol} y, else 0; without a derivative.",
        written=written,
        c=text,
        domain=(REAL, REAL),
        special=PAIRS,
        total=True,
        formula=text,
        kink=rules.kink_of_step,
        blocks=Words(
            "a comparison is a step, its derivative is 0 wherever it has one", SMOOTH_CHOICE
        ),
        **facts,
    )


less: Primitive = _comparison("less", "<", operator.lt, "x < y", "x < y")
less_equal: Primitive = _comparison("less_equal", "≤", operator.le, "x <= y", "x <= y")
greater: Primitive = _comparison("greater", ">", operator.gt, "x > y", "x > y")
greater_equal = _comparison("greater_equal", "≥", operator.ge, "x >= y", "x >= y")
# Of Values numpy.equal is identity, as == is.
equal: Primitive = _comparison(
    "equal", "=", operator.eq, "x == y", "", ufunc="", symmetric=True, method=False
)

RESERVED.update(TABLE)
__all__ = [*TABLE]  # noqa: PLE0604 - TABLE holds the names as strings

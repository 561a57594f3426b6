"""python -m visualize: the language of expressions, its faults, and what is printed and written."""

from __future__ import annotations

import ast
import inspect
import math
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
from autograd.primitive import TABLE
from tests.in_one_test import in_one_test
from visualize import draw, explain, formula, step_through, why
from visualize.command import main
from visualize.command.expression import read
from visualize.command.fault import Fault, pointed
from visualize.command.functions import FUNCTIONS, unknown_function
from visualize.command.language import parsed
from visualize.draw import drawing
from visualize.draw.drawing import Drawing
from visualize.draw.render import RenderError
from visualize.text import columns

ROOT = Path(__file__).parents[3]


def value_of(expression, **variables):
    return read(expression, [f"{name}={number!r}" for name, number in variables.items()]).root


def fault_of(expression, *arguments):
    """Return the message of a fault, and the text that its carets stand under."""
    with pytest.raises(Fault) as caught:
        read(expression, arguments)
    fault = caught.value
    message, line, carets = str(fault).split("\n")
    start = len(carets) - len(carets.lstrip())
    shown = "".join(c for k, c in enumerate(spread(line)) if k >= start)[: carets.count("^")]
    assert set(carets) <= {" ", "^"}
    return message, shown.replace("\0", "")


def spread(line):
    """Return a character per column: a wide one is followed by a zero."""
    return [c for letter in line for c in (letter, "\0")[: columns(letter)]]


# The language, beside Python's


class WithoutPlus(ast.NodeTransformer):
    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return node.operand if isinstance(node.op, ast.UAdd) else node


def bracketed(expression):
    """Return the expression as our parser reads it, with all brackets."""
    stack = []
    for step in parsed(expression):
        operands = [stack.pop() for _ in range(step.taken)][::-1]
        if step.work in ("number", "name"):
            stack.append(step.name)
        elif step.work == "call":
            stack.append(f"{step.name}({', '.join(operands)})")
        elif step.work == "list":
            stack.append(f"[{', '.join(operands)}]")
        elif step.taken == 1:
            stack.append(f"({step.name}{operands[0]})")
        elif step.taken == 3:
            stack.append("({} if {} else {})".format(*operands))
        else:
            stack.append(f"({operands[0]} {step.name} {operands[1]})")
    (text,) = stack
    return text


PIECES = [
    "a",
    "b",
    "2.5",
    "+",
    "-",
    "*",
    "/",
    "**",
    "<",
    "==",
    "(",
    ")",
    "if",
    "else",
    "tanh(",
    "[",
    "]",
    ",",
]


def random_pieces(rng):
    """Return a row of pieces, most of them no expression; none of what only Python knows."""
    pieces = rng.choices(
        PIECES, weights=[4, 4, 3, 2, 3, 2, 1, 2, 1, 1, 3, 4, 1, 1, 2, 0, 0, 0], k=rng.randint(1, 9)
    )
    return " ".join(pieces)


def test_what_is_an_expression_and_how_it_is_read_is_as_in_python():
    rng = random.Random(0)
    accepted = refused = 0
    while accepted < 1500:
        text = random_pieces(rng)
        try:
            tree = ast.parse(text, mode="eval")
        except SyntaxError:
            tree = None
        else:
            calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
            strange = any(
                getattr(call.func, "id", "") != "tanh"
                or call.keywords
                or "Starred" in ast.dump(call)
                for call in calls
            )
            chained = any(len(getattr(n, "ops", [0])) > 1 for n in ast.walk(tree))
            if strange or chained or "( )" in text:  # a(b), a < b < c and (): refused on purpose
                continue
        try:
            read_as = bracketed(text)
        except Fault:
            assert tree is None, text
            refused += 1
        else:
            assert tree is not None, text
            wanted = ast.dump(WithoutPlus().visit(tree))
            assert ast.dump(ast.parse(read_as, mode="eval")) == wanted, text
            accepted += 1
    assert refused > 1500


def random_expression(rng, depth):
    if not depth or rng.random() < 0.1:
        return rng.choice(["x", "y", "z", "0.5", "2", "3.25", "1e-1", "pi", ".5"])
    kind = rng.random()
    parts = [random_expression(rng, depth - 1) for _ in range(3)]
    if kind < 0.5:
        return f"({parts[0]} {rng.choice('+-*/')} {parts[1]})"
    if kind < 0.7:
        return f"{rng.choice(['tanh', 'sin', 'exp', 'atan', 'abs', 'erf'])}({parts[0]})"
    if kind < 0.8:
        return (
            f"({parts[0]} if {parts[1]} {rng.choice(['<', '>=', '=='])} {parts[2]} else {parts[1]})"
        )
    if kind < 0.9:
        return f"-{parts[0]} - {parts[1]}**2"
    return f"{rng.choice(['max', 'min', 'hypot', 'atan2'])}({parts[0]}, {parts[1]})"


def worked_out(rng):
    """Return a random expression, its variables, and its value by Python itself."""
    functions = {name: getattr(math, name) for name in FUNCTIONS if hasattr(math, name)}
    functions |= {"abs": abs, "max": max, "min": min, "pi": math.pi}
    while True:
        text = random_expression(rng, 4)
        names = sorted(set(re.findall(r"\b[xyz]\b", text)))
        variables = {name: round(rng.uniform(-2, 2), 3) for name in names}
        try:
            return text, variables, eval(text, {**functions, **variables})
        except (ZeroDivisionError, OverflowError):
            continue  # where floats have inf


@in_one_test("seed", range(150))
def test_values_are_those_of_pythons_own_mathematics(seed):
    text, variables, wanted = worked_out(random.Random(seed))
    assert value_of(text, **variables).data == pytest.approx(wanted, rel=1e-12, abs=1e-300)


@in_one_test(
    "expression, wanted",
    [
        ("-2**2", -4.0), ("2**-1", 0.5), ("2**3**2", 512.0), ("(2**3)**2", 64.0), ("8/4/2", 1.0),
        ("7 - 2 - 1", 4.0), ("-3 - -3", 0.0), ("--3", 3.0), ("+-+3", -3.0), ("2*-3", -6.0),
        ("1 if 0 else 2 if 0 else 3", 3.0), ("1 if 1 else 2 if 0 else 3", 1.0),
        ("1 if 2 > 1 else 0", 1.0), ("(3 <= 3) * (2 < 1)", 0.0),
        ("1 + 2 if 0 else 3 + 4", 7.0), ("max(1, 2, 3) + min([4, 5])", 7.0), ("2 == 2.0", 1.0),
        ("dot([1, 2], [3, 4])", 11.0), ("mean([1, 2, 6])", 3.0), ("mean(1, 2, 6,)", 3.0),
        ("norm([3, 4]) + norm([])", 5.0), ("sum([])", 0.0), ("hypot(3, 4)", 5.0),
        ("logsumexp([1000, 1000]) - 1000", math.log(2)), ("clip(5, 0, 1)", 1.0),
        ("leaky_relu(-1)", -0.01), ("leaky_relu(-1, 0.5)", -0.5), ("where(1 > 2, 3, 4)", 4.0),
        ("1_000.5e-1", 100.05), (".5 + 5.", 5.5), ("pi", math.pi), ("e", math.e),
        ("-inf", -math.inf), ("sum(1, 2)", 3.0),
        ("a = 2; b = a*3\n\n a + b ;", 8.0), ("tanh(\n0\n)", 0.0),
    ],
)  # fmt: skip
def test_notation(expression, wanted):
    assert read(expression).root.data == pytest.approx(wanted, rel=1e-15)


def test_a_condition_is_recorded_and_its_other_branch_is_left_alone():
    root = value_of("log(a) if a > 0 else a*b", a=-2.0, b=3.0)
    root.backward()
    assert root.op.name == "where"
    assert [operand.op.name for operand in root.args] == ["greater", "log", "mul"]
    assert root.data == -6.0


def test_names_are_labels_and_named_numbers_are_leaves():
    result = read("rate = 0.1; step = rate*slope; alias = step; x - alias", ["x=1", "slope=3"])
    result.root.backward()
    assert {name: value.label for name, value in result.named.items()} == {
        "x": "x", "slope": "slope", "rate": "rate", "step": "step", "alias": "step",
    }  # fmt: skip
    assert result.named["alias"] is result.named["step"]
    assert result.named["rate"].grad == -3.0


def test_the_last_statement_may_have_a_name_and_a_name_may_be_given_again():
    root = value_of("y = a*2", a=3.0)
    assert (root.label, root.data) == ("y", 6.0)
    assert value_of("s = a*2; s = s + 1; s*s", a=3.0).data == 49.0
    assert fault_of("s = 1; s = 2; s")[0].startswith("nothing uses s")


def test_a_variable_may_have_the_name_of_a_constant_and_look_different_in_unicode():
    assert value_of("e*pi", e=2.0).data == 2 * math.pi
    assert read("ｔａｎｈ(ａ)", ["a=0"]).root.data == 0.0  # as Python reads names
    assert read("α + 損失", ["α=1", "損失=2"]).root.data == 3.0


def test_numbers_of_variables_may_be_computed():
    named = read("a+b+c+d+f", ["a=-3", "b=pi/2", "c=2**-1", "d= 1e3", "f=1_000"]).named
    assert [value.data for value in named.values()] == [-3.0, math.pi / 2, 0.5, 1000.0, 1000.0]
    assert read("a", ["a=inf"]).root.data == math.inf
    assert read("a", ["a=1e999"]).root.data == math.inf
    assert math.isnan(read("a", ["a=nan"]).root.data)


def test_every_function_can_be_called():
    for name in FUNCTIONS.keys() - {"dot", "max", "min"}:
        row = TABLE.get(name)
        function = getattr(autograd, name)
        if row is None:  # of a list
            assert value_of(f"{name}([0.5, x])", x=2.0).data == function([0.5, 2.0])
            continue
        numbers = [sum(interval) / 2 + 0.25 for interval in row.domain]
        arguments = ", ".join(map(repr, numbers))
        assert read(f"{name}({arguments})").root.data == function(*numbers), name
    public = {n for n, row in TABLE.items() if n in autograd.__all__}
    composed = {"logsumexp", "mean", "norm", "sum"}
    assert FUNCTIONS.keys() == public | composed | {"max", "min"}


def test_what_autograd_exports_can_be_called_and_no_list_here_says_so():
    program = """
import autograd
autograd.softsign = autograd.primitive(
    "softsign", lambda x: x / (1 + abs(x)), lambda g, out, x: g / (1 + abs(x)) ** 2, numpy="sign"
)
autograd.product = lambda values: values[0] * values[1]
autograd.product.__module__ = "autograd.functions"
autograd.__all__ += ["product", "softsign"]
from visualize.command.expression import read
print(read("softsign(x) + product([x, 2])", ["x=3"]).root.data)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=environment, check=True
    )
    assert ended.stdout == b"6.75\n"


# Faults, each with its place


@in_one_test(
    "expression, message, place",
    [
        # what only Python has
        ("__import__('os').system('ls')", "there is no function __import__", "__import__"),
        ("a.__class__", "there are no attributes here", "."),
        ("(lambda: 1)()", "there are no functions to define here", "lambda"),
        ("[x for x in a]", "for is a word of Python's", "for"),
        ("f'{a}'", "there is no text in an expression", "'"),
        ('"text"', "there is no text in an expression", '"'),
        ("(a := 3)", ":= is not known here: name a value in a statement of its own", ":="),
        ("tanh(*a)", "a value is missing between ( and *", "*"),
        ("tanh(**a)", "a value is missing between ( and **", "**"),
        ("tanh(x=2)", "= gives a name to a whole statement", "="),
        ("a[0]", "there are no subscripts here", "["),
        ("{1: 2}", "{ means nothing here", "{"),
        ("'1'*10**9", "there is no text in an expression", "'"),
        ("eval(a)", "there is no function eval", "eval"),
        ("exec(a)", "there is no function exec", "exec"),
        ("open(a)", "there is no function open", "open"),
        ("import os", "import is a word of Python's", "import"),
        ("a and b", "conditions are 0 or 1: multiply them", "and"),
        ("not a", "conditions are 0 or 1: multiply them", "not"),
        ("a is b", "is is a word of Python's", "is"),
        ("True", "True is written 1", "True"),
        ("a @ b", "@ is not known here: write dot([a, b], [c, d])", "@"),
        ("a, b", "a comma stands only between the values of a call or a list", ","),
        ("(a, b)", "a comma stands only between the values of a call or a list", ","),
        ("a  # why", "an expression has no comments", "#"),
        ("...", "there are no attributes here", "."),
        ("a\\b", "\\ means nothing here", "\\"),
        # slips
        ("a^2", "^ is not a power here: use **", "^"),
        ("a²", "a power is written with **", "²"),
        ("a × b", "a product is written with *", "×"),
        ("a − b", "a difference is written with the - of the keyboard", "−"),
        ("a % b", "% is a step", "%"),
        ("a // b", "// is a step", "//"),
        ("a != b", "!= is not known here: write ==", "!="),
        ("a < b < c", "compare two values at a time", "<"),
        ("2a", "2a is neither a number nor a name; a product is written 2*a", "2a"),
        ("1if a else 2", "a space is missing between 1 and if", "1if"),
        ("2(a+b)", "an operator is missing before (; a product is written with *", "("),
        ("(a+b)c", "an operator is missing before c; a product is written with *", "c"),
        ("a = b = 2", "= gives a name to a whole statement", "="),
        ("0x1F", "0x1F: numbers are written in decimal", "0x1F"),
        ("1__0", "1__0 is not a number", "1__0"),
        ("1.2.3", "an operator is missing before .3; a product is written with *", ".3"),
        ("a b", "an operator is missing before b", "b"),
        ("2(a)", "an operator is missing before (", "("),
        ("a(b)", "there is no function a; a product is written a*(...)", "a"),
        ("tanh a", "tanh is a function: write tanh(...)", "tanh"),
        ("2 * tanh", "tanh is a function: write tanh(...)", "tanh"),
        ("tan_h(a)", "there is no function tan_h; did you mean tanh?", "tan_h"),
        ("Tanh(a)", "there is no function Tanh; did you mean tanh?", "Tanh"),
        ("ln(a)", "there is no function ln; write log", "ln"),
        ("log10(a)", "there is no function log10; write log(a) / log(10)", "log10"),
        ("arctan2(a, b)", "there is no function arctan2; write atan2", "arctan2"),
        ("absolute(a)", "there is no function absolute; write abs", "absolute"),
        ("softmax(a)", "there is no function softmax; write exp(a) / (exp(a) + exp(b))", "softmax"),
        ("a +", "a value is missing after +", ""),
        ("a + * b", "a value is missing between + and *", "*"),
        ("/ b", "a value is missing before /", "/"),
        ("a if b", "this if has no else: write a if c else b", "if"),
        ("a else b", "this else has no if", "else"),
        ("a if b if c else d else f", "a condition in a condition needs brackets", "if"),
        ("if a else b", "a value is missing before if", "if"),
        ("(a", "this ( is never closed", "("),
        ("tanh((a)", "this ( is never closed", "tanh"),
        ("a)", "this ) closes nothing", ")"),
        ("tanh(a]", "this ] does not close the ( before it", "]"),
        ("sum([a)", "this ) does not close the [ before it", ")"),
        ("2*()", "there is nothing between these brackets", "()"),
        ("tanh()", "tanh takes 1 value, not 0", "tanh()"),
        ("1 + tanh(1, 2)", "tanh takes 1 value, not 2", "tanh(1, 2)"),
        ("leaky_relu(1, 2, 3)", "leaky_relu takes 1 or 2 values, not 3", "leaky_relu(1, 2, 3)"),
        ("mean([])", "mean of no values is undefined", "mean([])"),
        ("max()", "max of no values is undefined", "max()"),
        ("dot([1], [1, 2])", "dot: the operands have different lengths", "dot([1], [1, 2])"),
        ("dot(1, 2)", "dot takes two lists", "dot(1, 2)"),
        ("1 + [2]", "a list is not a single value", "+"),
        ("[1, 2]", "a list is not a single value", "[1, 2]"),
        ("s = [1]; s", "a list is not a single value", "s"),
        ("tanh([1])", "tanh takes no list here", "tanh([1])"),
        ("sum([1], 2)", "sum takes no list here", "sum([1], 2)"),
        ("sum([1, [2]])", "a list is not a single value", "[1, [2]]"),
        ("s = 1; 2", "nothing uses s", "s"),
        ("1 + 2; 3", "nothing uses the value of this statement", "1 + 2"),
        ("1\n2", "nothing uses the value of this statement", "1"),
        ("tanh = 2", "tanh is a function here: choose another name", "tanh"),
        ("1 = 2", "= gives a name to a whole statement", "="),
        ("s = = 2", "a value is missing between = and =", "="),
        ("s = ", "a value is missing after =", ""),
        ("s + 1; s = 2", "nothing uses the value of this statement", "s + 1"),
        ("t = s; s = 2; t*s", "s gets its value only in a later statement", "s"),
        ("", "the expression is empty", ""),
        (" \t\n ;; ", "the expression is empty", ""),
        # letters that look like others
        ("２*3", "this is U+FF12 FULLWIDTH DIGIT TWO: write 2", "２"),
        ("1\u202e*2", "U+202E RIGHT-TO-LEFT OVERRIDE means nothing here", "\ufffd"),
        ("1 + \x00", "U+0000 a character without a name means nothing here", "␀"),
        ("損失 + tan_h(x)", "there is no function tan_h", "tan_h"),
        ("e\u0301é損 + ! 1", "! means nothing here", "!"),
    ],
)  # fmt: skip
def test_a_fault_is_named_and_pointed_at(expression, message, place):
    said, shown = fault_of(expression)
    assert said.startswith(message)
    if place:
        assert shown == place


@in_one_test(
    "expression, arguments, message, place",
    [
        ("a*b+c", ["a=1"], "there is no value for b and c; give it after the expression: b", "b"),
        ("a*bias", ["a=1", "bia=2"], "there is no value for bias", "bias"),
        ("а*b", ["a=1", "b=2"], "there is no value for а (with U+0430 CYRILLIC SMALL LETTER", "а"),
        ("a", ["a=1", "b=2"], "there is no b in the expression", "b"),
        ("rate", ["rate=1", "rat=2"], "there is no rat in the expression; did you mean", "rat"),
        ("a", ["a=1", "a=2"], "a is given twice, as a=1 and as a=2", "a=2"),
        ("a = 2; a", ["a=1"], "a is given as a=1 and gets a value here too", "a"),
        ("a", ["a"], "a variable gets its number by name=number", "a"),
        ("a", ["2"], "a variable gets its number by name=number", "2"),
        ("a", ["a=1; b=2"], "a variable gets its number by name=number", "b"),
        ("a", ["a=b"], "b is not a number: a variable gets its number by name=number", "b"),
        ("a", ["a=2x"], "2x is neither a number nor a name", "2x"),
        ("a", ["a="], "a value is missing after =", ""),
        ("a", ["a=__import__('os')"], "there is no function __import__", "__import__"),
        ("sin", ["sin=2"], "sin is a function here: choose another name", "sin"),
        ("a", [""], "the expression is empty", ""),
    ],
)  # fmt: skip
def test_names_and_numbers_must_agree(expression, arguments, message, place):
    said, shown = fault_of(expression, *arguments)
    assert said.startswith(message)
    if place:
        assert shown == place


def test_a_name_without_a_value_is_pointed_at_where_it_stands_first():
    with pytest.raises(Fault) as caught:
        read("b + a*a", ["b=1"])
    assert (caught.value.start, caught.value.end) == (4, 5)


def test_carets_stand_under_the_fault_in_lines_of_any_length():
    assert pointed("損失 + b", 5, 6) == "  損失 + b\n         ^"
    assert pointed("損失", 1, 2) == "  損失\n    ^^"
    text = "a + " * 1000 + "b ! c" + " + a" * 1000
    _, line, carets = str(Fault("", text, 4002, 4003)).split("\n")
    assert line[carets.index("^")] == "!"
    assert (line[2], line[-1]) == ("…", "…")
    assert len(line) < 80
    assert pointed("one\ntwo three\nfour", 8, 13) == "  two three\n      ^^^^^"
    assert pointed("ab", 2, 3) == "  ab\n    ^"
    assert len(str(Fault("x" * 10_000, "a", 0, 1))) < 500


def test_an_unknown_function_without_a_likeness_lists_all():
    _, _, listed = unknown_function("frobnicate").partition("there are ")
    assert listed.split(", ") == sorted(FUNCTIONS)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("(" * 10_000 + "a" + ")" * 10_000, 1.0),
        ("+".join("a" * 20_000), 20_000.0),
        ("-" * 10_000 + "a", 1.0),
        ("a**" * 10_000 + "a", 1.0),
        ("abs(" * 10_000 + "a" + ")" * 10_000, 1.0),
        ("sum([" * 5000 + "a" + "])" * 5000, 1.0),
        ("a if a else " * 5000 + "a", 1.0),
        ("1" * 100_000 + "*a", math.inf),
        ("9**9**9**9**9*a", math.inf),
    ],
)
def test_an_expression_may_be_long_and_deep(expression, wanted):
    assert value_of(expression, a=1.0).data == wanted


@pytest.mark.parametrize(
    "expression", ["(" * 20_000, "[" * 20_000, "a+" * 20_000, "a" * 100_000, "-" * 20_000]
)
def test_a_long_fault_is_a_short_message(expression):
    with pytest.raises(Fault) as caught:
        read(expression)
    assert len(str(caught.value)) < 700


def test_random_text_is_read_or_faulted():
    rng = random.Random(1)
    alphabet = "ab1.+-*/()[],;= \n<>if else tanh'\"\\{}é\u202e損\x00𝒙_^%@"
    for _ in range(3000):
        text = "".join(rng.choices(alphabet, k=rng.randint(0, 12)))
        try:
            read(text, ["a=1"])
        except Fault as fault:
            line, carets = str(fault).split("\n")[1:]
            assert len(carets.rstrip()) <= columns(line) + 1, ascii(text)


def test_an_operation_that_gave_nan_is_pointed_at():
    result = read("1 + log(a)", ["a=-1"])
    (warned,) = result.warned
    assert str(warned) == "log(a=-1.0) gave nan\n  1 + log(a)\n      ^^^^^^"
    (warned,) = read("a", ["a=1/0"]).warned
    assert str(warned) == "div(1.0, 0.0) gave inf\n  a=1/0\n     ^"


# The program


def run(capsys, *arguments):
    """Return the exit code, what was printed and what was complained."""
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def root_of(expression, *arguments):
    root = read(expression, arguments).root
    root.backward()
    return root


LISTING = """\
# 6 values, 5 edges; output v5 = 0; largest gradient -3 at a
a  = leaf      data 2   grad -3
b  = leaf      data -3  grad 2
v2 = a × b     data -6  grad 1  ∂a -3, ∂b 2
c  = leaf      data 6   grad 1
v4 = v2 + c    data 0   grad 1  ∂v2 1, ∂c 1
v5 = tanh(v4)  data 0   grad 1  ∂v4 1  output
"""
EXAMPLE = ("tanh(a*b + c)", "a=2", "b=-3", "c=6")


def test_without_options_the_listing_is_printed(capsys):
    assert run(capsys, *EXAMPLE) == (0, LISTING, "")


def test_without_gradient_no_backward_pass_runs(capsys):
    _, printed, _ = run(capsys, *EXAMPLE, "--no-gradient")
    assert printed.count("no gradient yet") == 7


@pytest.mark.parametrize("suffix", ["svg", "dot", "txt", "html"])
def test_the_suffix_says_the_format(capsys, tmp_path, suffix):
    path = tmp_path / f"graph.{suffix}"
    assert run(capsys, *EXAMPLE, "-o", str(path), "--title", "A neuron") == (0, f"{path}\n", "")
    wanted = draw(root_of(*EXAMPLE), title="A neuron").save(tmp_path / f"wanted.{suffix}")
    assert path.read_bytes() == wanted.read_bytes()


def test_pages_and_animations_have_names_of_their_own(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(capsys, *EXAMPLE, "--html") == (0, "graph.html\n", "")
    assert run(capsys, *EXAMPLE, "--animate") == (0, "graph.svg\n", "")
    assert "<html" in (tmp_path / "graph.html").read_text(encoding="utf-8")
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8") == step_through(
        root_of(*EXAMPLE)
    ).svg
    assert run(capsys, *EXAMPLE, "--animate", "-o", "moving.svg")[0] == 0
    assert (tmp_path / "moving.svg").read_bytes() == (tmp_path / "graph.svg").read_bytes()


def test_rankdir_reaches_the_picture(capsys, tmp_path):
    path = tmp_path / "graph.dot"
    run(capsys, *EXAMPLE, "--rankdir", "TB", "-o", str(path))
    assert "rankdir=TB" in path.read_text(encoding="utf-8")


def test_a_reason_gives_no_advice_about_a_program(capsys):
    root, a = (result := read("relu(a)", ["a=-1"])).root, result.named["a"]
    root.backward()
    said = run(capsys, "relu(a)", "a=-1", "--why", "a")[1]
    assert why(a, root).text.startswith(said.rstrip("\n"))
    assert "source_lines" in why(a, root).text
    assert "source_lines" not in said


def test_steps_explanations_reasons_and_formulas_are_those_of_python(capsys):
    result = read("s = a*b; relu(s) + s", ["a=2", "b=-3"])
    root, a = result.root, result.named["a"]
    given = ("s = a*b; relu(s) + s", "a=2", "b=-3")
    root.backward()
    assert run(capsys, *given, "--steps")[1] == f"{step_through(root)}\n"
    assert run(capsys, *given, "--explain")[1] == f"{explain(root)}\n"
    assert run(capsys, *given, "--explain", "a")[1] == f"{explain(root, a)}\n"
    assert run(capsys, "--explain", *given)[1] == f"{explain(root)}\n"
    assert run(capsys, *given, "--explain=s")[1] == f"{explain(root, result.named['s'])}\n"
    assert run(capsys, *given, "--why", "a")[1] == f"{why(a, root)}\n"
    assert run(capsys, *given, "--formula", "latex")[1] == f"{formula(root, 'latex')}\n"
    both = run(capsys, *given, "--formula", "python", "--derivatives")[1]
    assert both == f"{formula(root, wrt='all')}\n"
    text = draw(root).text
    together = run(capsys, *given, "--text", "--steps", "--formula", "sympy")[1]
    assert together == f"{text}\n\n{step_through(root).text}\n\n{formula(root, 'sympy')}\n"


def test_an_expression_may_begin_with_a_minus_and_variables_stand_between_options(capsys):
    for expression in ("-a*b", "--a*b", "-(a*b)", "-h1*a*b", "-o1*a*b"):
        extra = [f"{name}=1" for name in ("h1", "o1") if name in expression]
        code, printed, _ = run(capsys, "--text", expression, "a=2", "--title", "x", "b=3", *extra)
        assert code == 0
        assert f"= {root_of(expression, 'a=2', 'b=3', *extra).data:g};" in printed


def test_a_fault_is_printed_with_its_place_and_code_2(capsys):
    assert run(capsys, "a*tan_h(b)", "a=1") == (
        2,
        "",
        "python -m visualize: there is no function tan_h; did you mean tanh?\n"
        "  a*tan_h(b)\n"
        "    ^^^^^\n",
    )


def test_a_warning_does_not_stop_the_picture(capsys):
    code, printed, complained = run(capsys, " log(a)", "a=-1")
    assert (code, printed[:10]) == (0, "# 2 values")
    assert complained == (
        "python -m visualize: warning: log(a=-1.0) gave nan\n  log(a)\n  ^^^^^^\n"
    )


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["-o", "graph.jpg"], 2, "a drawing as 'graph.jpg'; use one of .svg, .html"),
        (["-o", "nowhere/graph.svg"], 1, "no folder nowhere"),
        (["--html", "-o", "graph.svg"], 2, "--html writes a .html file, and -o says graph.svg"),
        (["--animate", "-o", "graph.html"], 2, "--animate writes a .svg file"),
        (["--html", "--animate"], 2, "ask for one at a time"),
        (["--derivatives"], 2, "--derivatives goes with --formula"),
        (["--explain", "d"], 2, "--explain: no value is named d; there are a, b, c"),
        (["--why", "aa"], 2, "--why: no value is named aa; did you mean a?"),
    ],
)
def test_wrong_options_are_told_in_a_line(capsys, tmp_path, monkeypatch, options, code, message):
    monkeypatch.chdir(tmp_path)
    found, printed, complained = run(capsys, *EXAMPLE, *options)
    assert (found, printed, complained.count("\n")) == (code, "", 1)
    assert message in complained
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_told_in_a_line(capsys, tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied", "a-hidden-name")

    monkeypatch.setattr(drawing, "write_files", refuse)
    path = tmp_path / "graph.svg"
    said = f"python -m visualize: cannot write {path}: Permission denied\n"
    assert run(capsys, *EXAMPLE, "-o", str(path)) == (1, "", said)


def test_what_argparse_refuses_ends_with_code_2(capsys):
    for arguments in ([], ["a", "a=1", "--bogus"], ["a", "a=1", "--formula", "word"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        assert "usage: python -m visualize" in capsys.readouterr().err


def test_help_has_examples_that_run(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert text.count('python -m visualize "') == 5


def test_nothing_here_can_run_python():
    for path in Path(inspect.getfile(main)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name):
                assert node.id not in ("eval", "exec", "compile", "__import__"), path.name
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = [getattr(node, "module", ""), *(alias.name for alias in node.names)]
                assert not {"ast", "importlib", "subprocess", "os"} & set(modules), path.name


# As a process


def process(*arguments, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "visualize", *arguments],
        capture_output=True, env=environment, check=False, **options,
    )  # fmt: skip


def test_the_module_runs(tmp_path):
    ended = process(*EXAMPLE, "-o", "graph.svg", cwd=tmp_path)
    assert (ended.returncode, ended.stdout.split(), ended.stderr) == (0, [b"graph.svg"], b"")
    assert (tmp_path / "graph.svg").read_bytes().startswith(b"<svg")
    ended = process("a ^ b", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.decode().splitlines() == [
        "python -m visualize: ^ is not a power here: use **", "  a ^ b", "    ^",
    ]  # fmt: skip


def test_a_terminal_that_lacks_letters_gets_question_marks():
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    ended = subprocess.run(
        [sys.executable, "-m", "visualize", "損 * 2", "損=3"],
        capture_output=True, env=environment, check=True,
    )  # fmt: skip
    assert b"? = leaf" in ended.stdout


def test_a_reader_that_has_seen_enough_gets_no_traceback():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    text = " + ".join(f"tanh({k}*a)" for k in range(100))
    with subprocess.Popen(
        [sys.executable, "-m", "visualize", text, "a=1", "--text", "--steps"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    ) as running:  # fmt: skip
        running.stdout.close()
        errors = running.stderr.read()
    assert (running.returncode, errors) == (0, b"")


def test_a_picture_that_no_program_can_make_is_said_in_a_line(monkeypatch, capsys):
    def refuse(*_):
        raise RenderError("PNG needs cairosvg or Graphviz")

    monkeypatch.setattr(Drawing, "save", refuse)
    assert main(["a*b", "a=2", "b=3", "-o", "graph.png"]) == 1
    assert capsys.readouterr().err.endswith("PNG needs cairosvg or Graphviz\n")

"""The derivation of a gradient: its numbers are true, its words fit the case, nothing breaks it."""

from __future__ import annotations

import functools
import math
import os
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest

import autograd
from autograd import (
    NumericWarning,
    StaleGraphError,
    Value,
    clip,
    dot,
    leaky_relu,
    log,
    maximum,
    primitive,
    relu,
    sigmoid,
    sqrt,
    where,
)  # fmt: skip
from tests.in_one_test import in_one_test
from tests.visualize.latex_reader import pieces
from visualize import explain
from visualize.explain import Explanation

GOLDEN = Path(__file__).parents[1] / "golden"
ATTACKS = [
    "</script><img src=x onerror=alert(1)>",
    'a<b & "c"',
    "w_1 _x_",
    "cost in $ and $$",
    "back\\slash \\",
    "a|b|c",
    "new\nline",
    "`tick` *star* #hash ~tilde ^hat %percent",
    "{0} {out} {x}",
    "\\end{align*}",
    "∂a/∂b",
    "1st x",
    "3",
    " x ",
    "x" * 500,
]


def neuron():
    """The neuron of micrograd's lecture; the gradient by w1."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o, w1


def worked_example():
    """Two sigmoid layers and binary cross-entropy; the gradient by the first weight."""
    x = [Value(0.5, label="x1"), Value(0.2, label="x2")]
    rows = [[0.1, 0.4], [0.8, 0.6]]
    W1 = [[Value(w, label=f"W1_{i}_{j}") for j, w in enumerate(row, 1)] for i, row in
          enumerate(rows, 1)]  # fmt: skip
    b1 = [Value(0.3, label="b1_1"), Value(0.9, label="b1_2")]
    W2 = [Value(0.3, label="W2_1"), Value(0.7, label="W2_2")]
    hidden = []
    for i, (row, bias) in enumerate(zip(W1, b1, strict=True), 1):
        z = dot(row, x) + bias
        z.label = f"z1_{i}"
        a = sigmoid(z)
        a.label = f"a1_{i}"
        hidden.append(a)
    z2 = dot(W2, hidden) + Value(0.5, label="b2")
    z2.label = "z2"
    p = sigmoid(z2)
    p.label = "p"
    J = -log(p)
    J.label = "J"
    return J, W1[0][0]


def squares():
    """Several paths, one use twice, a dead branch, and more paths than are listed."""
    a, b = Value(3.0, label="a"), Value(-2.0, label="b")
    inner = a * a + a * b
    inner.label = "inner"
    y = inner * a - relu(b * a) + 0.5 * inner
    y.label = "y"
    return y, a


CASES = {"neuron": neuron, "worked-example": worked_example, "squares": squares}


@pytest.mark.parametrize("suffix", ["txt", "md", "tex"])
@pytest.mark.parametrize("case", CASES)
def test_explanation_is_the_stored_one(case, suffix):
    """To store wanted changes: REFRESH_GOLDEN=1 python -m pytest tests/visualize/explain"""
    root, leaf = CASES[case]()
    explanation = explain(root, wrt=leaf, paths=3)
    text = {"txt": explanation.text, "md": explanation.markdown, "tex": explanation.latex}[suffix]
    # the last digits of tanh and exp differ between mathematics libraries
    made = re.sub(r"(all digits: -?\d\.\d{10})\d*", r"\1…", text)
    stored = GOLDEN / f"explain_{case}.{suffix}"
    if os.environ.get("REFRESH_GOLDEN"):
        stored.write_text(f"{made}\n", encoding="utf-8")
    kept = stored.read_text(encoding="utf-8")
    assert f"{made}\n" == kept, f"{stored.name} changed; see the docstring"


def test_the_worked_example_has_the_gradient_of_the_document():
    root, leaf = worked_example()
    assert explain(root, wrt=leaf).gradient == pytest.approx(-0.0080047533, abs=1e-10)
    assert "∂J/∂W1_1_1 = -0.008005" in explain(root, wrt=leaf).text


# Numbers


def random_graph(seed):
    """An expression of up to 20 operations with 3 labelled leaves."""
    rng = random.Random(seed)
    leaves = [Value(round(rng.uniform(-2, 2), 2), label=name) for name in "abc"]
    values = list(leaves)
    for _ in range(rng.randint(3, 20)):
        x, y = rng.choice(values[-4:]), rng.choice(values)
        values.append(
            rng.choice(
                [
                    lambda x, y: x + y, lambda x, y: x - 2 * y, lambda x, y: x * y,
                    lambda x, y: x.tanh(), lambda x, y: relu(x) + y, lambda x, y: x / (y * y + 1),
                    lambda x, y: (x * 0.5).exp().tanh(), lambda x, y: abs(x), lambda x, y: x * x,
                    lambda x, y: dot([x, y, x, 2.0, y], [y, x, x, y, 3.0]).tanh(),
                    lambda x, y: autograd.sum([x, y, x]), lambda x, y: where(x > y, x, y),
                    autograd.maximum, lambda x, y: (x**2 + 1) ** -0.5,
                    lambda x, y: sigmoid(x) - y, lambda x, y: x.sin() * y.cos(),
                ]
            )(x, y)
        )  # fmt: skip
    values[-1].label = "root"
    return values[-1], leaves


SEEDS = range(100)


@in_one_test("seed", SEEDS)
def test_paths_and_rest_add_up_to_what_backward_gives(seed):
    root, leaves = random_graph(seed)
    explanation = explain(root, wrt=leaves, paths=4)
    assert all(not value.has_grad for value in autograd.topological_order(root))
    root.backward()
    for leaf, part in zip(leaves, explanation, strict=True):
        assert part.wrt is leaf
        assert part.gradient == leaf.grad
        listed = math.fsum(path.product for path in part.paths)
        scale = max(part.size, 1.0)
        assert listed + part.rest == pytest.approx(leaf.grad, abs=1e-12 * scale)
        assert part.shown == len(part.paths) <= min(4, part.total_paths)


def evaluated(text):
    """The value of a formula in numbers, as the text writes it; None where it hides terms."""
    if "more" in text or "…" in text:
        return None
    text = text.replace("×", "*").replace("+ -", "- ")
    functions = {name: getattr(autograd, name) for name in autograd.__all__}
    return eval(text, {**functions, "inf": math.inf, "nan": math.nan})


def equations(text):
    """Every chain of equal cells in an explanation, long ones joined again."""
    lines = []
    for line in text.splitlines():
        words = line.strip()
        is_product = line.startswith("     ") and re.match(r"[-(]?[\dein]", words)
        if re.match(r"(=|×|\+|-|\*|/|if|else) ", words):
            lines[-1] += " " + words
        elif words.startswith("(") and lines[-1].startswith("∂"):
            continue  # a remark below its equation
        elif is_product or not line.startswith("     "):
            lines.append(words)
    for line in lines:
        equation = re.sub(r"  \([^()]*(\([^()]*\)[^()]*)*\)$", "", line)  # without the remark
        if " = " in equation and "←" not in equation and "When" not in equation:
            yield equation.split(" = ")


@in_one_test("seed", SEEDS)
def test_every_equation_in_numbers_is_true(seed):
    root, leaves = random_graph(seed)
    explanation = explain(root, wrt=leaves[0], paths=3)
    if not explanation.total_paths:
        return
    checked = 0
    for cells in equations(explanation.text):
        result = float(cells[-1])
        number = None
        if not re.search(r"∂|\b(root|v\d+|[abc])\b", cells[-2]):
            number = evaluated(cells[-2])
        if number is not None:
            # rounding to four digits may be magnified where numbers nearly cancel
            sizes = [abs(float(part)) for part in re.findall(r"\d+\.?\d*(?:e[-+]\d+)?", cells[-2])]
            assert number == pytest.approx(result, rel=0.02, abs=0.004 * max([*sizes, 1.0]))
            checked += 1
    assert checked >= 1
    assert f"∂root/∂a = {explanation.gradient:.4g}"[:16] in explanation.text.split("Result")[1]


def test_a_derivation_names_every_step_once():
    root, leaf = squares()
    text = explain(root, wrt=leaf, paths=20).text
    backward = text.split("Backward")[1].split("Chain rule")[0]
    lefts = [line.split(" = ")[0].strip() for line in backward.splitlines() if line[4:5] == "∂"][1:]
    assert len(lefts) == len(set(lefts)) > 5
    for line in text.split("Chain rule")[1].split("Result")[0].splitlines():
        if "←" in line:
            stops = line.split("  ")[-1].strip().split(" ← ")
            for above, below in pairwise(stops):
                plain = above.removeprefix("1st ").removeprefix("2nd ")
                assert f"∂{plain}/∂{f'({below})' if ' ' in below else below}" in lefts


def test_paths_carry_nodes_edges_derivatives_and_products():
    o, w1 = neuron()
    (path,) = explain(o, wrt=w1).paths
    assert path.nodes[0] is o
    assert path.nodes[-1] is w1
    assert path.product == pytest.approx(math.prod(path.locals))
    assert [edge.operand for edge in path.edges] == list(path.nodes[1:])


# Cases


def test_the_root_itself():
    a = Value(3.0, label="a")
    for root in (a, a * 2):
        explanation = explain(root, wrt=root)
        assert (explanation.gradient, explanation.total_paths) == (1.0, 1)
        assert explanation.paths[0].edges == ()
        assert "is the root itself, which changes as much as it is changed" in explanation.text
        assert "Forward" not in explanation.text


def test_a_value_that_is_not_in_the_graph():
    root, _ = neuron()
    explanation = explain(root, wrt=Value(1.0, label="q"))
    assert (explanation.gradient, explanation.paths, explanation.total_paths) == (0.0, (), 0)
    assert "o was not computed from q: there is no path." in explanation.text
    assert "visualize.why" in explanation.text
    assert "∂o/∂q = 0" in explanation.text
    assert "o was not computed from the value given" in explain(root, wrt=Value(1.0)).text


def test_arguments_may_come_either_way_round():
    o, w1 = neuron()
    assert explain(w1, wrt=o).text == explain(o, wrt=w1).text


def test_a_value_made_anew_under_its_old_label_is_noticed():
    o, _ = neuron()
    text = explain(o, wrt=Value(-3.0, label="w1")).text
    assert "o was not computed from w1 (the one given)" in text
    assert "It was computed from another value of the same name" in text


@pytest.mark.parametrize(
    ("build", "wall"),
    [
        (lambda a: a.detach() * 2, "detach passes no derivative to it"),
        (lambda a: where(a > 2, Value(1.0), 2.0), "where passes no derivative to it"),
    ],
)
def test_where_no_derivative_passes_the_operation_is_named(build, wall):
    a = Value(3.0, label="a")
    text = explain(build(a), wrt=a).text
    assert "was computed from a, but no derivative passes on the way" in text
    assert text.count("passes no derivative to it") == 1
    assert wall in text


def test_a_dead_relu_is_seen_in_its_derivative():
    a = Value(3.0, label="a")
    h = relu(a - 5) * 2
    text = explain(h, wrt=a).text
    assert "∂v2/∂v1 = 1 if v1 > 0 else 0 = 1 if -2 > 0 else 0 = 0" in text
    assert "Every path passes a derivative of 0" in text
    assert "2 × 0 × 1 = 0" in text


def test_a_kink_tells_its_convention():
    a = Value(0.0, label="a")
    assert "(relu'(0) = 0, the flat side)" in explain(relu(a), wrt=a).text
    assert "relu'(0) = 0, the flat side" in explain(relu(a), wrt=a).latex


def test_closed_paths_are_counted_but_not_listed():
    a = Value(3.0, label="a")
    y = relu(-a) + relu(-2 * a) + a * 5
    explanation = explain(y, wrt=a)
    assert (explanation.total_paths, explanation.shown, explanation[0].open_paths) == (3, 1, 1)
    assert "2 further paths pass a derivative of 0 and add nothing." in explanation.text
    assert "1 further path passes a derivative" in explain(relu(-a) + a, wrt=a).text
    some = explain(y + a + 2 * a, wrt=a, paths=2).text
    assert "… and 3 further paths, together 1 (2 of them pass a 0)" in some


def test_unlisted_paths_are_summed_and_the_ledger_closes():
    root, leaf = squares()
    explanation = explain(root, wrt=leaf, paths=2)
    assert explanation.rest != 0.0
    assert f"together {explanation.rest:g}" in explanation.text
    assert "value by value, as backward() does it" in explanation.text
    assert "value by value" not in explain(root, wrt=leaf, paths=50).text


def test_very_many_paths_stay_short():
    x = value = Value(1.0, label="x")
    for _ in range(50):
        value = value + value
    explanation = explain(value, wrt=x)
    assert explanation.total_paths == 2**50
    assert "one of 1,125,899,906,842,624 paths" in explanation.text
    assert "∂v50/∂v48 = ∂v50/∂v49 × ∂v49/∂(1st v48) + ∂v50/∂v49 × ∂v49/∂(2nd v48)" in (
        re.sub(r"\s+", " ", explanation.text)
    )
    for text in (explanation.text, explanation.markdown, explanation.latex):
        assert len(text.splitlines()) < 100


def test_a_long_chain_is_told_by_its_ends():
    x = value = Value(1.0, label="x")
    for _ in range(5_000):
        value = value * 1.0
    text = explain(value, wrt=x).text
    assert "… 4,995 values …" in text
    assert "… 4,994 derivatives …" in text
    assert len(text.splitlines()) < 40


def test_counts_beyond_every_float_are_written():
    x = value = Value(1.0, label="x")
    for _ in range(1_100):
        value = (value + value) * 0.5
    assert "one of about 10^331 paths" in explain(value, wrt=x).text


def test_a_large_dot_shows_the_terms_on_the_path():
    w = [Value(0.25 * i, label=f"w{i}") for i in range(16)]
    x = [Value(1.0 + i, label=f"x{i}") for i in range(16)]
    d = dot(w, x)
    text = explain(d, wrt=w[3]).text
    assert "w3 * x3 + (15 more) = 0.75 * 4 + (15 more) = 340" in text
    assert "w4" not in text
    assert "hypot(w2, (15 more))" in explain(autograd.hypot(*w), wrt=w[2]).text


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
def test_what_is_not_finite_is_said_and_points_to_why():
    c = Value(0.0, label="c")
    text = explain(sqrt(c), wrt=c).text
    assert "∂v1/∂c = inf" in text
    assert "The gradient is infinite. visualize.why finds where it began." in text
    explanation = explain(sqrt(c) - sqrt(c), wrt=c)
    assert math.isnan(explanation.gradient)
    assert "inf - inf = nan" in explanation.text
    assert "The gradient is nan, not a number." in explanation.text
    assert r"\mathrm{nan}" in explanation.latex
    assert r"\infty" in explanation.latex


def test_underflow_and_cancellation_are_said():
    u = Value(1.0, label="u")
    assert "too small for a float" in explain((u * 1e-200) * 1e-200, wrt=u).text
    text = explain(1e9 * u - 1e9 * u + u, wrt=u).text
    assert "The paths cancel: without signs they would add up to 2e+09." in text


def test_a_value_inside_the_graph():
    o, _ = neuron()
    n = o.args[0]
    explanation = explain(o, wrt=n)
    assert explanation.gradient == autograd.gradients(o, n)
    assert "n = 0.8814\n" in explanation.text.replace("n  =", "n =")
    assert "w1" not in explanation.text


def test_the_meaning_of_the_number_has_its_sign():
    a = Value(3.0, label="a")
    assert "raised by 0.001, v1 falls by about 0.002" in explain(-2 * a, wrt=a).text
    assert "raised by 0.001, v1 rises by about 0.002" in explain(2 * a, wrt=a).text
    assert "a small change of a does not change v1" in explain(0 * a, wrt=a).text


def test_a_users_operation_without_a_formula_shows_its_value():
    def jump(x):
        return 3.0 * x

    triple = primitive("triple_it", jump, lambda g, out, x: g * 3.0 if float(x) else g)
    a = Value(2.0, label="a")
    explanation = explain(triple(a), wrt=a)
    assert "∂v1/∂a = 3" in explanation.text
    assert explanation.gradient == 3.0
    assert explanation.latex
    assert explanation.markdown


def test_what_a_user_says_of_a_kink_stays_text():
    said = "50% of $x_1 & \\input{it} <b>\n~^"
    row = primitive("kinked", abs, lambda g, out, x: g * 0.0, kink=lambda x: said)
    explanation = explain(row(Value(0.0, label="a")) * 2)
    assert "(50% of $x_1 & \\input{it} <b>␊~^)" in explanation.text
    escaped = r"50\% of \$x\_1 \& \textbackslash{}input\{it\} {<}b{>}␊\textasciitilde{}"
    assert escaped in explanation.latex
    assert escaped in explanation.markdown


# Several leaves


def test_without_wrt_all_labelled_leaves_are_explained():
    o, _ = neuron()
    explanation = explain(o)
    assert [part.wrt.label for part in explanation] == ["x1", "w1", "x2", "w2", "b"]
    assert "How o changes with x1, w1, x2, w2 and b" in explanation.text
    o.backward()
    assert [part.gradient for part in explanation] == [part.wrt.grad for part in explanation]
    unlabelled = explain(Value(2.0) * Value(3.0))
    assert len(unlabelled) == 2


def test_of_many_leaves_those_with_the_largest_gradients_are_explained():
    leaves = [Value(1.0, label=f"w{i}") for i in range(9)]
    explanation = explain(dot(leaves, [float(i) for i in range(9)]))
    assert [part.wrt.label for part in explanation] == [f"w{i}" for i in range(3, 9)]
    assert "These are the 6 of 9 leaves with the largest gradients" in explanation.text
    assert len(explain(dot(leaves, [float(i) for i in range(9)]), wrt=leaves)) == 9


def test_a_list_is_explained_in_its_order_and_each_value_once():
    o, w1 = neuron()
    n = o.args[0]
    explanation = explain(o, wrt=[w1, n, w1])
    assert [part.wrt for part in explanation] == [w1, n]
    assert explanation[0].paths == explain(o, wrt=w1).paths
    assert explanation[:1] == (explanation[0],)


@pytest.mark.parametrize("what", ["gradient", "paths", "total_paths", "shown", "rest"])
def test_of_several_gradients_no_single_one_is_given(what):
    o, _ = neuron()
    with pytest.raises(ValueError, match=rf"5 gradients.*explanation\[0\]\.{what}"):
        getattr(explain(o), what)


# The object


def test_it_prints_itself_and_shows_itself_in_notebooks():
    explanation = explain(*neuron())
    assert isinstance(explanation, Explanation)
    assert repr(explanation) == str(explanation) == explanation.text
    assert explanation._repr_markdown_() == explanation.markdown
    assert explanation._repr_latex_() == explanation.latex


def test_it_keeps_the_numbers_of_its_making():
    root, leaf = squares()
    explanation = explain(root, wrt=leaf)
    expected = explain(root, wrt=leaf).text
    leaf.data = 10.0
    root.forward()
    assert explanation.text == expected
    assert explain(root, wrt=leaf).text != expected


def test_no_line_of_text_is_wider_than_a_terminal():
    for seed in range(40):
        root, leaves = random_graph(seed)
        for line in explain(root, wrt=leaves[0]).text.splitlines():
            assert len(line) <= 79, line


# Errors


def test_wrong_arguments_are_named():
    o, w1 = neuron()
    with pytest.raises(TypeError, match=r"explain takes a Value, not float.*not its \.data"):
        explain(o.data, wrt=w1)
    with pytest.raises(TypeError, match=r"wrt must be a Value or a list of .* str; .* its label"):
        explain(o, wrt="w1")
    with pytest.raises(
        TypeError, match=r"wrt must be a Value .* not of type float.*not its \.data"
    ):
        explain(o, wrt=2.0)
    with pytest.raises(TypeError, match="item 1 is of type float"):
        explain(o, wrt=[w1, 2.0])
    with pytest.raises(ValueError, match="wrt is an empty list: leave it out"):
        explain(o, wrt=[])
    for paths in (0, -1, 2.5, True, "5"):
        with pytest.raises((TypeError, ValueError), match="explain: paths must be"):
            explain(o, wrt=w1, paths=paths)


def test_a_stale_graph_is_refused():
    o, w1 = neuron()
    w1.data = 5.0
    with pytest.raises(StaleGraphError):
        explain(o, wrt=w1)


def test_nothing_warns():
    zero = Value(0.0, label="zero")
    with pytest.warns(NumericWarning):
        root = log(zero) * 2
    explain(root, wrt=zero).text  # noqa: B018 - warnings are errors here


# Notations


def test_names_with_operators_stand_in_parentheses_where_they_would_be_misread():
    rate, difference = Value(1.5, label="learning rate"), Value(2.0, label="a - b")
    y = rate.exp() * rate + difference * 2
    text = explain(y, wrt=[rate, difference]).text
    assert "v1 = exp(learning rate) = exp(1.5)" in re.sub(" +", " ", text)
    assert "= (a - b) * 2 = 2 * 2 = 4" in text
    assert "∂v1/∂(learning rate)" in text
    alone = explain(difference * Value(3.0, label="x"), wrt=difference)
    assert "= (a - b) * x = 2 * 3 = 6" in alone.text
    assert "= a - b = 2" in explain(difference * Value(3.0, label="x")).text


def attacked(label):
    a, b = Value(2.0, label=label), Value(-3.0, label="plain")
    y = a * a + (a * b).tanh()
    y.label = label + "!"
    return explain(y, wrt=a)


@in_one_test("label", ATTACKS, ids=range(len(ATTACKS)))
def test_labels_stay_text_in_every_notation(label):
    explanation = attacked(label)
    plain = attacked("name")
    assert explanation.text.isprintable() or not re.search(
        r"[\x00-\x09\x0b-\x1f]", explanation.text
    )
    assert len(explanation.markdown.splitlines()) <= len(plain.markdown.splitlines()) + 6
    for text in (explanation.markdown, explanation.latex):
        # no tag, no stray dollar, no command, no environment that was not ours
        assert not re.search(r"<[A-Za-z/!?]", text)
        assert len(re.findall(r"(?<!\\)\$", text)) % 2 == 0
        assert text.count(r"\begin{") == text.count(r"\end{")
        assert set(re.findall(r"\\begin\{(.*?)\}", text)) <= {"align*", "aligned"}
        opened = len(re.findall(r"(?<!\\)\{", text)), len(re.findall(r"(?<!\\)\}", text))
        assert opened[0] == opened[1]


def mathematics(latex):
    """Every formula of a LaTeX explanation, line by line, without its environments."""
    inline = re.sub(r"\\begin\{align\*\}.*?\\end\{align\*\}", "", latex, flags=re.DOTALL)
    yield from re.findall(r"(?<!\\)\$(.*?)(?<!\\)\$", inline)
    for body in re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", latex, re.DOTALL):
        for line in body.split(" \\\\\n"):
            if r"\begin{cases}" not in line:  # an environment, which matplotlib has none of
                yield re.sub(r"(?<!\\)&", "", line)


@functools.cache
def width_in_matplotlib(formula):
    mathtext = pytest.importorskip("matplotlib.mathtext", reason="needs matplotlib")
    return mathtext.MathTextParser("path").parse(f"${formula}$").width


@pytest.mark.parametrize("case", [*CASES, *range(len(ATTACKS))])
def test_matplotlib_sets_every_line_of_latex(case):
    explanation = explain(*CASES[case]()) if case in CASES else attacked(ATTACKS[case])
    lines = list(mathematics(explanation.latex))
    assert len(lines) > 8
    for line in lines:
        for piece in pieces(line.replace(r"\&", "and")):  # it has no sign for & in formulas
            assert width_in_matplotlib(piece) >= 0


def test_names_that_look_alike_stay_apart_in_latex():
    a, b = Value(2.0, label="w1"), Value(3.0, label="w_1")
    latex = explain(a * b, wrt=a).latex
    assert r"v_{2} &= \mathrm{w1} \cdot \mathrm{w\_1}" in latex


def test_markdown_sets_the_formulas_of_latex():
    explanation = explain(*squares())
    body = re.findall(
        r"\\begin\{aligned\}\n(.*?)\n\\end\{aligned\}", explanation.markdown, re.DOTALL
    )
    other = re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", explanation.latex, re.DOTALL)
    assert body == other
    assert explanation.markdown.startswith("**How $y$ changes with $a$**\n")


def test_equal_numbers_that_multiply_are_a_square():
    a = Value(-0.5, label="a")
    latex = explain(a.tanh(), wrt=a).latex
    assert r"1 - \left(-0.46212\right)^{2} = 0.7864" in latex
    assert r"a \cdot b = 3 \cdot 3 = 9" in explain(*alike()).latex


def test_numbers_beside_numbers_are_told_apart_and_not_rounded_away():
    a = Value(2.0, label="a")
    assert r"3\,a^{2} = 3 \cdot 2^{2} = 12" in explain(a**3, wrt=a).latex
    b = Value(6.0, label="b")
    assert r"1 - 0.999987712^{2} = 2.458 \cdot 10^{-5}" in explain(b.tanh(), wrt=b).latex


def alike():
    a, b = Value(3.0, label="a"), Value(3.0, label="b")
    return a * b, a


def test_indexed_names_need_no_parentheses():
    w, x = Value(2.0, label="W1[0, 0]"), Value(3.0, label="x[0]")
    z = w * x
    z.label = "loss (mean)"
    text = explain(z * z, wrt=w).text
    assert "= W1[0, 0] * x[0] = 2 * 3 = 6" in text
    assert "∂(loss (mean))/∂W1[0, 0] = x[0] = 3" in text


@pytest.mark.parametrize(
    ("function", "at", "says"),
    [
        (lambda x: x * 3, 1.0, "When x is raised by 0.001, y rises by about 0.003."),
        (lambda x: 1 / x, 0.001, "When x is raised by 1e-06, y falls by about 1."),
        (lambda x: (x * 2000.0).exp(), 0.0, "When x is raised by 1e-06, y rises by about 0.002."),
        (
            lambda x: maximum(x, 2.0),
            2.0,
            "A small change of x is multiplied by 0.5 on its way to y.",
        ),
        (leaky_relu, 0.0, "A small change of x is multiplied by 0.01 on its way to y."),
        (
            lambda x: clip(x, 0.0, 3.0),
            3.0,
            "A small change of x is multiplied by 1 on its way to y.",
        ),
    ],
)
def test_what_a_gradient_foretells_comes_true(function, at, says):
    x = Value(at, label="x")
    y = function(x)
    y.label = "y"
    assert str(explain(y, x)).splitlines()[-1].strip() == says


def test_a_derivative_that_was_chosen_as_0_says_nothing_of_small_changes():
    for name in ("abs", "relu"):
        x = Value(0.0, label="x")
        y = getattr(autograd, name)(x)
        y.label = "y"
        text = explain(y, x).text
        assert "does not change" not in text
        assert "y is at a point without a derivative, where 0 was taken" in text


def test_paths_that_add_nothing_are_no_term_of_the_sum():
    x = Value(-1.0, label="x")
    off = x.relu()
    said = explain(2 * x + 3 * x + off + 2 * off + x * off, x).text
    assert "4 further paths pass a derivative of 0 and add nothing." in said
    assert " = 3 + 2 = 5\n" in said


def test_a_thousand_paths_are_few_enough_to_list_some():
    x = y = Value(1.0, label="x")
    for _ in range(3):
        y = autograd.sum([y] * 10)
    said = explain(y, x).text
    assert "one of" not in said
    assert "path 2" in said
    assert "one of 2,000 paths" in explain(y + y, x).text


def test_a_gradient_is_taken_by_its_place():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    explanation = explain(a * b)
    assert explanation[-1].wrt is b
    with pytest.raises(TypeError, match=r"explanation\[place\]: .* not of type Value; explain\("):
        explanation[a]

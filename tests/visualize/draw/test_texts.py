"""Texts of users reach every writer: each must show them, and none may act on them."""

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pytest
import sympy

import autograd
import nn
from autograd import Value, scope, tanh
from tests.in_one_test import in_one_test
from visualize import (
    HealthMonitor,
    ParameterPath,
    diff,
    draw,
    draw_dot,
    draw_network,
    explain,
    formula,
    health,
    kinks,
    plot_confusion_matrix,
    plot_curves,
    plot_decision_boundary,
    plot_descent,
    plot_history,
    plot_images,
    plot_landscape,
    plot_vectors,
    save_figure,
    snapshot,
    step_through,
    why,
)

NASTY = [
    "$x_$", "price $5 to $9", r"\$a$", r"$\frac{1}{$", "a\x00b\x1b[31m\ud800", "two\r\nlines",
    "\u202egnp.exe\ufffe", "]]><!-- --", "</title></svg><script>alert(1)</script>", '"; URL="x',
    "'\\", "\\l\\N", "%d %s {a|<b>}", "a_b^c & &#0; # ~", "_hidden", "__class__", " ", "lambda",
    "x" * 300, "é損失🦊a\u0301",
]  # fmt: skip
nasty = in_one_test("text", NASTY, ids=ascii)
UNSAFE = {chr(code) for code in (*range(32), 127, *range(0x80, 0xA0), 0x202E, 0xFFFE, 0xFFFF)}


def graph(text):
    """A graph with a text wherever a user can put one, but the names of operations."""
    with scope(text.replace("/", "|")), scope("inner"):  # a / would begin another scope
        a, b = Value(0.5, label=text), Value(-2.0, label=f"b{text}")
        hidden = tanh(a * b + b)
        hidden.label = f"{text}!"
    root = hidden * hidden + 3 * a
    root.backward()
    return root


def is_plain(text, keep="\n"):
    """Nothing that moves a cursor, reorders text, or cannot be written to a file."""
    text.encode()
    assert not (set(text) & UNSAFE) - set(keep), ascii(text)


class Tags(HTMLParser):
    """The tags of a page, and the scripts in it."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attributes)


def svg_tags(text):
    is_plain(text)
    return {element.tag for element in ET.fromstring(text.encode()).iter()}


@nasty
def test_svg_and_pages_have_no_tags_of_a_label(text):
    harmless = graph("a")
    drawing = draw(graph(text), title=text)
    assert svg_tags(drawing.svg) <= svg_tags(draw(harmless, title="t").svg)
    assert svg_tags(diff(harmless, graph(text)).svg)
    assert svg_tags(step_through(graph(text)).svg) <= svg_tags(step_through(harmless).svg)
    page = drawing.html
    is_plain(page)
    assert Tags(page).tags.count("script") == 2
    assert "]]>" not in page


@nasty
def test_texts_for_terminals_move_no_cursor(text):
    root = graph(text)
    leaf = autograd.topological_order(root)[0]
    report = health(Named(text), [[1.0], [0.5]], [0.0, 0.0])
    for said in (
        draw(root, title=text).text, explain(root), why(leaf, root),
        step_through(root), diff(graph("a"), root), kinks(abs(root - root)), report, report.text,
        snapshot(root), repr(draw(root)), formula(root, wrt="all"),
    ):  # fmt: skip
        is_plain(str(said))
        is_plain(repr(said))


@nasty
def test_dot_is_one_statement_a_line(text):
    """Every line of DOT has its quotes in pairs, so that no label ends before its end."""
    for source in (draw(graph(text), title=text).source, draw_dot(graph(text)).source):
        is_plain(source, keep="\n\t")
        for line in source.splitlines():
            bare = line.replace("\\\\", "").replace('\\"', "")
            assert bare.count('"') % 2 == 0, line
        harmless = draw_dot(graph("a")).source
        assert source.count("\n") in {
            harmless.count("\n"), draw(graph("a"), title="t").source.count("\n")
        }  # fmt: skip


@nasty
def test_formulas_compute_what_the_graph_does(text):
    root = graph(text)
    scopes = {
        "python": {**vars(autograd), "inf": np.inf, "nan": np.nan},
        "sympy": vars(sympy).copy(),
    }
    for form, names in scopes.items():
        written = formula(root, form)
        code = compile(written.text, "formula", "exec")
        numbers = {name: leaf.data for name, leaf in written.leaves.items()}
        if form == "python":
            exec(code, names, numbers)  # noqa: S102 - the text that formula promises to run
            answer = numbers["y"]
        else:
            exec(code, names)  # noqa: S102
            answer = names["y"].subs({names[name]: number for name, number in numbers.items()})
        assert float(answer) == pytest.approx(root.data, rel=1e-12)


@nasty
def test_latex_has_balanced_braces_and_no_command_of_a_label(text):
    for written in (
        formula(graph(text), "latex").text, formula(graph(text)).latex, explain(graph(text)).latex,
        explain(graph(text)).markdown,
    ):  # fmt: skip
        is_plain(written)
        bare = written.replace(r"\\", "").replace(r"\{", "").replace(r"\}", "")
        assert bare.count("{") == bare.count("}")
        assert bare.replace(r"\$", "").count("$") % 2 == 0
        for command in ("input", "write", "def", "script", "frac{1}{}"):
            assert f"\\{command}" not in bare.replace(r"\frac{1}{2}", "")


class Named(nn.Module):
    """A model whose layer has the text as its name."""

    def __init__(self, text):
        self.layers = {text: nn.Layer(1, 2), "last": nn.Layer(2, 1, activation="identity")}
        for parameter in self.layers[text].parameters():
            parameter.data = -1.0  # both units are off, and the report names their layer

    def forward(self, x):
        for layer in self.layers.values():
            x = layer(x)
        return x


def named_report(text):
    return health(Named(text), [[1.0], [0.5]], [0.0, 0.0])


def evolution(text):
    monitor = HealthMonitor([[1.0], [0.5]], [0.0, 0.0])
    nn.fit(
        Named(text),
        [[1.0], [0.5]],
        [0.0, 0.0],
        loss=nn.mse_loss,
        epochs=2,
        callbacks=[monitor],
        compile=False,
    )
    return monitor.figure


def landscape(text):
    model = nn.MLP(1, [1])
    path = ParameterPath(model)
    path.record(model)
    path.record(model)
    X, y = [[1.0]], [1.0]
    paths = {text: path}
    return plot_landscape(model, X, y, loss=nn.mse_loss, path=paths, title=text, resolution=2)


FIGURES = {
    "confusion": lambda t: plot_confusion_matrix([[1, 2], [3, 4]], labels=[t, "b"], title=t),
    "curves": lambda t: plot_curves({t: [1.0, 2.0]}, x_label=t, y_label=t, title=t),
    "many curves": lambda t: plot_curves(
        {t: [1.0, 2.0], **{f"{t}{k}": [1.0, 3.0] for k in range(4)}}, x_label="", y_label=""
    ),
    "descent": lambda t: plot_descent(
        lambda x: x * x, {t: [1.0, 0.5]}, low=-1.0, high=1.0, title=t, resolution=5
    ),
    "history": lambda t: plot_history({t: [2.0, 1.0], "loss": [1.0, 2.0]}, x_label=t, title=t),
    "images": lambda t: plot_images([[[0, 1], [1, 0]]], titles=[t], title=t, colorbar=t),
    "landscape": landscape,
    "vectors": lambda t: plot_vectors({t: (1.0, 2.0), "b": (2.0, 1.0)}, title=t),
    "network": lambda t: draw_network(nn.MLP(1, [1]), inputs=[t], outputs=[t], title=t),
    "boundary": lambda t: plot_decision_boundary(
        lambda row: row[0], [[0.0, 1.0], [1.0, 0.0]], [0, 1], title=t, x_label=t, y_label=t,
        resolution=3,
    ),
    "health": lambda t: named_report(t).figure,
    "evolution": evolution,
}  # fmt: skip


@pytest.mark.parametrize("text", ["_x $x_$ $5-$9 \\$", "a\x00\x1b\ud800\nb"])
@pytest.mark.parametrize("plot", FIGURES.values(), ids=FIGURES)
@pytest.mark.filterwarnings("ignore:Glyph:UserWarning")
def test_plots_show_a_text_as_it_is(plot, text, tmp_path):
    """No mathematics, no XML that nobody reads; what can be shown is in the file."""
    pytest.importorskip("matplotlib")
    save_figure(plot(text), tmp_path / "plot.svg")
    found = ET.parse(tmp_path / "plot.svg").getroot()
    written = "".join(found.itertext())
    is_plain(written)
    assert "mathdefault" not in written
    if text.strip() and text.isprintable() and len(text) < 20:
        assert text in written

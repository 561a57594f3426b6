"""Python as a script: what Python places and writes, a page does alike, to the last bit."""

from __future__ import annotations

import ast
import json
import random
import runpy
import sys
import warnings
from functools import cache
from math import frexp
from pathlib import Path

import pytest

from autograd import NumericWarning, Value, relu
from autograd.reverse import sweep
from tests.visualize.page_graphs import (
    PAGE,
    decoded,
    drawn,
    open_scripts,
    random_graph,
    recurrence,
    view_of,
)
from visualize.draw.shapes import cells_of, free_place, path_data
from visualize.draw.wording import Words, box_size, position_mark
from visualize.formula.rules import filled
from visualize.layout import RANKDIRS, layout
from visualize.page.words import line_mark
from visualize.scene.compose import kinds_of, range_of
from visualize.scene.flat import flatten
from visualize.scene.gradient import gradient_of, is_of_one_pass, largest_size, product_sent
from visualize.steps.paths import largest_paths, path_sums
from visualize.text import columns, cut, in_digits, unusual_widths

ROOT = Path(__file__).parents[3]
INF, NAN = float("inf"), float("nan")


@pytest.fixture(scope="module")
def javascript():
    """The module docs/javascript.py."""
    sys.path.insert(0, str(ROOT / "docs"))
    import javascript

    yield javascript
    sys.path.remove(str(ROOT / "docs"))


def drawing(seed):
    """Sizes, edges without cycles and clusters; several edges of one pair among them."""
    generator = random.Random(seed)
    count = generator.randint(1, 40)
    names = generator.sample(range(count), count)
    pairs = (
        [sorted(generator.sample(range(count), 2)) for _ in range(2 * count)] if count > 1 else []
    )
    edges = [(names[u], names[v]) for u, v in pairs]
    edges += generator.choices(edges, k=3) if edges else []
    sizes = [(generator.uniform(1, 90), generator.uniform(1, 90)) for _ in range(count)]
    depth = 3 if seed % 3 else 0
    groups = [tuple(generator.choices("abc", k=generator.randint(0, depth))) for _ in names]
    return sizes, edges, groups


@cache
def placed_drawing(seed, rankdir):
    """A drawing as Python places it."""
    sizes, edges, groups = drawing(seed)
    return layout(sizes, edges, groups=groups, rankdir=rankdir, title_width=title_width)


def title_width(path):
    return 12.0 + 6 * len(path[-1])


def evaluated(scripts, function, *arguments):
    """What a function of the script gives, as one text: Playwright is slow with nested lists."""
    given = json.dumps(arguments)
    return json.loads(
        scripts.evaluate(f"(text) => JSON.stringify(({function})(...JSON.parse(text)))", given)
    )


def assert_placed_as(by_python, scripts, *drawing):
    """Compare where the script places sizes, edges and groups with where Python did."""
    by_script = evaluated(
        scripts,
        """(sizes, edges, groups, rankdir) => known.place(
        sizes, edges, groups, rankdir, 36, 10, 16, (path) => 12 + 6 * path.at(-1).length)""",
        *drawing,
    )
    assert [list(box) for box in by_python.boxes] == by_script["boxes"]
    assert [[list(knot) for knot in route] for route in by_python.routes] == by_script["routes"]
    assert [list(path) for path in by_python.clusters] == by_script["paths"]
    assert [list(frame) for frame in by_python.clusters.values()] == by_script["frames"]
    assert (by_python.width, by_python.height) == (by_script["width"], by_script["height"])


@pytest.mark.parametrize("rankdir", RANKDIRS)
def test_python_and_the_script_give_the_same_coordinates(scripts, rankdir):
    for seed in range(30):
        assert_placed_as(placed_drawing(seed, rankdir), scripts, *drawing(seed), rankdir)


def test_long_edges_and_many_clusters_have_the_same_coordinates_too(scripts):
    chain = [(i, i + 1) for i in range(299)] + [(i, 299) for i in range(290)]
    paths = [(f"m{i % 7}", f"n{i % 3}") for i in range(200)]
    tangle = [(i, j) for i in range(200) for j in (i + 1, 2 * i) if i < j < 200]
    for sizes, edges, groups, rankdir in (
        ([(20, 10)] * 300, chain, [()] * 300, "LR"),
        ([(30.5, 20.25)] * 200, tangle, paths, "TB"),
    ):
        placed = layout(sizes, edges, groups=groups, rankdir=rankdir, title_width=title_width)
        assert_placed_as(placed, scripts, sizes, edges, groups, rankdir)


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("name", ["readme", "network", "states", "recurrence", "several"])
def test_a_page_and_a_picture_of_one_graph_are_one_layout(name, direction, scripts, graphs):
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    own = {"recurrence": [recurrence(20)], "several": [a * b, a + b, (a * b).tanh()]}
    graph = decoded(*(own[name] if name in own else [graphs[name]()]))
    assert_placed_alike(drawn(scripts, graph, direction=direction), rankdir=direction)


def assert_placed_alike(picture, rankdir="LR"):
    """Compare the places of a page with those that Python gives; test_layout checks these."""
    placed = layout(
        [tuple(size) for size in picture["sizes"]],
        [(edge["source"], edge["target"]) for edge in picture["edges"]],
        groups=[tuple(box["path"]) for box in picture["boxes"]],
        title_width=title_width,
        rankdir=rankdir,
    )
    assert [list(box) for box in placed.boxes] == picture["places"]
    assert [[list(knot) for knot in route] for route in placed.routes] == picture["routes"]
    assert [tuple(frame["path"]) for frame in picture["clusters"]] == placed.paths
    for frame, (x, y, width, height) in zip(picture["clusters"], placed.frames, strict=True):
        assert (frame["key"], frame["title"]) == ("/".join(frame["path"]), frame["path"][-1])
        assert [frame[side] for side in ("x", "y", "width", "height")] == [x, y, width, height]


def test_thousands_of_boxes_are_placed_alike(scripts):
    picture = drawn(scripts, decoded(random_graph(3000)), view_of())
    assert len(picture["boxes"]) >= 2000
    assert_placed_alike(picture)


def test_the_same_graph_has_the_same_layout_in_every_page(browser, scripts):
    other = open_scripts(browser)
    graph = decoded(random_graph(60))  # more than one start is tried there
    first = drawn(other, graph)
    assert first == drawn(scripts, graph)
    assert first == drawn(other, graph)
    other.close()


def test_a_cycle_is_an_error(scripts):
    with pytest.raises(Exception, match="the edges form a cycle through nodes 0 -> 1 -> 0"):
        scripts.evaluate(
            """known.layoutOf([{ path: [] }, { path: [] }],
            [{ source: 0, target: 1 }, { source: 1, target: 0 }], [[9, 9], [9, 9]])"""
        )


def test_nothing_is_a_picture_too(scripts):
    placed = scripts.evaluate("known.layoutOf([], [], [])")
    assert placed == {"places": [], "routes": [], "clusters": [], "width": 0, "height": 0}


def test_a_page_writes_numbers_as_a_picture_does(scripts):
    generator = random.Random(0)
    numbers = [0.0, -0.0, 999_999.5, 1e6, 2.5, 9.9995e-5, 1.0005, 1e15, 1e16]
    numbers += [generator.uniform(-9, 9) * 10.0 ** generator.randint(-9, 20) for _ in range(500)]
    numbers += [(2 * generator.randint(0, 9999) + 1) / 2 for _ in range(200)]  # half-way cases
    for digits in (4, 5, 6, 9, 15, 16, 17):
        written = scripts.evaluate(
            "([numbers, digits]) => numbers.map((n) => known.inDigits(Number(n), digits))",
            [[repr(number) for number in numbers], digits],
        )
        assert written == [in_digits(number, digits) for number in numbers]


NUMBERS = [
    [],
    ["0.0", "-0.0"],
    ["-0.0", "0.0"],
    ["nan", "1.5"],
    ["inf", "-inf", "nan", "-inf"],
    ["2.0", "inf", "-3.5", "nan"],
]


@pytest.mark.parametrize("written", NUMBERS)
def test_a_page_takes_the_range_and_the_largest_as_pictures_do(written, scripts):
    said = scripts.evaluate(
        """(written) => {
        const numbers = written.map((text) => Number(text.replace("inf", "Infinity")));
        const range = known.rangeOf(numbers);
        const gradients = numbers.map((number) => known.gradientOf(true, number, false));
        return [range.low, range.high, range.infinite, range.nan, known.largestSize(gradients)];
        }""",
        written,
    )
    numbers = list(map(float, written))
    made = range_of(numbers)
    size = largest_size([gradient_of(True, number, False) for number in numbers])
    expected = [made.low, made.high, made.infinite, made.nan, size]
    assert list(map(repr, map(float, said))) == list(map(repr, map(float, expected)))


def test_a_page_takes_numbers_apart_as_python_does(scripts):
    generator = random.Random(1)
    numbers = [0.0, 1.0, 0.5, -3.0, 5e-324, 2.0**-1022, 2.0**-1023, sys.float_info.max, 1e-310]
    numbers += [generator.uniform(-9, 9) * 10.0 ** generator.randint(-318, 300) for _ in range(300)]
    said = scripts.evaluate(
        "(numbers) => numbers.map((n) => known.frexp(Number(n)))", list(map(repr, numbers))
    )
    assert said == [list(frexp(number)) for number in numbers]


def path_graph(seed):
    """Values with many paths, whose derivatives are also 0, infinite, nan, tiny and huge."""
    generator = random.Random(seed)
    values = [Value(generator.uniform(-2, 2)) for _ in range(3)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        for _ in range(4 + seed % 20):
            a, b = generator.choice(values[-6:]), generator.choice(values)
            factor = generator.choice([0.0, 1e-200, 1e200, -3.0])
            made = [a * b, a + b, factor * a, (a * a).sqrt(), relu(a), a.detach(), a**3, a.log()]
            values.append(generator.choice(made))
    return values[-1], values[:3]


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_finds_the_paths_that_explain_finds(count, scripts):
    for seed in range(40):
        root, leaves = path_graph(seed)
        graph = decoded(root)
        passes, number = sweep(root), {v: i for i, v in enumerate(flatten([root]).values)}
        wrt = [leaf for leaf in leaves if leaf in number] + [root]
        best, sums = largest_paths(passes, wrt, count), path_sums(passes, wrt)
        for value in wrt:
            said = scripts.evaluate(
                """([text, value, count]) => {
                const graph = known.decodedGraph(JSON.parse(text));
                const wanted = graph.data.map((_, other) => other === value);
                const between = known.valuesOnPaths(graph, wanted);
                const paths = known.largestPrefixes(graph, wanted, between, count).get(value) ?? [];
                const sums = known.pathCounts(graph, wanted, between).get(value);
                return [paths.map((it) => [String(it.product), known.valuesOf(it)]),
                  sums ? [sums.count, sums.open, String(sums.size)] : [0, 0, "0"]]; }""",
                [json.dumps(graph), number[value], count],
            )
            paths = [
                [path.product, [number[node] for node in reversed(path.nodes)]]
                for path in best[value]
            ]
            assert [[same_number(text), nodes] for text, nodes in said[0]] == [
                [repr(product), nodes] for product, nodes in paths
            ]
            of = sums[value]
            assert [*said[1][:2], same_number(said[1][2])] == [of.count, of.open, repr(of.size)]


def same_number(text):
    return repr(float(text.replace("Infinity", "inf"))) if text != "-0" else "-0.0"


def test_a_chain_of_20_000_squares_has_its_paths_at_once(scripts):
    value = Value(1.0)
    for _ in range(20_000):
        value = value * value
    said = scripts.evaluate(
        """(text) => {
        const graph = known.decodedGraph(JSON.parse(text));
        const wanted = graph.data.map((_, other) => other === 0);
        const between = known.valuesOnPaths(graph, wanted);
        const [path] = known.largestPrefixes(graph, wanted, between, 1).get(0);
        return [known.valuesOf(path).length, String(path.product), path.exponent,
          String(known.pathCounts(graph, wanted, between).get(0).count)]; }""",
        json.dumps(decoded(value)),
    )
    assert said == [20_001, "1", 1, "Infinity"]


FACTS = [0.0, -0.0, 0.1 + 0.2, 0.3, 1.0, 1 + 1e-9, 1 + 2e-9, -1.0, 1e300, INF, -INF, NAN]


def test_a_page_judges_gradients_as_python_does(scripts):
    pairs = [(held, given) for held in FACTS for given in FACTS]
    said = scripts.evaluate(
        """(pairs) => pairs.map((pair) => {
        const [held, given] = pair.map((text) => Number(text.replace("inf", "Infinity")));
        return [known.isOfOnePass(held, given), String(known.productSent(held, given))]; })""",
        [list(map(repr, pair)) for pair in pairs],
    )
    for pair, (is_same, product) in zip(pairs, said, strict=True):
        assert is_same == is_of_one_pass(*pair)
        assert float(product.replace("Infinity", "inf")) == pytest.approx(
            product_sent(*pair), nan_ok=True
        )


def test_a_page_counts_operations_and_marks_lines_as_python_does(scripts):
    names = ["mul", "sum", "leaf", "hypot (norm)", "sum", "µ", "mul", "sum"]
    assert scripts.evaluate("(names) => known.kindsOf(names)", names) == [
        list(kind) for kind in kinds_of(names)
    ]
    given = [(0, 1, False), (0, 2, False), (1, 2, True), (4, 5, False)]
    said = scripts.evaluate("(all) => all.map((each) => known.positionMark(...each))", given)
    assert said == [position_mark(*each) for each in given] == ["", "1", "", "5"]
    marks = [("", None), ("2", 0.5), ("", -1e-9)]
    said = scripts.evaluate("(all) => all.map((each) => known.lineMark(...each))", marks)
    assert said == [line_mark(*each) for each in marks]


RULES = [
    ("1 - {out} * {out}", ["x"], "-0.5"),
    ("{1}", ["2", "-3"], "-6"),
    ("3 * {0}**2", ["-2"], "-8"),
    ("-{0} / hypot({0}, {1})", ["-1", "-inf"], "nan"),
    ("1 if {0} > {1} else 0", ["-a", "b"], "c"),
    ("2 * {0}", ["-a"], "c"),  # a page wrote 2 * -a
    ("", [], "c"),
]


def test_a_page_fills_rules_as_formulas_do(scripts):
    shown = scripts.evaluate("(rules) => rules.map((given) => known.filled(...given))", RULES)
    assert shown == [filled(*rule) for rule in RULES]
    assert shown[-2] == "2 * (-a)"


TEXTS = [
    "",
    "loss",
    "損失関数の値",
    "e\u0301e\u0301e\u0301",
    "😀 \U0001f469\u200d\U0001f467",
    "￦ｗide",
    "\u0301" * 90,
]


def test_a_page_cuts_and_measures_texts_as_pictures_do(scripts):
    widths = unusual_widths(TEXTS)
    for text in TEXTS:
        for limit in (1, 2, 3, 5, 8, 13):
            said = scripts.evaluate(
                """([text, limit, widths]) => { const width = (one) => widths[one] ?? 1;
                return [known.columnsBy(text, width), known.cutBy(text, limit, width)]; }""",
                [text, limit, widths],
            )
            assert said == [columns(text), cut(text, limit)]
            assert columns(cut(text, limit)) <= limit


def test_a_page_sizes_boxes_as_pictures_do(scripts):
    for heading, mark, lines in [
        ("a", "", ["data 1", "grad 2"]),
        ("損失関数の値です", "again", ["", ""]),
    ]:
        box = Words(heading, mark, tuple(lines), ())
        said = [columns(heading), columns(mark), list(map(columns, lines)), 0]
        assert scripts.evaluate("(given) => known.sizeBy(...given)", said) == list(box_size(box))


@pytest.mark.parametrize("rankdir", RANKDIRS)
def test_a_page_draws_lines_and_places_marks_as_pictures_do(rankdir, scripts):
    for seed in range(30):
        placed = placed_drawing(seed, rankdir)
        generator = random.Random(seed)
        marks = [(generator.uniform(20, 60), generator.choice([10, 22])) for _ in placed.routes]
        by_script = evaluated(
            scripts,
            """(routes, boxes, marks, most) => {
            const passing = known.cellsOf(routes);
            const taken = boxes.map(([x, y, width, height]) => [x, y, x + width, y + height]);
            const found = routes.map((route, index) => {
              const places = known.freePlace(route, marks[index], taken, passing, most);
              taken.push(...places);
              return places; });
            return { lines: routes.map(known.pathData), passing: [...passing], found }; }""",
            placed.routes,
            placed.boxes,
            marks,
            3,
        )
        passing = cells_of(placed.routes)
        taken = [(x, y, x + width, y + height) for x, y, width, height in placed.boxes]
        for route, mark, places in zip(placed.routes, marks, by_script["found"], strict=True):
            found = free_place(route, mark, taken, passing, 3)
            assert [list(extent) for extent in found] == places
            taken += found
        assert by_script["passing"] == [[cell, lines] for cell, lines in passing.items()]
        assert by_script["lines"] == list(map(path_data, placed.routes))


def test_the_script_is_what_make_docs_writes(javascript):
    from generate import picture_script

    assert (PAGE / "picture.js").read_text(encoding="utf-8") == picture_script()


PROGRAM = """
from bisect import insort


def told(numbers: list[int]) -> list[int]:
    known: dict[int, int] = {0: 10, -5: 3}
    met: set[int] = set()
    rest = [-7 // 2, max(numbers, default=-1), min([], default=4), known.get(3, 8), known[-5]]
    first, second = 1, 2
    first, second = second, first
    for place, number in enumerate(numbers):
        if number in met or not -4 < number <= 9:
            continue
        met.add(number)
        rest.append(place if place % 2 == 0 else 2 * number)
    for number, other in zip(numbers, [n * n for n in numbers], strict=True):
        rest.append(number - other)
    for number in rest:
        if number < -100 and len(rest) < 30:
            rest.append(number + 50)
    for number in range(0, len(rest), 3):
        rest.append(round(rest[number] / 2))
    insort(rest, 5)
    ordered = sorted(rest, key=lambda number: -abs(number))
    ordered[-1] -= first * (second - 3)
    return [*ordered[1:-1][::-1], *reversed(ordered[-2:]), ~second, len(met)]
"""


def test_a_program_says_the_same_in_both_languages(javascript, scripts, tmp_path):
    path = tmp_path / "told.py"
    path.write_text(PROGRAM, encoding="utf-8")
    told = runpy.run_path(str(path))["told"]
    script = javascript.script({path: ["told"]})
    for numbers in ([], [-5], [3, 3, 12, -4, 9, 0], [-3, -2]):
        said = scripts.evaluate(f"(numbers) => {{ {script}; return told(numbers); }}", numbers)
        assert said == told(numbers)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("if items is items: return 1", "by identity"),
        ("if items: return 1", "is no bool"),
        ("for x in items: pass\n    else: return 1", "is a For"),
        ("return items == [1]", "is compared"),
        ("return items + items", "no numbers"),
        ("return print(items)", "calls print"),
        ("return sorted([(1, 2)])", "without a key"),
        ("return {x for x in items}", "is a SetComp"),
        ("return len(3)", "measures"),
        ("return items.count(1)", "calls count"),
        ("with items: pass", "is a With"),
        ("for a, b in zip(items, items[1:]): pass", "calls zip"),
        ("return hash(items)", "calls hash"),
        ("for x in range(0, 9, len(items)): pass", "below 0"),
    ],
)
def test_what_a_script_cannot_say_is_an_error(javascript, tmp_path, line, said):
    source = f"def f(items: list[int]) -> int:\n    {line}\n"
    ast.parse(source)
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(javascript.TranslationError, match=said) as caught:
        javascript.script({path: ["f"]})
    assert str(caught.value).startswith("module.py")

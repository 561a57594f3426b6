"""Rows in JavaScript, run by node, have the values of their forward functions."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from contextlib import contextmanager

import mpmath
import pytest

from autograd import primitive
from autograd.backends.formula import FUNCTIONS, formula_of
from autograd.backends.javascript import definitions, function_text
from autograd.primitive import RESERVED, TABLE

NODE = shutil.which("node")
ULPS = 8.0  # the largest of C and NumPy; V8 has its functions from fdlibm
AWKWARD = (
    0.0,
    -0.0,
    0.5,
    -0.5,
    0.49999999999999994,
    1.0,
    -1.5,
    2.5,
    -3.0,
    30.0,
    math.inf,
    -math.inf,
    math.nan,
)

# Calls and results are a line of JSON each, so that one node serves all tests: a start takes 40 ms.
ANSWER = """
const shown = (x) => (Object.is(x, -0) ? "-0" : String(x));
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const results = JSON.parse(line).map(([name, point]) => functions[name](...point.map(Number)));
  console.log(JSON.stringify(results.map(shown)));
});
"""


@contextmanager
def functions_of(rows):
    """Yield what gives the results of rows in JavaScript at points: calls are (name, point)."""
    if NODE is None:
        pytest.skip("needs node")
    listed = ", ".join(f"{row.name}: row_{row.name}" for row in rows)
    program = f"{definitions(rows)}const functions = {{ {listed} }};\n{ANSWER}"
    written = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}

    def call(calls):
        texts = ((name, map(repr, point)) for name, point in calls)
        given = [[name, [written.get(text, text) for text in point]] for name, point in texts]
        node.stdin.write(json.dumps(given) + "\n")
        node.stdin.flush()
        return [
            float(text.replace("Infinity", "inf")) for text in json.loads(node.stdout.readline())
        ]

    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([NODE, "-e", program], **pipes) as node:
        yield call


@pytest.fixture(scope="module")
def script():
    with functions_of([TABLE[name] for name in RESERVED]) as call:
        yield call


def folded(row, script, points):
    """Return the results of a variadic row, folded in the script's own numbers."""
    if formula_of(row).arity == 3:
        steps = [[(0.0,), *zip(p[: len(p) // 2], p[len(p) // 2 :], strict=True)] for p in points]
    else:
        steps = [
            [*([(row.forward(),)] if () in row.special else []), *((x,) for x in p)] for p in points
        ]
    totals = [step[0][0] for step in steps]
    for place in range(1, max(map(len, steps))):
        live = [number for number, step in enumerate(steps) if place < len(step)]
        found = script([(row.name, (totals[number], *steps[number][place])) for number in live])
        for number, total in zip(live, found, strict=True):
            totals[number] = total
    return totals


def test_rows_have_the_same_value(
    row, script, points, edges, difference_in_ulps, same_but_for_order
):
    all_points = [*points, *(edges[:200] if row.variadic else edges)]
    if row.variadic:
        got = folded(row, script, all_points)
    else:
        got = script([(row.name, point) for point in all_points])
    for point, found in zip(all_points, got, strict=True):
        wanted = row.forward(*point)
        if not (row.variadic and same_but_for_order(row, found, wanted, point)):
            assert difference_in_ulps(found, mpmath.mpf(wanted)) <= ULPS, (point, found, wanted)


LACKING = {"fma", "lgamma", "nextafter", "remainder", "tgamma"}


def test_functions_of_c_that_javascript_lacks_are_named():
    for name in LACKING:
        row = primitive("of_c", lambda *args: 0.0, *[None] * FUNCTIONS[name], c=name)
        with pytest.raises(ValueError, match=f"'of_c': {name} is called, which JavaScript"):
            function_text(row)


def test_functions_of_c_agree_with_numpy():
    np = pytest.importorskip("numpy")
    from autograd.backends.numpy.algebra import MISSING, function_of

    names = sorted(FUNCTIONS.keys() - LACKING - MISSING)
    rows = [
        primitive(f"c_{name}", lambda *args: 0.0, *[None] * FUNCTIONS[name], c=name)
        for name in names
    ]
    calls = []
    for row in rows:
        others = AWKWARD if row.arity == 2 else (None,)
        calls += [(row.name, (x,) if y is None else (x, y)) for x in AWKWARD for y in others]
    with functions_of(rows) as call:
        got = call(calls)
    with np.errstate(all="ignore"):
        for (name, point), found in zip(calls, got, strict=True):
            wanted = float(function_of(TABLE[name])(*map(np.array, point)))
            same = found == wanted or (math.isnan(found) and math.isnan(wanted))
            assert same or math.isclose(found, wanted, rel_tol=4e-15), (name, point, found, wanted)


def test_a_row_may_have_its_own_text():
    row = primitive("own", lambda x: x + 1.0, None, c="x + 1", js="x + 1.0")
    assert function_text(row) == "(x) => x + 1.0"
    bare = primitive("bare", lambda x: x, None)
    with pytest.raises(ValueError, match="'bare' has no C text"):
        function_text(bare)

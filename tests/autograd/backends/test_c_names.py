"""Names and texts that users choose: the C files compile under every warning, or are refused."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from math import inf, nan

import pytest

from autograd import Value, compile, compile_graph, dot, primitive
from autograd.backends.c.literals import comment
from tests.in_one_test import in_one_test

COMPILER = shutil.which("gcc")
STRICT = (
    "-std=c99", "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror", "-trigraphs", "-Wshadow",
    "-Wconversion", "-Wdouble-promotion", "-Wmissing-prototypes", "-Wcomment",
)  # fmt: skip
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no gcc on this machine")


@pytest.fixture
def built(tmp_path):
    """Write a compiled function as C, compile it, and return what its value is in C."""

    def build(compiled, numbers, name="net", size=1):
        compiled.to_c(tmp_path / f"{name}.c", *numbers)
        library = tmp_path / "built.so"
        files = ["-o", library, tmp_path / f"{name}.c", "-lm"]
        command = [COMPILER, *STRICT, "-shared", "-fPIC", *files]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (run.returncode, run.stderr) == (0, "")
        header = (tmp_path / f"{name}.h").read_text(encoding="utf-8")
        (signature,) = (line for line in header.splitlines() if "_value(" in line)
        function = ctypes.CDLL(str(library))[signature.split("(")[0].split()[-1]]
        outputs = (ctypes.c_double * size)()
        function((ctypes.c_double * len(numbers))(*numbers), None, outputs)
        return list(outputs)

    return build


TEXTS = {  # at x = 2, y = 3, z = 5
    "x": 2.0,
    "y": 3.0,
    " z ": 5.0,
    "INFINITY": inf,
    "-INFINITY": -inf,
    "NAN": nan,
    "0.1": 0.1,
    "7": 7.0,
    "fma": 11.0,
    "x + INFINITY": inf,
    "x\n+\ty": 5.0,
    "x && y || z": 1.0,  # a compiler warns of the missing brackets of this and the next two
    "x < y < z": 1.0,
    "!x == y": 0.0,
    "2147483647 + 1": 2147483648.0,  # in ints it would overflow
    "99999999999999999999 * 10": 1e21,
    "1 - 1 ? x : -(0)": 0.0,
    "isnan(x) || signbit(y) || isfinite(z)": 1.0,
    "exp(x) / (1 + exp(x)) - exp(x) / (1 + exp(x))": 0.0,
}
FUNCTIONS = {  # at x = -2
    "isnan": 0.0, "isinf": 0.0, "isfinite": 1.0, "signbit": 1.0, "exp": 0.1353352832366127,
    "fabs": 2.0, "-x": 2.0,
}  # fmt: skip


@needs_compiler
def test_texts_of_rows_compile_without_a_warning(built, own_table_only):
    rows = [
        primitive(f"text{number}", lambda x, y, z: x, None, None, None, c=text, numpy="x")
        for number, text in enumerate(TEXTS)
    ]
    compiled = compile(lambda x, y, z: [row(x, y, z) for row in rows], backend="interpreter")
    found = built(compiled, (2.0, 3.0, 5.0), size=len(rows))
    assert [repr(x) for x in found] == [repr(x) for x in TEXTS.values()]


@needs_compiler
def test_texts_that_name_one_function_of_c_call_it(built, own_table_only):
    rows = [primitive(f"of_{n}", abs, None, c=text) for n, text in enumerate(FUNCTIONS)]
    compiled = compile(lambda x: [row(x) for row in rows], backend="interpreter")
    assert built(compiled, (-2.0,), size=len(rows)) == pytest.approx([*FUNCTIONS.values()])


@pytest.mark.parametrize("text", ["x\u00a0+ y", "\u0663 * x", "x + y; abort()", "x /* */", 'x + "'])
def test_a_text_of_letters_that_c_lacks_is_refused(text, own_table_only):
    row = primitive("foreign", lambda x, y: x, None, None, c=text, numpy="x")
    compiled = compile(lambda x, y: row(x, y) + 1.0, backend="interpreter")
    with pytest.raises(ValueError, match="the C text of the operation 'foreign'"):
        compiled.to_c("never.c", 1.0, 2.0)


@needs_compiler
def test_rows_cannot_take_a_name_of_the_file(built, own_table_only):
    names = ["value", "gradient", "jacobian", "parameters", "exp", "int", "ε", "η"]
    rows = [primitive(name + "_" * (name.isascii()), abs, None, c="(x + 1) * 2") for name in names]
    compiled = compile(lambda x: [row(x) for row in rows], backend="interpreter")
    assert built(compiled, (2.0,), "row", len(rows)) == [6.0] * len(rows)


@needs_compiler
@pytest.mark.parametrize(
    "name",
    ["int", "2 layers", "row", "exp", "v", "é", "it's 100%s", "__FILE__", "$(x)?", "-", "#<x>"],
)
def test_a_file_name_compiles(name, built):
    assert built(compile(lambda x: x * 2.0), (3.0,), name) == [6.0]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ('a"b', "has '\"' in it"),
        ("a\nb", r"has '\\n' in it"),
        ("a\rb", r"has '\\r' in it"),
        ("a\\b", r"has '\\\\' in it"),
        ("a\x00b", "path holds a zero character"),
        ("what??/", "no folder"),
        ("what??)", r"has '\?\?' in it"),
        ("a\x1bb", r"has '\\x1b' in it"),
        ("a\ud800b", r"has '\\ud800' in it"),
        ("math", "in the way of <math.h>"),
        ("StdDef", "in the way of <stddef.h>"),
    ],
)
def test_a_file_name_that_c_cannot_include_is_refused(name, said, tmp_path):
    with pytest.raises((ValueError, FileNotFoundError), match=said):
        compile(lambda x: x * 2.0).to_c(tmp_path / f"{name}.c", 1.0)
    assert list(tmp_path.iterdir()) == []


LABELS = (
    "x??/", "??/", "a\\", "a\\\nb", "*/", "*", "/", "/*", "*??/", "**//", "??/*", "*\\\n/",
    "naïve \u2028 \ud800", "\x00\x01\x1b[31m\x7f", "% %s %n", '"quoted"', "// x \\", "#error",
    "\n#error\n", "_Pragma(\"x\")", "\\u12", "",
)  # fmt: skip


@needs_compiler
def test_labels_compile(built):
    leaves = [Value(1.5, label=label) for label in LABELS]
    total = dot(leaves, leaves)
    assert built(compile_graph(total, leaves), (1.0,) * len(leaves)) == [len(leaves)]


@in_one_test("label", LABELS)
def test_a_comment_is_one_line_of_ascii_that_ends_nothing(label):
    text = comment(label)
    assert text.isascii()
    assert text.isprintable()
    assert not text.endswith("\\")
    for sign in ("*/", "/*", "??", "\\\n"):
        assert sign not in f" {text} "


def test_the_header_says_how_to_compile_the_file_as_it_is_called(tmp_path):
    compile(lambda x: x * x).to_c(tmp_path / "my-model.c", 1.0)
    assert "-c my-model.c " in (tmp_path / "my-model.h").read_text(encoding="utf-8")

"""Imports run one way, and importing a package loads no more than it must."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from pathlib import Path

import pytest

import autograd

ROOT = Path(__file__).parents[1]
PACKAGES = ("autograd", "nn", "visualize")

# The files of autograd in reading order: each imports only from those before it.
AUTOGRAD = (
    "collector", "computed", "files", "turns", "location", "mode", "changes", "variant", "place",
    "tracing", "recording", "number", "ieee", "contract", "warning", "arrays", "primitive",
    "factor", "primitives", "graph",
    "staleness", "backward", "terms", "reverse", "sweep", "tangents", "ufuncs", "copying",
    "operators", "value", "assignment", "vector",
    "functions", "structure", "functional", "differences", "check",
    "program", "program.program", "program.listing", "program.interpreter", "program.stages",
    "program.simplify.draft", "program.simplify.rewriting", "program.simplify.folding",
    "program.simplify.sums", "program.simplify.pattern", "program.simplify.identities",
    "program.simplify.sharing", "program.simplify.dead", "program.simplify.statistics",
    "program.simplify",
    "program.spelling", "program.grids", "program.reductions", "program.levels", "program.schedule",
    "backends", "backends.executable", "backends.interpreter", "backends.stepping",
    "backends.selection",
    "backends.grammar", "backends.formula",
    "backends.c.literals", "backends.c.places", "backends.c.expression", "backends.c.rows",
    "backends.c.writer",
    "backends.c.stages", "backends.c.function", "backends.c.header", "backends.c",
    "program.shapes", "program.arguments", "program.traced", "program.tracing_mode",
    "program.lowering", "program.derivatives", "program.trace", "program.nonfinite",
    "program.difference", "program.verification",
    "program.runner", "program.update", "program.training", "program.batching", "program.descent",
    "program.programs", "program.export", "program.compile",
    "backends.llvm.text", "backends.llvm.writer", "backends.llvm.libm", "backends.llvm.polynomial",
    "backends.llvm.exponential", "backends.llvm.logarithm", "backends.llvm.circular",
    "backends.llvm.mathematics", "backends.llvm.power", "backends.llvm.elementary",
    "backends.llvm.frame", "backends.llvm.finite", "backends.llvm.fusion", "backends.llvm.loops",
    "backends.llvm.machine", "backends.llvm.products", "backends.llvm.uniform",
    "backends.llvm.sums", "backends.llvm.run", "backends.llvm.steps", "backends.llvm.kernel",
    "backends.llvm.engine", "backends.llvm.executable", "backends.llvm.stepper", "backends.llvm",
    "backends.numpy.scratch", "backends.numpy.frame", "backends.numpy.expression",
    "backends.numpy.texts", "backends.numpy.elementwise", "backends.numpy.guard",
    "backends.numpy.products", "backends.numpy.reductions", "backends.numpy.workspace",
    "backends.numpy", "backends.jax.algebra", "backends.jax.memory", "backends.jax.stages",
    "backends.jax.function", "backends.jax",
)  # fmt: skip

# nn and visualize see autograd's public names and nothing of each other.
MAY_IMPORT = {
    "autograd": {"autograd"},
    "nn": {"autograd", "nn"},
    "visualize": {"autograd", "visualize"},
}


def modules(package):
    """Yield (dotted name, syntax tree) for every file of a package."""
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, ast.parse(path.read_text(encoding="utf-8"), str(path))


def is_type_checking(node):
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imports(tree, *, inside_functions=False):
    """Yield (module, imported name or None), either at module level or inside functions."""
    stack = [(node, False) for node in tree.body]
    while stack:
        node, inside = stack.pop()
        if is_type_checking(node):
            continue
        if inside == inside_functions:
            if isinstance(node, ast.Import):
                yield from ((alias.name, None) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"relative import in line {node.lineno}"
                yield from ((node.module, alias.name) for alias in node.names)
        within = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        stack += [(child, within) for child in ast.iter_child_nodes(node)]


def imported_files(tree, files, **where):
    """Return the files of this project that a module imports, by their dotted names."""
    found = set()
    for module, name in imports(tree, **where):
        as_file = f"{module}.{name}"
        found.add(as_file if as_file in files else module)
    return {name for name in found if name.partition(".")[0] in PACKAGES}


@pytest.fixture(scope="module")
def graph():
    trees = {name: tree for package in PACKAGES for name, tree in modules(package)}
    return {name: imported_files(tree, trees) for name, tree in trees.items()}


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_the_layers_below(package, graph):
    for name, imported in graph.items():
        if name.partition(".")[0] == package:
            above = {
                other for other in imported if other.partition(".")[0] not in MAY_IMPORT[package]
            }
            assert not above, f"{name} imports {above}"


def test_autograd_follows_its_reading_order(graph):
    position = {f"autograd.{name}": place for place, name in enumerate(AUTOGRAD)}
    unknown = {name for name in graph if name.startswith("autograd.")} ^ set(position)
    assert not unknown, f"AUTOGRAD in this file and the folder differ: {unknown}"
    for name, place in position.items():
        later = {other for other in graph[name] if position.get(other, len(position)) >= place}
        assert not later, f"{name} imports {later}, which come after it"


def test_no_import_cycles(graph):
    remaining = {name: set(imported) & set(graph) for name, imported in graph.items()}
    while free := {name for name, imported in remaining.items() if not imported & set(remaining)}:
        remaining = {name: imported for name, imported in remaining.items() if name not in free}
    assert not remaining, f"each of these waits for another: {sorted(remaining)}"


@pytest.mark.parametrize("package", ["nn", "visualize"])
def test_upper_packages_use_public_names_of_autograd_only(package):
    for name, tree in modules(package):
        for module, imported in imports(tree):
            if module.partition(".")[0] == "autograd":
                assert module == "autograd", f"{name} reaches into {module}"
                private = imported is not None and imported not in autograd.__all__
                assert not private, f"{name} imports {imported}, which is not in autograd.__all__"


@pytest.mark.parametrize("package", PACKAGES)
def test_only_optional_packages_are_imported_inside_functions(package):
    for name, tree in modules(package):
        for module, _ in imports(tree, inside_functions=True):
            top = module.partition(".")[0]
            assert top not in PACKAGES, f"{name} imports {module} inside a function"
            assert top not in sys.stdlib_module_names, f"{name} imports {module} inside a function"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_lists_its_public_names_and_says_its_purpose(package):
    for name, tree in modules(package):
        text = ast.get_docstring(tree)
        assert text, f"{name} has no docstring"
        assert text.splitlines()[0].endswith((".", ":")), f"{name}: its first line is no sentence"
        assigned = [ast.unparse(n.targets[0]) for n in tree.body if isinstance(n, ast.Assign)]
        assert "__all__" in assigned, f"{name} has no __all__"


def test_every_folder_of_code_is_shipped():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    shipped = set(settings["options"]["packages"].split())
    folders = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert shipped == {".".join(folder.relative_to(ROOT).parts) for folder in folders}


def loaded_by(package):
    """Return the top-level modules that a fresh interpreter holds only after the import."""
    program = (
        "import sys; before = set(sys.modules); "
        f"import {package}; "
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_importing_autograd_loads_the_standard_library_only():
    assert loaded_by("autograd") - sys.stdlib_module_names == {"autograd"}


@pytest.mark.parametrize("package", ["nn", "visualize"])
def test_importing_a_package_loads_no_optional_dependency(package):
    loaded = loaded_by(package) - sys.stdlib_module_names
    assert package in loaded
    assert loaded <= {"autograd", "numpy", package}

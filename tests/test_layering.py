"""Imports run one way, and importing a package loads no more than it must."""

from __future__ import annotations

import ast
import configparser
import os
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from itertools import chain, pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("autograd", "nn", "visualize")

# What nn and visualize build on, beside the names that users type: modules of autograd of whose
# names they may import those in its `__all__`. docs/reference.py documents them.
ENGINE_ROOM = {
    f"autograd.{name}"
    for name in (
        "arguments", "context", "files", "graph", "leaves", "primitive", "program.verification",
        "reverse", "runtime", "vector",
    )
}  # fmt: skip
# They see nothing of each other.
MAY_IMPORT = {
    "autograd": {"autograd"},
    "nn": {"autograd", "nn"},
    "visualize": {"autograd", "visualize"},
}


@cache
def modules(package):
    """Return (dotted name, syntax tree) of every file of a package."""
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append((name, ast.parse(path.read_text(encoding="utf-8"), str(path))))
    return found


def imports(tree, *, inside_functions=False):
    """Yield (module, imported name or None), either at module level or inside functions.

    An import that only a type checker sees is one as well: readers follow it.
    """
    stack = [(node, False) for node in tree.body]
    while stack:
        node, inside = stack.pop()
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


def import_graph(trees):
    """Return what each file imports at its top level, by the files of this project."""
    return {name: imported_files(tree, trees) for name, tree in trees.items()}


@pytest.fixture(scope="module")
def graph():
    return import_graph(dict(chain.from_iterable(map(modules, PACKAGES))))


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_the_layers_below(package, graph):
    for name, imported in graph.items():
        if name.partition(".")[0] == package:
            above = {
                other for other in imported if other.partition(".")[0] not in MAY_IMPORT[package]
            }
            assert not above, f"{name} imports {above}"


def circle(graph):
    """Return files of which each imports the next, the first again at the end; [] for none."""
    try:
        TopologicalSorter({name: graph[name] & graph.keys() for name in graph}).prepare()
    except CycleError as error:
        return error.args[1][::-1]
    return []


def test_no_import_cycles(graph):
    """Then there is an order in which each file stands on those before it, whatever it is."""
    assert circle(graph) == []


def test_a_circle_of_imports_is_found_for_types_too():
    files = {
        "nn.below": "import math",
        "nn.one": "import nn.below\nif TYPE_CHECKING:\n    from nn.two import Two",
        "nn.two": "from nn import three",
        "nn.three": "from nn.one import One\nimport nn.below",
    }
    trees = {name: ast.parse(text) for name, text in files.items()}
    found = circle(import_graph(trees))
    assert len(found) == 4
    assert set(pairwise(found)) == {
        ("nn.one", "nn.two"), ("nn.two", "nn.three"), ("nn.three", "nn.one"),
    }  # fmt: skip
    trees["nn.three"] = ast.parse("import nn.below")
    assert circle(import_graph(trees)) == []


@pytest.mark.parametrize("package", ["nn", "visualize"])
def test_upper_packages_use_public_names_of_autograd_only(package):
    for name, tree in modules(package):
        for module, imported in imports(tree):
            if module.partition(".")[0] == "autograd":
                assert module in {"autograd", *ENGINE_ROOM}, f"{name} reaches into {module}"
                private = imported is not None and imported not in import_module(module).__all__
                assert not private, f"{name} imports {imported}, not in {module}.__all__"


def test_modules_of_the_engine_room_are_used_and_documented():
    used = {module for package in ("nn", "visualize") for _, tree in modules(package)
            for module, _ in imports(tree)}  # fmt: skip
    assert used >= ENGINE_ROOM
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    reference = (ROOT / "docs" / "reference.py").read_text(encoding="utf-8")
    for module in ENGINE_ROOM:
        assert f"`{module}`" in contributing, module
        assert f'"{module.removeprefix("autograd.")}"' in reference, module


@pytest.mark.parametrize("package", PACKAGES)
def test_only_optional_packages_are_imported_inside_functions(package):
    for name, tree in modules(package):
        for module, _ in imports(tree, inside_functions=True):
            top = module.partition(".")[0]
            assert top not in PACKAGES, f"{name} imports {module} inside a function"
            assert top not in sys.stdlib_module_names, f"{name} imports {module} inside a function"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_says_its_purpose_and_every_folder_its_public_names(package):
    for name, tree in modules(package):
        text = ast.get_docstring(tree)
        assert text, f"{name} has no docstring"
        assert text.splitlines()[0].endswith((".", ":")), f"{name}: its first line is no sentence"
        if (ROOT / name.replace(".", "/")).is_dir():
            assigned = [ast.unparse(n.targets[0]) for n in tree.body if isinstance(n, ast.Assign)]
            assert "__all__" in assigned, f"{name} has no __all__"


def test_every_folder_of_code_is_shipped():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    shipped = set(settings["options"]["packages"].split())
    folders = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert shipped == {".".join(folder.relative_to(ROOT).parts) for folder in folders}


# What `import autograd` may load of the standard library: modules of C, and small ones. Others take
# long, with those that they import: typing, re, enum and functools as long as all of autograd.
LIGHT = {
    "__future__", "contextvars", "importlib", "itertools", "math", "operator", "os", "warnings",
    "binascii",  # where the sources of the engine in C are
    "_contextvars", "_operator",
    "_collections_abc", "_stat", "genericpath", "ntpath", "posixpath", "stat", "nt",  # of os
    "types",  # of importlib in Python 3.10
    "_py_warnings",  # of warnings from Python 3.14 on
}  # fmt: skip


def modules_loaded_by(package, *options, **environment):
    """Return the modules that a fresh interpreter holds only after the import."""
    program = (
        "import sys; before = set(sys.modules); "
        f"import {package}; "
        "print(*set(sys.modules) - before)"
    )
    run = subprocess.run(
        [sys.executable, *options, "-c", program],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


def loaded_by(package):
    """Return the top-level modules among them."""
    return {name.partition(".")[0] for name in modules_loaded_by(package)}


def test_importing_autograd_loads_the_standard_library_only():
    assert loaded_by("autograd") - sys.stdlib_module_names == {"autograd"}


@pytest.mark.parametrize("pure", ["0", "1"])
def test_importing_autograd_loads_little_of_the_standard_library(pure):
    # Without `site`, which may have loaded anything before
    loaded = modules_loaded_by("autograd", "-S", AUTOGRAD_PURE=pure)
    standard = {name.partition(".")[0] for name in loaded} & sys.stdlib_module_names
    assert standard <= LIGHT, standard - LIGHT


def test_importing_autograd_loads_values_and_operations_only():
    """Each further file is time in every program, whether it uses it or not."""
    loaded = modules_loaded_by("autograd")
    used_later = (
        "check", "definition", "functional", "help", "program", "backends", "reverse",
        "structure", "written",
    )  # fmt: skip
    assert not {f"autograd.{name}" for name in used_later} & loaded


@pytest.mark.parametrize("package", ["nn", "visualize"])
def test_importing_a_package_loads_no_optional_dependency(package):
    loaded = loaded_by(package) - sys.stdlib_module_names
    assert package in loaded
    assert loaded <= {"autograd", "numpy", package}

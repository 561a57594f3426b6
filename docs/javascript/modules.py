"""Modules, in the order in which they import each other, as one script."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

from javascript.kinds import TEXT, Function, Known
from javascript.statements import Statements

__all__ = ["script"]

RUNTIME = Path(__file__).with_name("runtime.js")


def script(entries: Sequence[Path], exported: Iterable[str], given: Iterable[str] = ()) -> str:
    """Return modules and those that they import as a script that defines `exported`.

    A name like this_one is defined as thisOne. What is `given` the page defines itself: functions
    that return strings.

    Raises TranslationError where a module holds what only Python can say.
    """
    known = Known()
    for name in given:
        known.functions[name] = Function([], {}, TEXT)
    texts = [RUNTIME.read_text(encoding="utf-8")]
    homes: dict[str, str] = {}  # name -> the module that defines it
    for path, tree in _modules(entries, set(known.functions)):
        lines, names = _Module(path, known).written(tree)
        imported: dict[str, list[str]] = {}
        for statement in tree.body:
            for alias in statement.names if isinstance(statement, ast.ImportFrom) else ():
                if alias.name in homes:
                    imported.setdefault(homes[alias.name], []).append(alias.name)
        home = f"{path.stem}_"
        heads = [f"const {{ {', '.join(found)} }} = {where};" for where, found in imported.items()]
        ends = [f"return {{ {', '.join(names)} }};", "})();"]
        texts.append(_indented([f"const {home} = (() => {{", *heads, *lines, *ends]))
        homes.update(dict.fromkeys(names, home))
    ends = [f"const {_camel(name)} = {homes[name]}.{name};\n" for name in exported]
    return "\n".join([*texts, "".join(ends)])


def _camel(name: str) -> str:
    """Return a name as the scripts of pages write names."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _modules(entries: Sequence[Path], given: set[str]) -> list[tuple[Path, ast.Module]]:
    """Return modules and those that they import, imported ones first."""
    trees: dict[Path, ast.Module] = {}
    imports: dict[Path, list[Path]] = {}
    found = list(entries)
    for path in found:  # grows while it is walked
        if path not in trees:
            trees[path] = ast.parse(path.read_text(encoding="utf-8"))
            imports[path] = [
                other
                for node in trees[path].body
                if isinstance(node, ast.ImportFrom) and node.module
                if not given.issuperset(alias.name for alias in node.names)
                for folder in path.parents
                if (other := folder.joinpath(*node.module.split(".")).with_suffix(".py")).exists()
            ]
            found += imports[path]
    return [(path, trees[path]) for path in TopologicalSorter(imports).static_order()]


def _indented(lines: Iterable[str]) -> str:
    """Return lines with the indents that their braces ask for."""
    depth = 0
    written = []
    for line in filter(None, lines):
        depth -= line.startswith("}")
        written.append("  " * depth + line + "\n")
        depth += line.endswith("{")
    return "".join(written)


class _Module(Statements):
    """One module."""

    def written(self, tree: ast.Module) -> tuple[list[str], list[str]]:
        """Return the lines of the module, and the names that it defines."""
        for node in tree.body:
            self.known.declare(node)
        lines: list[str] = []
        names: list[str] = []
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                lines += self.function(node, "function ")
                names.append(node.name)
            elif isinstance(node, ast.ClassDef):
                lines += self.dataclass(node)
                names.append(node.name)
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name) and target.id in self.known.constants:
                    lines.append(f"const {target.id} = {self.value(node.value)};")
                    names.append(target.id)
            elif not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr):
                self.refuse(node)
        return lines, names

"""Modules, in the order in which they import each other, as one script."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path

from javascript.kinds import Known
from javascript.statements import Statements

__all__ = ["script"]

RUNTIME = Path(__file__).with_name("runtime.js")


def script(entry: Path, exported: Iterable[str]) -> str:
    """Return a module and those of its folder that it imports as a script that defines `exported`.

    Raises TranslationError where a module holds what only Python can say.
    """
    known = Known()
    texts = [RUNTIME.read_text(encoding="utf-8")]
    homes: dict[str, str] = {}  # name -> the module that defines it
    for path, tree in _modules(entry):
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
    return "\n".join([*texts, *(f"const {{ {name} }} = {homes[name]};\n" for name in exported)])


def _modules(entry: Path) -> list[tuple[Path, ast.Module]]:
    """Return a module and those of its folder that it imports, imported ones first."""
    trees: dict[Path, ast.Module] = {}
    imports: dict[Path, list[Path]] = {}
    found = [entry]
    for path in found:  # grows while it is walked
        if path not in trees:
            trees[path] = ast.parse(path.read_text(encoding="utf-8"))
            names = [node.module for node in trees[path].body if isinstance(node, ast.ImportFrom)]
            paths = [path.with_name(f"{(name or '').rpartition('.')[2]}.py") for name in names]
            imports[path] = [other for other in paths if other.exists()]
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
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if name in self.known.constants:
                    lines.append(f"const {name} = {self.value(node.value)};")
                    names.append(name)
            elif not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr):
                self.refuse(node)
        return lines, names

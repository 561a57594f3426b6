"""Modules, in the order in which they import each other, as one script."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

from javascript.kinds import Known
from javascript.statements import Statements

__all__ = ["script"]

RUNTIME = Path(__file__).with_name("runtime.js")


def script(exported: Mapping[Path, Sequence[str]]) -> str:
    """Return a script that defines the names `exported` by each of some modules.

    It holds the functions, classes and constants that these names need, from whatever modules, and
    nothing else: the rest of a module may be Python of any kind. A name like this_one is defined
    as thisOne.

    Raises TranslationError for a definition that a script cannot say.
    """
    known = Known()
    sources = _Sources()
    for path, wanted in exported.items():
        for name in wanted:
            sources.take(path, name)
    texts = [RUNTIME.read_text(encoding="utf-8")]
    homes: dict[tuple[Path, str], str] = {}  # the object that holds a name
    for path in sources.in_order():
        home = f"{path.parent.name}_{path.stem}"  # two folders may have files of one name
        imported: dict[str, list[str]] = {}
        for name, where in sources.imported[path].items():
            if (where, name) in homes:  # an alias of types is in no script
                imported.setdefault(homes[where, name], []).append(name)
        lines, names = _Module(path, known).written(sources.taken(path))
        names = [name for name in names if name in sources.asked[path]]
        heads = [f"const {{ {', '.join(found)} }} = {where};" for where, found in imported.items()]
        ends = [f"return {{ {', '.join(names)} }};", "})();"]
        texts.append(_indented([f"const {home} = (() => {{", *heads, *lines, *ends]))
        homes |= {(path, name): home for name in names}
    for path, wanted in exported.items():
        renamed = (name if name == _camel(name) else f"{name}: {_camel(name)}" for name in wanted)
        texts.append(f"const {{ {', '.join(renamed)} }} = {homes[path, wanted[0]]};\n")
    return "\n".join(texts)


class _Sources:
    """Modules, and which of their definitions are needed."""

    def __init__(self) -> None:
        self.trees: dict[Path, ast.Module] = {}
        self.names: dict[Path, set[str]] = {}
        self.imported: dict[Path, dict[str, Path]] = {}  # needed names, by where they come from
        self.asked: dict[Path, set[str]] = {}  # names of a module that are needed elsewhere

    def take(self, path: Path, name: str) -> None:
        """Note that a name of a module is needed, and all that its definition needs."""
        wanted = [(path, name)]
        self.asked.setdefault(path, set()).add(name)
        for home, needed in wanted:  # grows while it is walked
            if home not in self.trees:
                self.trees[home] = ast.parse(home.read_text(encoding="utf-8"))
                self.names[home], self.imported[home] = set(), {}
            for node in self.trees[home].body:
                if _defined_by(node) == needed and needed not in self.names[home]:
                    self.names[home].add(needed)
                    wanted += [(home, name) for name in _names_from_outside(node)]
                elif isinstance(node, ast.ImportFrom):
                    other = _file_of(node, home)
                    if other and any(alias.name == needed for alias in node.names):
                        self.imported[home][needed] = other
                        self.asked.setdefault(other, set()).add(needed)
                        wanted.append((other, needed))

    def taken(self, path: Path) -> list[ast.stmt]:
        """Return the needed definitions of a module."""
        return [node for node in self.trees[path].body if _defined_by(node) in self.names[path]]

    def in_order(self) -> list[Path]:
        """Return the modules, imported ones first."""
        sorter = TopologicalSorter({p: found.values() for p, found in self.imported.items()})
        return list(sorter.static_order())


def _file_of(node: ast.ImportFrom, path: Path) -> Path | None:
    """Return the file of the modules that an import in `path` names; None for another package."""
    parts = (node.module or "").split(".")
    files = (folder.joinpath(*parts).with_suffix(".py") for folder in path.parents)
    return next((file for file in files if file.exists()), None)


def _names_from_outside(definition: ast.stmt) -> list[str]:
    """Return the names in a definition that are neither parameters nor variables of its own."""
    nodes = list(ast.walk(definition))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return [node.id for node in names if node.id not in own]


def _defined_by(node: ast.stmt) -> str:
    """Return the name that a statement of a module defines; "" for none."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    return target.id if isinstance(target, ast.Name) else ""


class _Module(Statements):
    """One module."""

    def written(self, definitions: Sequence[ast.stmt]) -> tuple[list[str], list[str]]:
        """Return the lines of some definitions, and the names that the script knows then."""
        for node in definitions:
            self.known.declare(node)
        lines: list[str] = []
        names: list[str] = []
        for node in definitions:
            name = _defined_by(node)
            if isinstance(node, ast.FunctionDef):
                lines += self.function(node, "function ")
            elif isinstance(node, ast.ClassDef):
                lines += self.dataclass(node)
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                if name not in self.known.constants:  # an alias
                    continue
                lines.append(f"const {name} = {self.value(node.value)};")
            names.append(name)
        return lines, names


def _indented(lines: Iterable[str]) -> str:
    """Return lines with the indents that their braces ask for."""
    depth = 0
    written = []
    for line in filter(None, lines):
        depth -= line.startswith("}")
        written.append("  " * depth + line + "\n")
        depth += line.endswith("{")
    return "".join(written)


def _camel(name: str) -> str:
    """Return a name as the scripts of pages write names: a constant in capitals, as Python does."""
    if name.isupper():
        return name
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))

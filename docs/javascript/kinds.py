"""The types of names and expressions, from the annotations of a module."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

__all__ = [
    "BOOL", "NUMBER", "TEXT", "UNKNOWN", "Function", "Known", "TranslationError", "Type", "part_of",
]  # fmt: skip

Type = tuple[object, ...]
NUMBER, TEXT, BOOL, UNKNOWN = ("number",), ("text",), ("bool",), ("unknown",)
SIMPLE = {"int": NUMBER, "float": NUMBER, "str": TEXT, "bool": BOOL}


class TranslationError(Exception):
    """A script cannot say this; the message has the file and the line."""


@dataclass(slots=True)
class Function:
    """A function, as a call sees it: parameters, their types, and the type of the result."""

    parameters: list[str]
    types: dict[str, Type]
    result: Type


@dataclass(slots=True)
class Known:
    """Aliases, functions, methods, fields of classes and constants of all modules so far."""

    aliases: dict[str, Type] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)  # classes too, by their fields
    fields: dict[str, dict[str, Type]] = field(default_factory=dict)  # per class
    constants: dict[str, Type] = field(default_factory=dict)

    def declare(self, node: ast.stmt) -> None:
        """Learn the types that a statement of the module says."""
        if isinstance(node, ast.FunctionDef):
            self.functions[node.name] = self.signature(node)
        elif isinstance(node, ast.ClassDef):
            fields = {
                item.target.id: self.type_of(item.annotation)
                for item in node.body
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
            }
            self.fields[node.name] = fields
            self.functions[node.name] = Function(list(fields), fields, ("class", node.name))
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and item.decorator_list:  # a property
                    fields[item.name] = self.type_of(item.returns)
                elif isinstance(item, ast.FunctionDef):
                    self.functions[f"{node.name}.{item.name}"] = self.signature(item)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if isinstance(node.value, ast.Subscript):
                self.aliases[name] = self.type_of(node.value)
            elif not name.startswith("__"):
                self.constants[name] = NUMBER
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            self.constants[node.target.id] = self.type_of(node.annotation)

    def signature(self, node: ast.FunctionDef) -> Function:
        """Return the parameters of a function and their types."""
        arguments = [*node.args.args, *node.args.kwonlyargs]
        types = {a.arg: self.type_of(a.annotation) for a in arguments if a.arg != "self"}
        return Function(list(types), types, self.type_of(node.returns))

    def type_of(self, node: ast.expr | None) -> Type:
        """Return the type that an annotation says."""
        if isinstance(node, ast.Name):
            if node.id in SIMPLE:
                return SIMPLE[node.id]
            return self.aliases.get(node.id, ("class", node.id))
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            kind = node.value.id
            if kind == "Literal":
                return TEXT
            if kind == "Callable":
                return "callable", self.type_of(parts[-1])
            inner = [self.type_of(part) for part in parts if not isinstance(part, ast.Constant)]
            if kind in ("list", "Sequence") or len(inner) < len(parts):
                return "list", inner[0]
            return "dict" if kind == "Mapping" else kind, *inner
        if isinstance(node, ast.BinOp):  # X | None
            return self.type_of(node.left)
        return UNKNOWN


def part_of(kind: object, place: int) -> Type:
    """Return the type of an item of a list, of one of a tuple, or of a value of a dictionary."""
    assert isinstance(kind, tuple)
    if kind[0] in ("list", "set"):
        part = kind[1]
    elif kind[0] == "tuple":
        part = kind[1:][place] if -len(kind) < place < len(kind) - 1 else UNKNOWN
    else:
        part = kind[place + 1] if len(kind) > place + 1 else UNKNOWN
    assert isinstance(part, tuple)
    return part

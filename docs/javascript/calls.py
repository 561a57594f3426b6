"""Calls: of functions and methods of the modules, and of those built into Python."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from javascript.expressions import Expressions, calls
from javascript.kinds import BOOL, NUMBER, TEXT, UNKNOWN, Function, TranslationError, Type, part_of

__all__ = ["Calls"]


class Calls(Expressions):
    """The calls in the expressions of one module."""

    def call(self, node: ast.Call) -> tuple[str, Type]:
        """Return a call, and the type of its result."""
        keywords = {word.arg: word.value for word in node.keywords if word.arg}
        match node.func:
            case ast.Name("sorted" | "reversed" | "list" as name):
                text, kind = self.items(node.args[0])
                if kind == TEXT:  # its characters, which are no halves of pairs of surrogates
                    return f"[...{text}]", ("list", TEXT)
                copied = text if text.startswith("[...") else f"{text}.slice()"
                if name == "sorted":
                    return f"python.sort({copied}{self.key(keywords, kind)})", kind
                return (copied + ".reverse()" if name == "reversed" else copied), kind
            case ast.Name("max" | "min" as name):
                texts = [self.value(argument) for argument in node.args]
                if len(texts) > 1:
                    return f"Math.{name}({', '.join(texts)})", NUMBER
                texts += [self.value(keywords["default"])] if keywords else []
                helper = {"max": "greatest", "min": "least"}[name]
                return f"python.{helper}({', '.join(texts)})", NUMBER
            case ast.Name(name):
                return self.call_named(name, node, keywords)
            case ast.Attribute(ast.Constant(str()) | ast.JoinedStr() as glue, "join"):
                return f"{self.value(node.args[0])}.join({self.value(glue)})", TEXT
            case ast.Attribute(owner, method):
                return self.call_method(owner, method, node, keywords)
        return self.refuse(node), UNKNOWN

    def call_named(
        self, name: str, node: ast.Call, keywords: Mapping[str, ast.expr]
    ) -> tuple[str, Type]:
        """Return a call of a name: of a built-in function, a local one, a function or a class."""
        if name == "float" and isinstance(node.args[0], ast.Constant):
            return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}[
                str(node.args[0].value)
            ], NUMBER
        if name == "dict" and calls(node.args[0], "zip"):
            text, kind = self.items(node.args[0])
            return f"new Map({text})", ("dict", *part_of(kind, 0)[1:])
        if name == "set":
            return "new Set()", ("set", UNKNOWN)
        texts = [self.expression(argument) for argument in node.args]
        match name:
            case "len":
                text, kind = texts[0]
                sizes = {
                    "class": "__len__()",
                    "list": "length",
                    "text": "length",
                    "dict": "size",
                    "set": "size",
                }
                if kind[0] not in sizes:
                    self.refuse(node, "measures a thing without a length")
                return f"{text}.{sizes[str(kind[0])]}", NUMBER
            case "range":
                return f"python.range({', '.join(self.bounds(node.args))})", ("list", NUMBER)
            case "int":
                return f"Math.trunc({texts[0][0]})", NUMBER
            case "round":
                return f"python.rounded({texts[0][0]})", NUMBER
            case "repr":
                return f"python.repr({texts[0][0]})", TEXT
            case "format":
                return f"python.general({texts[0][0]}, {self.digits(node)})", TEXT
            case "abs" | "ceil" | "sqrt":
                return f"Math.{name}({texts[0][0]})", NUMBER
            case "frexp":
                return f"python.frexp({texts[0][0]})", ("tuple", NUMBER, NUMBER)
            case "isnan":
                return f"Number.isNaN({texts[0][0]})", BOOL
            case "isfinite":
                return f"Number.isFinite({texts[0][0]})", BOOL
            case "isinf":
                return f"(Math.abs({texts[0][0]}) === Infinity)", BOOL
            case "float":
                text, kind = texts[0]
                return (f"Number({text})" if kind == TEXT else text), NUMBER
            case "str":
                return f"String({texts[0][0]})", TEXT
            case "dict":
                return f"new Map({texts[0][0]})", texts[0][1]
            case "bisect_right" | "insort":
                return f"python.{name}({', '.join(text for text, _ in texts)})", NUMBER
        local = self.lookup(name)
        if local[0] == "callable":
            return f"{name}({', '.join(text for text, _ in texts)})", part_of(local, 0)
        function = self.known.functions.get(name)
        if function is None:
            self.refuse(node, f"calls {name}")
        assert function is not None
        new = "new " if function.result == ("class", name) else ""
        return f"{new}{name}({self.arguments(function, node, keywords)})", function.result

    def arguments(
        self, function: Function, node: ast.Call, keywords: Mapping[str, ast.expr]
    ) -> str:
        """Return the arguments of a call by position, with defaults from the first one left out."""
        texts = [self.value(argument) for argument in node.args]
        rest = function.parameters[len(texts) :]
        while rest and rest[-1] not in keywords:
            rest = rest[:-1]
        return ", ".join(texts + [self.value(keywords[name]) for name in rest])

    def call_method(
        self, owner: ast.expr, method: str, node: ast.Call, keywords: Mapping[str, ast.expr]
    ) -> tuple[str, Type]:
        """Return a call of a method: of a class of the modules, or of a list, dictionary or set."""
        text, kind = self.expression(owner)
        function = self.known.functions.get(f"{kind[-1]}.{method}")
        if kind[0] == "class" and function:
            return f"{text}.{method}({self.arguments(function, node, keywords)})", function.result
        texts = [self.value(argument) for argument in node.args]
        given = ", ".join(texts)
        match kind[0], method:
            case "list", "append":
                return f"{text}.push({given})", UNKNOWN
            case "list", "insert":
                return f"{text}.splice({texts[0]}, 0, {texts[1]})", UNKNOWN
            case "list", "extend":
                return f"python.extend({text}, {given})", UNKNOWN
            case "list", "pop":
                return f"{text}.pop()", part_of(kind, 0)
            case "list", "index":
                return f"{text}.indexOf({given})", NUMBER
            case "list", "clear":
                return f"{text}.length = 0", UNKNOWN
            case "list", "reverse":
                return f"{text}.reverse()", UNKNOWN
            case "list", "sort":
                return f"python.sort({text}{self.key(keywords, kind)})", UNKNOWN
            case "text", "startswith":
                return f"{text}.startsWith({given})", BOOL
            case "text", "endswith":
                return f"{text}.endsWith({given})", BOOL
            case "text", "index":
                return f"{text}.indexOf({given})", NUMBER
            case "text", "split":
                return f"{text}.split({given})", ("list", TEXT)
            case "text", "rstrip":
                return f"{text}.trimEnd()", TEXT
            case "text", "rindex":
                return f"{text}.lastIndexOf({given})", NUMBER
            case "text", "isidentifier":
                return f"python.isidentifier({text})", BOOL
            case "text", "removesuffix":
                return f"python.removesuffix({text}, {given})", TEXT
            case "set", "add":
                return f"{text}.add({given})", UNKNOWN
            case "dict", "values":
                return f"[...{text}.values()]", ("list", kind[2])
            case "dict", "get":
                return f"({text}.get({texts[0]}) ?? {texts[1]})", part_of(kind, 1)
            case "dict", "setdefault":
                return f"python.setdefault({text}, {given})", part_of(kind, 1)
        return self.refuse(node, f"calls {method} of {kind[0]}"), UNKNOWN

    def digits(self, node: ast.Call) -> str:
        """Return the digits in format(number, f".{digits}g"), the one format that there is."""
        match node.args[1]:
            case ast.JoinedStr([ast.Constant("."), ast.FormattedValue(digits), ast.Constant("g")]):
                return self.value(digits)
        return self.refuse(node)

    def key(self, keywords: Mapping[str, ast.expr], items: Type) -> str:
        """Return the key of a sort, to stand behind the list."""
        match keywords.get("key"):
            case None:
                if items[1] not in (NUMBER, TEXT):
                    raise TranslationError(f"{self.path.name}: sorts {items[1]} without a key")
                return ""
            case ast.Lambda(ast.arguments(args=[argument]), body):
                self.scopes.append({argument.arg: part_of(items, 0)})
                text, kind = self.expression(body)
                self.scopes.pop()
                if kind != NUMBER:
                    self.refuse(body, "is no number to sort by")
                return f", ({argument.arg}) => {text}"
            case ast.Attribute(owner, "__getitem__"):
                text, kind = self.expression(owner)
                return f", (x) => {text}" + (".get(x)" if kind[0] == "dict" else "[x]")
            case key:
                return self.refuse(key)

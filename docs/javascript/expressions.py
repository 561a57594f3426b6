"""Expressions of a module as a script has them, with their types."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from javascript.kinds import BOOL, NUMBER, TEXT, UNKNOWN, Known, TranslationError, Type, part_of

__all__ = ["Expressions", "calls", "quoted"]

OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.Pow: "**",
    ast.Eq: "===", ast.NotEq: "!==", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.And: " && ", ast.Or: " || ", ast.Not: "!", ast.USub: "-", ast.Invert: "~",
}  # fmt: skip


class Expressions:
    """The expressions of one module; the innermost of the scopes comes last."""

    def __init__(self, path: Path, known: Known) -> None:
        self.path = path
        self.known = known
        self.scopes: list[dict[str, Type]] = []
        self.temporaries = 0

    def value(self, node: ast.expr) -> str:
        """Return an expression as a script has it."""
        return self.expression(node)[0]

    def kind(self, node: ast.expr) -> Type:
        """Return the type of an expression."""
        return self.expression(node)[1]

    def condition(self, node: ast.expr) -> str:
        """Return a condition; it must be a bool."""
        text, kind = self.expression(node)
        if kind != BOOL:
            self.refuse(node, "is no bool: compare it with something")
        return text

    def expression(self, node: ast.expr) -> tuple[str, Type]:
        """Return an expression as a script has it, and its type."""
        match node:
            case ast.Constant(bool() as value):
                return str(value).lower(), BOOL
            case ast.Constant(int() | float() as value):
                return repr(value), NUMBER
            case ast.Constant(str() as value):
                return quoted(value), TEXT
            case ast.Constant(None):
                return "null", UNKNOWN
            case ast.Name(name):
                return ("this" if name == "self" else name), self.lookup(name)
            case ast.Attribute(owner, name):
                text, kind = self.expression(owner)
                fields = self.known.fields.get(str(kind[-1]), {}) if kind[0] == "class" else {}
                return f"{text}.{name}", fields.get(name, UNKNOWN)
            case ast.Tuple(elts) | ast.List(elts):
                parts = [self.expression(part) for part in elts]
                kinds = [kind for _, kind in parts]
                written = f"[{', '.join(text for text, _ in parts)}]"
                if isinstance(node, ast.List):
                    return written, ("list", kinds[0] if kinds else UNKNOWN)
                return written, ("tuple", *kinds)
            case ast.Starred(value):
                text, kind = self.expression(value)
                return f"...{text}", part_of(kind, 0)
            case ast.Dict(keys, values):
                pairs = [
                    f"[{self.value(key)}, {self.value(value)}]"
                    for key, value in zip(keys, values, strict=True)
                    if key
                ]
                return f"new Map([{', '.join(pairs)}])", ("dict", UNKNOWN, UNKNOWN)
            case ast.IfExp(test, body, orelse):
                text, kind = self.expression(body)
                return f"{self.condition(test)} ? {text} : {self.value(orelse)}", kind
            case ast.BoolOp(operator, values):
                for value in values:
                    self.condition(value)
                return OPERATORS[type(operator)].join(map(self.operand, values)), BOOL
            case ast.UnaryOp(ast.Not(), operand):
                self.condition(operand)
                return f"!{self.operand(operand)}", BOOL
            case ast.UnaryOp(operator, operand):
                return f"{OPERATORS[type(operator)]}{self.operand(operand)}", NUMBER
            case ast.BinOp():
                return self.operation(node)
            case ast.Compare(left, operators, comparators):
                return self.comparison(left, operators, comparators)
            case ast.Subscript(owner, index):
                return self.subscript(owner, index)
            case ast.ListComp(element, generators):
                return self.comprehension(element, generators)
            case ast.DictComp(key, value, generators):
                pair = ast.Tuple([key, value], lineno=node.lineno)
                text, kind = self.comprehension(pair, generators)
                return f"new Map({text})", ("dict", *part_of(kind, 0)[1:])
            case ast.JoinedStr(parts):
                return "`" + "".join(map(self.interpolated, parts)) + "`", TEXT
            case ast.Call():
                return self.call(node)
        return self.refuse(node), UNKNOWN

    def lookup(self, name: str) -> Type:
        """Return the type of a name."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return self.known.constants.get(name, UNKNOWN)

    def interpolated(self, part: ast.expr) -> str:
        """Return a part of an f-string."""
        if isinstance(part, ast.Constant):
            return str(part.value)
        assert isinstance(part, ast.FormattedValue)
        if part.format_spec is None:
            return f"${{{self.value(part.value)}}}"
        if ast.unparse(part.format_spec) != "f','":
            self.refuse(part)
        return f"${{python.thousands({self.value(part.value)})}}"

    def operation(self, node: ast.BinOp) -> tuple[str, Type]:
        """Return an operation on two numbers, or a list of one item repeated."""
        if isinstance(node.left, ast.List):  # [x] * n
            text, kind = self.expression(node.left.elts[0])
            return f"new Array({self.value(node.right)}).fill({text})", ("list", kind)
        if self.kind(node.left) != NUMBER or self.kind(node.right) != NUMBER:
            self.refuse(node, "has operands that are no numbers")
        left, right = self.operand(node.left), self.operand(node.right)
        if isinstance(node.op, ast.FloorDiv):
            return f"Math.floor({left} / {right})", NUMBER
        return f"{left} {OPERATORS[type(node.op)]} {right}", NUMBER

    def operand(self, node: ast.expr) -> str:
        """Return an expression as an operand of another one."""
        composite = isinstance(node, ast.BinOp | ast.BoolOp | ast.Compare | ast.IfExp)
        return f"({self.value(node)})" if composite else self.value(node)

    def comparison(
        self, left: ast.expr, operators: Sequence[ast.cmpop], comparators: Sequence[ast.expr]
    ) -> tuple[str, Type]:
        """Return a chain of comparisons."""
        texts = []
        for operator, right in zip(operators, comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                text, kind = self.expression(right)
                method = "includes" if kind[0] in ("list", "tuple") else "has"
                test = f"{text}.{method}({self.value(left)})"
                texts.append(test if isinstance(operator, ast.In) else f"!{test}")
            elif isinstance(operator, ast.Is | ast.IsNot) and self.value(right) == "null":
                sign = "===" if isinstance(operator, ast.Is) else "!=="
                texts.append(f"{self.operand(left)} {sign} null")
            elif isinstance(operator, ast.Is | ast.IsNot):
                self.refuse(right, "is compared by identity, and is not None")
            else:
                if any(self.kind(side) not in (NUMBER, TEXT, BOOL) for side in (left, right)):
                    self.refuse(left, "is compared, and is no number, string or bool")
                sign = OPERATORS[type(operator)]
                texts.append(f"{self.operand(left)} {sign} {self.operand(right)}")
            left = right
        return " && ".join(texts), BOOL

    def subscript(self, owner: ast.expr, index: ast.expr) -> tuple[str, Type]:
        """Return an item of a list or dictionary, or a slice."""
        text, kind = self.expression(owner)
        match index:
            case _ if kind[0] == "dict":
                return f"{text}.get({self.value(index)})", part_of(kind, 1)
            case ast.Slice(None, None, ast.UnaryOp()):
                return f"{text}.slice().reverse()", kind
            case ast.Slice(lower, upper, None):
                ends = [self.value(lower) if lower else "0"]
                ends += [self.value(upper)] if upper else []
                return f"{text}.slice({', '.join(ends)})", kind
            case ast.UnaryOp(ast.USub(), ast.Constant(int() as back)):
                return f"{text}[{text}.length - {back}]", part_of(kind, -back)
        place = index.value if isinstance(index, ast.Constant) else 0
        assert isinstance(place, int)
        return f"{text}[{self.value(index)}]", part_of(kind, place)

    def comprehension(
        self, element: ast.expr, generators: Sequence[ast.comprehension]
    ) -> tuple[str, Type]:
        """Return a comprehension as calls of map and filter."""
        generator, *others = generators
        self.scopes.append({})
        source, kind = self.items(generator.iter)
        self.bind(generator.target, kind[1])
        target = self.pattern(generator.target) or "_"
        for test in generator.ifs:
            source = f"{source}.filter(({target}) => {self.condition(test)})"
        if others:
            text, inner = self.comprehension(element, others)
            made = f"{source}.flatMap(({target}) => {text})", inner
        else:
            text, inner = self.expression(element)
            made = f"{source}.map(({target}) => {text})", ("list", inner)
        self.scopes.pop()
        return made

    def items(self, node: ast.expr) -> tuple[str, Type]:
        """Return the items that a comprehension walks over, as a list."""
        if calls(node, "enumerate") or calls(node, "zip"):
            assert isinstance(node, ast.Call)
            parts = [self.expression(part) for part in node.args]
            inner = [kind[1] for _, kind in parts]
            if calls(node, "enumerate"):
                return f"{parts[0][0]}.map((x, i) => [i, x])", ("list", ("tuple", NUMBER, *inner))
            texts = ", ".join(text for text, _ in parts)
            return f"python.zip({texts})", ("list", ("tuple", *inner))
        text, kind = self.expression(node)
        if kind[0] == "dict":
            return f"[...{text}.keys()]", ("list", kind[1])
        return text, kind

    def bounds(self, arguments: Sequence[ast.expr]) -> list[str]:
        """Return start, end and step of a range."""
        texts = [self.value(argument) for argument in arguments]
        return {1: ["0", *texts, "1"], 2: [*texts, "1"], 3: texts}[len(texts)]

    def call(self, node: ast.Call) -> tuple[str, Type]:
        """Return a call; see the module calls."""
        raise NotImplementedError

    def bind(self, target: ast.expr, kind: object) -> None:
        """Learn the types of the names of a target."""
        assert isinstance(kind, tuple)
        if isinstance(target, ast.Name):
            self.scopes[-1][target.id] = kind
        elif isinstance(target, ast.Tuple):
            for place, part in enumerate(target.elts):
                self.bind(part, part_of(kind, place))

    def pattern(self, target: ast.expr) -> str:
        """Return the target of an assignment; nothing for a name that only fills a place."""
        if isinstance(target, ast.Tuple):
            return f"[{', '.join(self.pattern(part) for part in target.elts)}]"
        return "" if isinstance(target, ast.Name) and target.id == "_" else self.value(target)

    def temporary(self) -> int:
        """Return a number for a name of its own."""
        self.temporaries += 1
        return self.temporaries

    def refuse(self, node: ast.AST, why: str = "") -> str:
        """Raise an error that names the place."""
        line = getattr(node, "lineno", "?")
        said = why or f"is a {type(node).__name__}, which is not written as a script"
        raise TranslationError(f"{self.path.name}:{line}: {ast.unparse(node)} {said}")


def calls(node: ast.expr, name: str) -> bool:
    """Tell whether an expression calls enumerate, or zip of lists that are equally long."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func) != name:
        return False
    return name != "zip" or "strict=True" in [ast.unparse(word) for word in node.keywords]


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'

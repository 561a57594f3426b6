"""Statements of a module as a script has them: functions, dataclasses, loops, assignments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from javascript.calls import Calls
from javascript.expressions import calls
from javascript.kinds import NUMBER, Type, part_of

__all__ = ["Statements"]


class Statements(Calls):
    """The statements of one module, and the lines that say the same."""

    def dataclass(self, node: ast.ClassDef) -> list[str]:
        """Return a dataclass as a class."""
        parameters = []
        for item in node.body:
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                default = item.value
                parameters.append(item.target.id)
                if isinstance(default, ast.Constant):
                    parameters[-1] += f" = {self.value(default)}"
                elif default is not None:  # a field(default_factory=list)
                    parameters[-1] += " = []"
        names = self.known.functions[node.name].parameters
        lines = [f"class {node.name} {{", f"constructor({', '.join(parameters)}) {{"]
        lines += [f"this.{name} = {name};" for name in names] + ["}"]
        for item in node.body:
            if isinstance(item, ast.FunctionDef):
                lines += self.function(item, "get " if item.decorator_list else "", node.name)
        return [*lines, "}"]

    def function(self, node: ast.FunctionDef, keyword: str, owner: str = "") -> list[str]:
        """Return a function or method, with its variables declared at its top."""
        known = self.known.functions.get(f"{owner}.{node.name}" if owner else node.name)
        signature = known if known and not self.scopes else self.known.signature(node)
        if not self.scopes:
            self.temporaries = 0  # a change of one function renames nothing in another
        scope = dict(signature.types)
        if owner:
            scope["self"] = ("class", owner)
        self.scopes.append(scope)
        body = [line for statement in node.body for line in self.statement(statement)]
        local = [name for name in _assigned(node.body) if name not in signature.parameters]
        self.scopes.pop()
        last = node.args.args[len(node.args.args) - len(node.args.defaults) :]
        defaults = {
            argument.arg: f" = {self.value(default)}"
            for argument, default in zip(last, node.args.defaults, strict=True)
        }
        parameters = [name + defaults.get(name, "") for name in signature.parameters]
        return [
            f"{keyword}{node.name}({', '.join(parameters)}) {{",
            *([f"let {', '.join(local)};"] if local else []),
            *body,
            "}",
        ]

    def statement(self, node: ast.stmt) -> Iterator[str]:
        """Yield the lines of a statement."""
        match node:
            case ast.Expr(ast.Constant()) | ast.Pass() | ast.Assert():
                return
            case ast.Expr(value):
                yield self.value(value) + ";"
            case ast.Return(value):
                yield f"return {self.value(value)};" if value else "return;"
            case ast.Break():
                yield "break;"
            case ast.Continue():
                yield "continue;"
            case ast.Raise(ast.Call(args=[message])):
                yield f"throw new Error({self.value(message)});"
            case ast.FunctionDef():
                self.scopes[-1][node.name] = ("callable", self.known.type_of(node.returns))
                yield from self.function(node, "function ")
            case ast.If(test, body, orelse):
                yield f"if ({self.condition(test)}) {{"
                yield from self.block(body)
                if orelse:
                    yield "} else {"
                    yield from self.block(orelse)
                yield "}"
            case ast.While(test, body, []):
                yield f"while ({self.condition(test)}) {{"
                yield from self.block(body)
                yield "}"
            case ast.For(target, iterable, body, []):
                yield from self.loop(target, iterable, body)
            case ast.AnnAssign(ast.Name(name), annotation, value) if value:
                self.scopes[-1][name] = self.known.type_of(annotation)
                yield f"{name} = {self.value(value)};"
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)):
                yield from self.assign_all(targets, values)
            case ast.Assign([ast.Tuple() as target], value):
                yield from self.taken(target, *self.expression(value))
            case ast.Assign([target], value):
                yield self.assign(target, *self.expression(value))
            case ast.AugAssign(target, operator, value):
                operation = ast.BinOp(target, operator, value, lineno=node.lineno)
                yield self.assign(target, self.value(operation), self.kind(target))
            case _:
                self.refuse(node)

    def block(self, body: Sequence[ast.stmt]) -> Iterator[str]:
        """Yield the lines of several statements."""
        for statement in body:
            yield from self.statement(statement)

    def assign_all(self, targets: Sequence[ast.expr], values: Sequence[ast.expr]) -> Iterator[str]:
        """Yield assignments side by side: at once where a value may read a target."""
        texts = [self.expression(value) for value in values]
        read = {n.id for value in values for n in ast.walk(value) if isinstance(n, ast.Name)}
        written = {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
        names = [f"t{self.temporary()}" for _ in texts] if read & written else []
        for name, (text, _) in zip(names, texts, strict=False):
            yield f"const {name} = {text};"
        for place, (target, (text, kind)) in enumerate(zip(targets, texts, strict=True)):
            yield self.assign(target, names[place] if names else text, kind)

    def assign(self, target: ast.expr, text: str, kind: Type) -> str:
        """Return the assignment of a text to one target."""
        match target:
            case ast.Name(name):
                self.scopes[-1].setdefault(name, kind)
                return f"{name} = {text};"
            case ast.Attribute():
                return f"{self.value(target)} = {text};"
            case ast.Subscript(owner, index) if self.kind(owner)[0] == "dict":
                return f"{self.value(owner)}.set({self.value(index)}, {text});"
            case ast.Subscript():
                return f"{self.value(target)} = {text};"
        return self.refuse(target)

    def loop(self, target: ast.expr, iterable: ast.expr, body: Sequence[ast.stmt]) -> Iterator[str]:
        """Yield a loop that counts, where there is something to count: twice as fast as for-of."""
        at = f"i{self.temporary()}"
        match iterable:
            case ast.Call(ast.Name("range"), bounds):
                start, end, step = self.bounds(bounds)
                moves = {"1": ("<", f"{at}++"), "-1": (">", f"{at}--")}
                comparison, move = moves.get(step, ("<", f"{at} += {step}"))
                if not (step in moves or step.isdigit()):
                    self.refuse(iterable, "goes on by a number that may be below 0")
                self.bind(target, NUMBER)
                last = end
                if not end.lstrip("-").isdigit():  # Python takes it once, before the first round
                    last = f"n{self.temporary()}"
                    start += f", {last} = {end}"
                yield f"for (let {at} = {start}; {at} {comparison} {last}; {move}) {{"
                yield f"{self.pattern(target)} = {at};" if self.pattern(target) else ""
            case ast.Call(ast.Attribute(owner, "items")):
                kind = self.kind(owner)
                assert isinstance(target, ast.Tuple)
                self.bind(target, ("tuple", *kind[1:]))
                yield f"for ({self.pattern(target)} of {self.value(owner)}) {{"
            case ast.Call(ast.Attribute(owner, "values")):
                self.bind(target, self.kind(owner)[2])
                yield f"for ({self.pattern(target)} of {self.value(owner)}.values()) {{"
            case _:
                first, sources, parts = at, [iterable], [target]
                if calls(iterable, "enumerate"):
                    assert isinstance(iterable, ast.Call)
                    assert isinstance(target, ast.Tuple)
                    sources, parts = iterable.args, target.elts[1:]
                elif calls(iterable, "zip"):
                    assert isinstance(iterable, ast.Call)
                    assert isinstance(target, ast.Tuple)
                    sources, parts = iterable.args, target.elts
                lists = []
                for source in sources:
                    text, kind = self.expression(source)
                    if kind[0] != "list":
                        self.refuse(source)
                    lists.append((f"a{self.temporary()}", text, kind))
                for name, text, _ in lists:
                    yield f"const {name} = {text};"
                yield f"for (let {at} = 0; {at} < {lists[0][0]}.length; {at}++) {{"
                if calls(iterable, "enumerate"):
                    assert isinstance(target, ast.Tuple)
                    self.bind(target.elts[0], NUMBER)
                    yield f"{self.pattern(target.elts[0])} = {at};"
                for part, (name, _, kind) in zip(parts, lists, strict=True):
                    yield from self.taken(part, f"{name}[{first}]", kind[1])
        yield from self.block(body)
        yield "}"

    def taken(self, target: ast.expr, text: str, kind: object) -> Iterator[str]:
        """Yield the assignment of an item of a list to the target of a loop."""
        assert isinstance(kind, tuple)
        self.bind(target, kind)
        if isinstance(target, ast.Tuple):
            item = f"t{self.temporary()}"
            yield f"const {item} = {text};"
            for place, part in enumerate(target.elts):
                yield from self.taken(part, f"{item}[{place}]", part_of(kind, place))
        elif self.pattern(target):
            yield f"{self.pattern(target)} = {text};"


def _assigned(body: Sequence[ast.stmt]) -> list[str]:
    """Return the names that a function assigns to, its inner functions and comprehensions aside."""
    names: dict[str, None] = {}
    open_nodes: list[ast.AST] = list(reversed(body))
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id != "_":
            names[node.id] = None
        inner = (ast.FunctionDef, ast.ListComp, ast.DictComp, ast.Lambda)
        if not isinstance(node, inner):
            open_nodes.extend(reversed(list(ast.iter_child_nodes(node))))
    return list(names)

"""Module: what holds parameters, alone or in other modules, and can be called."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from autograd import Value, Vector, scope
from nn.checkpoint import load_state, save_state
from nn.prediction import Prediction
from nn.state import checked_state

__all__ = ["Module"]

Kind = TypeVar("Kind", bound="Module")


class Module:
    """Base of everything with parameters; write `forward`, or `__call__` as in micrograd.

    Parameters are the leaf Values found in attributes, in the order of assignment: Values,
    Modules, and lists, tuples, dicts and NumPy arrays of them, at any depth. One that is found at
    several places counts once, under its first name. A subclass may also override `parameters()`;
    its list is then what counts.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data, line.state_dict()
    (7.0, {'slope': 2.0, 'offset': 1.0})
    """

    training: bool = True  # whether `train()` or `eval()` was called last
    scope_name: str = ""  # the name within the module that holds this one; "" for the outermost
    _children_named: bool = False
    _prediction: Prediction | None = None  # see `predict`

    def __setattr__(self, name: str, attribute: Any) -> None:
        super().__setattr__(name, attribute)
        if name not in Module.__annotations__:
            self.__dict__["_children_named"] = False

    def __call__(self, *inputs: Any) -> Any:
        """Return `forward(*inputs)`; nodes made by it get the name of the module as their scope."""
        if not self._children_named:
            self._name_children()
        with scope(self.scope_name or type(self).__name__):
            return self.forward(*inputs)

    def predict(self, X: Any) -> Any:  # noqa: N803 - the field's name for the inputs
        """Return the outputs for the rows of X as an array, of shape (rows,) or (rows, outputs).

        The rows run through a compiled program, made at the first call, in the mode of `eval()`.

        >>> from nn import MLP
        >>> MLP(2, [16, 3]).predict([[0.0, 1.0], [1.0, 0.0]]).shape
        (2, 3)
        """
        predicted = self._prediction or Prediction(self)
        self._prediction = predicted
        with self.evaluating():
            return predicted(X)

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes, without the compiled program, which is made again when needed."""
        return {name: item for name, item in vars(self).items() if name != "_prediction"}

    def forward(self, *inputs: Any) -> Any:
        """Compute the outputs; every subclass defines this, or `__call__` itself."""
        raise NotImplementedError(f"{type(self).__name__} defines neither forward nor __call__")

    def _name_children(self) -> None:
        for name, item in self._submodules():
            item.scope_name = name
        self.__dict__["_children_named"] = True

    def _members(self) -> Iterator[tuple[str, Value | Module]]:
        """Yield the Values and Modules in the attributes, without those inside the Modules."""
        for name, attribute in vars(self).items():
            yield from _found(name, attribute)

    def _submodules(self) -> Iterator[tuple[str, Module]]:
        """Yield the Modules in the attributes, without looking at every weight of a neuron."""
        for name, attribute in vars(self).items():
            if type(attribute) is not Vector:  # of Values only
                for member, item in _found(name, attribute):
                    if isinstance(item, Module):
                        yield member, item

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Yield this module as "" and every module in it, by name, each once."""
        seen: set[int] = {id(self)}
        stack: list[tuple[str, Module]] = [("", self)]
        while stack:
            name, module = stack.pop()
            yield name, module
            inner = []
            for member, item in module._submodules():
                if id(item) not in seen:
                    seen.add(id(item))
                    inner.append((f"{name}.{member}" if name else member, item))
            stack += reversed(inner)

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Yield names and parameters, such as 'layers.0.neurons.3.weights.2', each once.

        >>> from nn import MLP
        >>> [name for name, _ in MLP(1, [1]).named_parameters()]
        ['layers.0.neurons.0.weights.0', 'layers.0.neurons.0.bias']
        """
        return _named_parameters(self, "", set(), set())

    def parameters(self) -> list[Value]:
        """Return all parameters as a list, in the order of `named_parameters`."""
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in _unnamed_parameters(self):
            parameter.zero_grad()

    def train(self: Kind, training: bool = True) -> Kind:
        """Set `training` here and in all modules inside, and return this module."""
        for _, module in self.named_modules():
            module.training = training
        return self

    def eval(self: Kind) -> Kind:
        """Set `training` to False here and in all modules inside, and return this module."""
        return self.train(False)

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """Put all modules into the mode of `eval()` for a block, then back into those they had.

        >>> from nn import MLP
        >>> model = MLP(1, [1])
        >>> with model.evaluating():
        ...     print(model.training)
        False
        >>> model.training
        True
        """
        modules = [module for _, module in self.named_modules() if module.training]
        for module in modules:
            module.training = False
        try:
            yield
        finally:
            for module in modules:
                module.training = True

    def state_dict(self) -> dict[str, float]:
        """Return the number of every parameter by name."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every parameter to the number under its name.

        Raises ValueError, listing names that are missing and unexpected, unless the names are
        exactly those of the parameters, and TypeError for what is no number; the parameters
        are then as before.
        """
        parameters = dict(self.named_parameters())
        numbers = checked_state(state, parameters, f"the parameters of this {type(self).__name__}")
        for name, parameter in parameters.items():
            parameter.data = numbers[name]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the parameters to a .npz or .json file, atomically: see `nn.save_state`."""
        save_state(self.state_dict(), path)

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read the parameters from a file of `save`.

        Unlike unpickling, it runs no code that the file brings. Raises ValueError, leaving the
        parameters as they were, if the file is truncated or of another architecture.
        """
        state = load_state(path, expected=len(self.parameters()))
        try:
            self.load_state_dict(state)
        except ValueError as error:
            raise ValueError(f"{os.fspath(path)}: {error}") from None


def _found(name: str, item: Any) -> Iterator[tuple[str, Value | Module]]:
    if isinstance(item, Value | Module):
        yield name, item
        return
    if getattr(getattr(item, "dtype", None), "kind", "") == "O":  # a NumPy array of Values
        item = item.tolist()
    if isinstance(item, dict):
        for key, inner in item.items():
            yield from _found(f"{name}.{key}", inner)
    elif isinstance(item, list | tuple):
        for index, inner in enumerate(item):
            if isinstance(inner, Value):  # most of what there is: without a generator for each
                yield f"{name}.{index}", inner
            else:
                yield from _found(f"{name}.{index}", inner)


def _unnamed_parameters(module: Module) -> Iterator[Value]:
    """Yield every parameter at least once: in a third of the time that it takes to name them."""
    stack: list[Any] = [module]
    seen: set[int] = set()
    while stack:
        item = stack.pop()
        if isinstance(item, Value):
            if item.op is None:
                yield item
        elif isinstance(item, list | tuple):
            stack += item
        elif isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, Module):
            if id(item) not in seen:
                seen.add(id(item))
                own = type(item).parameters is not Module.parameters
                stack += item.parameters() if own else vars(item).values()
        elif getattr(getattr(item, "dtype", None), "kind", "") == "O":
            stack += item.tolist()


def _named_parameters(
    module: Module, prefix: str, values: set[Value], modules: set[int]
) -> Iterator[tuple[str, Value]]:
    """Yield the parameters that are not among those seen; a module inside itself ends there."""
    modules.add(id(module))
    if type(module).parameters is not Module.parameters:
        yield from _listed_parameters(module, prefix, values)
        return
    for name, item in module._members():
        if isinstance(item, Module):
            if id(item) not in modules:
                yield from _named_parameters(item, f"{prefix}{name}.", values, modules)
        elif item.op is None and item not in values:
            values.add(item)
            yield prefix + name, item


def _listed_parameters(
    module: Module, prefix: str, values: set[Value]
) -> Iterator[tuple[str, Value]]:
    """Yield what an overriding `parameters()` lists, by the names of attributes where it can."""
    names: dict[Value, str] = {}
    for inner_name, inner in module.named_modules():
        for name, item in inner._members():
            if isinstance(item, Value):
                names.setdefault(item, f"{inner_name}.{name}" if inner_name else name)
    for index, parameter in enumerate(module.parameters()):
        if parameter not in values:
            values.add(parameter)
            yield prefix + names.get(parameter, f"parameters.{index}"), parameter

"""Module: an object with parameters that can be called, and can be part of other modules."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import copy_context
from itertools import compress
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from autograd import TracingError, Value, is_tracing
from autograd.arguments import as_switch
from autograd.context import called_in
from autograd.graph import forget_gradients, name_parameters, set_data
from autograd.program.verification import structure_changed
from autograd.runtime import paused_collector
from autograd.vector import Vector
from nn.checkpoint import checked_state, load_state, save_state
from nn.data.rows import FloatArray
from nn.members import (
    NO_STRUCTURE,
    RENAMED,
    Listing,
    changes_structure,
    joined,
    numbered,
    own_labels,
)  # fmt: skip
from nn.modes import local_modes, mode_here, set_mode_here
from nn.prediction import Prediction

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["Module"]

Kind = TypeVar("Kind", bound="Module")
Inputs = ParamSpec("Inputs")
Result_co = TypeVar("Result_co", covariant=True)


class HasForward(Protocol[Inputs, Result_co]):
    """A module as a type checker sees its call: it takes and returns what its `forward` does."""

    scope_name: str
    _named: int

    def forward(self, *inputs: Inputs.args, **named: Inputs.kwargs) -> Result_co:
        """Compute the outputs."""
        ...

    def _name_members(self) -> None: ...


class Module:
    """Base of everything with parameters; a subclass defines `forward`, or `__call__` as micrograd.

    Parameters are the leaf Values in attributes, in the order of assignment: Values, Modules, and
    lists, tuples, dicts and NumPy arrays of them, at any depth. A parameter in several places
    counts once, under its first name. A subclass may also override `parameters()`; that list then
    counts.

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

    scope_name: str = ""  # the name within the module that holds this one; "" if none does
    _home: str = ""  # its name within the outermost model that named it
    _named: int = -1  # the count of changes when its members were named; -1 if they never were
    _prediction: Prediction | None = None  # see `predict`
    _listing: Listing | None = None  # see `named_parameters`
    _trains_at_first: bool = True

    def __init_subclass__(cls, **settings: Any) -> None:
        """Take an attribute `training` of the class as the first mode of its modules."""
        super().__init_subclass__(**settings)
        first = vars(cls).get("training")
        if isinstance(first, bool):
            del cls.training
            cls._trains_at_first = first

    @property
    def training(self) -> bool:
        """Whether the module trains: False after `eval()` and in a block of `evaluating()`."""
        here = mode_here(self)
        return vars(self).get("training", self._trains_at_first) if here is None else here

    @training.setter
    def training(self, training: bool) -> None:
        changed = self.training != training
        if not set_mode_here(self, training):
            self.__dict__["training"] = training
        if changed:
            structure_changed()

    # Compiled functions are traced again after a change: see `structure_changed`

    def __setattr__(self, name: str, attribute: object) -> None:
        former = self.__dict__.get(name, self)
        super().__setattr__(name, attribute)
        if name not in NO_STRUCTURE and changes_structure(former, attribute):
            structure_changed()
            if _holds_members(attribute) or (former is not self and _holds_members(former)):
                self._rename()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        structure_changed()
        self._rename()

    def _rename(self) -> None:
        """Have all models named again, unless this is a new module, which has no names yet."""
        if self._named >= 0:
            RENAMED.tick()

    def __call__(
        self: HasForward[Inputs, Result_co], *inputs: Inputs.args, **named: Inputs.kwargs
    ) -> Result_co:
        """Return `forward(...)`, whose nodes get the name of the module as their scope."""
        if self._named != RENAMED.now:
            self._name_members()
        return called_in(self.scope_name or type(self).__name__, self.forward, inputs, named)

    def predict(self, X: ArrayLike) -> FloatArray:  # noqa: N803 - the field's name for the inputs
        """Return the outputs for the rows of X as an array, of shape (rows,) or (rows, outputs).

        The model is in the mode of `eval()`, and its rows run through a compiled program. Every
        call traces the model, so that all that it reads (attributes, globals, arrays) is current;
        it is compiled again only if it computes something else than before. Raises TracingError
        inside a function that is being compiled.

        >>> from nn import MLP
        >>> MLP(2, [16, 3]).predict([[0.0, 1.0], [1.0, 0.0]]).shape
        (2, 3)
        """
        if is_tracing():
            raise TracingError(
                "predict was called while a function is traced, and its plain numbers would be "
                "frozen into the program: call the model itself, for each row"
            )
        predicted = self._prediction or Prediction(self)
        self._prediction = predicted
        return copy_context().run(self._evaluated, predicted, X)  # Ctrl-C leaves no mode behind

    def _evaluated(self, predicted: Prediction, X: ArrayLike) -> FloatArray:  # noqa: N803 - as `predict`
        with self.evaluating():
            return predicted(X)

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes without those that mean nothing in another process."""
        here = ("_prediction", "_listing", "_named")
        return {name: x for name, x in vars(self).items() if name not in here}

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Compute the outputs; every subclass defines this method, or `__call__` itself."""
        raise NotImplementedError(f"{type(self).__name__} defines neither forward nor __call__")

    def _name_members(self) -> None:
        """Give the modules and parameters inside the names that pictures and texts call them by.

        A parameter with a label of the user's own is called by that, unless two have the same.
        """
        count = RENAMED.now
        for home, name, module in self._placed_modules():
            if module is not self:
                place = joined(self._home, joined(home, name))
                vars(module).update(scope_name=name, _home=place)
            vars(module)["_named"] = count
        with paused_collector():
            found = [*_placed_parameters(self, self._home, set(), set())]
            own: dict[Value, str] = {}
            for _, members, parameters in found:
                own |= own_labels(members, parameters)
            if len(set(own.values())) < len(own):
                own = {}
            for home, members, parameters in found:
                named = [parameter not in own for parameter in parameters]
                name_parameters(home, compress(members, named), compress(parameters, named))

    def _members(self) -> Iterator[tuple[str, Value | Module]]:
        """Yield the Values and Modules in the attributes, but not those inside the Modules."""
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
        for home, name, module in self._placed_modules():
            yield joined(home, name), module

    def _placed_modules(self) -> Iterator[tuple[str, str, Module]]:
        """Yield this module and every module in it: where it is, its name there, and itself."""
        seen: set[int] = set()
        stack: list[tuple[str, str, Module]] = [("", "", self)]
        while stack:
            home, name, module = stack.pop()
            if id(module) not in seen:
                seen.add(id(module))
                yield home, name, module
                inner = joined(home, name)
                stack += reversed([(inner, member, item) for member, item in module._submodules()])

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Return names and parameters, such as 'layers.0.neurons.3.weights.2', each once.

        >>> from nn import MLP
        >>> [name for name, _ in MLP(1, [1]).named_parameters()]
        ['layers.0.neurons.0.weights.0', 'layers.0.neurons.0.bias']
        """
        listing = self._listed()
        return zip(listing.names, listing.parameters, strict=True)

    def _listed(self) -> Listing:
        if self._named != RENAMED.now:
            self._name_members()
        listing = self._listing
        if listing is None or not listing.is_current():
            self._listing = listing = Listing(self, Module, _named_parameters(self))
        return listing

    def parameters(self) -> list[Value]:
        """Return all parameters as a list, in the order of `named_parameters`."""
        if type(self).named_parameters is Module.named_parameters:
            return [*self._listed().parameters]
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        forget_gradients(self.parameters())

    def train(self: Kind, training: bool = True) -> Kind:
        """Set `training` here and in all modules inside, and return this module."""
        training = as_switch(training, "train")
        for _, module in self.named_modules():
            module.training = training
        return self

    def eval(self: Kind) -> Kind:
        """Set `training` to False here and in all modules inside, and return this module."""
        return self.train(False)

    def evaluating(self) -> AbstractContextManager[None]:
        """Put all modules into the mode of `eval()` for a block, and then back.

        The mode holds for this thread or asyncio task alone; others train on meanwhile, because no
        attribute is written. Modes that `train()` and `eval()` set inside the block end with it as
        well. Blocks nest, and the innermost decides; modules outside of this one keep their modes.

        >>> from nn import MLP
        >>> model = MLP(1, [1])
        >>> with model.evaluating():
        ...     print(model.training)
        False
        >>> model.training
        True
        """
        return local_modes(self, ((module, False) for _, module in self.named_modules()))

    def own_modes(self) -> AbstractContextManager[None]:
        """Undo at the end of a block the modes that `train()` and `eval()` set in it."""
        return local_modes(self, ((module, module.training) for _, module in self.named_modules()))

    def state_dict(self) -> dict[str, float]:
        """Return the number of every parameter by name."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every parameter to the number under its name, or none if anything fails.

        Raises ValueError, listing missing and unexpected names, unless the names are exactly those
        of the parameters, and TypeError for anything that is no number.
        """
        parameters = dict(self.named_parameters())
        numbers = checked_state(state, parameters, f"the parameters of this {type(self).__name__}")
        set_data(parameters.values(), [numbers[name] for name in parameters])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the parameters to a .npz or .json file, whole or not at all, and return its path.

        Later versions read the file as well, which is not promised of a pickle. Raises ValueError
        for another suffix, and OSError if the folder cannot be written.
        """
        return save_state(self.state_dict(), path)

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read the parameters from a file that `save` wrote.

        Unlike unpickling, this runs no code from the file. Raises ValueError, leaving the
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
            if isinstance(inner, Value):  # the most frequent case, without a generator for each
                yield f"{name}.{index}", inner
            else:
                yield from _found(f"{name}.{index}", inner)


def _named_parameters(module: Module) -> Iterator[tuple[str, Value]]:
    for home, members, parameters in _placed_parameters(module, "", set(), set()):
        prefix = f"{home}." if home else ""
        for member, parameter in zip(members, parameters, strict=True):
            yield prefix + member, parameter


def _placed_parameters(
    module: Module, home: str, seen: set[Value], modules: set[int]
) -> Iterator[tuple[str, Sequence[str], Sequence[Value]]]:
    """Yield modules, the names of parameters in each, and these, unless they were seen before.

    Each module is entered only once.
    """
    modules.add(id(module))
    if type(module).parameters is not Module.parameters:
        yield from _listed_parameters(module, home, seen)
        return
    for name, attribute in vars(module).items():
        if type(attribute) is Vector and _are_new_leaves(attribute, seen):
            seen.update(attribute)
            yield home, numbered(f"{name}.", len(attribute)), attribute
            continue
        for member, item in _found(name, attribute):
            if isinstance(item, Module):
                if id(item) not in modules:
                    yield from _placed_parameters(item, joined(home, member), seen, modules)
            elif item.is_leaf and item not in seen:
                seen.add(item)
                yield home, (member,), (item,)


def _are_new_leaves(values: Vector, seen: set[Value]) -> bool:
    """Tell whether a Vector holds nothing but different leaves that were not seen before."""
    return (
        set(map(type, values)) == {Value}
        and set(map(attrgetter("op"), values)) == {None}
        and len(set(values)) == len(values)
        and seen.isdisjoint(values)
    )


def _listed_parameters(
    module: Module, home: str, seen: set[Value]
) -> Iterator[tuple[str, Sequence[str], Sequence[Value]]]:
    """Yield the list of an overriding `parameters()`, by names of attributes if there are any."""
    names: dict[Value, tuple[str, str]] = {}
    for inner_name, inner in module.named_modules():
        for name, item in inner._members():
            if isinstance(item, Value):
                names.setdefault(item, (inner_name, name))
    for index, parameter in enumerate(module.parameters()):
        if parameter not in seen:
            seen.add(parameter)
            inner_name, name = names.get(parameter, ("", f"parameters.{index}"))
            yield joined(home, inner_name), (name,), (parameter,)


def _holds_members(attribute: Any) -> bool:
    """Tell whether an attribute is or holds Values or Modules, by the first item of each list."""
    while isinstance(attribute, list | tuple | dict) and attribute:
        attribute = next(iter(attribute.values() if isinstance(attribute, dict) else attribute))
    array_of_objects = getattr(getattr(attribute, "dtype", None), "kind", "") == "O"
    return isinstance(attribute, Value | Module) or array_of_objects

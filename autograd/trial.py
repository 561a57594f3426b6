"""Trial: one evaluation of a function on variables of its own, of which derivatives are taken."""

from __future__ import annotations

from functools import partial
from operator import index
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_float, is_truth
from autograd.graph import Constant, topological_order
from autograd.mode import CURRENT, entered, is_tracing
from autograd.primitives import detach, identity
from autograd.reverse import reverse
from autograd.structure import leaves_of, mapped, rebuilt
from autograd.tangents import tangents_of
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Trial:
    """A function evaluated once, with variables in place of the chosen arguments.

    Raises ValueError for a position of an argument that was not given.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        argnums: Any,  # as `check_function` lets it pass
    ) -> None:
        self.bare = not is_several(argnums)
        chosen = [argnums] if self.bare else list(argnums)
        for position in chosen:
            if not -len(args) <= position < len(args):
                raise ValueError(
                    f"argnums={argnums} asks for argument {position}, "
                    f"but {len(args)} positional arguments were given"
                )
        self.chosen = [args[position] for position in chosen]
        inner = list(args)
        for position in chosen:
            where = f"argument {position} of a differentiated function"
            inner[position] = mapped(partial(_variable, where=where), args[position])
        self.variables: list[Value] = leaves_of([inner[position] for position in chosen])
        mode = CURRENT.get()
        self.recording = mode.record
        self.tracing = is_tracing()
        self.outer = mode.differentiated  # the variables of the enclosing derivatives
        self.keeps = any(isinstance(leaf, Value) for leaf in leaves_of([args, kwargs]))
        self.graph = self.keeps or bool(self.outer) or self.tracing
        inside = mode.replaced(record=True, differentiated=self.outer.union(self.variables))
        with entered(inside):
            self.output = f(*inner, **kwargs)

    def single_output(self) -> Any:
        """Return the output if it is one number; TypeError otherwise."""
        if isinstance(self.output, Value):
            return self.output
        try:
            return as_float(self.output)
        except TypeError:
            raise TypeError(
                "a gradient needs a function that returns one number, not "
                f"{self.output!r}; use jacobian for several"
            ) from None

    def gradient(self, seeds: dict[Any, Any]) -> Any:
        """Return the gradient of the weighted outputs in the structure of the chosen arguments."""
        weights = list(seeds.values())
        graph = self.graph or any(isinstance(weight, Value) for weight in weights)
        nodes = {output: seed for output, seed in seeds.items() if isinstance(output, Value)}
        found = reverse(nodes, self.variables, graph=graph)
        results = (self.release(slope, weights) for slope in found)
        trees = tuple(rebuilt(tree, results) for tree in self.chosen)
        return trees[0] if self.bare else trees

    def tangent(self, directions: Sequence[Any]) -> Any:
        """Return the derivative of the output along directions of the variables, as it is built."""
        graph = self.graph or any(isinstance(direction, Value) for direction in directions)
        outputs = [output for output in leaves_of(self.output) if isinstance(output, Value)]
        along = dict(zip(self.variables, directions, strict=True))
        found = dict(zip(outputs, tangents_of(outputs, along, graph=graph)))

        def moved(output: Any) -> Any:
            tangent = found[output] if isinstance(output, Value) else 0.0
            return self.release(tangent, directions)

        return mapped(moved, self.output)

    def released(self, tree: Any) -> Any:
        """Return a structure of results with floats in place of Values of no further use."""
        return mapped(self.release, tree)

    def release(self, result: Any, directions: Sequence[Any] = ()) -> Any:
        """Return a result as a Value where it can be differentiated further, else as a float."""
        if not isinstance(result, Value):
            return as_float(result, "the result of a differentiated function")
        stays = self.keeps or any(isinstance(direction, Value) for direction in directions)
        if not stays and self.outer:
            stays = not self.outer.isdisjoint(topological_order(result))
        if stays and self.recording:
            return result
        # A number, in a program still live
        return detach(result) if stays or self.tracing else result.data


def _variable(leaf: Any, where: str) -> Any:
    """Return a variable of a derivative's own that passes gradients on to `leaf`."""
    if isinstance(leaf, Value):
        return identity(leaf)
    number = as_float(leaf, where)
    if is_tracing():  # a leaf would be taken for one that the function captures
        return Value.__primitive__(identity, (Constant(number),))
    return Value(number)


def check_function(name: str, f: Any, argnums: Any = 0) -> None:
    """Raise TypeError, which names the transform, for anything but a function and positions."""
    if any(isinstance(leaf, Value) for leaf in leaves_of(f)):
        raise TypeError(
            f"{name} takes a function, not the Value that it returned: the derivatives of a graph "
            f"are gradients(output, inputs)"
        )
    if not callable(f):
        raise TypeError(f"{name} takes a function, not {f!r}")
    positions = argnums if is_several(argnums) else (argnums,)
    for position in positions:
        if is_truth(position) or not _is_whole(position):
            raise TypeError(
                f"{name}: argnums holds the positions of arguments, such as 0 or (0, 1), not "
                f"{position!r}; {name}(f) is a function, which takes the arguments themselves"
            )


def _is_whole(position: Any) -> bool:
    try:
        index(position)
    except TypeError:
        return False
    return True


def is_several(argnums: Any) -> bool:
    """Tell positions of arguments from one position."""
    return isinstance(argnums, list | tuple | range) or getattr(argnums, "ndim", 0) == 1

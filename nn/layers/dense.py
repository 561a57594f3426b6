"""Fully connected layers: Neuron, Layer, and the networks MLP and Sequential made of layers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, overload

from autograd import Value, dot
from autograd.arguments import as_count, as_items, as_switch
from autograd.context import sections
from autograd.vector import Vector, outputs_at_once
from nn.arguments import generator
from nn.layers.activations import OPERATIONS, Activation, activation_function, activation_name
from nn.layers.initializers import MOST_WEIGHTS, Initializer, initializer_function
from nn.layers.inputs import Example, vector
from nn.members import Members
from nn.module import Module

__all__ = ["MLP", "Layer", "Neuron", "Sequential"]

if TYPE_CHECKING:
    from typing_extensions import TypeVar, Unpack

    Result = TypeVar("Result", default=Any)
    Function = Callable[[Any], Any]

    class Output(Value, list[Value]):  # type: ignore[misc]  # Python has no type that is "one of"
        """A Value if a layer has one output, else a list of them.

        Type checkers know no widths, so they let it be used as both.
        """
else:
    from typing import TypeVar

    Result = TypeVar("Result")
    Output = Value | list[Value]


def _activation(activation: str | Activation, nonlin: bool | None) -> str | Activation:
    """Return the activation; micrograd's programs choose it by nonlin=True or False."""
    if nonlin is None:
        return activation
    return "relu" if as_switch(nonlin, "nonlin") else "linear"


def _check_value(given: object, name: str) -> None:
    if not isinstance(given, Value):
        raise TypeError(
            f"{name} must be a Value, which is trained, not {given!r}; {name}.data = ... changes "
            "the number"
        )


class Neuron(Module):
    """activation(w·x + b): one node each for the product, the bias and the activation.

    `nin` is the number of inputs. `activation` is a name of `nn.ACTIVATIONS` or a function of a
    Value. `initializer` is a name of `nn.INITIALIZERS`, a function, or None to choose by activation
    and width. `fan_out` is the number of neurons that read the same inputs. The bias starts at 0.
    micrograd's `nonlin`, `w` and `b` work as well.

    >>> neuron = Neuron(2, activation="tanh")
    >>> neuron
    Neuron(2, activation='tanh')
    >>> neuron.weights[0].data, neuron.weights[1].data = 0.5, -1.0
    >>> neuron([2.0, 1.0]).data
    0.0
    """

    def __init__(
        self,
        nin: int,
        activation: str | Activation = "relu",
        *,
        bias: bool = True,
        initializer: str | Initializer | None = None,
        fan_out: int = 1,
        rng: random.Random | None = None,
        nonlin: bool | None = None,
    ) -> None:
        nin = as_count(nin, "nin", most=MOST_WEIGHTS)
        activation = _activation(activation, nonlin)
        fan_out = as_count(fan_out, "fan_out")
        draw = initializer_function(initializer, activation)
        source = generator(rng)
        self.weights = Vector(Value(draw(nin, fan_out, source), label=f"w{i}") for i in range(nin))
        self.bias = Value(0.0, label="b") if as_switch(bias, "bias") else None
        self.activation = activation
        self.activate = activation_function(activation)

    @property
    def w(self) -> Vector:
        """micrograd's name for `weights`."""
        return self.weights

    @w.setter
    def w(self, weights: Iterable[Value]) -> None:
        given = as_items(weights, "w", "Values")
        for place, weight in enumerate(given):
            _check_value(weight, f"w[{place}]")
        self.weights = Vector(given)

    @property
    def b(self) -> Value | None:
        """micrograd's name for `bias`."""
        return self.bias

    @b.setter
    def b(self, bias: Value | None) -> None:
        if bias is not None:
            _check_value(bias, "b")
        self.bias = bias

    @property
    def nonlin(self) -> bool:
        """micrograd's name for an activation that is not linear."""
        return self.activation != "linear"

    def forward(self, x: Example) -> Value:
        """Return the output for one example: a sequence of `nin` numbers or Values."""
        return self.output(vector(x, len(self.weights), self))

    def output(self, inputs: Vector) -> Value:
        """Return the output for inputs that a layer has already checked."""
        total = dot(self.weights, inputs)
        return self.activate(total if self.bias is None else total + self.bias)

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, activation={activation_name(self.activation)!r})"


OUTPUT = Neuron.output
PARTS = ("weights", "bias", "activate", "scope_name", "output")


def at_once(neurons: Members, inputs: list[Any], width: int) -> list[Value] | None:
    """Return what `outputs_of` does if the engine in C can, else None."""
    if Neuron.output is not OUTPUT:  # somebody has put a function of their own there
        return None
    return outputs_at_once(neurons, Neuron, PARTS, inputs, width, OPERATIONS)


def outputs_of(neurons: Members, inputs: list[Vector], width: int) -> list[Value]:
    """Return the outputs of each neuron for all inputs in turn, made in the scope of the neuron."""
    outputs = at_once(neurons, inputs, width)
    if outputs is None:
        outputs = []
        with sections() as section:
            for neuron in neurons:
                section(neuron.scope_name or "Neuron")
                outputs += [neuron.output(x) for x in inputs]
    return outputs


class Layer(Module):
    """Neurons side by side, all reading the same inputs.

    Called with one example of `nin` numbers or Values, it returns a list of `nout` Values, or the
    bare Value if `nout` is 1; as an input, a bare Value counts as a vector of one. The other
    arguments are those of `Neuron`.

    >>> layer = Layer(2, 3)
    >>> layer
    Layer(2, 3, activation='relu')
    >>> len(layer([1.0, 2.0])), len(layer.parameters())
    (3, 9)
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: str | Activation = "relu",
        *,
        bias: bool = True,
        initializer: str | Initializer | None = None,
        rng: random.Random | None = None,
        nonlin: bool | None = None,
    ) -> None:
        self.nin = as_count(nin, "nin")
        nout = as_count(nout, "nout")
        as_count(self.nin * nout, "nin * nout", most=MOST_WEIGHTS)
        activation = _activation(activation, nonlin)
        self.activation = activation
        self.neurons = Members(
            Neuron(self.nin, activation, bias=bias, initializer=initializer, fan_out=nout, rng=rng)
            for _ in range(nout)
        )

    def forward(self, x: Example) -> Output:
        """Return the outputs for one example."""
        outputs = at_once(self.neurons, [x], self.nin) if type(x) is list else None
        if outputs is None:
            outputs = outputs_of(self.neurons, [vector(x, self.nin, self)], self.nin)
        output: Any = outputs[0] if len(outputs) == 1 else outputs
        return output  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        name = activation_name(self.activation)
        return f"Layer({self.nin}, {len(self.neurons)}, activation={name!r})"


class MLP(Module):
    """A multilayer perceptron: layers of the widths `nouts`, the last one linear.

    Called with one example of `nin` numbers or Values, it returns a list of `nouts[-1]` Values, or
    the bare Value if that is 1. The other arguments are those of `Neuron`.

    >>> model = MLP(2, [16, 16, 1])
    >>> model
    MLP(2, [16, 16, 1], activation='relu')
    >>> len(model.parameters()), type(model([1.0, 2.0])).__name__
    (337, 'Value')
    """

    def __init__(
        self,
        nin: int,
        nouts: Iterable[int],
        activation: str | Activation = "relu",
        *,
        bias: bool = True,
        initializer: str | Initializer | None = None,
        rng: random.Random | None = None,
    ) -> None:
        if not isinstance(nouts, Iterable):
            raise TypeError(
                f"nouts is a list of layer widths, such as [16, {nouts}], not {nouts!r}"
            )
        items = as_items(nouts, "nouts", "layer widths")
        widths = [as_count(nout, f"nouts[{position}]") for position, nout in enumerate(items)]
        if not widths:
            raise ValueError("nouts is empty: an MLP has at least one layer, such as [1]")
        activation_function(activation)  # refuses a wrong one even if no hidden layer uses it
        self.activation = activation
        self.layers = Members(
            Layer(
                widths[position - 1] if position else nin,
                width,
                activation if position < len(widths) - 1 else "linear",
                bias=bias,
                initializer=initializer,
                rng=rng,
            )
            for position, width in enumerate(widths)
        )

    def forward(self, x: Example) -> Output:
        """Return the outputs for one example."""
        output: Any = x
        for layer in self.layers:
            output = layer(output)
        return output  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        widths = [len(layer.neurons) for layer in self.layers]
        name = activation_name(self.activation)
        return f"MLP({self.layers[0].nin}, {widths}, activation={name!r})"


class Sequential(Module, Generic[Result]):
    """Modules, or plain functions, applied one after the other.

    To type checkers a call gives what the last layer does.

    >>> Sequential(Layer(2, 4, "tanh"), Layer(4, 1, "sigmoid"))
    Sequential(Layer(2, 4, activation='tanh'), Layer(4, 1, activation='sigmoid'))
    """

    @overload
    def __init__(self: Sequential[Any]) -> None: ...

    @overload
    def __init__(
        self, *layers: Unpack[tuple[Unpack[tuple[Function, ...]], Callable[[Any], Result]]]
    ) -> None: ...

    def __init__(self, *layers: Any) -> None:  # type: ignore[misc]  # mypy takes no Any for an Unpack
        for position, layer in enumerate(layers):
            if not callable(layer):
                raise TypeError(
                    f"Sequential takes modules and functions one by one; argument {position} "
                    f"is {layer!r}"
                )
        self.layers = Members(layers)

    def forward(self, x: Any) -> Result:
        """Return the result of the last layer on one example."""
        for layer in self.layers:
            x = layer(x)
        return x  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"

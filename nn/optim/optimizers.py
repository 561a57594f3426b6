"""Optimizers, which move parameters along their gradients by a rule; defaults are torch.optim's.

A rule is a function of one parameter, its gradient and its state, a tuple of numbers; it returns
the new parameter and the new state. It is written in arithmetic that numbers and Values share, so
that it can be compiled like any other expression. Settings such as no momentum or Nesterov's are
chosen by `if`, because they are plain Python numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from math import inf
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

from autograd import Value, sqrt
from autograd.arguments import as_float, as_switch
from autograd.graph import forget_gradients
from autograd.leaves import move
from nn.checkpoint import checked_state

__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Optimizer", "RMSprop"]

Updated: TypeAlias = tuple[Any, tuple[Any, ...]]  # a parameter and its state

# The interval of a setting: lower bound, whether it is included, upper bound, which never is.
Interval: TypeAlias = tuple[float, bool, float]
NOT_NEGATIVE: Interval = (0.0, True, inf)
POSITIVE: Interval = (0.0, False, inf)
FRACTION: Interval = (0.0, True, 1.0)


class Optimizer:
    """Parameters, the settings of a rule, and its state for each parameter.

    A subclass defines the rule and names the numbers of its state, which start at 0; its `__init__`
    gives the settings their defaults. As in torch, a step leaves alone a parameter that no
    backward pass has reached since `zero_grad()`. Raises ValueError for settings out of range, no
    parameters, repeated ones, and results of operations, which cannot be moved.
    """

    rule: ClassVar[Callable[..., Updated]]
    state_names: ClassVar[tuple[str, ...]]
    intervals: ClassVar[dict[str, Interval]] = {
        "lr": NOT_NEGATIVE,
        "momentum": NOT_NEGATIVE,
        "weight_decay": NOT_NEGATIVE,
        "alpha": FRACTION,
        "beta1": FRACTION,
        "beta2": FRACTION,
        "eps": POSITIVE,
    }

    def __init__(self, parameters: Iterable[Value], **settings: float) -> None:
        if not hasattr(self, "rule"):
            raise TypeError(
                f"{type(self).__name__} has no rule: take nn.SGD, nn.RMSprop, nn.Adam or nn.AdamW, "
                "or a subclass of your own with `rule` and `state_names`"
            )
        self.parameters = _checked_parameters(parameters, type(self).__name__)
        self._settings = {name: self._checked(name, setting) for name, setting in settings.items()}
        # The numbers of all parameters, one after the other
        self._state = array("d", [0.0]) * (len(self.parameters) * len(self.state_names))

    @property
    def lr(self) -> float:
        """The learning rate; it may be set at any time, as schedules do."""
        return self._settings["lr"]

    @lr.setter
    def lr(self, lr: float) -> None:
        self._settings["lr"] = self._checked("lr", lr)

    @property
    def settings(self) -> Mapping[str, float]:
        """The settings of the rule by name, including the learning rate: a copy, which is fixed."""
        return MappingProxyType(dict(self._settings))

    @property
    def state(self) -> tuple[tuple[float, ...], ...]:
        """The state of the rule: for each parameter, the numbers named `state_names`.

        It is a copy, and fixed; set the whole to change it.
        """
        numbers = iter(self._state.tolist())
        if not self.state_names:
            return ((),) * len(self.parameters)
        return tuple(zip(*[numbers] * len(self.state_names)))

    @state.setter
    def state(self, state: Iterable[Iterable[float]]) -> None:
        lines = [tuple(line) for line in state]
        if [len(line) for line in lines] != [len(self.state_names)] * len(self.parameters):
            raise ValueError(
                f"the state of this {type(self).__name__} has {len(self.parameters)} lines, one "
                f"per parameter, of {len(self.state_names)} numbers each"
            )
        self._state = _flat(lines)

    def _checked(self, name: str, setting: Any) -> float:
        """Return a setting as a number; ValueError if it lies outside its interval."""
        if name in self.intervals:
            setting = as_float(setting, f"{type(self).__name__}: {name}")
            low, closed, high = self.intervals[name]
            if not (low < setting < high or (closed and setting == low)):
                allowed = f"at least {low}" if closed else f"greater than {low}"
                limit = f" and less than {high}" if high < inf else " and finite"
                raise ValueError(
                    f"{type(self).__name__}: {name} must be {allowed}{limit}, not {setting}"
                )
        number: float = setting
        return number

    def step(self) -> None:
        """Move every parameter that has a gradient.

        It computes all new numbers before it writes the first, so that an exception, Ctrl-C
        included, leaves parameters and state as they were.
        """
        rule, leaves = type(self).rule, self.parameters
        if len(self._state) != len(leaves) * len(self.state_names):
            raise ValueError(
                f"{type(self).__name__}: there are {len(leaves)} parameters now, and the state is "
                "that of another number; after a change of the list set `state`, a tuple of "
                "numbers for each parameter, or make a new optimizer"
            )
        move(rule, leaves, self._state, self._settings, straight=rule in STRAIGHT)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        forget_gradients(self.parameters)

    def state_dict(self) -> dict[str, float]:
        """Return settings and state as one flat dict of numbers, which `nn.save_state` takes."""
        state = {name: float(setting) for name, setting in self._settings.items()}
        for index, numbers in enumerate(self.state):
            for name, number in zip(self.state_names, numbers, strict=True):
                state[f"{index}.{name}"] = number
        return state

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Take settings and state from `state_dict()` of an optimizer of the same kind.

        Raises ValueError, listing missing and unexpected names and changing nothing, if that one is
        of another kind or has another number of parameters.
        """
        owner = f"this {type(self).__name__}"
        numbers = checked_state(state, self.state_dict(), owner)
        settings = {
            name: self._checked(name, type(setting)(numbers[name]))  # a flag stays a bool
            for name, setting in self._settings.items()
        }
        state_now = _flat(
            [numbers[f"{index}.{name}"] for name in self.state_names]
            for index in range(len(self.parameters))
        )
        self._settings, self._state = settings, state_now  # at once: Ctrl-C cannot come in between

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={setting}" for name, setting in self._settings.items())
        return f"{type(self).__name__}({len(self.parameters)} parameters, {settings})"


class SGD(Optimizer):
    """Gradient descent with momentum, Nesterov's momentum and weight decay.

    v <- momentum * v + g; p <- p - lr * v, as in torch. Nesterov's form looks ahead:
    p <- p - lr * (g + momentum * v) (Sutskever, Martens, Dahl, Hinton 2013). Weight decay is added
    to the gradient, here and in RMSprop and Adam.

    >>> p = Value(1.0)
    >>> optimizer = SGD([p], lr=0.1)
    >>> loss = p * p
    >>> loss.backward()
    >>> optimizer.step()
    >>> p.data
    0.8
    """

    state_names = ("velocity",)

    @staticmethod
    def rule(
        parameter: Any,
        gradient: Any,
        state: tuple[Any],
        *,
        lr: Any,
        momentum: float,
        nesterov: bool,
        weight_decay: float,
    ) -> Updated:
        """Return the parameter and its state after a step."""
        (velocity,) = state
        if weight_decay:
            gradient = gradient + weight_decay * parameter
        if momentum:
            velocity = momentum * velocity + gradient
            gradient = gradient + momentum * velocity if nesterov else velocity
        return parameter - lr * gradient, (velocity,)

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 0.001,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        nesterov = as_switch(nesterov, "SGD: nesterov")
        if nesterov and as_float(momentum, "SGD: momentum") == 0.0:
            raise ValueError("SGD: nesterov needs a momentum, such as momentum=0.9")
        super().__init__(
            parameters, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay
        )


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of squares (Tieleman, Hinton 2012, lecture 6.5).

    The mean is that of squared gradients.
    """

    state_names = ("square", "velocity")

    @staticmethod
    def rule(
        parameter: Any,
        gradient: Any,
        state: tuple[Any, Any],
        *,
        lr: Any,
        alpha: float,
        eps: float,
        momentum: float,
        weight_decay: float,
    ) -> Updated:
        """Return the parameter and its state after a step."""
        square, velocity = state
        if weight_decay:
            gradient = gradient + weight_decay * parameter
        square = alpha * square + (1.0 - alpha) * (gradient * gradient)
        scaled = gradient / (sqrt(square) + eps)
        if momentum:
            scaled = velocity = momentum * velocity + scaled
        return parameter - lr * scaled, (square, velocity)

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 0.01,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            parameters, lr=lr, alpha=alpha, eps=eps, momentum=momentum, weight_decay=weight_decay
        )


class Adam(Optimizer):
    """Steps scaled by running means of the gradient and of its square.

    This is algorithm 1 of Kingma, Ba 2015.
    """

    state_names = ("steps", "mean", "square")

    @staticmethod
    def rule(
        parameter: Any,
        gradient: Any,
        state: tuple[Any, Any, Any],
        *,
        lr: Any,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
    ) -> Updated:
        """Return the parameter and its state after a step."""
        if weight_decay:
            gradient = gradient + weight_decay * parameter
        steps, mean, square = state
        steps = steps + 1.0
        mean = beta1 * mean + (1.0 - beta1) * gradient
        square = beta2 * square + (1.0 - beta2) * (gradient * gradient)
        # Both means are too small at first. What corrects them is the same for all parameters, so
        # that it stands outside of the quotient: a division takes as long as ten products.
        rate = lr / (1.0 - beta1**steps)
        correction = 1.0 / sqrt(1.0 - beta2**steps)
        parameter = parameter - rate * mean / (sqrt(square) * correction + eps)
        return parameter, (steps, mean, square)

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 0.001,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        beta1, beta2 = _pair(betas, type(self).__name__)
        super().__init__(
            parameters, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay
        )


class AdamW(Adam):
    """Adam with weight decay of the parameter itself, not of the gradient.

    It is decoupled so by Loshchilov, Hutter 2019.
    """

    @staticmethod
    def rule(
        parameter: Any,
        gradient: Any,
        state: tuple[Any, Any, Any],
        *,
        lr: Any,
        weight_decay: float,
        **settings: float,
    ) -> Updated:
        """Return the parameter and its state after a step."""
        decayed = parameter - lr * weight_decay * parameter
        return Adam.rule(decayed, gradient, state, lr=lr, weight_decay=0.0, **settings)

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 0.001,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay)


# Rules without an `if` on a number; those of users may have one.
STRAIGHT = (SGD.rule, RMSprop.rule, Adam.rule, AdamW.rule)

OPTIMIZERS: dict[str, Callable[[list[Value]], Optimizer]] = {
    kind.__name__.lower(): kind for kind in (SGD, RMSprop, Adam, AdamW)
}


def _flat(lines: Iterable[Iterable[float]]) -> array[float]:
    return array("d", chain.from_iterable(lines))


def _checked_parameters(parameters: Any, optimizer: str) -> list[Value]:
    if not isinstance(parameters, Iterable):
        is_model = hasattr(type(parameters), "parameters")
        is_method = callable(parameters)  # model.parameters, without the ()
        hint = "; pass model.parameters()" if is_model or is_method else ""
        raise TypeError(f"{optimizer} takes a list of Values, not {parameters!r}{hint}")
    result = list(parameters)
    if not result:
        raise ValueError(f"{optimizer}: there are no parameters to optimize")
    seen: dict[Value, int] = {}
    for index, parameter in enumerate(result):
        if not isinstance(parameter, Value):
            raise TypeError(f"{optimizer}: parameter {index} is {parameter!r}, not a Value")
        if parameter.op is not None:
            raise ValueError(
                f"{optimizer}: parameter {index} is the result of {parameter.op.described}; only "
                "leaves, made by Value(number), can be moved"
            )
        if parameter in seen:
            raise ValueError(f"{optimizer}: parameters {seen[parameter]} and {index} are one Value")
        seen[parameter] = index
    return result


def _pair(betas: Any, optimizer: str) -> tuple[Any, Any]:
    if not isinstance(betas, tuple | list) or len(betas) != 2:
        raise TypeError(
            f"{optimizer}: betas is a pair of numbers, such as (0.9, 0.999), not {betas!r}"
        )
    return betas[0], betas[1]

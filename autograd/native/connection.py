"""Tell the engine in C which functions of Python it asks for all that is rare."""

from __future__ import annotations

import math

from autograd.backward import TURNS, UNDER_WAY, careful_backward, pulled
from autograd.context import scope
from autograd.errors import warn_non_finite
from autograd.graph import CLOCK, Constant, check_all_fresh
from autograd.mode import CURRENT, TRACES, Mode
from autograd.native import engine
from autograd.operators import detached, operands_or_results, plain_number
from autograd.primitive import Primitive
from autograd.value import Value
from autograd.vector import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def warn(op: Primitive, result: float, operands: tuple[Any, ...]) -> None:
    """Warn of a result that is not finite."""
    warn_non_finite(op.called, result, operands)


if engine is not None:  # without it, doctests alone import this file
    kept: Any = Value
    engine.connect(
        CLOCK,
        Constant=Constant,
        Vector=Vector,
        Mode=Mode,
        current=CURRENT,
        traces=TRACES,
        turns=TURNS,
        under_way=UNDER_WAY,
        init=kept._python_init,
        number=plain_number,
        converted=operands_or_results,
        detached=detached,
        is_same=kept._python_eq,
        is_true=kept._python_bool,
        warn=warn,
        pulled=pulled,
        careful_backward=careful_backward,
        check_all_fresh=check_all_fresh,
        hypot=math.hypot,
        scope=scope,
    )

"""The NumPy backend: equal operations are one array operation over (rows, examples).

Reading order: algebra (a row of the table on arrays), frame (memory and its views), steps (the
stages), biases, zeros and nans (what can be left out), workspace (steps bound to memory),
executable (a call), stepper (training).
"""

from autograd.backends.numpy.executable import ArrayProgram, build
from autograd.backends.numpy.stepper import build_stepper

__all__ = ["ArrayProgram", "build", "build_stepper"]

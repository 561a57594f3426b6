"""The NumPy backend: equal operations are one array operation over (rows, examples).

Reading order: algebra (a row of the table on arrays), steps (the stages), biases and zeros (what
can be left out), workspace (steps bound to memory), executable (a call), stepper (training).
"""

from autograd.backends.numpy.executable import ArrayProgram, build
from autograd.backends.numpy.stepper import build_stepper

__all__ = ["ArrayProgram", "build", "build_stepper"]

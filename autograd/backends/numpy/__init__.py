"""The NumPy backend: equal operations are one array operation over (rows, examples).

Reading order: algebra (a row of the table on arrays), steps (the stages), executable (a call).
"""

from autograd.backends.numpy.executable import ArrayProgram, build

__all__ = ["ArrayProgram", "build"]

"""The NumPy backend: equal operations are one array operation over (rows, examples).

Reading order: memory (rows as views of arrays); algebra (a row of the table on arrays); stages (the
steps of each); executable (the steps of a schedule, and a call).
"""

from autograd.backends.numpy.executable import ArrayProgram, build

__all__ = ["ArrayProgram", "build"]

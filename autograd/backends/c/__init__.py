"""C text: programs as a source file and a header of C99 that need nothing but libm.

Reading order: literals, rows, writer, function, files.
"""

from autograd.backends.c.files import CText, c_text, write_c
from autograd.backends.c.function import Function

__all__ = ["CText", "Function", "c_text", "write_c"]

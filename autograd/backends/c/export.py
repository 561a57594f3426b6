"""Export: a trained function as C files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.c.files import c_text
from autograd.backends.c.function import Function
from autograd.files import as_path, write_files
from autograd.program import derivatives
from autograd.program.schedule import scheduled
from autograd.program.simplify import simplified
from autograd.structure import NUMBER, described

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from autograd.program.program import Program
    from autograd.program.stages import Schedule
    from autograd.program.trace import Trace

__all__ = ["write_c"]


def write_c(trace: Trace, path: str | os.PathLike[str]) -> Path:
    """Write the value and the derivatives of one example as C99: a source file and its header.

    Returns the path of the source file.
    Raises ValueError for a path that ends neither in .c nor in nothing, for a name that C cannot
    include, or for an operation without C text, and OSError when a file cannot be written; both
    files are then as they were.
    """
    source = as_path(path, "to_c: path")
    if source.suffix not in {"", ".c"}:
        raise ValueError(f"to_c writes a .c file and its header, not {source.name!r}")
    if not source.parent.is_dir():
        raise FileNotFoundError(f"to_c: there is no folder {str(source.parent)!r}; make it first")
    source = source.with_suffix(".c")
    header = source.with_suffix(".h")
    functions = [Function("value", _schedule(trace.program), described(trace.result))]
    if trace.result == NUMBER:
        slopes = derivatives.value_and_gradient(trace.program, trace.inputs)
        outputs = "the value, then its derivative with respect to each input"
        functions.append(Function("gradient", _schedule(derivatives.dense(slopes)), outputs))
    else:
        slopes = derivatives.jacobian(trace.program, trace.inputs)
        outputs = "for each number of the value its derivatives with respect to each input"
        functions.append(Function("jacobian", _schedule(derivatives.dense(slopes)), outputs))
    parameters = [leaf._data for leaf in trace.leaves]
    text = c_text(source.stem, functions, parameters, header.name)
    write_files({source: text.source.encode(), header: text.header.encode()})
    return source


def _schedule(program: Program) -> Schedule:
    return scheduled(simplified(program)[0])

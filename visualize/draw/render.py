"""Pictures by other programs and packages: Graphviz, in a process with a time limit; cairosvg."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Literal

GraphvizEngine = Literal["dot", "pygraphviz"]
GRAPHVIZ_ENGINES: tuple[GraphvizEngine, ...] = ("dot", "pygraphviz")

TIME_LIMIT = 60.0  # seconds
PIXELS_PER_UNIT = 2  # sharp on today's screens
LARGEST_SIDE = 16_000  # pixels; cairo allows 32,767, and memory grows with the area
_MISSING = 3  # exit code of a child without its package or program

_CHILD = {
    "dot": """
import graphviz
try:
    result = graphviz.Source(source, engine="dot").pipe(format=format)
except graphviz.ExecutableNotFound:
    sys.exit(3)
""",
    "pygraphviz": """
try:
    import pygraphviz
except ImportError:
    sys.exit(3)
result = pygraphviz.AGraph(string=source).draw(format=format, prog="dot")
""",
}
_PROLOGUE = """
import sys
format, *sys.path = sys.argv[1:]
source = sys.stdin.buffer.read().decode()
"""
_EPILOGUE = "\nsys.stdout.buffer.write(result)\n"


class RenderError(RuntimeError):
    """A picture could not be made; the message says why and what to do."""


def run_graphviz(
    source: str, file_format: str, engine: GraphvizEngine, *, time_limit: float = TIME_LIMIT
) -> bytes:
    """Lay out DOT text with Graphviz and return the file.

    Neither the `graphviz` package nor pygraphviz has a time limit, and pygraphviz blocks all
    threads of its process meanwhile: hence a child process, killed with its own children when
    `time_limit` seconds are over. Raises RenderError for a missing program, a failure, the limit.
    """
    code = _PROLOGUE + _CHILD[engine] + _EPILOGUE
    status, output, errors = _run(
        [sys.executable, "-c", code, file_format, *sys.path], source.encode(), time_limit
    )
    if status is None:
        raise RenderError(
            f'Graphviz (engine="{engine}") was stopped after {time_limit:g} seconds; '
            'engine="builtin" draws any graph in less, and a smaller max_nodes makes it smaller'
        )
    if status == _MISSING:
        what = "the program dot" if engine == "dot" else "the package pygraphviz"
        raise RenderError(
            f'engine="{engine}" needs {what}, which is not installed: leave engine out '
            '(engine="builtin" needs nothing), or pip install "scalar-autograd[graphviz-wheels]" '
            'and use engine="pygraphviz"'
        )
    if status or not output:
        last = errors.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise RenderError(f'Graphviz (engine="{engine}") failed to make {file_format}: {last[0]}')
    return output


def graphviz_svg(source: str, engine: GraphvizEngine) -> str:
    """Return Graphviz's SVG without its prologue, for use inside pages.

    Graphviz repeats graph0, node1, ... in every file: ids get a hash of the source before them.
    """
    prefix = "g" + hashlib.sha256(source.encode()).hexdigest()[:10]
    picture = run_graphviz(source, "svg", engine).decode()
    picture = picture[picture.index("<svg") :]
    return re.sub(r'(<[a-zA-Z]+ (?:[^<>"]*"[^"]*" )?)id="', rf'\1id="{prefix}-', picture)


def converted(picture: str, source: str, file_format: Literal["png", "pdf"]) -> bytes:
    """Return an SVG picture as PNG or PDF; where cairosvg is missing, Graphviz's of `source`.

    Raises RenderError that says what to install where there is neither.
    """
    try:
        import cairosvg
    except (ImportError, OSError):  # OSError: the package without the cairo library
        return _by_graphviz(source, file_format)
    if file_format == "pdf":
        return bytes(cairosvg.svg2pdf(bytestring=picture.encode()))
    return bytes(cairosvg.svg2png(bytestring=picture.encode(), scale=_scale(picture)))


def _scale(picture: str) -> float:
    _, _, width, height = picture.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return min(PIXELS_PER_UNIT, LARGEST_SIDE / max(float(width), float(height)))


def _by_graphviz(source: str, file_format: Literal["png", "pdf"]) -> bytes:
    for engine in GRAPHVIZ_ENGINES:
        with contextlib.suppress(RenderError):
            return run_graphviz(source, file_format, engine)
    raise RenderError(
        f'{file_format} needs cairosvg: pip install "scalar-autograd[png]" (and the cairo library: '
        "apt install libcairo2, or brew install cairo); or Graphviz: its program dot, or "
        'pip install "scalar-autograd[graphviz-wheels]"'
    )


def _run(
    command: Sequence[str], given: bytes, time_limit: float
) -> tuple[int | None, bytes, bytes]:
    """Run a command; the status is None when the time limit stopped it."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter and code; the source is data on stdin
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            output, errors = process.communicate(given, time_limit)
        except BaseException as error:  # Ctrl-C must not leave a program running either
            _kill(process)
            if isinstance(error, subprocess.TimeoutExpired):
                return None, b"", b""
            raise
    return process.returncode, output, errors


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a child and the programs that it started."""
    if sys.platform == "win32":
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - a fixed command
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

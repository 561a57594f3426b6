"""Programs: a graph traced once, differentiated as a graph, simplified, listed and scheduled.

Reading order: program, listing, interpreter; stages, simplify, schedule; shapes, arguments; traced,
place, lowering, derivatives, trace; nonfinite, runner; watch, programs; export, compile.
"""

__all__ = ()

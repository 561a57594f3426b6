"""Programs: a graph traced once, differentiated as a graph, simplified, listed and scheduled.

Reading order: program, listing, interpreter; simplify; stages, grids, reductions, levels, schedule;
shapes, arguments; traced, place, lowering, derivatives, trace; nonfinite, runner; update, training,
batching, descent; difference, verification, programs; export, compile.
"""

__all__ = ()

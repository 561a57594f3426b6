"""Programs: a graph traced once, differentiated as a graph, simplified, listed and scheduled.

Reading order: traced, program, listing, interpreter; simplify; stages, reductions, schedule;
arguments, trace, origin, derivatives; runner; verification, programs, compiled, compile; training,
descent.
"""

__all__ = ()

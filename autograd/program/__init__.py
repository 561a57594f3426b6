"""Programs: a graph traced once, differentiated as a graph, simplified, listed and scheduled.

Reading order: program, listing, interpreter; simplify; stages, reductions, schedule; arguments;
traced, trace, derivatives; runner; verification, programs, compile; training, descent.
"""

__all__ = ()

"""Programs: a graph is traced once, its sums recovered, differentiated, simplified, scheduled.

Reading order: traced, program, listing, interpreter; draft, simplify, recovery; stages,
reductions, schedule; arguments, trace, origin, derivatives; runner; verification, programs,
compiled, compile; training, descent.
"""

__all__ = ()

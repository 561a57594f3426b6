"""Programs: a graph traced once, differentiated as a graph, simplified, listed and scheduled.

Reading order: program, listing, interpreter; trace, derivatives, lowering, simplify; stages,
schedule; compile.
"""

__all__ = ()

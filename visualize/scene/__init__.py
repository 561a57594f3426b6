"""From a graph to a neutral picture: which boxes there are and what is known of each."""

__all__ = []

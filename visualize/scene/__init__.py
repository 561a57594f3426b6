"""From a graph to a neutral picture: its boxes, and the facts about each."""

__all__ = []

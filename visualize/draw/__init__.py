"""From a picture to SVG, DOT and text: what boxes say, and how they look."""

__all__ = []

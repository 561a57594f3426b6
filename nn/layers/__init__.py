"""Layers, one kind in each file, and the activations and initializers that they take by name."""

__all__ = []

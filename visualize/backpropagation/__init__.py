"""What a backward pass does: its steps, its paths, and why a gradient is what it is."""

__all__ = []

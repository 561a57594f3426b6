"""What a backward pass does, in words and numbers: its steps, its paths, and why a gradient is so."""

__all__ = []

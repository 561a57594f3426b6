"""What a backward pass does: its steps, one after the other, and its paths."""

__all__ = []

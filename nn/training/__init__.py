"""Training: `loop` holds fit() and reads top to bottom; each other file is one concern of it."""

__all__ = []

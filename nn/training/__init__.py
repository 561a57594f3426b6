"""The training loop, one concern a file; `loop` holds fit() and reads top to bottom."""

__all__ = []

"""What changed between two graphs or two steps of a training."""

__all__ = []

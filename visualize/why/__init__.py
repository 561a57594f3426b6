"""Why a gradient is zero, huge, nan or missing, and where a graph has no derivative."""

__all__ = []

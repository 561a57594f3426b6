"""Data: rows checked, split, brought to one scale, and read from files."""

__all__ = []

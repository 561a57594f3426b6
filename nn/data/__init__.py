"""Data: rows that are checked, split, scaled, and read from files."""

__all__ = []

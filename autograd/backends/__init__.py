"""Backends run programs: each lowers them onto one kind of machine or text."""

__all__ = ()

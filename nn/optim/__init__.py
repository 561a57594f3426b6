"""Optimizers, and what else decides how far a step goes: schedules, clipping, penalties."""

__all__ = []

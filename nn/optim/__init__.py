"""Optimizers, and what else decides how far a step goes: rules, schedules, clipping, penalties."""

__all__ = []

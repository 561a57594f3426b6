"""Optimizers, and the schedules, clipping and penalties that change their steps."""

__all__ = []

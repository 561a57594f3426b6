"""The steps of a backward pass, one after the other, and its paths."""

from visualize.steps.steps import Step, Steps, step_through

__all__ = ["Step", "Steps", "step_through"]

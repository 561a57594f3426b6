"""Why a gradient is zero, huge, nan or missing, and where a graph has no derivative."""

from visualize.why.kinks import Kink, Kinks, kinks
from visualize.why.why import Diagnosis, why

__all__ = ["Diagnosis", "Kink", "Kinks", "kinks", "why"]

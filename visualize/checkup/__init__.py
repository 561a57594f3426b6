"""The health of a network: activations, gradients and updates of each layer."""

# The folder is not called health: visualize.health is the function.
from visualize.checkup.check import health
from visualize.checkup.finding import KINDS, Finding
from visualize.checkup.layer import LayerHealth
from visualize.checkup.monitor import HealthMonitor
from visualize.checkup.report import Health
from visualize.checkup.statistics import Statistics

__all__ = ["KINDS", "Finding", "Health", "HealthMonitor", "LayerHealth", "Statistics", "health"]

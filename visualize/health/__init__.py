"""The health of a network: activations, gradients and updates of each layer."""

from visualize.health.check import health
from visualize.health.finding import KINDS, Finding
from visualize.health.layer import LayerHealth
from visualize.health.monitor import HealthMonitor
from visualize.health.report import Health
from visualize.health.statistics import Statistics

__all__ = ["KINDS", "Finding", "Health", "HealthMonitor", "LayerHealth", "Statistics", "health"]

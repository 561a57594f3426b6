"""The health of a network: activations, gradients and updates of each layer."""

from visualize.health.health import Health, health
from visualize.health.layer_health import LayerHealth, Statistics
from visualize.health.monitor import HealthMonitor
from visualize.health.verdict import KINDS, Finding

__all__ = ["KINDS", "Finding", "Health", "HealthMonitor", "LayerHealth", "Statistics", "health"]

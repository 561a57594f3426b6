"""The health of a network: activations, gradients and updates of each layer."""

__all__ = []

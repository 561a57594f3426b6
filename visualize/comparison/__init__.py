"""What changed between two graphs or two steps of a training."""

from visualize.comparison.change import Change
from visualize.comparison.difference import Difference, diff
from visualize.comparison.snapshot import Snapshot, snapshot

__all__ = ["Change", "Difference", "Snapshot", "diff", "snapshot"]

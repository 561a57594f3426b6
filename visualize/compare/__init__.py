"""What changed between two graphs or two steps of a training."""

from visualize.compare.change import Change
from visualize.compare.difference import Difference, diff
from visualize.compare.snapshot import Snapshot, snapshot

__all__ = ["Change", "Difference", "Snapshot", "diff", "snapshot"]

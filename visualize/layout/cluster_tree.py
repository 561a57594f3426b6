"""The tree of nested clusters that the nodes of a layout belong to."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["ROOT", "ClusterTree"]

ROOT = 0


class ClusterTree:
    """Number every path of nested groups; cluster 0 is the whole picture.

    Paths are numbered by first appearance, parents before children, so nothing depends on hashing.

    >>> tree = ClusterTree([("model", "first"), ("model",), ()])
    >>> tree.paths
    [(), ('model',), ('model', 'first')]
    >>> tree.of_node, tree.parent
    ([2, 1, 0], [0, 0, 1])
    """

    __slots__ = ("depth", "of_node", "parent", "paths")

    def __init__(self, groups: Sequence[tuple[str, ...]]) -> None:
        self.paths: list[tuple[str, ...]] = [()]
        self.parent = [ROOT]
        self.depth = [0]
        number: dict[tuple[str, ...], int] = {(): ROOT}
        self.of_node: list[int] = []
        for path in groups:
            for length in range(1, len(path) + 1):
                prefix = path[:length]
                if prefix not in number:
                    number[prefix] = len(self.paths)
                    self.paths.append(prefix)
                    self.parent.append(number[prefix[:-1]])
                    self.depth.append(length)
            self.of_node.append(number[path])

    def __len__(self) -> int:
        return len(self.paths)

    def common(self, first: int, second: int) -> int:
        """Return the innermost cluster that holds both."""
        parent, depth = self.parent, self.depth
        while first != second:
            if depth[first] >= depth[second]:
                first = parent[first]
            else:
                second = parent[second]
        return first

    def between(self, cluster: int, ancestor: int) -> list[int]:
        """List the clusters from `cluster` outwards, up to but without `ancestor`."""
        chain = []
        while cluster != ancestor:
            chain.append(cluster)
            cluster = self.parent[cluster]
        return chain

    def lineage(self, cluster: int) -> list[int]:
        """List the clusters around something in `cluster`, outermost first, without the root."""
        return self.between(cluster, ROOT)[::-1]

// A layered graph: boxes in their ranks, long edges cut into pieces one rank long.

/**
 * Put boxes into ranks and cut long edges into pieces.
 *
 * Item i is box i for i < count; the others are virtual: bends of long edges, and placeholders
 * that hold a cluster open where it has no box. The long edges of one box share a trunk of bends.
 * An edge stays in the clusters of its source to their last rank and enters those of its target in
 * their first. Short edges get bends first, while at most `most` virtual items are needed, and at
 * most `steps` bends over all edges; the chain of another edge is null: it goes around the outside.
 */
function layeringOf(ranks, edges, tree, most, steps) {
  const rankCount = ranks.reduce((most, rank) => Math.max(most, rank + 1), 0);
  const layering = {
    count: ranks.length,
    ranks: Array.from({ length: rankCount }, () => []),
    rank: ranks.slice(),
    cluster: tree.ofBox.slice(),
    above: ranks.map(() => []),
    below: ranks.map(() => []),
    chains: edges.map(() => null),
  };
  ranks.forEach((rank, box) => layering.ranks[rank].push(box));
  const { first, last } = clusterSpans(tree, tree.ofBox, ranks);
  const trunks = new Map(); // item and cluster of the next -> the next
  const trunkKey = (item, cluster) => item * tree.paths.length + cluster;
  const lengths = edges.map(([from, to]) => ranks[to] - ranks[from]);
  const byLength = edges.map((_, index) => index).sort((a, b) => lengths[a] - lengths[b]);
  for (const index of byLength) {
    const [from, to] = edges[index];
    const bends = lengths[index] - 1;
    if (bends > steps) continue;
    const common = commonCluster(tree, tree.ofBox[from], tree.ofBox[to]);
    const leaving = clustersBetween(tree, tree.ofBox[from], common);
    const entering = clustersBetween(tree, tree.ofBox[to], common);
    const chain = [from];
    const missing = []; // the clusters of the items that the trunk has yet to get
    for (let rank = ranks[from] + 1; rank < ranks[to]; rank++) {
      const around =
        leaving.find((cluster) => rank <= last[cluster]) ??
        entering.find((cluster) => rank >= first[cluster]) ??
        common;
      const next = trunks.get(trunkKey(chain[chain.length - 1], around));
      if (missing.length || next === undefined) missing.push(around);
      else chain.push(next);
    }
    if (missing.length > most) continue;
    most -= missing.length;
    steps -= bends;
    for (const around of missing) {
      const before = chain[chain.length - 1];
      const item = addItem(layering, ranks[from] + chain.length, around);
      joinItems(layering, before, item);
      trunks.set(trunkKey(before, around), item);
      chain.push(item);
    }
    joinItems(layering, chain[chain.length - 1], to);
    layering.chains[index] = [...chain, to];
  }
  holdClustersOpen(layering, tree);
  return layering;
}

/** Append a virtual item and return its number. */
function addItem(layering, rank, cluster) {
  const item = layering.rank.length;
  layering.ranks[rank].push(item);
  layering.rank.push(rank);
  layering.cluster.push(cluster);
  layering.above.push([]);
  layering.below.push([]);
  return item;
}

/** Connect an item to one in the next rank. */
function joinItems(layering, upper, lower) {
  layering.below[upper].push(lower);
  layering.above[lower].push(upper);
}

/** Say whether an item is neither a box nor on an edge. */
function isPlaceholder(item, layering) {
  const { count, above, below } = layering;
  return item >= count && !above[item].length && !below[item].length;
}

/** Count the ranks that clusters span, all together: each needs an item in each of them. */
function ranksSpanned(ranks, tree) {
  const { first, last } = clusterSpans(tree, tree.ofBox, ranks);
  let spanned = 0;
  for (let cluster = 1; cluster < first.length; cluster++) {
    spanned += last[cluster] - first[cluster] + 1;
  }
  return spanned;
}

/** Give every cluster an item in each rank it spans, which says on what side of it others lie. */
function holdClustersOpen(layering, tree) {
  const present = tree.paths.map(() => new Set());
  layering.cluster.forEach((inner, item) => {
    for (let cluster = inner; cluster !== ROOT; cluster = tree.parent[cluster]) {
      present[cluster].add(layering.rank[item]);
    }
  });
  const { first, last } = clusterSpans(tree, layering.cluster, layering.rank);
  for (let cluster = tree.paths.length - 1; cluster > ROOT; cluster--) { // children before parents
    for (let rank = first[cluster]; rank <= last[cluster]; rank++) {
      if (!present[cluster].has(rank)) addItem(layering, rank, cluster);
      present[tree.parent[cluster]].add(rank);
    }
  }
}

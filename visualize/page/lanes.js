// Straight lanes across the ranks, one for each cluster.

/**
 * Cut one ordered rank into runs with no cluster border between their items.
 *
 * `low` and `high` name the cluster border on that side of a run; `own` says that it is the near
 * border of the cluster around the run, else it is the far border of a neighbouring cluster.
 */
function runsOf(items, cluster, tree) {
  const runs = [];
  let low = { cluster: cluster[items[0]], own: true };
  let current = [];
  for (const item of items) {
    const before = current.length ? cluster[current[current.length - 1]] : cluster[item];
    const after = cluster[item];
    if (before !== after) {
      const common = commonCluster(tree, before, after);
      const closed = clustersBetween(tree, before, common);
      const opened = clustersBetween(tree, after, common);
      const outermost = (chain) => ({ cluster: chain[chain.length - 1], own: false });
      const high = closed.length ? { cluster: before, own: true } : outermost(opened);
      runs.push({ items: current, low, high });
      low = opened.length ? { cluster: after, own: true } : outermost(closed);
      current = [];
    }
    current.push(item);
  }
  const last = cluster[current[current.length - 1]];
  runs.push({ items: current, low, high: { cluster: last, own: true } });
  return runs;
}

/**
 * Move items apart until every cluster has a straight lane, no narrower than `least`; return them.
 *
 * Unknowns are the centres of the items and both borders of every cluster, and every rank says
 * which must lie how far behind which. The ranks agree on the order of siblings, so this has no
 * cycle. Pushing everything just far enough up gives one solution, pushing down another, and their
 * mean is a solution too.
 */
function widenLanes(order, centre, half, layering, tree, insets, least) {
  const count = centre.length;
  const size = tree.paths.length;
  const low = (cluster) => count + cluster;
  const high = (cluster) => count + size + cluster;
  const wish = centre.slice();
  while (wish.length < high(0)) wish.push(Infinity);
  while (wish.length < high(size)) wish.push(-Infinity);
  for (let item = 0; item < count; item++) {
    let start = centre[item] - half[item];
    let end = centre[item] + half[item];
    for (let inner = layering.cluster[item]; inner !== ROOT; inner = tree.parent[inner]) {
      start -= insets.low;
      end += insets.high;
      wish[low(inner)] = Math.min(wish[low(inner)], start);
      wish[high(inner)] = Math.max(wish[high(inner)], end);
    }
  }
  const after = wish.map(() => []);
  const waiting = new Array(wish.length).fill(0);
  const keep = (first, second, distance) => {
    after[first].push({ unknown: second, distance });
    waiting[second]++;
  };
  for (const items of order) {
    let previous = -1;
    for (const { unknown, distance } of bordersAndItems(items, half, layering, tree, insets)) {
      if (previous >= 0) keep(previous, unknown, distance);
      previous = unknown;
    }
  }
  least.forEach((breadth, cluster) => {
    if (breadth) keep(low(cluster), high(cluster), breadth);
  });
  const sequence = [];
  waiting.forEach((left, unknown) => {
    if (!left) sequence.push(unknown);
  });
  for (const unknown of sequence) { // grows while it is walked
    for (const next of after[unknown]) if (!--waiting[next.unknown]) sequence.push(next.unknown);
  }
  const raised = wish.slice();
  const lowered = wish.slice();
  for (const unknown of sequence) {
    for (const next of after[unknown]) {
      raised[next.unknown] = Math.max(raised[next.unknown], raised[unknown] + next.distance);
    }
  }
  for (const unknown of sequence.reverse()) {
    for (const next of after[unknown]) {
      lowered[unknown] = Math.min(lowered[unknown], lowered[next.unknown] - next.distance);
    }
  }
  const middle = (unknown) => (raised[unknown] + lowered[unknown]) / 2;
  for (let item = 0; item < count; item++) centre[item] = middle(item);
  return tree.paths.map((_, cluster) =>
    cluster === ROOT ? [-Infinity, Infinity] : [middle(low(cluster)), middle(high(cluster))],
  );
}

/**
 * List the items of one rank and the cluster borders between them, each with its least distance to
 * the one before. Behind the numbers of the items come the low borders of clusters, then the high.
 */
function bordersAndItems(items, half, layering, tree, insets) {
  const { cluster } = layering;
  const low = cluster.length;
  const high = low + tree.paths.length;
  const listed = [];
  let inside = ROOT;
  let last = high + ROOT; // what was listed last,
  let reach = 0; // and how far it reaches
  const list = (unknown, distance, nextReach) => {
    listed.push({ unknown, distance });
    last = unknown;
    reach = nextReach;
  };
  const gap = () => (last >= low && last < high ? insets.low : insets.gap);
  for (let place = 0; place <= items.length; place++) {
    const item = place < items.length ? items[place] : -1;
    const around = item >= 0 ? cluster[item] : ROOT;
    if (around !== inside) {
      const common = commonCluster(tree, inside, around);
      const closed = clustersBetween(tree, inside, common);
      const opened = clustersBetween(tree, around, common).reverse();
      for (const inner of closed) list(high + inner, reach + insets.high, 0);
      for (const inner of opened) list(low + inner, reach + gap(), 0);
      inside = around;
    }
    if (item >= 0) {
      const bends = last < low && Math.max(last, item) >= layering.count;
      list(item, reach + (bends ? insets.bendGap : gap()) + half[item], half[item]);
    }
  }
  return listed;
}

// One sweep of the barycentre method over the ranks, with clusters kept contiguous.

/**
 * Sort each rank by the mean position of the neighbours in the rank swept before, in place.
 *
 * `flipTies` reverses items of equal mean, which leaves local optima. With `siblings` (a number per
 * cluster) the clusters inside one parent stand in that order in every rank; without, they are
 * contiguous in each rank. Source: Sugiyama, Tagawa and Toda, Methods for visual understanding of
 * hierarchical system structures (1981).
 */
function sweepRanks(order, position, layering, tree, { downwards, flipTies, siblings }) {
  const near = downwards ? layering.above : layering.below;
  const clustered = tree.paths.length > 1;
  const means = new Array(layering.rank.length).fill(0);
  const byMean = (a, b) => means[a] - means[b];
  for (let step = 1; step < order.length; step++) {
    const rank = downwards ? step : order.length - 1 - step;
    let items = order[rank];
    const scale = order[downwards ? rank - 1 : rank + 1].length / items.length;
    const movable = [];
    for (const item of items) {
      const others = near[item];
      if (!others.length && !clustered) continue;
      let sum = 0;
      for (const other of others) sum += position[other];
      means[item] = others.length ? sum / others.length : position[item] * scale;
      movable.push(item);
    }
    if (flipTies) movable.reverse();
    if (clustered) {
      items = sortNested(movable, means, layering.cluster, tree, siblings);
    } else { // what has no neighbour there keeps its place
      movable.sort(byMean);
      let next = 0;
      items = items.map((item) => (near[item].length ? movable[next++] : item));
    }
    order[rank] = items;
    for (let place = 0; place < items.length; place++) position[items[place]] = place;
  }
}

/**
 * Return items sorted by their means, with each cluster's items side by side.
 *
 * A cluster takes the mean of its items. Where siblings' means contradict the order of `siblings`
 * they are replaced by the nearest means that agree with it. At equal means items come first.
 */
function sortNested(items, means, cluster, tree, siblings) {
  const members = new Map([[ROOT, []]]); // per cluster: items, and child clusters as ~cluster
  const totals = new Map();
  for (const item of items) {
    let entry = item;
    for (let inner = cluster[item]; ; inner = tree.parent[inner]) {
      const isNew = !members.has(inner);
      if (isNew) members.set(inner, []);
      if (entry !== null) members.get(inner).push(entry);
      entry = isNew ? ~inner : null;
      if (inner === ROOT) break;
      const total = totals.get(inner);
      if (total) {
        total.sum += means[item];
        total.number++;
      } else {
        totals.set(inner, { sum: means[item], number: 1 });
      }
    }
  }
  const clusterMean = new Map();
  for (const [inner, { sum, number }] of totals) clusterMean.set(inner, sum / number);
  if (siblings) {
    for (const entries of members.values()) {
      const children = entries.filter((entry) => entry < 0).map((entry) => ~entry);
      children.sort((a, b) => siblings[a] - siblings[b]);
      const fitted = isotonic(
        children.map((child) => clusterMean.get(child)),
        children.map((child) => totals.get(child).number),
      );
      children.forEach((child, place) => clusterMean.set(child, fitted[place]));
    }
  }
  const mean = (entry) => (entry < 0 ? clusterMean.get(~entry) : means[entry]);
  const rank = (entry) => (entry < 0 ? (siblings ? siblings[~entry] : ~entry) : -1);
  for (const entries of members.values()) entries.sort((a, b) => mean(a) - mean(b) || rank(a) - rank(b));
  const sorted = [];
  const stack = members.get(ROOT).reverse();
  while (stack.length) {
    const entry = stack.pop();
    if (entry >= 0) sorted.push(entry);
    else for (const inner of members.get(~entry).reverse()) stack.push(inner);
  }
  return sorted;
}

/**
 * Return the non-decreasing sequence nearest to the values in weighted least squares.
 *
 * Adjacent violators are pooled: Ayer et al., An empirical distribution function for sampling with
 * incomplete information (1955).
 */
function isotonic(values, weights) {
  const means = [];
  const masses = [];
  const lengths = [];
  for (let place = 0; place < values.length; place++) {
    let mean = values[place];
    let mass = weights[place];
    let length = 1;
    while (means.length && means[means.length - 1] > mean) {
      const pooled = masses.pop();
      mean = (means.pop() * pooled + mean * mass) / (pooled + mass);
      mass += pooled;
      length += lengths.pop();
    }
    means.push(mean);
    masses.push(mass);
    lengths.push(length);
  }
  return means.flatMap((mean, block) => new Array(lengths[block]).fill(mean));
}

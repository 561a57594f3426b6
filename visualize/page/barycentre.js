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
  const members = new Array(tree.paths.length); // per cluster: items, child clusters as ~cluster
  members[ROOT] = [];
  const sums = new Array(tree.paths.length).fill(0);
  const numbers = new Array(tree.paths.length).fill(0);
  const met = [ROOT];
  for (const item of items) {
    let entry = item;
    for (let inner = cluster[item]; inner !== ROOT; inner = tree.parent[inner]) {
      sums[inner] += means[item];
      numbers[inner]++;
      const isNew = !members[inner];
      if (isNew) met.push(inner);
      if (isNew) members[inner] = [entry];
      else if (entry !== null) members[inner].push(entry);
      entry = isNew ? ~inner : null;
    }
    if (entry !== null) members[ROOT].push(entry);
  }
  const clusterMeans = sums.map((sum, inner) => sum / numbers[inner]);
  for (const inner of siblings ? met : []) {
    agreeWithSiblings(members[inner], clusterMeans, numbers, siblings);
  }
  const mean = (entry) => (entry < 0 ? clusterMeans[~entry] : means[entry]);
  const rank = (entry) => (entry < 0 ? (siblings ? siblings[~entry] : ~entry) : -1);
  const byMean = (a, b) => mean(a) - mean(b) || rank(a) - rank(b);
  for (const inner of met) members[inner].sort(byMean);
  const sorted = [];
  const stack = members[ROOT].reverse();
  while (stack.length) {
    const entry = stack.pop();
    if (entry >= 0) sorted.push(entry);
    else for (const inner of members[~entry].reverse()) stack.push(inner);
  }
  return sorted;
}

/** Replace the means of clusters among some entries by the nearest that agree with their order. */
function agreeWithSiblings(entries, clusterMeans, numbers, siblings) {
  const children = entries.filter((entry) => entry < 0).map((entry) => ~entry);
  if (children.length < 2) return;
  children.sort((a, b) => siblings[a] - siblings[b]);
  const fitted = isotonic(
    children.map((child) => clusterMeans[child]),
    children.map((child) => numbers[child]),
  );
  children.forEach((child, place) => (clusterMeans[child] = fitted[place]));
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
  const fitted = [];
  for (let block = 0; block < means.length; block++) {
    for (let left = lengths[block]; left > 0; left--) fitted.push(means[block]);
  }
  return fitted;
}

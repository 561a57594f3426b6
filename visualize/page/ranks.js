// The rank (column) of every box: short edges first, then as late as consumers allow.

const EFFORT = 3000000; // visits of a constraint while edges are shortened: some 50 ms
const SHORT_CLUSTER = 2; // a cluster's length counts as two edges: no stray member stretches it

/**
 * Rank boxes so that edges [from, to] are short, then late, sibling clusters one after another.
 *
 * An edge that enters or leaves a cluster holds for the cluster as a whole, except where siblings
 * feed each other both ways (a recurrence) and cannot stand one after the other.
 */
function rankBoxes(count, edges, tree) {
  const constraints = edges.map(([from, to]) => ({ from, to, gap: 1, weight: 1 }));
  let total = count;
  if (tree.paths.length > 1) {
    for (const constraint of clusterConstraints(count, edges, tree)) constraints.push(constraint);
    total += 2 * tree.paths.length;
  }
  const ranks = shortenEdges(latestRanks(total, constraints), constraints, EFFORT).slice(0, count);
  const first = ranks.reduce((least, rank) => Math.min(least, rank), Infinity);
  return ranks.map((rank) => rank - first);
}

/** Give each node the largest rank that its consumers allow: `to` stays `gap` behind `from`. */
function latestRanks(count, constraints) {
  const before = Array.from({ length: count }, () => []);
  const waiting = new Array(count).fill(0);
  for (const constraint of constraints) {
    before[constraint.to].push(constraint);
    waiting[constraint.from]++;
  }
  const height = new Array(count).fill(0); // ranks still needed behind this node
  const ready = [];
  for (let node = 0; node < count; node++) if (!waiting[node]) ready.push(node);
  for (const node of ready) { // grows while it is walked
    for (const { from, gap } of before[node]) {
      height[from] = Math.max(height[from], height[node] + gap);
      if (!--waiting[from]) ready.push(from);
    }
  }
  if (ready.length < count) throw new Error("layoutOf: the edges between the boxes form a cycle");
  const last = height.reduce((most, needed) => Math.max(most, needed), 0);
  return height.map((needed) => last - needed);
}

/** Say in constraints what holds for clusters; two extra nodes stand for the ends of each. */
function clusterConstraints(count, edges, tree) {
  const size = tree.paths.length;
  const enter = (cluster) => count + cluster;
  const leave = (cluster) => count + size + cluster;
  const links = new Map(); // of siblings (a box, or count + cluster), each once
  for (const [from, to] of edges) {
    const around = commonCluster(tree, tree.ofBox[from], tree.ofBox[to]);
    const above = clustersBetween(tree, tree.ofBox[from], around);
    const beyond = clustersBetween(tree, tree.ofBox[to], around);
    const first = above.length ? count + above[above.length - 1] : from;
    const second = beyond.length ? count + beyond[beyond.length - 1] : to;
    if (!links.has(first * (count + size) + second)) {
      links.set(first * (count + size) + second, { first, second, around });
    }
  }
  const component = strongComponents(count + size, links.values());
  const tangled = tangledClusters(component, count, tree);
  const constraints = [];
  const keep = (from, to, gap, weight = 0) => constraints.push({ from, to, gap, weight });
  for (const { first, second, around } of links.values()) {
    if (tangled[around] || component[first] === component[second]) continue;
    const start = first < count ? first : leave(first - count);
    const end = second < count ? second : enter(second - count);
    keep(start, end, 1);
  }
  for (let box = 0; box < count; box++) {
    const cluster = tree.ofBox[box];
    if (cluster === ROOT) continue;
    keep(enter(cluster), box, 0);
    keep(box, leave(cluster), 0);
  }
  for (let cluster = 1; cluster < size; cluster++) {
    keep(enter(cluster), leave(cluster), 0, SHORT_CLUSTER);
    if (tree.parent[cluster] === ROOT) continue;
    keep(enter(tree.parent[cluster]), enter(cluster), 0);
    keep(leave(cluster), leave(tree.parent[cluster]), 0);
  }
  return constraints;
}

/** Mark the clusters that are on a cycle with siblings, and all inside them. */
function tangledClusters(component, count, tree) {
  const members = new Array(component.length).fill(0);
  for (const number of component) members[number]++;
  const tangled = [false];
  for (let cluster = 1; cluster < tree.paths.length; cluster++) {
    tangled.push(members[component[count + cluster]] > 1 || tangled[tree.parent[cluster]]);
  }
  return tangled;
}

/** Number the strongly connected components: Tarjan (1972), with a stack of its own. */
function strongComponents(count, links) {
  const after = Array.from({ length: count }, () => []);
  for (const { first, second } of links) after[first].push(second);
  const index = new Array(count).fill(-1);
  const low = new Array(count).fill(0);
  const component = new Array(count).fill(-1);
  const following = new Array(count).fill(0);
  const open = [];
  let reached = 0;
  let found = 0;
  for (let root = 0; root < count; root++) {
    if (index[root] >= 0) continue;
    const work = [root];
    while (work.length) {
      const node = work[work.length - 1];
      if (index[node] < 0) {
        index[node] = low[node] = reached++;
        open.push(node);
      }
      if (following[node] < after[node].length) {
        const other = after[node][following[node]++];
        if (index[other] < 0) work.push(other);
        else if (component[other] < 0) low[node] = Math.min(low[node], index[other]);
        continue;
      }
      work.pop();
      if (work.length) {
        const caller = work[work.length - 1];
        low[caller] = Math.min(low[caller], low[node]);
      }
      if (low[node] === index[node]) {
        while (component[node] < 0) component[open.pop()] = found;
        found++;
      }
    }
  }
  return component;
}

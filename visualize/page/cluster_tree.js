// The tree of nested clusters that the boxes of a layout belong to.

const ROOT = 0;

/** Number every path of nested clusters by first appearance, parents first; 0 is the picture. */
function clusterTreeOf(paths) {
  const tree = { paths: [[]], parent: [ROOT], depth: [0], ofBox: [] };
  const children = [new Map()]; // per cluster: the last part of a path -> its number
  for (const path of paths) {
    let cluster = ROOT;
    for (const [level, part] of path.entries()) {
      let child = children[cluster].get(part);
      if (child === undefined) {
        child = tree.paths.length;
        children[cluster].set(part, child);
        children.push(new Map());
        tree.paths.push(path.slice(0, level + 1));
        tree.parent.push(cluster);
        tree.depth.push(level + 1);
      }
      cluster = child;
    }
    tree.ofBox.push(cluster);
  }
  return tree;
}

/** Return the innermost cluster that holds both. */
function commonCluster(tree, first, second) {
  while (first !== second) {
    if (tree.depth[first] >= tree.depth[second]) first = tree.parent[first];
    else second = tree.parent[second];
  }
  return first;
}

/** List the clusters from one outwards, up to but without an ancestor of it. */
function clustersBetween(tree, cluster, ancestor) {
  const chain = [];
  for (; cluster !== ancestor; cluster = tree.parent[cluster]) chain.push(cluster);
  return chain;
}

/** Return the first and the last rank of every cluster, what is nested in it included. */
function clusterSpans(tree, cluster, rank) {
  const first = new Array(tree.paths.length).fill(Infinity);
  const last = new Array(tree.paths.length).fill(-1);
  for (let item = 0; item < cluster.length; item++) {
    first[cluster[item]] = Math.min(first[cluster[item]], rank[item]);
    last[cluster[item]] = Math.max(last[cluster[item]], rank[item]);
  }
  for (let inner = tree.paths.length - 1; inner > ROOT; inner--) {
    const around = tree.parent[inner];
    first[around] = Math.min(first[around], first[inner]);
    last[around] = Math.max(last[around], last[inner]);
  }
  return { first, last };
}

// Layered layout: boxes, edges and sizes in, places and curves out.
//
// Ranks, long edges cut up (layering), order in the ranks, coordinates (places), curves (routes):
// the method of Sugiyama, Tagawa and Toda (1981) as refined by Gansner, Koutsofios, North and Vo
// (1993), with shortest edges by a flow algorithm, shared trunks of long edges, and lanes for
// clusters. All is computed along and across the ranks; only the last step knows left from top.

const CLUSTER_PADDING = 8;
const BEND_GAP = 0.6; // of the gap between boxes, beside a bend of a long edge
const FREE_ITEMS = 1000; // virtual items allowed for long edges,
const ITEMS_PER_BOX = 4; // and as many more for each box
const MOST_SPANNED = 50000; // ranks that all clusters span; beyond, the innermost are left out
const MOST_BENDS = 100000; // in all edges together

const LAYOUT_DEFAULTS = {
  direction: "LR", // or "TB"
  rankGap: 36, // least distance between ranks
  boxGap: 10, // and between boxes in a rank
  titleHeight: 16, // free at the top of a cluster
  titleWidth: () => 0, // least width of a cluster, given its title
};

/**
 * Place boxes of the given [width, height] in ranks, so that every edge goes forward.
 *
 * Returns `places` [x, y, width, height], `routes` (a start point, then two control points and an
 * end point for each cubic piece), `clusters` {key, title, path, x, y, width, height}, outer ones
 * first, and the size of the picture. A cluster holds its own boxes and clusters and no others.
 * The same input gives the same result everywhere.
 */
function layoutOf(boxes, edges, sizes, options = {}) {
  const chosen = { ...LAYOUT_DEFAULTS, ...options };
  const { direction, rankGap, boxGap, titleHeight, titleWidth } = chosen;
  if (!boxes.length) return { places: [], routes: [], clusters: [], width: 0, height: 0 };
  const sideways = direction === "LR";
  const lengths = sizes.map(([width, height]) => (sideways ? width : height));
  const pairs = edges.map(({ source, target }) => [source, target]);
  const { tree, ranks } = rankedTree(boxes, pairs);
  const most = FREE_ITEMS + ITEMS_PER_BOX * boxes.length;
  const layering = layeringOf(ranks, pairs, tree, most, MOST_BENDS);
  const order = orderRanks(layering, tree);
  const half = sizes.map(([width, height]) => (sideways ? height : width) / 2);
  while (half.length < layering.rank.length) half.push(0);
  const offsets = parallelOffsets(pairs, boxes.length);
  layering.chains.forEach((chain, index) => {
    const offset = Math.abs(offsets[index]);
    if (!chain || !offset) return;
    for (const bend of chain.slice(1, -1)) half[bend] = Math.max(half[bend], offset);
  });
  const titled = CLUSTER_PADDING + titleHeight;
  const insets = {
    gap: boxGap,
    bendGap: BEND_GAP * boxGap,
    low: sideways ? titled : CLUSTER_PADDING,
    high: CLUSTER_PADDING,
  };
  const margins = [sideways ? CLUSTER_PADDING : titled, CLUSTER_PADDING];
  const none = tree.paths.map(() => 0);
  const wide = tree.paths.map((path) => (path.length ? titleWidth(lastTitle(path)) : 0));
  const least = sideways ? { along: wide, across: none } : { along: none, across: wide };
  const { centre, lanes } = placeAcross(order, half, layering, tree, insets, least.across);
  const columns = columnsOf(layering, lengths, tree, margins, least.along, rankGap);
  const along = lengths.map((length, box) => {
    const start = (columns.starts[ranks[box]] + columns.ends[ranks[box]] - length) / 2;
    return [start, start + length];
  });
  const room = { along: columns.room, across: lanes };
  const frames = framesOf(layering, along, centre, half, tree, insets, margins, least, room);
  const outside = frames[ROOT][2] - 2 * boxGap;
  const routes = routeEdges(pairs, layering, centre, half, along, columns, offsets, outside);
  return turned({ sideways, sizes, along, centre, half, routes, frames, tree });
}

/** Return the tree of clusters and the ranks; where clusters span too much, but the innermost. */
function rankedTree(boxes, pairs) {
  let paths = boxes.map((box) => box.path);
  for (;;) {
    const tree = clusterTreeOf(paths);
    const ranks = rankBoxes(boxes.length, pairs, tree);
    if (ranksSpanned(ranks, tree) <= MOST_SPANNED) return { tree, ranks };
    const deepest = tree.depth.reduce((most, depth) => Math.max(most, depth), 0);
    paths = paths.map((path) => path.slice(0, deepest - 1));
  }
}

/** Turn coordinates along and across the ranks into x and y, with the origin at the top left. */
function turned({ sideways, sizes, along, centre, half, routes, frames, tree }) {
  let [start, end, low, high] = frames[ROOT];
  for (const route of routes) {
    for (const [, across] of route) {
      low = Math.min(low, across);
      high = Math.max(high, across);
    }
  }
  const point = ([x, y]) => (sideways ? [x - start, y - low] : [y - low, x - start]);
  const corner = (box) => point([along[box][0], centre[box] - half[box]]);
  const places = sizes.map((size, box) => [...corner(box), ...size]);
  const clusters = tree.paths.slice(1).map((path, index) => {
    const frame = frames[index + 1];
    const [x, y] = point([frame[0], frame[2]]);
    const [length, breadth] = [frame[1] - frame[0], frame[3] - frame[2]];
    const [width, height] = sideways ? [length, breadth] : [breadth, length];
    return { key: pathKey(path), title: lastTitle(path), path, x, y, width, height };
  });
  return {
    places,
    routes: routes.map((route) => route.map(point)),
    clusters,
    width: sideways ? end - start : high - low,
    height: sideways ? high - low : end - start,
  };
}

// Coordinates across the ranks: short straight edges, no overlaps, clusters in their lanes.

const ONE_SIDED = 12; // sweeps that look at one side of a rank,
const TWO_SIDED = 8; // and at both
const IN_LANES = 4; // one-sided sweeps inside lanes, where items already stand near their places
const BEND_MASS = Math.sqrt(8); // edge pieces weigh 1, 2.8 or 8: long edges come out straight
const FREE_MASS = 0.01; // an item without neighbours on the side looked at gives way to the others

/**
 * Return the centre of every item across the ranks, and the lane of every cluster.
 *
 * Every rank in turn is put as near to its neighbours as order and sizes allow, which is an
 * isotonic regression. Then clusters get lanes, and the sweeps go on inside the fixed lanes.
 */
function placeAcross(order, half, layering, tree, insets, least) {
  let rows = order.map((items) => rowOf(items, half, layering, tree, insets));
  const centre = new Array(layering.rank.length).fill(0);
  for (const row of rows) {
    const middle = row.offsets[row.offsets.length - 1] / 2;
    row.items.forEach((item, place) => (centre[item] = row.offsets[place] - middle));
  }
  sweepRows(rows, centre, layering, ONE_SIDED);
  let lanes = [[-Infinity, Infinity]];
  if (tree.paths.length > 1) {
    gatherPlaceholders(centre, layering, tree);
    lanes = widenLanes(order, centre, half, layering, tree, insets, least);
    rows = rowsInLanes(order, half, layering, tree, insets, lanes);
    sweepRows(rows, centre, layering, IN_LANES);
  }
  straightenChains(rows, centre, half, layering);
  return { centre, lanes };
}

/** Wish what only holds a cluster open into the middle of it: it is to make no lane broader. */
function gatherPlaceholders(centre, layering, tree) {
  const sums = new Array(tree.paths.length).fill(0);
  const numbers = new Array(tree.paths.length).fill(0);
  centre.forEach((middle, item) => {
    if (isPlaceholder(item, layering)) return;
    for (let inner = layering.cluster[item]; inner !== ROOT; inner = tree.parent[inner]) {
      sums[inner] += middle;
      numbers[inner]++;
    }
  });
  layering.cluster.forEach((cluster, item) => {
    if (isPlaceholder(item, layering)) centre[item] = sums[cluster] / numbers[cluster];
  });
}

/** Return neighbours in one rank with their least distances from the first, and no bounds. */
function rowOf(items, half, layering, tree, insets) {
  const offsets = [];
  let at = 0;
  for (const { unknown, distance } of bordersAndItems(items, half, layering, tree, insets)) {
    at += distance;
    if (unknown < layering.rank.length) offsets.push(at);
  }
  const fromFirst = offsets.map((offset) => offset - offsets[0]);
  return { items, offsets: fromFirst, low: -Infinity, high: Infinity };
}

/** Return the rows between borders of clusters, with the bounds that those set. */
function rowsInLanes(order, half, layering, tree, insets, lanes) {
  return order.flatMap((items) =>
    runsOf(items, layering.cluster, tree).map((run) => {
      const row = rowOf(run.items, half, layering, tree, insets);
      const below = lanes[run.low.cluster];
      const above = lanes[run.high.cluster];
      row.low = run.low.own ? below[0] + insets.low : below[1] + insets.gap;
      row.high = run.high.own ? above[1] - insets.high : above[0] - insets.gap;
      row.low += half[run.items[0]];
      row.high -= half[run.items[run.items.length - 1]];
      return row;
    }),
  );
}

/** Draw the items of every row to their neighbours: before it, behind it, then on both sides. */
function sweepRows(rows, centre, layering, oneSided) {
  const mass = centre.map((_, item) => (item < layering.count ? 1 : BEND_MASS));
  const both = layering.above.map((others, item) => others.concat(layering.below[item]));
  const backward = rows.slice().reverse();
  for (let step = 0; step < oneSided + TWO_SIDED; step++) {
    const isBackward = step % 2 === 0;
    const near = step >= oneSided ? both : isBackward ? layering.below : layering.above;
    for (const row of isBackward ? backward : rows) fitRow(row, near, mass, centre);
  }
}

/** Put one row as near to its neighbours as its bounds and distances allow. */
function fitRow(row, near, mass, centre) {
  const { items, offsets } = row;
  const wishes = new Array(items.length);
  const weights = new Array(items.length);
  for (let place = 0; place < items.length; place++) {
    const item = items[place];
    let total = 0;
    let pull = 0;
    for (const other of near[item]) {
      total += mass[other];
      pull += mass[other] * centre[other];
    }
    wishes[place] = (total ? pull / total : centre[item]) - offsets[place];
    weights[place] = total ? total * mass[item] : FREE_MASS;
  }
  // Clipping an isotonic regression to bounds solves the bounded problem.
  const high = row.high - offsets[offsets.length - 1];
  isotonic(wishes, weights).forEach((value, place) => {
    centre[items[place]] = Math.min(Math.max(value, row.low), high) + offsets[place];
  });
}

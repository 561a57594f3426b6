// Crossings of edges between neighbouring ranks: their number, and exchanges that lower it.

/** Count the pairs of edge pieces that cross. */
function countCrossings(order, position, layering) {
  let crossings = 0;
  const broadest = order.reduce((most, items) => Math.max(most, items.length), 0);
  const tree = new Uint32Array(broadest + 1); // Fenwick's: ends of the pieces so far
  for (let rank = 0; rank + 1 < order.length; rank++) {
    const breadth = order[rank + 1].length;
    if (breadth < 2 || order[rank].length < 2) continue;
    tree.fill(0, 0, breadth + 1);
    let passed = 0;
    for (const item of order[rank]) {
      const others = layering.below[item];
      for (const other of others) {
        crossings += passed;
        for (let at = position[other] + 1; at > 0; at -= at & -at) crossings -= tree[at];
      }
      for (const other of others) {
        for (let at = position[other] + 1; at <= breadth; at += at & -at) tree[at]++;
      }
      passed += others.length;
    }
  }
  return crossings;
}

/**
 * Swap neighbouring items of one cluster wherever that removes crossings, in place.
 *
 * A rank is looked at again only after something in it or beside it has moved. Source: the
 * "transpose" step of Gansner, Koutsofios, North and Vo, A technique for drawing directed graphs
 * (1993).
 */
function exchangeNeighbours(order, position, layering, passes) {
  let stale = order.map(() => true);
  for (let pass = 0; pass < passes && stale.includes(true); pass++) {
    const exchange = (items, rank) => stale[rank] && exchangeInRank(items, position, layering);
    const moved = order.map(exchange);
    stale = moved.map((_, rank) => Boolean(moved[rank - 1] || moved[rank] || moved[rank + 1]));
  }
}

/** Exchange neighbours once along one rank; say whether any moved. */
function exchangeInRank(items, position, layering) {
  const { cluster } = layering;
  const upper = items.map((item) => sortedEnds(layering.above[item], position));
  const lower = items.map((item) => sortedEnds(layering.below[item], position));
  const inOrder = (left, right) =>
    !left.length || !right.length || left[left.length - 1] <= right[0];
  let moved = false;
  for (let place = 0; place + 1 < items.length; place++) {
    const [first, second] = [items[place], items[place + 1]];
    if (cluster[first] !== cluster[second]) continue;
    const [up, nextUp] = [upper[place], upper[place + 1]];
    const [down, nextDown] = [lower[place], lower[place + 1]];
    if (inOrder(up, nextUp) && inOrder(down, nextDown)) continue;
    const crossings = inversions(up, nextUp) + inversions(down, nextDown);
    if (crossings <= inversions(nextUp, up) + inversions(nextDown, down)) continue;
    [items[place], items[place + 1]] = [second, first];
    [position[first], position[second]] = [place + 1, place];
    [upper[place], upper[place + 1]] = [nextUp, up];
    [lower[place], lower[place + 1]] = [nextDown, down];
    moved = true;
  }
  return moved;
}

/** Return the positions of some items, the least first. */
function sortedEnds(others, position) {
  const ends = others.map((other) => position[other]);
  return ends.length > 1 ? ends.sort((a, b) => a - b) : ends;
}

/** Count the pairs that cross when an item with ends `left` stands before one with ends `right`. */
function inversions(left, right) {
  let crossings = 0;
  let smaller = 0;
  for (const end of left) {
    while (smaller < right.length && right[smaller] < end) smaller++;
    crossings += smaller;
  }
  return crossings;
}

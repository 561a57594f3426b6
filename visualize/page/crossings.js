// Crossings of edges between neighbouring ranks: their number, and exchanges that lower it.

/** Count the pairs of edge pieces that cross. */
function countCrossings(order, position, layering) {
  let crossings = 0;
  for (let rank = 0; rank + 1 < order.length; rank++) {
    const breadth = order[rank + 1].length;
    const tree = new Uint32Array(breadth + 1); // Fenwick's: ends of the pieces so far
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
    const moved = order.map((items, rank) => stale[rank] && exchangeInRank(items, position, layering));
    stale = moved.map((_, rank) => Boolean(moved[rank - 1] || moved[rank] || moved[rank + 1]));
  }
}

/** Exchange neighbours once along one rank; say whether any moved. */
function exchangeInRank(items, position, layering) {
  const { cluster } = layering;
  const endsOf = (others) => Int32Array.from(others, (other) => position[other]).sort();
  const upper = items.map((item) => endsOf(layering.above[item]));
  const lower = items.map((item) => endsOf(layering.below[item]));
  const inOrder = (left, right) => !left.length || !right.length || left[left.length - 1] <= right[0];
  let moved = false;
  for (let place = 0; place + 1 < items.length; place++) {
    const [first, second] = [items[place], items[place + 1]];
    if (cluster[first] !== cluster[second]) continue;
    const [up, nextUp] = [upper[place], upper[place + 1]];
    const [down, nextDown] = [lower[place], lower[place + 1]];
    if (inOrder(up, nextUp) && inOrder(down, nextDown)) continue;
    const gain =
      inversions(up, nextUp) - inversions(nextUp, up) + inversions(down, nextDown) - inversions(nextDown, down);
    if (gain <= 0) continue;
    [items[place], items[place + 1]] = [second, first];
    [position[first], position[second]] = [place + 1, place];
    [upper[place], upper[place + 1]] = [nextUp, up];
    [lower[place], lower[place + 1]] = [nextDown, down];
    moved = true;
  }
  return moved;
}

/** Count the pairs that cross when the item with ends `left` stands before the one with ends `right`. */
function inversions(left, right) {
  let crossings = 0;
  let smaller = 0;
  for (const end of left) {
    while (smaller < right.length && right[smaller] < end) smaller++;
    crossings += smaller;
  }
  return crossings;
}

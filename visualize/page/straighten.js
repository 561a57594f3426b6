// Straight edges: items that follow each other get the same coordinate where there is room.

/**
 * Give the items of each chain one coordinate where there is room, in place.
 *
 * A box joins the box before it in the chain if their edge is the only one there, or if they stand
 * within a box of each other; farther off, other edges pull.
 */
function straightenChains(rows, centre, half, layering) {
  const rowOfItem = new Array(centre.length);
  const placeOfItem = new Array(centre.length);
  for (const row of rows) {
    row.items.forEach((item, place) => {
      rowOfItem[item] = row;
      placeOfItem[item] = place;
    });
  }
  const room = (item) => roomInRow(rowOfItem[item], placeOfItem[item], centre);
  for (const chain of chainsOf(layering, centre)) {
    let stretch = [];
    let bounds = [-Infinity, Infinity];
    let lastBox = -1;
    for (const item of [...chain, -1]) {
      const isBox = item >= 0 && item < layering.count;
      const own = item >= 0 ? room(item) : null;
      const both = own && [Math.max(bounds[0], own[0]), Math.min(bounds[1], own[1])];
      const isNear =
        !isBox ||
        lastBox < 0 ||
        Math.abs(centre[item] - centre[lastBox]) <= 2 * half[item] ||
        isOnlyEdge(layering.above[item][0], item, layering);
      if (both && both[0] <= both[1] && isNear) {
        bounds = both;
        stretch.push(item);
        if (isBox) lastBox = item;
        continue;
      }
      if (stretch.length > 1) {
        const sorted = stretch.map((member) => centre[member]).sort((a, b) => a - b);
        const middle = Math.min(Math.max(sorted[sorted.length >> 1], bounds[0]), bounds[1]);
        for (const member of stretch) centre[member] = middle;
      }
      if (own) {
        stretch = [item];
        bounds = own;
        lastBox = isBox ? item : -1;
      }
    }
  }
  for (const row of rows) { // ends of edges follow what the chains did
    for (const item of row.items) {
      const others = layering.above[item].concat(layering.below[item]);
      if (others.length !== 1) continue;
      const [low, high] = room(item);
      centre[item] = Math.min(Math.max(centre[others[0]], low), high);
    }
  }
}

/** Return how far the item at a place of a row can move. */
function roomInRow(row, place, centre) {
  const { items, offsets } = row;
  let { low, high } = row;
  const [before, after] = [place - 1, place + 1];
  if (before >= 0) low = centre[items[before]] + offsets[place] - offsets[before];
  if (after < items.length) high = centre[items[after]] + offsets[place] - offsets[after];
  return [low, high];
}

/** Return paths that share no item, the longest first: bends, only edges, middle neighbours. */
function chainsOf(layering, centre) {
  const { above, below, count } = layering;
  const upper = new Map();
  const lower = new Map();
  const link = (item, other) => {
    lower.set(item, other);
    upper.set(other, item);
  };
  below.forEach((others, item) => {
    for (const other of others) {
      if ((item >= count && other >= count) || isOnlyEdge(item, other, layering)) link(item, other);
    }
  });
  const middleAbove = above.map((others) => middleItem(others, centre));
  const middleBelow = below.map((others) => middleItem(others, centre));
  for (const isMutual of [true, false]) {
    middleBelow.forEach((other, item) => {
      if (other < 0 || lower.has(item) || upper.has(other)) return;
      if (!isMutual || middleAbove[other] === item) link(item, other);
    });
  }
  const chains = [];
  for (const item of lower.keys()) {
    if (upper.has(item)) continue;
    const chain = [item];
    while (lower.has(chain[chain.length - 1])) chain.push(lower.get(chain[chain.length - 1]));
    chains.push(chain);
  }
  return chains.sort((a, b) => b.length - a.length);
}

/** Return the item with the middle coordinate; -1 of none. */
function middleItem(items, centre) {
  if (items.length < 2) return items.length ? items[0] : -1;
  return items.slice().sort((a, b) => centre[a] - centre[b])[items.length >> 1];
}

/** Say whether an edge is the only one at both its ends. */
function isOnlyEdge(item, other, layering) {
  return layering.below[item].length === 1 && layering.above[other].length === 1;
}

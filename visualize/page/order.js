// The order of the items inside every rank: few edge crossings, clusters kept together.

const SWEEPS = 8; // per start; half as many again gained 1 % on one of ten graphs
const PIECES_AT_ONCE = 6000; // starts times pieces of edges
const MOST_STARTS = 4; // twice as many gained as little

/**
 * Order every rank for few crossings; the same input always gives the same order.
 *
 * Two depth-first orders, then shuffled ones, are improved by sweeps and exchanges. In the result a
 * cluster is contiguous in every rank, and siblings stand in the same order in every rank, so that
 * each can have a lane of its own.
 */
function orderRanks(layering, tree) {
  const pieces = layering.below.reduce((sum, others) => sum + others.length, 0);
  const starts = Math.max(2, Math.min(MOST_STARTS, Math.floor(PIECES_AT_ONCE / (pieces + 1))));
  const random = randomNumbers(1); // fixed, so that the same graph gives the same picture
  let best = null;
  for (let start = 0; start < starts && best?.crossings !== 0; start++) {
    const upwards = start % 2 === 0;
    const order = depthFirstOrder(layering, upwards, start > 1 ? random : null);
    const improved = improveOrder(order, layering, tree, upwards);
    if (!best || improved.crossings < best.crossings) best = improved;
  }
  return faceForward(best.order, layering);
}

/** Sweep and exchange from one start; return the best order met and its crossings. */
function improveOrder(order, layering, tree, upwards) {
  const clustered = tree.paths.length > 1;
  const position = positionsIn(order, layering);
  let siblings = null; // the place of each cluster among its siblings
  let best = null;
  const keepBest = () => {
    const crossings = countCrossings(order, position, layering);
    if (best && crossings >= best.crossings) return;
    best = { crossings, order: order.map((items) => items.slice()) };
  };
  if (!clustered) keepBest();
  for (let step = 0; step < SWEEPS && best?.crossings !== 0; step++) {
    if (clustered && step === SWEEPS / 2) {
      siblings = siblingOrder(order, layering, tree);
      sortClusters(order, position, layering, tree, siblings);
    }
    sweepRanks(order, position, layering, tree, {
      downwards: (step % 2 === 1) === upwards,
      flipTies: step % 4 >= 2,
      siblings,
    });
    exchangeNeighbours(order, position, layering, 1);
    if (!clustered || siblings) keepBest();
  }
  const settled = positionsIn(best.order, layering);
  exchangeNeighbours(best.order, settled, layering, 20);
  return { order: best.order, crossings: countCrossings(best.order, settled, layering) };
}

/** Return the items in the order in which a walk along edges meets them: trees come out planar. */
function depthFirstOrder(layering, upwards, random) {
  let near = upwards ? layering.above : layering.below;
  if (random) near = near.map((others) => shuffled(others, random));
  const order = layering.ranks.map(() => []);
  const met = new Uint8Array(layering.rank.length);
  for (const items of upwards ? layering.ranks.slice().reverse() : layering.ranks) {
    for (const root of items) {
      const stack = [root];
      while (stack.length) {
        const item = stack.pop();
        if (met[item]) continue;
        met[item] = 1;
        order[layering.rank[item]].push(item);
        for (let place = near[item].length - 1; place >= 0; place--) stack.push(near[item][place]);
      }
    }
  }
  return order;
}

/**
 * Turn the order to the side on which boxes stand as they were given, which reads better.
 *
 * Boxes with the same neighbours, which may change places freely, are put in that order too.
 */
function faceForward(order, layering) {
  let agreement = 0;
  for (const items of order) {
    const boxes = items.filter((item) => item < layering.count);
    boxes.forEach((box, place) => {
      agreement += (2 * place - boxes.length + 1) * box;
    });
  }
  const numerically = (a, b) => a - b;
  const result = agreement >= 0 ? order : order.map((items) => items.slice().reverse());
  for (const items of result) {
    const alike = new Map();
    items.forEach((item, place) => {
      if (item >= layering.count) return;
      const above = layering.above[item].slice().sort(numerically);
      const below = layering.below[item].slice().sort(numerically);
      const key = `${layering.cluster[item]}:${above}:${below}`;
      if (alike.has(key)) alike.get(key).push(place);
      else alike.set(key, [place]);
    });
    for (const places of alike.values()) {
      const sorted = places.map((place) => items[place]).sort(numerically);
      places.forEach((place, index) => {
        items[place] = sorted[index];
      });
    }
  }
  return result;
}

/** Return the place of every item in its rank. */
function positionsIn(order, layering) {
  const position = new Array(layering.rank.length).fill(0);
  for (const items of order) items.forEach((item, place) => (position[item] = place));
  return position;
}

/** Number the clusters by their mean place, counted as a fraction of each rank. */
function siblingOrder(order, layering, tree) {
  const total = new Array(tree.paths.length).fill(0);
  const number = new Array(tree.paths.length).fill(0);
  for (const items of order) {
    items.forEach((item, place) => {
      for (let inner = layering.cluster[item]; inner !== ROOT; inner = tree.parent[inner]) {
        total[inner] += (place + 0.5) / items.length;
        number[inner]++;
      }
    });
  }
  const clusters = tree.paths.map((_, cluster) => cluster).slice(1);
  clusters.sort((a, b) => total[a] / number[a] - total[b] / number[b]);
  const numbers = new Array(tree.paths.length).fill(0);
  clusters.forEach((cluster, place) => (numbers[cluster] = place));
  return numbers;
}

/** Put the clusters of every rank into one order of siblings. */
function sortClusters(order, position, layering, tree, siblings) {
  order.forEach((items, rank) => {
    order[rank] = sortNested(items, position, layering.cluster, tree, siblings);
    order[rank].forEach((item, place) => (position[item] = place));
  });
}

/** Return a generator of numbers from 0 to 1: a linear congruence modulo 2 ** 32. */
function randomNumbers(seed) {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

/** Return the items in random order. */
function shuffled(items, random) {
  const result = items.slice();
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

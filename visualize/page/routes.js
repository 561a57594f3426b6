// The curves of the edges: through the gaps between ranks, past the boxes.

const PARALLEL_GAP = 4; // between edges of one pair of boxes
const PORT_GAP = 8; // between the ends of edges at one box, where it is tall enough
const PORT_SPAN = 0.7; // of the box's side carries ends of edges
const OUTSIDE_GAP = 4; // between edges that go around the outside

/**
 * Return each edge's cubic Bezier control points, [along, across] the ranks.
 *
 * An edge leaves its box at the middle of its end side and arrives spread over the start side of
 * its consumer, in the order in which the edges come in. It bends only in the gaps between ranks,
 * so it never meets a box. Edges of one pair of boxes keep their distance along the whole path.
 * Edges without a chain run at `outside` and beyond it, one lane for each value.
 */
function routeEdges(edges, layering, centre, half, along, columns, offsets, outside) {
  const lanes = outsideLanes(edges, layering, outside);
  const ports = portsOf(edges, layering, centre, half, offsets, lanes);
  return edges.map(([from, to], index) => {
    const first = layering.rank[from];
    const last = layering.rank[to];
    const chain = layering.chains[index];
    const limit = PORT_SPAN * half[from];
    const leaves = centre[from] + Math.min(Math.max(offsets[index], -limit), limit);
    // The height at which the edge runs through a rank.
    const through = (rank) => {
      if (rank === first) return leaves;
      if (rank === last) return ports[index];
      return (chain ? centre[chain[rank - first]] : lanes.get(from)) + offsets[index];
    };
    const knots = [[along[from][1], leaves]];
    for (let rank = first; rank < last; rank++) {
      knots.push([columns.ends[rank], through(rank)]);
      knots.push([columns.starts[rank + 1], through(rank + 1)]);
    }
    knots.push([along[to][0], ports[index]]);
    return curveThrough(knots);
  });
}

/** Return where each edge arrives at its target. */
function portsOf(edges, layering, centre, half, offsets, lanes) {
  const arrivals = new Map();
  edges.forEach(([from, to], index) => {
    const chain = layering.chains[index];
    const height = (chain ? centre[chain[chain.length - 2]] : lanes.get(from)) + offsets[index];
    if (!arrivals.has(to)) arrivals.set(to, []);
    arrivals.get(to).push({ height, index });
  });
  const ports = new Array(edges.length).fill(0);
  for (const [to, coming] of arrivals) {
    coming.sort((a, b) => a.height - b.height || a.index - b.index);
    const gap = Math.min(PORT_GAP, (PORT_SPAN * 2 * half[to]) / coming.length);
    coming.forEach(({ index }, place) => {
      ports[index] = centre[to] + (place - (coming.length - 1) / 2) * gap;
    });
  }
  return ports;
}

/** Give each edge its distance from the middle of the edges between the same two boxes. */
function parallelOffsets(edges, count) {
  const together = new Map();
  edges.forEach(([from, to], index) => {
    const pair = from * count + to;
    if (together.has(pair)) together.get(pair).push(index);
    else together.set(pair, [index]);
  });
  const offsets = new Array(edges.length).fill(0);
  for (const indices of together.values()) {
    indices.forEach((index, place) => {
      offsets[index] = (place - (indices.length - 1) / 2) * PARALLEL_GAP;
    });
  }
  return offsets;
}

/** Give each value with edges around the outside the innermost lane that is free for it. */
function outsideLanes(edges, layering, outside) {
  const lastRank = new Map();
  edges.forEach(([from, to], index) => {
    if (layering.chains[index]) return;
    lastRank.set(from, Math.max(lastRank.get(from) ?? 0, layering.rank[to]));
  });
  const busyUntil = [];
  const lanes = new Map();
  const values = [...lastRank.keys()].sort((a, b) => layering.rank[a] - layering.rank[b] || a - b);
  for (const value of values) {
    let lane = busyUntil.findIndex((until) => until <= layering.rank[value]);
    if (lane < 0) lane = busyUntil.length;
    busyUntil[lane] = lastRank.get(value);
    lanes.set(value, outside - lane * OUTSIDE_GAP);
  }
  return lanes;
}

/** Return a curve whose tangents at the knots run along the ranks; level pieces join into one. */
function curveThrough(knots) {
  const corners = [knots[0]];
  for (const knot of knots.slice(1)) {
    const [before, last] = [corners[corners.length - 2], corners[corners.length - 1]];
    if (knot[0] <= last[0] && knot[1] === last[1]) continue;
    if (before && before[1] === last[1] && last[1] === knot[1]) corners.pop();
    corners.push(knot);
  }
  if (corners.length === 1) corners.push(knots[knots.length - 1]); // ranks that touch
  const points = [corners[0]];
  for (let place = 1; place < corners.length; place++) {
    const [x, y] = corners[place - 1];
    const [endX, endY] = corners[place];
    const middle = (x + endX) / 2;
    points.push([middle, y], [middle, endY], [endX, endY]);
  }
  return points;
}

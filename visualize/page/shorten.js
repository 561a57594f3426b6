// The ranking of least total edge length, found by moving boxes to earlier ranks.

/**
 * Lower ranks until the weighted sum of edge lengths is least.
 *
 * The primal-dual algorithm for the dual of a minimum-cost flow (Ahuja, Magnanti and Orlin, Network
 * Flows, 1993, section 9.8), from the latest ranking to the latest of the best. Each step leaves a
 * valid ranking, so stopping after `effort` visits of a constraint is safe.
 */
function shortenEdges(latest, constraints, effort) {
  const ranks = latest.slice();
  const excess = new Array(ranks.length).fill(0); // what one rank earlier for this node alone gains
  const ends = Array.from({ length: ranks.length }, () => []); // constraint; ~constraint at `from`
  constraints.forEach(({ from, to, weight }, index) => {
    excess[from] -= weight;
    excess[to] += weight;
    ends[to].push(index);
    ends[from].push(~index);
  });
  const slack = constraints.map(({ from, to, gap }) => ranks[to] - ranks[from] - gap);
  const flow = new Array(constraints.length).fill(0);
  while (effort > 0) {
    const { reached, spent, moved } = pushGains(ends, constraints, slack, flow, excess);
    effort -= spent;
    if (moved) continue;
    let step = Infinity;
    constraints.forEach(({ from, to }, index) => {
      if (reached[to] && !reached[from]) step = Math.min(step, slack[index]);
    });
    if (step === Infinity) break;
    reached.forEach((isReached, node) => {
      if (isReached) ranks[node] -= step;
    });
    constraints.forEach(({ from, to }, index) => {
      slack[index] += step * (reached[from] - reached[to]);
    });
  }
  return ranks;
}

/**
 * Let gains flow to those who lose by a move: one depth-first search from every node with a gain.
 *
 * Along a tight constraint anything may flow from `to` to `from`; against it, what flowed before.
 */
function pushGains(ends, constraints, slack, flow, excess) {
  const reached = new Uint8Array(excess.length);
  const following = new Uint32Array(excess.length);
  let spent = 0;
  let moved = false;
  for (let source = 0; source < excess.length; source++) {
    if (excess[source] <= 0 || reached[source]) continue;
    reached[source] = 1;
    const path = []; // ends taken
    const nodes = [source]; // and the nodes between them
    while (nodes.length) {
      const node = nodes[nodes.length - 1];
      if (following[node] === ends[node].length) {
        nodes.pop();
        path.pop();
        continue;
      }
      const end = ends[node][following[node]++];
      spent++;
      const other = end >= 0 ? constraints[end].from : constraints[~end].to;
      if (reached[other] || (end >= 0 ? slack[end] : !flow[~end])) continue;
      reached[other] = 1;
      path.push(end);
      nodes.push(other);
      if (excess[other] >= 0) continue;
      let amount = Math.min(excess[source], -excess[other]);
      for (const taken of path) if (taken < 0) amount = Math.min(amount, flow[~taken]);
      for (const taken of path) {
        if (taken >= 0) flow[taken] += amount;
        else flow[~taken] -= amount;
      }
      excess[source] -= amount;
      excess[other] += amount;
      moved = true;
      for (const onPath of nodes.slice(1)) { // they may carry more, for this source or another
        reached[onPath] = 0;
        if (following[onPath]) following[onPath]--;
      }
      following[source]--;
      path.length = 0;
      nodes.length = 1;
      if (!excess[source]) {
        reached[source] = 0;
        break;
      }
    }
  }
  return { reached, spent, moved };
}

// From a graph and a view of it to boxes and the edges between them.

/**
 * Return the boxes that a view shows, in topological order, the edges between them, and `of`: the
 * index of the box of each value.
 *
 * A view is {closed: keys of clusters drawn as one box, folded: sums drawn with all that they hold,
 * grouping: "modules", or "made" for those made up too}. A box is {key, kind: "value", "cluster" or
 * "sum", members, path: of the clusters around it, title, cluster: the key that opens it or "",
 * value: the one that it shows or -1, copyOf: index of the first drawing or -1}. Between boxes of
 * one value there is an edge {source, target, count, uses: [[consumer, position], ...]} per use,
 * else one per pair.
 */
function boxesOf(graph, view) {
  const { boxOf, known } = assignBoxes(graph, view);
  const order = boxesInOrder(graph.used, boxOf, known.length);
  const index = new Map(order.map((box, place) => [box, place]));
  const members = order.map(() => []);
  boxOf.forEach((box, value) => members[index.get(box)].push(value));
  const drawn = order.map((box, place) => describedBox(graph, known[box], members[place]));
  const places = boxOf.map((box) => index.get(box));
  const edges = links(graph.used, places, order.length).map((link) => edgeOf(graph, link));
  const result = withCopies(graph, drawn, edges);
  const of = new Array(boxOf.length);
  result.boxes.forEach((box, place) => {
    if (box.copyOf < 0) for (const value of box.members) of[value] = place;
  });
  return { ...result, of };
}

/** Return the box of each value, numbered by first appearance, and what is `known` of each box. */
function assignBoxes(graph, { closed, folded, grouping }) {
  const paths = graph.paths[grouping];
  const sums = [...folded].map((top) => graph.sums.get(top)).filter(Boolean);
  const shared = sharedBoxes(graph.used, paths, closed, graph.alone, sums);
  const known = [];
  const taken = new Set();
  shared.boxes.forEach((box, value) => {
    if (box < known.length) return;
    const [path, length, sum] = [paths[value], shared.clusters[value], shared.sums[value]];
    const cluster = length ? pathKey(path.slice(0, length)) : "";
    const key = cluster || `/${sum}`;
    known.push({
      key: taken.has(key) ? `${key}//@${value}` : key, // a module of a recurrence, split
      path: path.slice(0, shared.frames[value]),
      cluster,
      title: length ? lastTitle(path.slice(0, length)) : graph.name[sum],
      value: length ? -1 : sum,
    });
    taken.add(key);
  });
  return { boxOf: shared.boxes, known };
}

/** Return a box with its kind and members; a cluster of one value is drawn as that value. */
function describedBox(graph, { key, path, cluster, title, value }, members) {
  const common = { members, path, copyOf: -1 };
  if (members.length > 1) {
    return { key, kind: cluster ? "cluster" : "sum", title, cluster, value, ...common };
  }
  const [only] = members;
  const name = graph.name[only];
  return { key: `/${only}`, kind: "value", title: name, cluster: "", value: only, ...common };
}

/** Return the edge of a link, whose uses count the values among the operands. */
function edgeOf(graph, { source, target, uses }) {
  const positions = uses.map(([consumer, place]) => [consumer, graph.places[consumer][place]]);
  return { source, target, count: uses.length, uses: positions };
}

/** Return boxes and edges with a copy of each much-used leaf for every few levels that use it. */
function withCopies(graph, boxes, edges) {
  const isLeaf = boxes.map(({ kind, value }) => kind === "value" && graph.operation[value] < 0);
  const ends = edges.map(({ source, target }) => [source, target]);
  const made = copied(isLeaf, ends);
  const first = new Map(); // box -> its index, which its copies name
  return {
    boxes: made.boxes.map(([old, level], index) => {
      if (level < 0) first.set(old, index);
      if (level < 0) return boxes[old];
      return { ...boxes[old], key: `${boxes[old].key}@${level}`, copyOf: first.get(old) };
    }),
    edges: made.edges.map(([number, source, target]) => ({ ...edges[number], source, target })),
  };
}

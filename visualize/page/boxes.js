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
  const members = known.map(() => []);
  boxOf.forEach((box, value) => members[box].push(value));
  const pairs = usesByPair(graph, boxOf);
  const order = boxesInOrder(graph.used, boxOf, known.length);
  const index = new Array(known.length);
  order.forEach((box, place) => (index[box] = place));
  const drawn = order.map((box) => describedBox(graph, known[box], members[box]));
  const edges = edgesBetween(drawn, pairs, index);
  const result = withCopies(graph, drawn, edges);
  const of = new Array(boxOf.length);
  result.boxes.forEach((box, place) => {
    if (box.copyOf < 0) for (const value of box.members) of[value] = place;
  });
  return { ...result, of };
}

/** Number the boxes by first appearance: `boxOf` per value, and what is `known` of each. */
function assignBoxes(graph, view) {
  const paths = graph.paths[view.grouping];
  const sumOf = sumsAround(graph, view);
  const closedLength = new Map(); // path -> length of its outermost closed part, 0 if all are open
  for (const path of new Set(paths)) closedLength.set(path, outermostClosed(path, view.closed));
  const lengths = paths.map((path, value) => (graph.alone.has(value) ? 0 : closedLength.get(path)));
  const keys = paths.map((path, value) =>
    lengths[value] ? pathKey(path.slice(0, lengths[value])) : `/${sumOf.get(value) ?? value}`,
  );
  const numbers = new Map();
  const first = keys.map((key) => {
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key);
  });
  const boxOf = splitBoxes(graph.used, first, numbers.size);
  const known = [];
  const taken = new Set();
  boxOf.forEach((box, value) => {
    if (box < known.length) return;
    const [key, path, length] = [keys[value], paths[value], lengths[value]];
    const closed = closedLength.get(path); // around an output, which has a box of its own
    known.push({
      key: taken.has(key) ? `${key}//@${value}` : key, // a module of a recurrence, split
      path: closed ? path.slice(0, closed - 1) : path,
      cluster: length ? key : "",
      title: length ? lastTitle(path.slice(0, length)) : graph.name[sumOf.get(value) ?? value],
      value: length ? -1 : (sumOf.get(value) ?? value),
    });
    taken.add(key);
  });
  return { boxOf, known };
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

/** Call `visit(from box, to box, consumer, position)` for every use of one box by another. */
function eachUseBetween(graph, boxOf, visit) {
  graph.operands.forEach((operands, value) => {
    const box = boxOf[value];
    operands.forEach((operand, position) => {
      if (!isValue(operand) || boxOf[operand] === box) return;
      visit(boxOf[operand], box, value, position);
    });
  });
}

/** Collect the uses of one box by another: per target a map from source to [consumer, position]. */
function usesByPair(graph, boxOf) {
  const pairs = new Map();
  eachUseBetween(graph, boxOf, (source, target, consumer, position) => {
    if (!pairs.has(target)) pairs.set(target, new Map());
    const sources = pairs.get(target);
    if (sources.has(source)) sources.get(source).push([consumer, position]);
    else sources.set(source, [[consumer, position]]);
  });
  return pairs;
}

/** Return the edges by target, then source: one per use between values, else one per pair. */
function edgesBetween(boxes, pairs, index) {
  const edges = [];
  for (const [box, sources] of pairs) {
    const target = index[box];
    for (const [sourceBox, uses] of sources) {
      const source = index[sourceBox];
      const apart = boxes[source].kind === "value" && boxes[target].kind === "value";
      if (!apart) edges.push({ source, target, count: uses.length, uses });
      else for (const use of uses) edges.push({ source, target, count: 1, uses: [use] });
    }
  }
  const inOrder = (a, b) =>
    a.target - b.target || a.source - b.source || a.uses[0][1] - b.uses[0][1];
  return edges.sort(inOrder);
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

// From a graph and a view of it to boxes and the edges between them.

/**
 * Return the boxes that a view shows, in topological order, the edges between them, and `of`: the
 * index of the box of each value.
 *
 * A view is {closed: keys of clusters drawn as one box, folded: sums drawn with what they swallow,
 * grouping: which clusters there are, see pathsOf}. A box is {key, kind: "value", "cluster" or
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
  const order = topologicalOrder(known.length, pairs);
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

/**
 * Number the boxes by first appearance: `boxOf` per value, and what is `known` of each.
 *
 * Boxes that would form a cycle are split by visit.
 */
function assignBoxes(graph, { closed, folded, grouping }) {
  const paths = pathsOf(graph, grouping);
  const outputs = outputsAlone(graph);
  const topOf = topsOfFolded(graph, folded, paths, closed);
  const closedLength = new Map(); // path -> length of its outermost closed part, 0 if all are open
  for (const path of new Set(paths)) closedLength.set(path, outermostClosed(path, closed));
  const numbers = new Map();
  const known = [];
  const numbered = (key, made) => {
    if (!numbers.has(key)) {
      numbers.set(key, known.length);
      known.push({ key, ...made() });
    }
    return numbers.get(key);
  };
  let boxOf = paths.map((path, value) => {
    const length = closedLength.get(path);
    const around = length ? path.slice(0, length - 1) : path;
    if (length && !outputs.has(value)) {
      const cluster = pathKey(path.slice(0, length));
      const title = lastTitle(path.slice(0, length));
      return numbered(cluster, () => ({ path: around, cluster, title, value: -1 }));
    }
    const top = topOf.get(value) ?? value;
    const title = graph.name[top];
    return numbered(`/${top}`, () => ({ path: around, cluster: "", title, value: top }));
  });
  const visits = visitsOfLoops(valuesUsed(graph), boxOf, known.length);
  if (visits.length) {
    const first = known.slice();
    boxOf = boxOf.map((box, value) => {
      const { key, ...rest } = first[box];
      if (!visits[value] || rest.value >= 0) return box;
      return numbered(`${key}//@${visits[value]}`, () => rest);
    });
    const used = new Set(boxOf); // a cluster that takes no part in visit 0 leaves a number unused
    if (used.size < known.length) return renumbered(boxOf, known);
  }
  return { boxOf, known };
}

/** Number the boxes in use again, by first appearance. */
function renumbered(boxOf, known) {
  const numbers = new Map();
  for (const box of boxOf) if (!numbers.has(box)) numbers.set(box, numbers.size);
  return {
    boxOf: boxOf.map((box) => numbers.get(box)),
    known: [...numbers.keys()].map((box) => known[box]),
  };
}

/** Return the folded sum that swallows each value, for those that one swallows. */
function topsOfFolded(graph, folded, paths, closed) {
  const topOf = new Map();
  const isOpen = (value) => !outermostClosed(paths[value], closed);
  for (const top of [...folded].sort((a, b) => b - a)) {
    if (topOf.has(top) || !isOpen(top)) continue;
    for (const value of foldedInto(graph, top, isOpen)) topOf.set(value, top);
  }
  return topOf;
}

/** Return the length of the outermost closed part of a path; 0 where all are open. */
function outermostClosed(path, closed) {
  for (let length = 1; length <= path.length; length++) {
    if (closed.has(pathKey(path.slice(0, length)))) return length;
  }
  return 0;
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
      if (typeof operand !== "number" || boxOf[operand] === box) return;
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

/** Return the boxes with sources before targets; boxes of one value each are so already. */
function topologicalOrder(count, pairs) {
  const consumers = Array.from({ length: count }, () => []);
  const missing = new Array(count).fill(0);
  let isSorted = true;
  for (const [target, sources] of pairs) {
    for (const source of sources.keys()) {
      consumers[source].push(target);
      missing[target]++;
      isSorted = isSorted && source < target;
    }
  }
  const boxes = Array.from({ length: count }, (_, box) => box);
  if (isSorted) return boxes;
  const order = boxes.filter((box) => !missing[box]);
  for (const box of order) { // grows while it is walked
    for (const consumer of consumers[box]) if (!--missing[consumer]) order.push(consumer);
  }
  return order;
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

/**
 * Return boxes and edges with a copy of each much-used leaf for every few levels that use it.
 *
 * A copy stands before its first consumer; its `copyOf` is the index of the first drawing. Boxes
 * are in topological order and edges sorted by target, before and after.
 */
function withCopies(graph, boxes, edges) {
  const isLeaf = boxes.map(({ kind, value }) => kind === "value" && graph.operation[value] < 0);
  const levels = levelsOfCopies(
    isLeaf,
    edges.map(({ source, target }) => [source, target]),
  );
  if (levels.every((level) => level < 0)) return { boxes, edges };
  const incoming = boxes.map(() => []);
  edges.forEach((edge, number) => incoming[edge.target].push(number));
  const result = { boxes: [], edges: [] };
  const place = new Map(); // key of a box -> its new index
  boxes.forEach((box, old) => {
    const drawn = incoming[old].map((number) => {
      const leaf = boxes[edges[number].source];
      const key = levels[number] < 0 ? leaf.key : `${leaf.key}@${levels[number]}`;
      if (!place.has(key)) { // the first use of a copy
        place.set(key, result.boxes.length);
        result.boxes.push({ ...leaf, key, copyOf: place.get(leaf.key) });
      }
      return { ...edges[number], source: place.get(key) };
    });
    place.set(box.key, result.boxes.length);
    result.boxes.push(box);
    for (const edge of drawn) result.edges.push({ ...edge, target: place.get(box.key) });
  });
  return result;
}

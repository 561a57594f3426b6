// Draw a leaf again where it is used far away, so that no line crosses the whole picture.

const FEW_USES = 4; // as many lines to one box are easy to follow
const NEAR = 3; // levels that one drawing of a leaf serves

/**
 * Return boxes and edges with a copy of each much-used leaf for every few levels that use it.
 *
 * A copy stands before its first consumer; its `copyOf` is the index of the first drawing. Boxes
 * are in topological order and edges sorted by target, before and after.
 */
function withCopies(graph, boxes, edges) {
  const served = edgesOfCopies(graph, boxes, edges);
  if (!served.size) return { boxes, edges };
  const incoming = boxes.map(() => []);
  edges.forEach((edge, number) => incoming[edge.target].push(number));
  const result = { boxes: [], edges: [] };
  const place = new Map(); // key of a box -> its new index
  boxes.forEach((box, old) => {
    const drawn = incoming[old].map((number) => {
      const leaf = boxes[edges[number].source];
      const level = served.get(number);
      const key = level === undefined ? leaf.key : `${leaf.key}@${level}`;
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

/** Return the edges that come from a copy instead of from the leaf itself, and the copy's level. */
function edgesOfCopies(graph, boxes, edges) {
  const heights = new Array(boxes.length).fill(0); // the longest way from each box to an output
  for (const { source, target } of edges.slice().reverse()) {
    heights[source] = Math.max(heights[source], heights[target] + 1);
  }
  const uses = new Map();
  edges.forEach((edge, number) => {
    const { kind, value } = boxes[edge.source];
    if (kind !== "value" || graph.operation[value] >= 0) return;
    if (uses.has(edge.source)) uses.get(edge.source).push(number);
    else uses.set(edge.source, [number]);
  });
  const served = new Map();
  const level = (number) => heights[edges[number].target];
  for (const numbers of uses.values()) {
    if (numbers.length <= FEW_USES) continue;
    numbers.sort((a, b) => level(b) - level(a) || a - b);
    const first = level(numbers[0]);
    let current = first;
    for (const number of numbers) {
      if (level(number) <= current - NEAR) current = level(number);
      if (current !== first) served.set(number, current);
    }
  }
  return served;
}

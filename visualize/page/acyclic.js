// Split boxes that use each other in a circle, as modules of a recurrence do.

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

/**
 * Return the visit in which each value takes part; null where the boxes form no cycle.
 *
 * The visit counts how often the way to a value went from one looped box to another. Boxes split
 * by visit form no cycle: an edge between boxes raises the visit, one inside never lowers it.
 */
function visitsOfLoops(graph, boxOf, count) {
  const looped = loopedBoxes(graph, boxOf, count);
  if (!looped.includes(1)) return null;
  const visits = new Array(boxOf.length).fill(0);
  const latest = new Map(); // of a leaf: the last visit that comes before none of its uses
  graph.operands.forEach((operands, value) => {
    const box = boxOf[value];
    if (!looped[box]) return;
    const isUsed = (operand) => typeof operand === "number" && looped[boxOf[operand]];
    const used = operands.filter(isUsed);
    for (const operand of used) {
      visits[value] = Math.max(visits[value], visits[operand] + (boxOf[operand] === box ? 0 : 1));
    }
    for (const operand of used) {
      if (graph.operation[operand] >= 0) continue;
      const visit = visits[value] - (boxOf[operand] === box ? 0 : 1);
      latest.set(operand, Math.min(visit, latest.get(operand) ?? visit));
    }
  });
  for (const [leaf, visit] of latest) visits[leaf] = visit;
  return visits;
}

/** Mark the boxes on or between cycles: what is left after peeling sources, then sinks. */
function loopedBoxes(graph, boxOf, count) {
  const left = new Uint8Array(count).fill(1);
  for (const fromSources of [true, false]) {
    const following = Array.from({ length: count }, () => []);
    const missing = new Uint32Array(count);
    eachUseBetween(graph, boxOf, (from, to) => {
      if (!left[from] || !left[to]) return;
      const [near, far] = fromSources ? [from, to] : [to, from];
      following[near].push(far);
      missing[far]++;
    });
    const free = [];
    for (let box = 0; box < count; box++) if (left[box] && !missing[box]) free.push(box);
    for (const box of free) { // grows while it is walked
      for (const other of following[box]) if (!--missing[other]) free.push(other);
    }
    for (const box of free) left[box] = 0;
  }
  return left;
}

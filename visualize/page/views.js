// The view of a graph to begin with: as much as fits, closed or folded where it is too much.

const EDGES_PER_BOX = 6; // more lines than that are a tangle, however few the boxes

/**
 * Return the view that closes as little as is needed to show at most about `limit` boxes.
 *
 * Modules are closed from the deepest level up, with equal operations outside of them together
 * where those are too many; where there are none, sums are folded first. What fits nowhere is shown
 * in bands by steps back from the output.
 */
function initialView(graph, limit = 150) {
  for (const view of possibleViews(graph, limit)) {
    if (isLegible(graph, view, limit)) return view;
  }
  return closedView(graph, "steps", () => true);
}

/** Yield views from the finest to the coarsest. */
function* possibleViews(graph, limit) {
  const open = { closed: new Set(), folded: new Set(), grouping: "modules" };
  if (graph.operands.length <= limit) yield open;
  const deepest = graph.scopes.reduce((most, path) => Math.max(most, path.length), 0);
  if (!deepest) yield { ...open, folded: new Set(foldableSums(graph)) };
  for (let depth = deepest; depth > 0; depth--) {
    if (depth === deepest) yield closedView(graph, "modules", (path) => path.length >= depth);
    for (const grouping of ["labelled", "alike"]) {
      yield closedView(graph, grouping, (path) => path.length >= depth || isSynthetic(path));
    }
  }
  for (const grouping of ["labelled", "alike"]) yield closedView(graph, grouping, isSynthetic);
}

/** Return the view in which the clusters are closed whose paths a test picks. */
function closedView(graph, grouping, isClosed) {
  const closed = new Set();
  for (const path of new Set(pathsOf(graph, grouping))) {
    for (let length = 1; length <= path.length; length++) {
      const part = path.slice(0, length);
      if (isClosed(part)) closed.add(pathKey(part));
    }
  }
  return { closed, folded: new Set(), grouping };
}

/** Say whether a path ends in a cluster that no module made. */
function isSynthetic(path) {
  return path[path.length - 1].startsWith("/");
}

/** Say whether a view has few enough boxes and edges. */
function isLegible(graph, view, limit) {
  const isWhole = !view.closed.size && !view.folded.size;
  const { boxOf, known } = assignBoxes(graph, view);
  if (known.length > limit) return false;
  if (view.folded.size && known.length === 1) return false; // all in one sum: nothing is to be seen
  if (isWhole) return true;
  let edges = 0;
  for (const sources of usesByPair(graph, boxOf).values()) edges += sources.size;
  return edges <= EDGES_PER_BOX * known.length;
}

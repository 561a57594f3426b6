// The clusters around every value: modules, and made-up ones for graphs that have too few.
//
// A cluster's key is its path, joined by "/". Names of modules are never empty and hold no "/", so
// a made-up part, which begins with "/", is never taken for a module of that name.

/** Return the key of the cluster at the end of a path. */
function pathKey(path) {
  return path.join("/");
}

/** Return the title of the cluster at the end of a path. */
function lastTitle(path) {
  return partTitle(path[path.length - 1]);
}

/** Return all different paths of clusters around values. */
function differentPaths(graph, grouping) {
  return new Set(graph.paths[grouping]);
}

/** Return the view of the graph that its data begin with: clusters that are closed, folded sums. */
function firstView(graph) {
  const grouping = graph.paths.made.length ? "made" : "modules";
  return { closed: new Set(graph.view.closed), folded: new Set(graph.view.folded), grouping };
}

/** Return the length of the outermost closed part of a path; 0 where all are open. */
function outermostClosed(path, closed) {
  for (let length = 1; length <= path.length; length++) {
    if (closed.has(pathKey(path.slice(0, length)))) return length;
  }
  return 0;
}

/** Return the folded sum around each value that is in one and in no closed cluster. */
function sumsAround(graph, { closed, folded, grouping }) {
  const paths = graph.paths[grouping];
  const sumOf = new Map();
  for (const top of folded) {
    for (const value of graph.sums.get(top) ?? []) {
      if (outermostClosed(paths[value], closed)) continue;
      if (value === top || sumOf.has(graph.uses[value][0][0])) sumOf.set(value, top);
    }
  }
  return sumOf;
}

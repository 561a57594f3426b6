// The clusters around every value: modules, and made-up ones for graphs that have too few.
//
// Names of modules are never empty and hold no "/", so a made-up part, which begins with "/", is
// never taken for a module of that name.

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

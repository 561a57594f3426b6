// The clusters around every value: modules, and synthetic ones for graphs that have too few.
//
// A cluster's key is its path, joined by "/". Parts of modules are never empty and hold no "/", so
// a synthetic part, which begins with "/", is never taken for a module of that name.

const MOST_PARTS = 12; // more boxes than that are more than what is read at a glance
const SMALL_GROUP = 60; // values that are drawn one by one when their box is opened
const FEW_OUTPUTS = 30; // as many keep boxes of their own

const knownPaths = new WeakMap(); // graph -> grouping -> path of each value

/** Return the key of the cluster at the end of a path. */
function pathKey(path) {
  return path.join("/");
}

/** Return what is written over a cluster, of the last part of its path. */
function partTitle(part) {
  return part.startsWith("/") ? part.slice(1).replace(/#\d+$/, "") : part;
}

/** Return what is written over the cluster at the end of a path. */
function lastTitle(path) {
  return partTitle(path[path.length - 1]);
}

/**
 * Return the path of the clusters around each value, outermost first.
 *
 * "modules": as the program said. "labelled": in them, equal operations with one label at one level
 * together; "alike": whatever their labels. "steps": bands by steps back from the output instead,
 * nested until they are small.
 */
function pathsOf(graph, grouping = "modules") {
  if (!knownPaths.has(graph)) knownPaths.set(graph, new Map());
  const known = knownPaths.get(graph);
  if (!known.has(grouping)) {
    if (grouping === "steps") known.set(grouping, stepPaths(graph));
    else if (grouping === "modules") known.set(grouping, modulePaths(graph));
    else known.set(grouping, alikePaths(graph, grouping === "labelled"));
  }
  return known.get(grouping);
}

/** Return the modules around each value. */
function modulePaths(graph) {
  return graph.scope.map((scope) => graph.scopes[scope]);
}

/** Return the keys of all clusters. */
function clusterKeysOf(graph, grouping = "modules") {
  const keys = new Set();
  for (const path of new Set(pathsOf(graph, grouping))) {
    for (let length = 1; length <= path.length; length++) keys.add(pathKey(path.slice(0, length)));
  }
  return keys;
}

/** Put equal operations of one module at one level together, where there are several. */
function alikePaths(graph, labelled) {
  const levels = levelsOf(graph);
  const outputs = outputsAlone(graph);
  const groups = new Map();
  graph.scope.forEach((scope, value) => {
    if (outputs.has(value)) return;
    const label = labelled ? graph.label[value] : "";
    const key = `${scope} ${graph.operation[value]} ${levels[value]} ${label}`;
    if (groups.has(key)) groups.get(key).push(value);
    else groups.set(key, [value]);
  });
  const paths = modulePaths(graph);
  for (const members of groups.values()) {
    if (members.length < 2) continue;
    const [first] = members;
    const title = groupTitle(graph, members);
    cutIntoChunks(members, title, [...paths[first], `/${title}#${first}`], paths);
  }
  return paths;
}

/** Give members of a group their paths, in parts of it where they are too many to open at once. */
function cutIntoChunks(members, title, path, paths) {
  const open = [{ start: 0, end: members.length, path }];
  while (open.length) {
    const { start, end, path: around } = open.pop();
    const parts = Math.min(MOST_PARTS, Math.ceil((end - start) / SMALL_GROUP));
    if (parts === 1) {
      for (const value of members.slice(start, end)) paths[value] = around;
      continue;
    }
    const cut = (part) => start + Math.floor(((end - start) * part) / parts);
    for (let part = 0; part < parts; part++) {
      const [first, last] = [cut(part), cut(part + 1)];
      const inner = `/${title} ${spanTitle(first + 1, last)}`;
      open.push({ start: first, end: last, path: [...around, inner] });
    }
  }
}

/** Return the common label of some values of one operation, else the operation's symbol. */
function groupTitle(graph, members) {
  const [first] = members;
  const label = graph.label[first];
  if (label && members.every((value) => graph.label[value] === label)) return label;
  return graph.operation[first] < 0 ? "leaves" : graph.operations[graph.operation[first]].symbol;
}

/**
 * Return the steps from each value to an output, a run of one operation counting as one step.
 *
 * The builtin sum of 1,000 terms is a chain of 1,000 additions; its terms are alike all the same.
 */
function levelsOf(graph) {
  const { operation, label, scope } = graph;
  const used = valuesUsed(graph);
  const levels = new Array(used.length).fill(0);
  for (let consumer = used.length - 1; consumer >= 0; consumer--) {
    for (const operand of used[consumer]) {
      const isRun =
        operation[operand] === operation[consumer] &&
        label[operand] === label[consumer] &&
        scope[operand] === scope[consumer];
      levels[operand] = Math.max(levels[operand], levels[consumer] + (isRun ? 0 : 1));
    }
  }
  return levels;
}

/** Return the outputs, where they are so few that each is to be seen. */
function outputsAlone(graph) {
  return new Set(graph.outputs.length <= FEW_OUTPUTS ? graph.outputs : []);
}

/** Return two whole numbers as a span; one alone where they are equal. */
function spanTitle(first, last) {
  const written = (number) => number.toLocaleString("en-US");
  return first === last ? written(first) : `${written(first)}–${written(last)}`;
}

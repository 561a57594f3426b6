// The ways between a value and the outputs: which there are, how many, and which weighs most.

const FAR_BELOW = 1; // the value, or its operands all the way down
const ON_PATH = 2; // between the value and an output

/** Return for every value whether it is on a way from `members` to an output, or below them. */
function waysThrough(graph, members) {
  const ways = new Uint8Array(graph.size);
  const below = [...members];
  for (const value of members) ways[value] = FAR_BELOW;
  for (const value of below) {
    // grows while it is walked
    for (const operand of graph.operands[value]) {
      if (!isValue(operand) || ways[operand]) continue;
      ways[operand] = FAR_BELOW;
      below.push(operand);
    }
  }
  const above = [...members];
  for (const value of members) ways[value] = ON_PATH;
  for (const value of above) {
    for (const [consumer] of graph.uses[value]) {
      if (ways[consumer] === ON_PATH) continue;
      ways[consumer] = ON_PATH;
      above.push(consumer);
    }
  }
  return ways;
}

/** Return how many paths lead a gradient from the outputs to a value, and the heaviest of them. */
function pathsToOutputs(graph, value) {
  const wanted = new Array(graph.size).fill(false);
  wanted[value] = true;
  const between = valuesOnPaths(graph, wanted);
  const [heaviest] = largestPrefixes(graph, wanted, between, 1).get(value) ?? [];
  if (!heaviest) return { count: 0, path: [], product: 0 };
  const { count } = pathCounts(graph, wanted, between).get(value);
  return { count, path: valuesOf(heaviest), product: heaviest.product };
}

/** Light the ways of the selected values and dim all others. */
function markPaths() {
  const { selection } = page;
  setAttribute(byId("stage"), "data-dimming", selection ? "true" : null);
  const ways = selection ? waysThrough(page.graph, selection) : null;
  const isSelected = new Set(selection);
  page.boxes.forEach((box, index) => {
    const way = ways ? box.members.reduce((most, value) => Math.max(most, ways[value]), 0) : 0;
    markBox(index, "lit", way === ON_PATH);
    markBox(index, "below", way === FAR_BELOW);
    markBox(
      index,
      "selected",
      box.members.some((value) => isSelected.has(value)),
    );
    setAttribute(
      page.drawn[index].group,
      "aria-pressed",
      ways ? String(page.drawn[index].marks.has("selected")) : null,
    );
  });
  const edges = { [ON_PATH]: [], [FAR_BELOW]: [], 0: [] };
  page.edges.forEach((edge, index) => {
    edges[ways ? edge.uses.reduce((most, use) => Math.max(most, wayOfUse(ways, use)), 0) : 0].push(
      index,
    );
  });
  lightLines(edges[ON_PATH], edges[FAR_BELOW]);
  scheduleMarks();
}

/** Return whether a use is on a way to an output, or below the selected values. */
function wayOfUse(ways, [consumer, position]) {
  const operand = page.graph.operands[consumer][position];
  if (ways[operand] === ON_PATH) return ON_PATH;
  return ways[operand] && ways[consumer] ? FAR_BELOW : 0;
}

/** Select the values of a box: its ways are lit and the panel stays with it. */
function select(members) {
  page.selection = members;
  markPaths();
  tellAbout(-1);
}

/** Select nothing. */
function clearSelection() {
  if (page.selection) select(null);
}

// The graph of the page, decoded from the columns that data.py wrote.

const NOT_FINITE = { nan: NaN, inf: Infinity, "-inf": -Infinity };

/** Return the graph: columns by value number, operands before consumers. */
function decodedGraph(columns) {
  const numbers = columns.numbers.map((item) =>
    typeof item === "string" ? NOT_FINITE[item] : item,
  );
  const number = (place) => (place < 0 ? null : numbers[place]);
  const text = (place) => (place < 0 ? "" : columns.texts[place]);
  const graph = {
    size: columns.data.length,
    name: columns.name.map(text),
    label: columns.label.map(text),
    heading: columns.heading.map(text),
    mark: columns.mark.map(text),
    data: columns.data.map(number),
    gradient: columns.gradient.map(number),
    state: Array.from(columns.state, (letter) => columns.states[letter]),
    remark: columns.remark.map(text),
    operation: columns.operation,
    operands: columns.operands.map((places) =>
      places.map((place) => (place < 0 ? { constant: numbers[-1 - place] } : place)),
    ),
    local: columns.local.map((row) => row.map(number)),
    seeds: columns.seeds.map(([value, place]) => [value, numbers[place]]),
    starts: columns.seeds.map(([value]) => value), // of paths
    visits: columns.visits,
    outputs: columns.outputs,
    paths: {
      modules: columns.scope.map((place) => columns.scopes[place]),
      made: columns.cluster.map((place) => columns.clusters[place]),
    },
    alone: new Set(columns.view.alone),
    view: columns.view,
    sums: new Map(columns.sums.map((members) => [members[0], members])),
    line: columns.line,
    operations: columns.operations,
    rule: columns.rule,
    rules: columns.rules,
    ruleDigits: columns.ruleDigits,
    valueDigits: columns.valueDigits,
    lines: columns.lines,
    widths: columns.widths, // of characters that do not take one column
  };
  graph.used = graph.operands.map((operands) => operands.filter(isValue));
  graph.places = graph.operands.map((operands) =>
    [...operands.keys()].filter((position) => isValue(operands[position])),
  );
  graph.uses = usesOf(graph);
  const unlike = new Map(
    Object.entries(columns.sent).map(([value, row]) => [Number(value), row.map(number)]),
  );
  Object.assign(graph, sentBySweep(graph, unlike));
  return graph;
}

/** Say whether an operand is a value, not a constant. */
function isValue(operand) {
  return typeof operand === "number";
}

/** Return, for each value, its uses as [consumer, position among the operands]. */
function usesOf(graph) {
  const uses = graph.operands.map(() => []);
  graph.operands.forEach((operands, consumer) => {
    operands.forEach((operand, position) => {
      if (isValue(operand)) uses[operand].push([consumer, position]);
    });
  });
  return uses;
}

/**
 * Return the shares that values send to operands in the reverse sweep, and the final gradients.
 *
 * Sums are made in the order of the engine, so that they are equal to its own to the last bit;
 * `unlike` holds the shares that are not the product of gradient and local derivative.
 */
function sentBySweep(graph, unlike) {
  const totals = new Array(graph.size).fill(null);
  const sent = graph.operands.map((operands) => operands.map(() => null));
  for (const [value, gradient] of graph.seeds) totals[value] = gradient;
  for (const value of graph.visits) {
    graph.operands[value].forEach((operand, position) => {
      const share = shareOf(graph, unlike, value, position, totals[value]);
      if (!isValue(operand) || share === null) return;
      sent[value][position] = share;
      totals[operand] = totals[operand] === null ? share : totals[operand] + share;
    });
  }
  return { sent, swept: totals };
}

/** Return the share of one operand; null where there is no derivative. */
function shareOf(graph, unlike, value, position, gradient) {
  if (unlike.has(value)) return unlike.get(value)[position];
  const local = graph.local[value][position];
  return local === null ? null : productSent(gradient, local);
}

/** Return the row of an operation, null at a leaf. */
function operationOf(graph, value) {
  return graph.operations[graph.operation[value]] ?? null;
}

/** Return the modules around a value, from the outside in. */
function scopeOf(graph, value) {
  return graph.paths.modules[value];
}

/** Return the place of a value in the user's program, "" where it was not recorded. */
function lineOf(graph, value) {
  return graph.line[value] < 0 ? "" : graph.lines[graph.line[value]];
}

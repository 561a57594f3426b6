// The steps of the player: forward through the operations, then the visits of the reverse sweep.

/**
 * Return all steps in order.
 *
 * {phase: "given"} shows the leaves, "forward" computes a value, "seed" gives the outputs their
 * gradients, "backward" lets a value send to its operands, "end" says that all is complete.
 */
function stepsOf(graph) {
  const steps = [{ phase: "given", value: -1 }];
  graph.operation.forEach((operation, value) => {
    if (operation >= 0) steps.push({ phase: "forward", value });
  });
  if (!graph.visits.length) return steps;
  steps.push({ phase: "seed", value: graph.seeds[0][0] });
  for (const value of graph.visits) {
    if (graph.operation[value] >= 0) steps.push({ phase: "backward", value });
  }
  steps.push({ phase: "end", value: -1 });
  return steps;
}

/** Return the shares of operands: {operand, position, local, sent, total} for each. */
function contributionsOf(graph, value, totals) {
  const contributions = [];
  const running = new Map();
  graph.operands[value].forEach((operand, position) => {
    const sent = graph.sent[value][position];
    if (!isValue(operand) || sent === null) return;
    const before = running.has(operand) ? running.get(operand) : totals[operand];
    const total = before === null ? sent : before + sent;
    running.set(operand, total);
    contributions.push({ operand, position, local: graph.local[value][position], sent, total });
  });
  return contributions;
}

/** Return the columns that each value needs for its gradient, from the first share to the last. */
function runningColumns(graph) {
  const columns = new Array(graph.size).fill(0);
  const totals = new Array(graph.size).fill(null);
  for (const [value, gradient] of graph.seeds) totals[value] = gradient;
  for (const value of graph.visits) {
    columns[value] = Math.max(
      columns[value],
      runningLine(gradientOf(true, totals[value], false)).length,
    );
    for (const { operand, total } of contributionsOf(graph, value, totals)) {
      totals[operand] = total;
      columns[operand] = Math.max(
        columns[operand],
        runningLine(gradientOf(true, total, false)).length,
      );
    }
  }
  return columns;
}

/** A place among the steps: which values are computed, and the running sums of gradients. */
class Progress {
  constructor(graph, steps) {
    this.graph = graph;
    this.steps = steps;
    this.restart();
  }

  /** Go back to before the first step. */
  restart() {
    this.step = -1;
    this.known = new Uint8Array(this.graph.size);
    this.totals = new Array(this.graph.size).fill(null);
    this.contributions = [];
    this.gradient = null; // of the value of this step, as it sends
  }

  /** Go to a step: on from here, or from the start where it lies behind. */
  goTo(step) {
    if (step < this.step) this.restart();
    while (this.step < step) this.advance();
  }

  /** Do one more step. */
  advance() {
    const { graph, known, totals } = this;
    const { phase, value } = this.steps[++this.step];
    this.contributions = [];
    this.gradient = null;
    if (phase === "given")
      graph.operation.forEach((operation, leaf) => (known[leaf] = operation < 0 ? 1 : 0));
    else if (phase === "forward") known[value] = 1;
    else if (phase === "seed")
      for (const [output, gradient] of graph.seeds) totals[output] = gradient;
    else if (phase === "backward") {
      this.gradient = totals[value];
      this.contributions = contributionsOf(graph, value, totals);
      for (const { operand, total } of this.contributions) totals[operand] = total;
    }
  }

  /** Return the data of a value; null before it is computed. */
  data(value) {
    return this.known[value] ? this.graph.data[value] : null;
  }

  /** Return the gradient that a value has collected so far. */
  gradientSoFar(value) {
    const total = this.totals[value];
    if (total !== null) return gradientOf(true, total, false);
    return gradientOf(false, 0, this.steps[this.step].phase !== "end");
  }
}

// Every step of the player in words.

const MOST_TOLD = 3; // operands that a sentence goes through one by one

/** Return the caption of a step, as [head, sentence]. */
function captionOf(progress) {
  const { graph, steps, step } = progress;
  const { phase, value } = steps[step];
  if (phase === "given") {
    return [GIVEN, givenCaption(graph.operation.filter((row) => row < 0).length)];
  }
  if (phase === "forward")
    return [`${graph.name[value]} = ${formulaOf(graph, value)}`, equationOf(graph, value)];
  if (phase === "seed") {
    const names = graph.seeds.map(([output]) => graph.name[output]);
    return [BACKWARD, seedCaption(names, graph.seeds[0][1])];
  }
  if (phase === "end") return [DONE, lastCaption(graph)];
  return [backwardHead(graph, value), sharesCaption(progress, value)];
}

/** Return the equation of an operation, in numbers. */
function equationOf(graph, value) {
  const { name, symbol, variadic, isPower } = operationOf(graph, value);
  const digits = graph.valueDigits[value] ?? FEW;
  const numbers = graph.operands[value].map((operand) =>
    inDigits(operandData(graph, operand), digits || FEW),
  );
  const made = onNumbers(name, symbol, numbers, variadic, isPower);
  return forwardCaption(shortened(made, EQUATION_COLUMNS), graph.data[value], digits !== 0);
}

/** Return the operation and the name of the value that sends. */
function backwardHead(graph, value) {
  return `${operationOf(graph, value).name} (${graph.name[value]})`;
}

/** Tell the gradient that arrives, the local derivatives, the shares, and the sums so far. */
function sharesCaption({ graph, contributions, gradient }, value) {
  if (contributions.length > MOST_TOLD) {
    const shares = contributions.map((share) => gradientOf(true, share.sent, false));
    const { operand, sent, total } = contributions[largestAt(shares)];
    const told = manyCaption(contributions.length, graph.name[operand], sent, total);
    return backwardCaption(gradient, [told]);
  }
  const told = contributions.map(({ operand, position, local, sent, total }) => {
    const rule = ruleWithNumbers(graph, value, position);
    return contributionCaption(graph.name[operand], rule, gradient, local, sent, total);
  });
  return backwardCaption(gradient, told);
}

/** Say that all gradients are there, and whether they are those recorded. */
function lastCaption(graph) {
  const largest = largestFinite(graph.swept);
  return endCaption(graph.name[largest] ?? "", graph.swept[largest]) + noteOfMismatch(graph);
}

/** Return the value with the largest finite number, -1 for none. */
function largestFinite(numbers) {
  let best = -1;
  numbers.forEach((number, value) => {
    if (!Number.isFinite(number) || number === null) return;
    if (best < 0 || Math.abs(number) > Math.abs(numbers[best])) best = value;
  });
  return best;
}

/** Tell where the recorded gradients are not those of one pass. */
function noteOfMismatch(graph) {
  const others = [];
  graph.gradient.forEach((recorded, value) => {
    const swept = graph.swept[value];
    if (recorded === null || swept === null) return;
    if (!isOfOnePass(recorded, swept)) others.push(value);
  });
  if (!others.length) return "";
  const [first] = others;
  return mismatchNote(graph.name[first], graph.gradient[first], others.length - 1);
}

// Every step of the player in words.

const MOST_TOLD = 3; // operands that a sentence goes through one by one

/** Return the caption of a step: what it is, and what happens, as [head, sentence]. */
function captionOf(progress) {
  const { graph, steps, step } = progress;
  const { phase, value } = steps[step];
  if (phase === "given") return ["Given", givenCaption(graph)];
  if (phase === "forward")
    return [`${graph.name[value]} = ${shortFormula(graph, value)}`, forwardCaption(graph, value)];
  if (phase === "seed") return ["Backward", seedCaption(graph)];
  if (phase === "end") return ["Done", endCaption(graph)];
  return [backwardHead(graph, value), backwardCaption(progress, value)];
}

/** Say which leaves the graph begins with. */
function givenCaption(graph) {
  const leaves = graph.operation.filter((operation) => operation < 0).length;
  const only =
    leaves === 1
      ? "1 leaf holds its number"
      : `${leaves.toLocaleString("en-US")} leaves hold their numbers`;
  return `${only}. Forward: every operation computes its value from its operands.`;
}

/** Return a formula, cut to what a line holds. */
function shortFormula(graph, value) {
  return shortened(
    formulaOf(graph, value, (operand) => operandName(graph, operand)),
    60,
  );
}

/** Say what an operation computes, in numbers. */
function forwardCaption(graph, value) {
  const digits = graph.valueDigits[value] ?? FEW;
  const numbers = formulaOf(graph, value, (operand) => {
    const text = inDigits(operandData(graph, operand), digits || FEW);
    return operationOf(graph, value).infix && text.startsWith("-") ? `(${text})` : text;
  });
  const equals = digits ? "=" : "was, when it was computed,"; // an operand was changed since
  return `${shortened(numbers, 120)} ${equals} ${significant(graph.data[value])}`;
}

/** Say where the backward pass begins. */
function seedCaption(graph) {
  if (graph.seeds.length > 1) {
    return `The backward pass begins at ${graph.seeds.length} outputs at once: gradients are those of their sum.`;
  }
  const [[output, gradient]] = graph.seeds;
  const name = graph.name[output];
  if (gradient === 1)
    return `The backward pass begins at ${name}: its derivative with respect to itself is 1.`;
  return `The backward pass begins at ${name} with the gradient ${significant(gradient)}.`;
}

/** Return the operation and the name of the value that sends. */
function backwardHead(graph, value) {
  return `${operationOf(graph, value).name} (${graph.name[value]})`;
}

/** Say what arrives, the local derivatives, what is sent and what the operands have by now. */
function backwardCaption({ graph, contributions, gradient }, value) {
  const arrived = `gradient ${significant(gradient)} arrives`;
  if (!contributions.length)
    return `${arrived}; this operation has no derivative, so it sends nothing.`;
  if (contributions.length > MOST_TOLD) return `${arrived}; ${manyCaption(graph, contributions)}`;
  const told = contributions.map((contribution) =>
    contributionCaption(graph, value, gradient, contribution),
  );
  return `${arrived}; ${told.join("; ")}.`;
}

/** Say what one operand gets. */
function contributionCaption(graph, value, gradient, { operand, position, local, sent, total }) {
  const rule = ruleWithNumbers(graph, value, position);
  const shown = significant(local);
  const derived = rule && rule !== shown && rule.length <= 60 ? `${rule} = ${shown}` : shown;
  const product =
    gradient === 0
      ? "0 (a gradient of 0 sends 0)"
      : `${significant(gradient)} × ${inProduct(local)} = ${significant(sent)}`;
  return `to ${graph.name[operand]}: local derivative ${derived}, sends ${product}, total ${significant(total)}`;
}

/** Return a number as the second factor of a product. */
function inProduct(number) {
  const text = significant(number);
  return text.startsWith("-") ? `(${text})` : text;
}

/** Say what many operands get. */
function manyCaption(graph, contributions) {
  const most = contributions.reduce((best, other) =>
    Math.abs(other.sent) > Math.abs(best.sent) ? other : best,
  );
  return (
    `it sends gradient × local derivative to ${contributions.length.toLocaleString("en-US")} operands, ` +
    `most to ${graph.name[most.operand]}: ${significant(most.sent)}, total ${significant(most.total)}.`
  );
}

/** Say that all gradients are there, and whether they are those recorded. */
function endCaption(graph) {
  const largest = largestAt(graph.swept);
  const most =
    largest < 0
      ? ""
      : ` The largest is ${significant(graph.swept[largest])}, at ${graph.name[largest]}.`;
  return `Every gradient is complete.${most}${mismatchNote(graph)}`;
}

/** Return the value with the largest finite number, -1 for none. */
function largestAt(numbers) {
  let best = -1;
  numbers.forEach((number, value) => {
    if (!Number.isFinite(number) || number === null) return;
    if (best < 0 || Math.abs(number) > Math.abs(numbers[best])) best = value;
  });
  return best;
}

/** Say where the recorded gradients are others than those of one pass. */
function mismatchNote(graph) {
  const others = [];
  graph.gradient.forEach((recorded, value) => {
    const swept = graph.swept[value];
    if (recorded === null || swept === null || Object.is(recorded, swept)) return;
    if (!(Math.abs(recorded - swept) <= 1e-9 * Math.abs(recorded))) others.push(value);
  });
  if (!others.length) return "";
  const [first] = others;
  const rest = others.length > 1 ? ` and ${others.length - 1} more` : "";
  return (
    ` The graph has ${significant(graph.gradient[first])} recorded at ${graph.name[first]}${rest}: ` +
    "leaves add up over several backward passes until zero_grad()."
  );
}

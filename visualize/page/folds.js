// What a folded sum or dot product swallows: the operands that nobody else uses.

const knownUses = new WeakMap(); // graph -> what each value uses, and who uses it

/** Return the values among the operands of each value, with repeats. */
function valuesUsed(graph) {
  return usesOfValues(graph).used;
}

/** Return the values that use each value, with repeats. */
function consumersOf(graph) {
  return usesOfValues(graph).consumers;
}

function usesOfValues(graph) {
  if (!knownUses.has(graph)) {
    const isValue = (operand) => typeof operand === "number";
    const used = graph.operands.map((operands) => operands.filter(isValue));
    const consumers = used.map(() => []);
    used.forEach((values, consumer) => values.forEach((value) => consumers[value].push(consumer)));
    knownUses.set(graph, { used, consumers });
  }
  return knownUses.get(graph);
}

/**
 * Return the values that the box of a folded sum holds, the sum first; alone if it cannot fold.
 *
 * Those are leaves, the additions before it in the chain that the builtin sum makes, and products
 * that are its terms, with the leaves of their own. All are of its module, no output, and not shut
 * away elsewhere, as `isOpen` says.
 */
function foldedInto(graph, top, isOpen = () => true) {
  if (!isSum(graph, top)) return [top];
  const consumers = consumersOf(graph);
  const outputs = outputsAlone(graph);
  const inside = [top];
  const met = new Set(inside);
  for (const value of inside) { // grows while it is walked
    for (const operand of valuesUsed(graph)[value]) {
      if (met.has(operand) || outputs.has(operand)) continue;
      if (graph.scope[operand] !== graph.scope[top]) continue;
      if (!consumers[operand].every((consumer) => consumer === value)) continue;
      if (!isTerm(graph, value, operand) || !isOpen(operand)) continue;
      met.add(operand);
      inside.push(operand);
    }
  }
  return inside;
}

/** Return the sums and dot products that are worth folding, each chain of additions once. */
function foldableSums(graph) {
  const taken = new Set();
  const sums = [];
  for (let value = graph.operands.length - 1; value >= 0; value--) {
    if (taken.has(value)) continue;
    const inside = foldedInto(graph, value);
    if (inside.length < 3) continue;
    const additions = inside.filter((member) => isSum(graph, member)).length;
    if (!operationOf(graph, value).variadic && additions < 2) continue; // a + b is short already
    for (const member of inside) taken.add(member);
    sums.push(value);
  }
  return sums.reverse();
}

/** Say whether a value adds up: an addition, or an operation with any number of operands. */
function isSum(graph, value) {
  const operation = operationOf(graph, value);
  return operation !== null && (operation.variadic || operation.termSize === 1);
}

/** Say whether an operand is a leaf, a link of a chain of additions or a product in a sum. */
function isTerm(graph, value, operand) {
  const term = operationOf(graph, operand);
  if (term === null) return true;
  const sum = operationOf(graph, value);
  if (sum.termSize !== 1) return false;
  return term.isTerm || (term.name === sum.name && !sum.variadic);
}

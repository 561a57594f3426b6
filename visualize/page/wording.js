// The texts of boxes, operations and rules.

/** Return the columns that a character takes. */
function columnsOfOne(character) {
  return page.graph.widths[character] ?? 1;
}

/** Return the width of a text in monospaced columns. */
function textColumns(text) {
  return columnsBy(text, columnsOfOne);
}

/** Return a text in at most so many columns, with an ellipsis where something is missing. */
function shortened(text, limit) {
  return cutBy(text, limit, columnsOfOne);
}

/** Return a value as an operation on the names of its operands, cut; "" at a leaf. */
function formulaOf(graph, value) {
  const operation = operationOf(graph, value);
  if (!operation) return "";
  const { name, symbol, variadic } = operation;
  const operands = graph.operands[value].map((operand) => operandName(graph, operand));
  return shortened(onOperands(name, symbol, operands, variadic), FORMULA_COLUMNS);
}

/** Return the name of an operand; a constant is its own name. */
function operandName(graph, operand) {
  return isValue(operand) ? graph.name[operand] : significant(operand.constant);
}

/** Return the number of an operand. */
function operandData(graph, operand) {
  return isValue(operand) ? graph.data[operand] : operand.constant;
}

/** Return the rule for the local derivative of a value by one operand; "" where none is known. */
function ruleOf(graph, value, position) {
  return graph.rules[graph.rule[value]][position] ?? "";
}

/** Return a rule with the names of operands. */
function ruleWithNames(graph, value, position) {
  const names = graph.operands[value].map((operand) => operandName(graph, operand));
  return filled(ruleOf(graph, value, position), names, graph.name[value]);
}

/** Return a rule with the numbers of operands; "" where these do not give the derivative. */
function ruleWithNumbers(graph, value, position) {
  const digits = graph.ruleDigits[value]?.[position] ?? FEW;
  if (digits === 0) return "";
  const numbers = graph.operands[value].map((operand) =>
    inDigits(operandData(graph, operand), digits),
  );
  return filled(ruleOf(graph, value, position), numbers, inDigits(graph.data[value], digits));
}

/** Return the names of the outputs, as the subject of a sentence. */
function outputNames(graph) {
  const ends = graph.seeds.length ? graph.seeds.map(([value]) => value) : graph.outputs;
  return sumOfNames(ends.map((value) => graph.name[value]));
}

// The texts of boxes, operations and rules.

const LEAST_COLUMNS = 8;
const WIDE_CHARACTER =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;
const NO_WIDTH = /\p{M}|\p{Cf}/u;

/** Return the width of a text in monospaced columns. */
function textColumns(text) {
  let columns = 0;
  for (const character of text) {
    if (!NO_WIDTH.test(character)) columns += WIDE_CHARACTER.test(character) ? 2 : 1;
  }
  return columns;
}

/** Return a text in at most so many characters, with an ellipsis where something is missing. */
function shortened(text, limit) {
  const characters = Array.from(text);
  return characters.length <= limit ? text : characters.slice(0, limit - 1).join("") + "…";
}

/** Return a value as an operation on the names of its operands, cut; "" at a leaf. */
function formulaOf(graph, value, limit = 60) {
  const operation = operationOf(graph, value);
  if (!operation) return "";
  const { name, symbol, variadic } = operation;
  const operands = graph.operands[value].map((operand) => operandName(graph, operand));
  return shortened(onOperands(name, symbol, operands, variadic), limit);
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

/** Return a rule with texts in its blanks; negative ones get parentheses beside an operator. */
function filledRule(rule, texts, result) {
  return rule.replace(/\{(out|\d+)\}/g, (blank, place, offset) => {
    const text = place === "out" ? result : texts[Number(place)];
    const before = rule.slice(0, offset).trimEnd().slice(-1);
    const clashes =
      (before && "+-*/".includes(before)) || rule.startsWith("**", offset + blank.length);
    return clashes && /^-([\d.]|inf)/.test(text) ? `(${text})` : text;
  });
}

/** Return a rule with the names of operands. */
function ruleWithNames(graph, value, position) {
  const names = graph.operands[value].map((operand) => operandName(graph, operand));
  return filledRule(ruleOf(graph, value, position), names, graph.name[value]);
}

/** Return a rule with the numbers of operands; "" where these do not give the derivative. */
function ruleWithNumbers(graph, value, position) {
  const digits = graph.ruleDigits[value]?.[position] ?? FEW;
  if (digits === 0) return "";
  const numbers = graph.operands[value].map((operand) =>
    inDigits(operandData(graph, operand), digits),
  );
  return filledRule(ruleOf(graph, value, position), numbers, inDigits(graph.data[value], digits));
}

/** Return the names of the outputs, as the subject of a sentence. */
function outputNames(graph) {
  const ends = graph.seeds.length ? graph.seeds.map(([value]) => value) : graph.outputs;
  return sumOfNames(ends.map((value) => graph.name[value]));
}

// The tables of the panel: the shares that a value sends to operands, and gets from consumers.

const MOST_ROWS = 24; // shown at once; a button shows the rest

/** Return a section: the heading and the columns of a table, a note, its rows and their sum. */
function tableSection([heading, ...columns], rows, { note = null, total = null } = {}) {
  const line = (name, cells, attributes = {}) =>
    element("tr", attributes, ...cells.map((cell) => element(name, {}, cell)));
  const body = rows.map((cells, place) =>
    line("td", cells, place < MOST_ROWS ? {} : { hidden: "" }),
  );
  const table = element(
    "table",
    {},
    element("thead", {}, line("th", columns)),
    element("tbody", {}, ...body),
    total === null ? null : element("tfoot", {}, line("td", [SUM, "", significant(total)])),
  );
  const rest = rows.length - MOST_ROWS;
  const attributes = { type: "button", "data-act": "more" };
  const button = rest > 0 ? element("button", attributes, moreLine(rest, "row")) : null;
  return [
    element("h3", {}, heading),
    ...(note === null ? [] : [element("p", { class: "muted" }, note)]),
    element("div", { class: "table" }, table, button),
  ];
}

/** Show the rows that a button stands for. */
function showAllRows(button) {
  for (const row of button.parentElement.querySelectorAll("tr[hidden]")) row.hidden = false;
  button.remove();
}

/** Return the section about the operands: rules with numbers, and the share of each. */
function operandsSection(value) {
  const { graph } = page;
  const operation = operationOf(graph, value);
  if (!operation) return [];
  const gradient = graph.swept[value];
  const rows = graph.operands[value].map((operand, position) =>
    operandRow(value, operand, position),
  );
  const note = operandsNote(graph.name[value], gradient ?? 0, gradient !== null);
  return [...tableSection(SENT, rows, { note }), ...productsSection(value, operation)];
}

/** Return the row of an operand. */
function operandRow(value, operand, position) {
  const { graph } = page;
  const data = significant(operandData(graph, operand));
  const muted = (text) => element("span", { class: "muted" }, text);
  if (!isValue(operand)) return [data, muted(NUMBER), ""];
  const local = graph.local[value][position];
  const name = element("span", {}, linkTo(operand), element("small", {}, ` = ${data}`));
  if (local === null) return [name, muted(NONE), NOTHING];
  const sent = graph.sent[value][position];
  return [name, ruleCell(value, position, local), sent === null ? "" : significant(sent)];
}

/** Return a rule with names, with numbers, and its result. */
function ruleCell(value, position, local) {
  const { graph } = page;
  const lines = [];
  if (ruleOf(graph, value, position)) {
    lines.push(shortened(ruleWithNames(graph, value, position), RULE_COLUMNS));
    lines.push(shortened(ruleWithNumbers(graph, value, position), RULE_COLUMNS));
  }
  lines.push(significant(local));
  const different = lines.filter((line, place) => line && lines.indexOf(line) === place);
  return element(
    "span",
    {},
    ...different.flatMap((line, place) => [
      place ? element("br") : null,
      place ? `= ${line}` : line,
    ]),
  );
}

/** Return the terms of a sum or of a dot product, and their sum. */
function productsSection(value, operation) {
  const { graph } = page;
  const operands = graph.operands[value];
  if (!operation.variadic || operation.termSize === 0) return [];
  const isDot = operation.termSize === 2;
  const half = operands.length / 2;
  const terms = isDot ? operands.slice(0, half) : operands;
  const rows = terms.map((operand, place) => {
    const factors = isDot ? [operand, operands[half + place]] : [operand];
    const numbers = factors.map((factor) => operandData(graph, factor));
    const term = numbers.reduce((product, number) => product * number, 1);
    return [
      factors.map((factor) => operandName(graph, factor)).join(" × "),
      isDot ? productOf(...numbers, term) : "",
      significant(term),
    ];
  });
  return tableSection(isDot ? PRODUCTS : TERMS, rows, { total: graph.data[value] });
}

/** Return the section about the consumers: the share from each, and the sum. */
function consumersSection(value) {
  const { graph } = page;
  const rows = [];
  for (const [output, gradient] of graph.seeds)
    if (output === value) rows.push([START, "", significant(gradient)]);
  for (const [consumer, position] of graph.uses[value]) {
    const sent = graph.sent[consumer][position];
    const arithmetic =
      sent === null
        ? ""
        : productOf(graph.swept[consumer], graph.local[consumer][position], sent);
    rows.push([linkTo(consumer), arithmetic, sent === null ? NOTHING : significant(sent)]);
  }
  return tableSection(RECEIVED, rows, { total: graph.swept[value] });
}

// The tables of the panel: the shares that a value sends to operands, and gets from consumers.

const MOST_ROWS = 24; // shown at once; a button shows the rest

/** Return a table; rows beyond the first few are hidden behind a button. */
function tableOf(headings, rows, total = null) {
  const made = rows.map((cells, place) =>
    element(
      "tr",
      place >= MOST_ROWS ? { hidden: "" } : {},
      ...cells.map((cell) => element("td", {}, cell)),
    ),
  );
  const table = element(
    "table",
    {},
    element(
      "thead",
      {},
      element("tr", {}, ...headings.map((heading) => element("th", { scope: "col" }, heading))),
    ),
    element("tbody", {}, ...made),
    total
      ? element("tfoot", {}, element("tr", {}, ...total.map((cell) => element("td", {}, cell))))
      : null,
  );
  const more = rows.length - MOST_ROWS;
  const button =
    more > 0
      ? element(
          "button",
          { type: "button", "data-act": "more" },
          `${more.toLocaleString("en-US")} more rows`,
        )
      : null;
  return element("div", { class: "table" }, table, button);
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
  return [
    element("h3", {}, "What it sends back"),
    element("p", { class: "muted" }, note),
    tableOf(["operand", "local derivative", "sent"], rows),
    ...productsSection(value, operation),
  ];
}

/** Return the row of an operand. */
function operandRow(value, operand, position) {
  const { graph } = page;
  const data = significant(operandData(graph, operand));
  if (typeof operand !== "number")
    return [data, element("span", { class: "muted" }, "a number"), ""];
  const local = graph.local[value][position];
  const name = element("span", {}, linkTo(operand), element("small", {}, ` = ${data}`));
  if (local === null) return [name, element("span", { class: "muted" }, "none"), "nothing"];
  const sent = graph.sent[value][position];
  return [name, ruleCell(value, position, local), sent === null ? "" : significant(sent)];
}

/** Return a rule with names, with numbers, and its result. */
function ruleCell(value, position, local) {
  const { graph } = page;
  const lines = [];
  if (ruleOf(graph, value, position)) {
    lines.push(shortened(ruleWithNames(graph, value, position), 80));
    lines.push(shortened(ruleWithNumbers(graph, value, position), 80));
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
  return [
    element("h3", {}, isDot ? "Its products" : "Its terms"),
    tableOf(["term", "", "number"], rows, ["sum", "", significant(graph.data[value])]),
  ];
}

/** Return the section about the consumers: the share from each, and the sum. */
function consumersSection(value) {
  const { graph } = page;
  const rows = [];
  for (const [output, gradient] of graph.seeds)
    if (output === value) rows.push(["the start", "", significant(gradient)]);
  for (const [consumer, position] of graph.uses[value]) {
    const sent = graph.sent[consumer][position];
    const arithmetic =
      sent === null
        ? ""
        : productOf(graph.swept[consumer], graph.local[consumer][position], sent);
    rows.push([linkTo(consumer), arithmetic, sent === null ? "nothing" : significant(sent)]);
  }
  const total = graph.swept[value];
  return [
    element("h3", {}, "Where its gradient comes from"),
    tableOf(
      ["from", "gradient × local", "got"],
      rows,
      total === null ? null : ["sum", "", significant(total)],
    ),
  ];
}

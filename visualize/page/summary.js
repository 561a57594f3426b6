// The panel about a closed cluster: how many values, their range, the largest gradients.

const MOST_STEEP = 8; // values in the table of the largest gradients

/** Return a summary of many values, with those of the largest gradients. */
function groupSections(members) {
  const { graph } = page;
  const index = page.of[members[0]];
  const box = page.boxes[index];
  const gradient = shownForMany(members.map(RECORDED.gradient));
  const kinds = members.map((value) => operationOf(graph, value)?.described ?? LEAF);
  const zeros = members.filter((value) => graph.state[value] === "zero").length;
  return [
    element("h2", {}, box.title),
    element(
      "p",
      { class: "tags" },
      element("span", { class: "tag" }, counted(members.length, "value")),
    ),
    facts([
      [DATA, dataRange(rangeOf(members.map(RECORDED.data)))],
      [GRAD, largestLine(gradient.value, gradient.short)],
      ...(zeros ? [[ZERO, zerosLine(zeros)]] : []),
      [MADE_OF, kindsLine(kindsOf(kinds).slice(0, MOST_KINDS))],
      ...(box.path.length ? [[MODULE, box.path.map(partTitle).join(" / ")]] : []),
    ]),
    element(
      "p",
      { class: "actions" },
      actionButton("open", OPEN, members[0]),
      actionButton("light", HIGHLIGHT, members[0]),
    ),
    ...steepestSection(members),
  ];
}

/** Return a button of the panel that does something with the box of a value. */
function actionButton(action, text, value) {
  return element("button", { type: "button", "data-act": action, "data-value": value }, text);
}

/** Return the table of the largest gradients among some values. */
function steepestSection(members) {
  const { graph } = page;
  const size = (value) =>
    Number.isNaN(graph.gradient[value]) ? Infinity : Math.abs(graph.gradient[value] ?? 0);
  const steepest = members.filter((value) => size(value) > 0).sort((a, b) => size(b) - size(a));
  const rows = steepest
    .slice(0, MOST_STEEP)
    .map((value) => [
      linkTo(value),
      significant(graph.data[value]),
      significant(graph.gradient[value]),
    ]);
  return rows.length ? tableSection(LARGEST, rows) : [];
}

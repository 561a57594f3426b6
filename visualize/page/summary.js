// The panel about a closed cluster: how many values, their range, the largest gradients.

const MOST_STEEP = 8; // values in the table of the largest gradients

/** Return a summary of many values, with those of the largest gradients. */
function groupSections(members) {
  const { graph } = page;
  const index = page.of[members[0]];
  const box = page.boxes[index];
  const byOperation = new Map();
  for (const value of members) {
    const name = operationOf(graph, value)?.name ?? "leaf";
    byOperation.set(name, (byOperation.get(name) ?? 0) + 1);
  }
  const most = [...byOperation].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const zeros = members.filter((value) => graph.state[value] === "zero").length;
  return [
    element("h2", {}, box.title),
    element(
      "p",
      { class: "tags" },
      element("span", { class: "tag" }, counted(members.length, "value")),
    ),
    facts([
      ["data", rangeOf(members.map(RECORDED.data))],
      ["grad", shownForMany(members.map(RECORDED.gradient)).short.replace("grad ", "largest ")],
      ...(zeros ? [["zero", `${counted(zeros, "gradient")} exactly 0`]] : []),
      [
        "made of",
        most
          .slice(0, 8)
          .map(([name, count]) => `${name} ${times(count)}`)
          .join(", "),
      ],
      ...(box.path.length ? [["in", box.path.map(partTitle).join(" / ")]] : []),
    ]),
    element(
      "p",
      { class: "actions" },
      element("button", { type: "button", "data-act": "open", "data-value": members[0] }, "Open"),
      element(
        "button",
        { type: "button", "data-act": "light", "data-value": members[0] },
        "Highlight its paths",
      ),
    ),
    ...steepestSection(members),
  ];
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
  if (!rows.length) return [];
  return [element("h3", {}, "Largest gradients"), tableOf(["value", "data", "grad"], rows)];
}

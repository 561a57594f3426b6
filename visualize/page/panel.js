// The panel: everything about one value, with its rule and every contribution in numbers.

/** Show the box that the pointer is on or that has the focus; -1 for the selected one. */
function tellAbout(index) {
  if (index >= 0) {
    const { kind, value, members } = page.boxes[index];
    showPanel(kind === "cluster" ? members : [value]);
  } else if (page.selection) {
    showPanel(page.selection);
  }
}

/** Show some values in the panel: one in full, many in a summary. */
function showPanel(members) {
  const key = `${members[0]}+${members.length}`;
  if (page.told === key) return;
  page.told = key;
  const panel = byId("panel-content");
  panel.replaceChildren(
    ...(members.length === 1 ? valueSections(members[0]) : groupSections(members)),
  );
  byId("panel").dataset.empty = "false";
  panel.scrollTop = 0;
}

/** Return all sections about a value. */
function valueSections(value) {
  const { graph } = page;
  const operation = operationOf(graph, value);
  const gradient = RECORDED.gradient(value);
  const isNumber = graph.gradient[value] !== null;
  return [
    element("h2", {}, graph.label[value] || graph.name[value]),
    element(
      "p",
      { class: "tags" },
      ...tagsOf(value).map((tag) => element("span", { class: "tag" }, tag)),
    ),
    operation
      ? element("p", { class: "formula" }, `${graph.name[value]} = ${formulaOf(graph, value)}`)
      : null,
    operation ? element("p", { class: "formula muted" }, forwardEquation(value)) : null,
    facts([
      [DATA, exact(graph.data[value]), Number.isFinite(graph.data[value]) ? "" : "bad"],
      [
        GRAD,
        isNumber ? exact(graph.gradient[value]) : NONE,
        gradient.is_alarming ? "bad" : "",
      ],
    ]),
    element(
      "p",
      { class: "meaning" },
      meaning(gradient, graph.name[value], outputNames(graph)),
    ),
    ...operandsSection(value),
    ...consumersSection(value),
    ...pathsSection(value),
    ...placeSection(value),
  ].filter((section) => section !== null);
}

/** Return the kind of a value, in a few words. */
function tagsOf(value) {
  const { graph } = page;
  const operation = operationOf(graph, value);
  const tags = [operation ? operation.described : LEAF];
  if (graph.label[value] && graph.label[value] !== graph.name[value]) tags.push(graph.name[value]);
  if (page.outputs.has(value)) tags.push(OUTPUT);
  const state = stateTag(graph.state[value]);
  return state ? [...tags, state] : tags;
}

/** Return a formula with its numbers and its result. */
function forwardEquation(value) {
  return `= ${equationOf(page.graph, value)}`;
}

/** Return a list of names and numbers. */
function facts(rows) {
  const items = rows.flatMap(([name, text, className]) => [
    element("dt", {}, name),
    element("dd", { class: className || null }, text),
  ]);
  return element("dl", { class: "facts" }, ...items);
}

/** Return the section about the paths from a value to the outputs. */
function pathsSection(value) {
  const { graph } = page;
  const { count, path, product } = pathsToOutputs(graph, value);
  if (!count || path.length < 2) return [];
  const isLong = path.length - 1 > MOST_EDGES;
  const shown = isLong ? [...path.slice(0, KEPT), -1, ...path.slice(-KEPT)] : path;
  const steps = shown.flatMap((node, place) => [
    place ? " → " : null,
    node < 0 ? leftOut(path.length - 2 * KEPT, "values") : linkTo(node),
  ]);
  return [
    element("h3", {}, PATHS),
    element("p", {}, pathsNote(count, product)),
    element("p", { class: "path" }, ...steps),
  ];
}

/** Return the section about the module of a value and the line that made it. */
function placeSection(value) {
  const scope = scopeOf(page.graph, value).join(" / ");
  const line = lineOf(page.graph, value);
  const rows = [];
  if (scope) rows.push([MODULE, scope]);
  if (line) rows.push([MADE_AT, line]);
  return rows.length ? [element("h3", {}, PLACE), facts(rows)] : [];
}

/** Return a button that goes to a value. */
function linkTo(value) {
  return element(
    "button",
    { class: "link", type: "button", "data-value": value },
    page.graph.name[value],
  );
}

/** Listen to the buttons of the panel. */
function listenToPanel() {
  byId("panel").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const value = Number(button.dataset.value);
    if (button.dataset.act === "open") toggleBox(page.of[value]);
    else if (button.dataset.act === "light") select(page.boxes[page.of[value]].members);
    else if (button.dataset.act === "more") showAllRows(button);
    else if (button.id === "close-panel") closePanel();
    else if (button.dataset.value) showValue(value);
  });
}

/** Say whether the panel lies below the picture, and takes room from it when it opens. */
function isNarrow() {
  return matchMedia("(max-width: 800px)").matches;
}

/** Hide the panel until something is selected again. */
function closePanel() {
  byId("panel").dataset.empty = "true";
  page.told = "";
  clearSelection();
}

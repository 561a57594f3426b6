// The flow in a step of the player: marked boxes and lines, and products written at the lines.

const FLOW_MARKS = 12; // lines with their products

/** Mark the step that is shown, and no other one. */
function markStep() {
  for (const index of page.flow.boxes)
    if (index < page.drawn.length)
      for (const name of ["current", "receives"]) markBox(index, name, false);
  for (const edge of page.flow.edges) page.lines[edge]?.classList.remove("flow", "flow-negative");
  page.flow = { boxes: [], edges: [] };
  byId("flow").replaceChildren();
  if (page.step !== null) markFlow();
  hideMarksInFlow();
}

/** Mark the boxes and lines of the step, and write the products. */
function markFlow() {
  const { phase, value } = page.steps[page.step];
  if (phase === "seed")
    for (const [output] of page.graph.seeds) markFlowBox(page.of[output], "current");
  if (value < 0 || phase === "seed") return;
  markFlowBox(page.of[value], "current");
  if (phase === "forward")
    page.graph.operands[value].forEach((_, position) => markFlowLine(value, position, 0));
  for (const { operand, position, sent } of page.progress.contributions) {
    if (page.of[operand] !== page.of[value]) markFlowBox(page.of[operand], "receives");
    markFlowLine(value, position, sent);
  }
  byId("flow").replaceChildren(...flowMarks(value));
}

/** Mark a box that takes part in the step. */
function markFlowBox(index, name) {
  markBox(index, name, true);
  page.flow.boxes.push(index);
}

/** Mark the line of a use that takes part in the step. */
function markFlowLine(consumer, position, sent) {
  const edge = page.edgeOfUse.get(`${consumer}/${position}`);
  if (edge === undefined) return;
  lineElement(edge).classList.add("flow");
  lineElement(edge).classList.toggle("flow-negative", sent < 0);
  page.flow.edges.push(edge);
}

/** Return the texts at the lines of a step: gradient × local derivative = share. */
function flowMarks(value) {
  const { contributions, gradient } = page.progress;
  const taken = page.flow.boxes.map(extentOfBox); // else over the boxes, not beside them
  const marks = [];
  for (const { position, local, sent } of contributions.slice(0, FLOW_MARKS)) {
    const edge = page.edgeOfUse.get(`${value}/${position}`);
    if (edge === undefined || page.edges[edge].count > 1) continue;
    const rows = [productOf(gradient, local, sent), `= ${significant(sent)}`];
    const look = sent < 0 ? "flow-plate flow-negative" : "flow-plate";
    const beside = plateAt(edge, rows, look, taken);
    marks.push(...(beside.length ? beside : plateAt(edge, rows, look, [])));
  }
  return marks;
}

// Numbers at lines: local derivatives and positions of operands where few boxes are seen.

const FEW_BOXES = 40; // in sight; between more there is no room for derivatives
const FEW_MARKS = 80; // nobody reads more at once
const MARK_LINE = 12; // from one row of a text to the next
const MARK_DELAY = 90; // milliseconds after the camera has come to rest

let marksTimer = 0;

/** Draw the numbers anew once the camera rests. */
function scheduleMarks() {
  clearTimeout(marksTimer);
  marksTimer = setTimeout(drawMarks, MARK_DELAY);
}

/** Draw a number at every line between the boxes that are seen, if they are few and legible. */
function drawMarks() {
  clearTimeout(marksTimer);
  marksTimer = 0;
  const seen = new Set(camera.scale < LEVELS[1][0] ? [] : seenBoxes());
  const wanted = page.derivatives && seen.size <= FEW_BOXES;
  const told = wanted
    ? page.edges.map((_, index) => index).filter((index) => isTold(index, seen))
    : [];
  const taken = [...seen].map(extentOfBox); // a number is never cut by a box
  const marks = [];
  for (const index of told.length <= FEW_MARKS ? told : []) {
    const look = page.litEdges.has(index) ? "mark-plate lit" : "mark-plate";
    marks.push(...plateAt(index, [textAtLine(page.edges[index])], look, taken));
  }
  byId("marks").replaceChildren(...marks);
  hideMarksInFlow();
}

/** Say whether a line has a text, and both its boxes are seen. */
function isTold(index, seen) {
  const edge = page.edges[index];
  return seen.has(edge.source) && seen.has(edge.target) && textAtLine(edge) !== "";
}

/** Hide the numbers at the lines of a step of the player: those say more. */
function hideMarksInFlow() {
  for (const mark of byId("marks").children) {
    mark.classList.toggle("in-flow", page.flow.edges.includes(Number(mark.dataset.edge)));
  }
}

/** Return the width of a text at a line. */
function markWidth(text) {
  return widthOf(textColumns(text), MARK_SIZE) + 4;
}

/** Return the text at a line: the local derivative, or how many uses it stands for. */
function textAtLine({ source, target, uses, count }, boxes = page.boxes) {
  if (count > 1) return times(count);
  if (boxes[source].kind === "cluster" || boxes[target].kind === "cluster") return "";
  const [[consumer, position]] = uses;
  const local = page.graph.local[consumer][position];
  const { symmetric } = operationOf(page.graph, consumer);
  const which = positionMark(position, page.graph.used[consumer].length, symmetric);
  return lineMark(which, local);
}

/** Return lines of text on a plate at a free place of a line, as a list; it is then `taken`. */
function plateAt(edge, rows, className, taken) {
  page.passing ??= isLarge() ? new Map() : cellsOf(page.routes);
  const width = Math.max(...rows.map(markWidth));
  const height = MARK_HEIGHT + (rows.length - 1) * MARK_LINE;
  const most = page.edges[edge].count > 1 ? MOST_LINES : page.edges.length;
  const places = freePlace(page.routes[edge], [width, height], taken, page.passing, most);
  taken.push(...places);
  return places.map((extent) => plate(rows, extent, className, edge));
}

/** Return lines of text on a plate in a rectangle of the picture. */
function plate(rows, [left, top, right, bottom], className, edge) {
  const middle = (left + right) / 2;
  const size = { width: right - left, height: bottom - top + 2 };
  return svgElement(
    "g",
    { class: className, "data-edge": edge },
    svgElement("rect", { x: left, y: top + 1, ...size, rx: 3 }),
    ...rows.map((row, place) => {
      const y = bottom - (rows.length - 1 - place) * MARK_LINE;
      return svgElement("text", { x: middle, y }, row);
    }),
  );
}

// Numbers at lines: local derivatives and positions of operands where few boxes are seen.

const FEW_BOXES = 40; // in sight; between more there is no room for derivatives
const FEW_MARKS = 80; // nobody reads more at once
const MARK_SIZE = 9.5;
const MARK_HEIGHT = 12;
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
  return textColumns(text) * COLUMN * (MARK_SIZE / FONT_SIZE) + 6;
}

/** Return the text at a line: the local derivative, or how many uses it stands for. */
function textAtLine({ source, target, uses, count }, boxes = page.boxes) {
  if (count > 1) return times(count);
  if (boxes[source].kind === "cluster" || boxes[target].kind === "cluster") return "";
  const [[consumer, position]] = uses;
  const local = page.graph.local[consumer][position];
  const operation = operationOf(page.graph, consumer);
  const isAlone = page.graph.used[consumer].length < 2;
  const which = operation.symmetric || isAlone ? "" : `${position + 1}: `;
  return which + (local === null ? "no ∂" : slopeMark(local));
}

/** Return lines of text on a plate at a free place of a line, as a list; it is then `taken`. */
function plateAt(edge, rows, className, taken) {
  const width = Math.max(...rows.map(markWidth));
  const height = rows.length * MARK_HEIGHT;
  const place = freePlace(page.routes[edge], [width, height], taken);
  if (!place) return [];
  const [x, y] = place;
  taken.push([x - width / 2, y - height / 2, x + width / 2, y + height / 2]);
  return [plate(rows, place, [width, height], className, edge)];
}

/** Return lines of text on a plate about a place of the picture. */
function plate(rows, [x, y], [width, height], className, edge) {
  const first = 3.5 - (height - MARK_HEIGHT) / 2;
  return svgElement(
    "g",
    {
      class: className,
      transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`,
      "data-edge": edge,
    },
    svgElement("rect", { x: -width / 2, y: -height / 2 - 1, width, height: height + 2, rx: 3 }),
    ...rows.map((row, place) => svgElement("text", { y: first + place * MARK_HEIGHT }, row)),
  );
}

/** Return the middle of a free place on a route for a size, or null: first at its middle curve. */
function freePlace(route, [width, height], taken) {
  const last = (route.length - 4) / 3;
  for (const curve of [Math.floor((last + 1) / 2), last, 0]) {
    for (const part of [1 / 2, 1 / 3, 2 / 3, 1 / 6, 5 / 6]) {
      const [x, y] = pointOn(route.slice(3 * curve, 3 * curve + 4), part);
      const extent = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
      if (!taken.some((other) => meets(extent, other))) return [x, y];
    }
  }
  return null;
}

/** Return the point of a curve at a part of it, from 0 to 1. */
function pointOn(curve, part) {
  const rest = 1 - part;
  const weights = [rest ** 3, 3 * rest * rest * part, 3 * rest * part * part, part ** 3];
  return [0, 1].map((axis) =>
    weights.reduce((sum, weight, index) => sum + weight * curve[index][axis], 0),
  );
}

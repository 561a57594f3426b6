// The picture of a view: its boxes, lines and frames as elements, with their texts.

const MANY_BOXES = 400; // too many to fade in and out

/** Return the picture of the boxes and edges of a view: these, their places, and its size. */
function laidOut(shown, direction) {
  const placed = layoutOf(shown.boxes, shown.edges, shown.boxes.map(sizeOfBox), {
    direction,
    titleWidth: (title) =>
      TOGGLE_ROOM + titleRoom(textColumns(shortened(title, WIDE_TITLE)), FONT_SIZE),
    rankGap: rankGap(direction, marksAtLines(shown).map(markWidth)),
  });
  return { ...shown, ...placed };
}

/** Draw the view anew; its picture is given where it is laid out already. */
function redraw(picture = laidOut(boxesOf(page.graph, page.view), page.direction)) {
  Object.assign(page, picture, { passing: null });
  page.indexOfKey = new Map(page.boxes.map((box, index) => [box.key, index]));
  page.edgeOfUse = new Map();
  page.edges.forEach((edge, index) => {
    for (const [consumer, position] of edge.uses)
      page.edgeOfUse.set(`${consumer}/${position}`, index);
  });
  page.copies = new Map();
  page.boxes.forEach(({ copyOf }, index) => {
    if (copyOf >= 0) page.copies.set(copyOf, [...(page.copies.get(copyOf) ?? []), index]);
  });
  page.frames = page.clusters.map(drawnFrame);
  page.drawn = page.boxes.map((box, index) => drawnBox(box, index, page.places[index]));
  setAttribute(byId("stage"), "data-size", isLarge() ? "large" : "small");
  byId("frames").replaceChildren(...page.frames.map(({ frame }) => frame));
  byId("titles").replaceChildren(...page.frames.map(({ title }) => title));
  drawLines();
  byId("boxes").replaceChildren(...page.drawn.map(({ group }) => group));
  byId("marks").replaceChildren();
  restartCulling();
  paintAll();
  markPaths();
  markFound();
  markStep();
  restoreTabStop();
}

/** Return the texts at lines that need room between ranks: there is none where boxes are many. */
function marksAtLines({ boxes, edges }) {
  return boxes.length > FEW_BOXES ? [] : edges.map((edge) => textAtLine(edge, boxes));
}

/** Return the width and height of a box. */
function sizeOfBox(box) {
  const { heading, mark } = headingOf(box);
  const [data, gradient] = wordsOf(box, RECORDED).lines.map(textColumns);
  const running = box.kind === "cluster" ? 0 : page.runningColumns[box.value];
  const room = toggleOf(box) ? TOGGLE_ROOM : 0;
  const lines = [data, Math.max(gradient, running)];
  return sizeBy(textColumns(heading), textColumns(mark), lines, room);
}

/** Write the numbers on every box: those recorded, or those of a step. */
function paintAll() {
  page.drawn.forEach((_, index) => paint(index));
}

/** Write the numbers on one box. */
function paint(index) {
  const box = page.boxes[index];
  const drawn = page.drawn[index];
  const { lines, look, isBad, isFuture } = wordsOf(box, page.shown);
  drawn.look = look + (isFuture ? " future" : "");
  applyClasses(drawn);
  if (!drawn.lines) return;
  lines.forEach((line, row) => {
    setText(drawn.lines[row], line);
    setAttribute(drawn.lines[row], "class", isBad[row] ? "bad" : null);
  });
  const { heading, mark } = headingOf(box);
  setAttribute(drawn.group, "aria-label", spoken(heading, mark, lines));
  if (toggleOf(box)) setAttribute(drawn.group, "aria-expanded", String(box.kind === "value"));
}

/** Add or remove a mark of a box, such as "selected". */
function markBox(index, name, isOn) {
  const drawn = page.drawn[index];
  if (drawn.marks.has(name) === isOn) return;
  if (isOn) drawn.marks.add(name);
  else drawn.marks.delete(name);
  applyClasses(drawn);
}

/** Write the classes of a box. */
function applyClasses({ group, classes, look, marks }) {
  setAttribute(group, "class", [classes, look, ...marks].join(" "));
}

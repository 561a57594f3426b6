// How the page begins: with the whole graph if it can be read so, else at the output.

const READABLE = 0.64; // the scale at which texts have 7.5 pixels
const FEWEST_BOXES = 5; // fewer, of closed modules, would say nothing about the graph

/** Choose the first view in which the whole graph can be read, if any; return its picture. */
function chooseView() {
  let chosen = null;
  for (const choice of choices()) {
    const isReadable = scaleToFit(choice.picture) >= READABLE;
    if (isReadable || chosen === null) chosen = choice;
    if (isReadable) break;
  }
  const { view, direction, picture } = chosen;
  Object.assign(page, { view, direction });
  return picture;
}

/** Yield views and their pictures: that of the data, turned, then with modules closed by level. */
function* choices() {
  const { graph, view, direction } = page;
  const shown = boxesOf(graph, view);
  for (const way of [direction, direction === "LR" ? "TB" : "LR"])
    yield { view, direction: way, picture: laidOut(shown, way) };
  for (let level = currentLevel() - 1; level > 0; level--) {
    const closed = viewOfLevel(level);
    const fewer = boxesOf(graph, closed);
    if (fewer.boxes.length < FEWEST_BOXES) return;
    yield { view: closed, direction, picture: laidOut(fewer, direction) };
  }
}

/** Choose and draw the first view. A page in a hidden frame has no size: it begins when shown. */
function begin() {
  camera.hasBegun = stageArea().width > 0;
  redraw(chooseView());
  showLevel();
  showBeginning();
}

/** Show the whole picture, or its output if that alone can be read: then say so. */
function showBeginning() {
  fit();
  if (camera.scale >= READABLE) return;
  const isOutput = ({ members }) => members.some((value) => page.outputs.has(value));
  const [left, top, width, height] = page.places[page.boxes.findIndex(isOutput)];
  const area = stageArea();
  moveCamera(
    startOf(area.width, page.width, left + width / 2),
    startOf(area.height, page.height, top + height / 2),
    READABLE,
  );
  byId("partly").hidden = false;
}

/** Return where the picture starts on one axis of the stage, so that `middle` is in its middle. */
function startOf(room, size, middle) {
  const scaled = READABLE * size;
  if (scaled + 2 * FIT_MARGIN <= room) return (room - scaled) / 2;
  const wanted = room / 2 - READABLE * middle;
  return Math.min(FIT_MARGIN, Math.max(room - FIT_MARGIN - scaled, wanted)); // no more margin
}

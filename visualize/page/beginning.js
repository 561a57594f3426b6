// How the page begins: with the whole graph if it can be read so, else at the output.

const READABLE = 0.64; // the scale at which texts have 7.5 pixels
const FEWEST_BOXES = 5; // fewer, of closed modules, would say nothing about the graph

/**
 * Choose the view: of all in which the whole graph can be read, the one that changes least.
 *
 * The graph is turned before a module is closed, and no more modules are closed than needed.
 */
function chooseView() {
  const { view, direction } = page;
  const other = direction === "LR" ? "TB" : "LR";
  const choices = [[view, direction], [view, other]];
  for (let level = currentLevel() - 1; level > 0; level--)
    choices.push([viewOfLevel(level), direction]);
  for (const [choice, way] of choices) {
    const picture = laidOut(choice, way);
    if (choice !== view && picture.boxes.length < FEWEST_BOXES) break;
    if (scaleToFit(picture) < READABLE) continue;
    Object.assign(page, { view: choice, direction: way });
    return;
  }
}

/** Show the whole picture, or its output if that alone can be read: then say so. */
function begin() {
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

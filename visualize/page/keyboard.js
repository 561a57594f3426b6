// Keys: arrows walk along the lines from box to box, others work as the buttons do.

const KEYS = {
  ArrowLeft: () => walk(page.direction === "LR" ? "operand" : "before"),
  ArrowRight: () => walk(page.direction === "LR" ? "consumer" : "after"),
  ArrowUp: () => walk(page.direction === "LR" ? "before" : "operand"),
  ArrowDown: () => walk(page.direction === "LR" ? "after" : "consumer"),
  Enter: () => activateBox(focusedIndex()),
  o: () => toggleBox(focusedIndex()),
  c: () => closeAround(focusedIndex()),
  "/": () => byId("search").focus(),
  " ": () => togglePlay(),
  ",": () => stepBy(-1),
  ".": () => stepBy(1),
  "+": () => zoomBy(ZOOM_BY),
  "=": () => zoomBy(ZOOM_BY), // the key of + on most keyboards
  "-": () => zoomBy(1 / ZOOM_BY),
  0: () => fit(),
  d: () => turnLayout(),
  "?": () => byId("help").showModal(),
};
// These need the focus on the stage; those press the button that has the focus.
const STAGE_KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Enter", "o", "c"]);
const BUTTON_KEYS = new Set([" ", "Enter"]);

/** Return the index of the box that has the tab stop, -1 if the picture has no such box. */
function focusedIndex() {
  return page.indexOfKey.get(page.focused) ?? -1;
}

/** Give the tab stop to the box that had it before the picture was drawn, else to an output. */
function restoreTabStop() {
  if (focusedIndex() < 0) page.focused = page.boxes[page.of[page.graph.outputs[0]]].key;
  for (const { group } of page.drawn) setAttribute(group, "tabindex", -1);
  setAttribute(page.drawn[focusedIndex()].group, "tabindex", 0);
}

/** Move the focus to a box. */
function focusBox(key) {
  const before = focusedIndex();
  if (before >= 0) setAttribute(page.drawn[before].group, "tabindex", -1);
  page.focused = key;
  restoreTabStop();
  const { group } = page.drawn[focusedIndex()];
  writeBox(focusedIndex());
  group.style.display = ""; // a hidden element cannot have the focus
  group.focus({ preventScroll: true });
}

/** Listen to keys everywhere, and to the focus on the stage. */
function listenToKeys() {
  document.addEventListener("keydown", keyDown);
  byId("stage").addEventListener("focusin", (event) => {
    const index = boxAt(event.target);
    if (index < 0) return;
    page.focused = page.boxes[index].key;
    tellAbout(index);
    centreOn(page.places[index], { onlyIfHidden: true, leastZoom: 0 });
  });
}

/** Do what a key stands for; what is typed or held with control is not for the page. */
function keyDown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  if (event.key === "Escape") return leaveOne();
  if (event.target.closest("input[type=search], select")) return;
  const isOnStage = byId("stage").contains(event.target);
  const isOnButton = event.target.closest("button, input, summary, dialog");
  if (STAGE_KEYS.has(event.key) && !isOnStage) return;
  if (BUTTON_KEYS.has(event.key) && isOnButton) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

/** Clear the selection or, where nothing is selected, leave the player. */
function leaveOne() {
  if (page.selection) clearSelection();
  else if (page.step !== null) leavePlayer();
}

/** Act as a click does: open a cluster, or select a value, or clear the selection. */
function activateBox(index) {
  const box = page.boxes[index];
  focusBox(box.key);
  if (box.kind === "cluster") return toggleBox(index);
  const isSelected = page.selection?.length === 1 && page.selection[0] === box.value;
  select(isSelected ? null : [box.value]);
}

/** Close the innermost cluster around a box. */
function closeAround(index) {
  const { path } = page.boxes[index];
  if (path.length) closeCluster(pathKey(path));
}

/** Move the focus along a line to an operand or a consumer, or in the rank before or after. */
function walk(way) {
  const here = focusedIndex();
  const across = page.direction === "LR" ? 1 : 0; // the axis along which a rank extends
  const middle = (index, axis) => page.places[index][axis] + page.places[index][axis + 2] / 2;
  const distance = (index, axis = across) => Math.abs(middle(index, axis) - middle(here, axis));
  const neighbours = () => {
    const along = 1 - across;
    const halfRank = 1 + page.places[here][along + 2] / 2;
    const isOnSide = (index) => middle(index, across) < middle(here, across) === (way === "before");
    return page.boxes
      .map((_, index) => index)
      .filter((index) => distance(index, along) < halfRank && distance(index) && isOnSide(index));
  };
  const candidates = {
    operand: () => page.edges.filter(({ target }) => target === here).map(({ source }) => source),
    consumer: () => page.edges.filter(({ source }) => source === here).map(({ target }) => target),
    before: neighbours,
    after: neighbours,
  }[way]();
  if (!candidates.length) return;
  const isNearer = (index, best) => distance(index) < distance(best);
  const next = candidates.reduce((best, index) => (isNearer(index, best) ? index : best));
  focusBox(page.boxes[next].key);
}

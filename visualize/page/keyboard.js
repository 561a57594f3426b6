// Keys: arrows walk along the lines from box to box, others work as the buttons do.

/** Return the element of the box that has the tab stop. */
function focusedIndex() {
  return page.indexOfKey.get(page.focused) ?? -1;
}

/** Give the tab stop to the box that has it by name, else to the one that holds an output. */
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

function keyDown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  const isTyping = event.target.closest("input[type=search], select");
  if (event.key === "Escape") return leaveOne();
  if (isTyping) return;
  const isOnControl = event.target.closest("button, input, summary, dialog");
  const action = KEYS[event.key];
  const isOnStage = byId("stage").contains(event.target);
  const needsStage = action && STAGE_KEYS.has(event.key);
  if (!action || (needsStage && !isOnStage) || (isOnControl && CONTROL_KEYS.has(event.key))) return;
  event.preventDefault();
  action();
}

const STAGE_KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Enter", "o", "c"]);
const CONTROL_KEYS = new Set([" ", "Enter"]);
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
  "+": () => zoomBy(1.25),
  "=": () => zoomBy(1.25),
  "-": () => zoomBy(0.8),
  0: () => fit(),
  d: () => turnLayout(),
  "?": () => byId("help").showModal(),
};

/** Leave the player, else select nothing. */
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

/** Move the focus along a line, to an operand or a consumer, or to the next box of the same rank. */
function walk(way) {
  const here = focusedIndex();
  const [, across] = page.direction === "LR" ? [0, 1] : [1, 0];
  const along = 1 - across;
  const middle = (index, axis) => page.places[index][axis] + page.places[index][axis + 2] / 2;
  const distance = (index) => Math.abs(middle(index, across) - middle(here, across));
  let candidates;
  if (way === "consumer")
    candidates = page.edges.filter(({ source }) => source === here).map(({ target }) => target);
  else if (way === "operand")
    candidates = page.edges.filter(({ target }) => target === here).map(({ source }) => source);
  else {
    const sign = way === "before" ? -1 : 1;
    candidates = page.boxes
      .map((_, index) => index)
      .filter(
        (index) =>
          Math.abs(middle(index, along) - middle(here, along)) <
          1 + page.places[here][along + 2] / 2,
      )
      .filter((index) => sign * (middle(index, across) - middle(here, across)) > 0);
  }
  if (!candidates.length) return;
  const next = candidates.reduce((best, index) =>
    distance(index) < distance(best) ? index : best,
  );
  focusBox(page.boxes[next].key);
}

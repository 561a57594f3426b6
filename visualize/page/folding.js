// Opening and closing clusters and sums: by hand, by level, or to reveal a value.

const COMFORTABLE = 0.6; // the least scale at which the whole picture is shown after a change

/** Open a cluster; the clusters inside a large one are closed at first. */
function opened(view, box) {
  view.closed.delete(box.cluster);
  if (box.members.length <= FEW_INSIDE) return;
  for (const key of innerClusters(view, box.cluster)) view.closed.add(key);
}

/** Return the keys of the clusters directly inside one. */
function innerClusters(view, key) {
  const inner = new Set();
  for (const path of differentPaths(page.graph, view.grouping)) {
    for (let length = 1; length < path.length; length++) {
      if (pathKey(path.slice(0, length)) === key) inner.add(pathKey(path.slice(0, length + 1)));
    }
  }
  return inner;
}

/** Close a cluster whose frame is shown. */
function closeCluster(key) {
  const frame = page.clusters.find((cluster) => cluster.key === key);
  page.view.closed.add(key);
  refresh(frame && [frame.x, frame.y], () => {
    const box = page.boxes.findIndex(({ cluster }) => cluster === key);
    if (box >= 0) page.focused = page.boxes[box].key;
    return page.places[box];
  });
}

/** Open a closed cluster, unfold or fold a sum. */
function toggleBox(index) {
  const box = page.boxes[index];
  const toggle = toggleOf(box);
  if (!toggle) return;
  const value = box.members[0];
  if (toggle === "open") opened(page.view, box);
  else if (toggle === "fold") page.view.folded.add(box.value);
  else page.view.folded.delete(box.value);
  refresh(page.places[index], () => {
    const frame = page.clusters.find(({ key }) => key === box.cluster);
    const after = page.of[toggle === "open" ? value : box.value];
    page.focused = page.boxes[after].key;
    return frame ? [frame.x, frame.y] : page.places[after];
  });
}

/** Draw the view anew; the place `before` stays where it is on the screen, unless all is seen. */
function refresh(before, placeAfter) {
  const hadFocus =
    byId("boxes").contains(document.activeElement) ||
    byId("titles").contains(document.activeElement);
  redraw();
  const after = placeAfter();
  if (scaleToFit() >= COMFORTABLE) {
    fit();
  } else if (before && after) {
    const { x, y, scale } = camera;
    moveCamera(x + scale * (before[0] - after[0]), y + scale * (before[1] - after[1]), scale);
  }
  if (hadFocus) focusBox(page.focused);
  showLevel();
}

/** Open whatever hides a value, so that it has a box of its own; return the index of the box. */
function reveal(value) {
  let { boxes, of } = page;
  let isChanged = false;
  for (;;) {
    const box = boxes[of[value]];
    if (box.kind === "cluster") opened(page.view, box);
    else if (box.kind === "sum" && box.value !== value) page.view.folded.delete(box.value);
    else break;
    isChanged = true;
    ({ boxes, of } = boxesOf(page.graph, page.view));
  }
  if (isChanged) {
    redraw();
    showLevel();
  }
  return page.of[value];
}

/** Return how many levels of detail there are: clusters closed from the outermost to none. */
function levelCount() {
  let deepest = 0;
  for (const path of differentPaths(page.graph, page.grouping))
    deepest = Math.max(deepest, path.length);
  return deepest;
}

/** Return the level that is shown: the number of open clusters around the first closed one. */
function currentLevel() {
  const paths = differentPaths(page.graph, page.view.grouping);
  let level = levelCount();
  for (const path of paths) {
    const closed = outermostClosed(path, page.view.closed);
    if (closed) level = Math.min(level, closed - 1);
  }
  return level;
}

/** Show a level of detail: clusters below it are closed; the deepest one shows every value. */
function showDetail(level) {
  page.view = viewOfLevel(level);
  redraw();
  fit();
  showLevel();
}

/** Return the view of a level. */
function viewOfLevel(level) {
  const all = level >= levelCount();
  const closed = new Set();
  if (!all) {
    for (const path of differentPaths(page.graph, page.grouping)) {
      if (path.length > level) closed.add(pathKey(path.slice(0, level + 1)));
    }
  }
  // Groups that no module made are there to be closed: open, their frames say nothing.
  return { closed, folded: new Set(), grouping: all ? "modules" : page.grouping };
}

/** Lay the graph out in the other direction. */
function turnLayout() {
  page.direction = page.direction === "LR" ? "TB" : "LR";
  redraw();
  fit();
}

/** Say on the buttons which levels there are to go to. */
function showLevel() {
  const [level, most] = [currentLevel(), levelCount()];
  const isWhole = !page.view.folded.size && level >= most;
  byId("less").disabled = level <= 0 || !most;
  byId("more").disabled = isWhole;
  byId("everything").disabled = isWhole;
  const boxes = page.boxes.filter(({ copyOf }) => copyOf < 0).length;
  setText(byId("showing"), sizeNote(page.graph.size, boxes, isWhole));
}

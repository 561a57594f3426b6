// The camera: drag to pan, wheel and pinch to zoom, fit; one transform, applied once a frame.

const CLOSEST = 4; // the largest scale
const ZOOM_BY = 1.25; // at a press of a key or button
const FIT_MARGIN = 24;
const LARGEST_FIT = 1.4; // a small graph is not blown up, unless it is shown to a whole class:
const BOXES_ACROSS = 8; // then as many boxes of 100 pixels would fill the stage
const SMALLEST_TEXT = 10; // pixels on the screen
const GLIDE_TIME = 220; // milliseconds
const LEVELS = [
  [0.16, "tiny"],
  [0.44, "far"],
  [0.7, "middle"],
  [Infinity, "near"],
]; // of detail, each up to a scale

const camera = {
  x: 0,
  y: 0,
  scale: 1,
  isPending: false,
  isGliding: false,
  from: null, // where a glide began
  goal: null, // where it ends; a new one has another
  legible: 0,
  area: null,
  isFit: false,
  hasBegun: false,
};

/** Return the rectangle of the stage in the window, which is measured once: that takes a layout. */
function stageArea() {
  camera.area ??= byId("stage").getBoundingClientRect();
  return camera.area;
}

/** Keep the middle of the stage, now of another size, and what the reader looks at in sight. */
function stageChanged() {
  const before = camera.area;
  camera.area = null;
  const after = stageArea();
  if (before.width === after.width && before.height === after.height) return;
  if (!camera.hasBegun) return begin();
  if (camera.isFit) return fit();
  const [moveX, moveY] = [(after.width - before.width) / 2, (after.height - before.height) / 2];
  if (camera.isGliding) {
    for (const place of [camera.from, camera.goal]) {
      place.x += moveX;
      place.y += moveY;
    }
    return;
  }
  moveCamera(camera.x + moveX, camera.y + moveY, camera.scale);
  const isWalking = byId("stage").contains(document.activeElement);
  const index = page.selection ? page.of[page.selection[0]] : isWalking ? focusedIndex() : -1;
  if (index >= 0) centreOn(page.places[index], { onlyIfHidden: true, leastZoom: 0 });
}

/** Ask for the transform to be applied with the next frame. */
function moveCamera(x, y, scale) {
  Object.assign(camera, { x, y, scale, isFit: false });
  byId("partly").hidden = true;
  applyLevel();
  if (camera.isPending) return;
  camera.isPending = true;
  requestAnimationFrame(applyCamera);
}

/** Apply the transform. */
function applyCamera() {
  camera.isPending = false;
  const { x, y, scale } = camera;
  byId("world").style.transform = `translate(${x}px,${y}px) scale(${scale})`;
  setText(byId("scale"), `${Math.round(100 * scale)}%`);
  cull();
  scheduleMarks();
}

/** Apply the level of detail that goes with the scale, before the browser lays out hidden texts. */
function applyLevel() {
  const { scale } = camera;
  const [, level] = LEVELS.find(([most]) => scale < most);
  setAttribute(byId("stage"), "data-level", level);
  const legible =
    level === "far"
      ? SMALLEST_TEXT / 1.2 ** Math.floor(Math.log(scale) / Math.log(1.2))
      : FONT_SIZE;
  if (legible !== camera.legible)
    byId("world").style.setProperty("--legible", `${legible.toFixed(1)}px`);
  camera.legible = legible;
}

/** Return the least scale: a little less than the one that shows all. */
function leastScale() {
  return Math.min(0.5, 0.5 * scaleToFit());
}

/** Return the scale at which a whole picture is seen. */
function scaleToFit(picture = page) {
  const { width, height } = stageArea();
  const across = (width - 2 * FIT_MARGIN) / Math.max(1, picture.width);
  const down = (height - 2 * FIT_MARGIN) / Math.max(1, picture.height);
  const largest = Math.max(LARGEST_FIT, width / (BOXES_ACROSS * 100));
  return Math.max(0.001, Math.min(across, down, largest));
}

/** Show the whole picture. */
function fit() {
  stopGlide();
  const { width, height } = stageArea();
  const scale = scaleToFit();
  moveCamera((width - scale * page.width) / 2, (height - scale * page.height) / 2, scale);
  camera.isFit = true;
}

/** Zoom by a factor about a point of the stage, its middle if none is given. */
function zoomBy(factor, point = null) {
  stopGlide();
  const { width, height } = stageArea();
  const [x, y] = point ?? [width / 2, height / 2];
  const scale = Math.min(CLOSEST, Math.max(leastScale(), camera.scale * factor));
  const ratio = scale / camera.scale;
  moveCamera(x - ratio * (x - camera.x), y - ratio * (y - camera.y), scale);
}

/** Return the part of the picture that is seen, as [left, top, right, bottom]. */
function seenArea() {
  const { width, height } = stageArea();
  const { x, y, scale } = camera;
  return [-x / scale, -y / scale, (width - x) / scale, (height - y) / scale];
}

/** Return the indices of the boxes that are seen, wholly or in part. */
function seenBoxes() {
  const area = seenArea();
  return page.boxes.map((_, index) => index).filter((index) => meets(extentOfBox(index), area));
}

/** Bring a place of the picture into the middle, at a legible scale. */
function centreOn([x, y, width, height], { leastZoom = 0.7, onlyIfHidden = false } = {}) {
  if (onlyIfHidden && holds(seenArea(), [x, y, x + width, y + height])) return;
  const area = stageArea();
  const scale = Math.max(camera.scale, Math.min(leastZoom, area.width / (1.5 * width)));
  glideTo(
    area.width / 2 - scale * (x + width / 2),
    area.height / 2 - scale * (y + height / 2),
    scale,
  );
}

/** Move the camera over a few frames, or at once if the reader wants no motion. */
function glideTo(x, y, scale) {
  stopGlide();
  if (prefersStillness()) return moveCamera(x, y, scale);
  const from = { x: camera.x, y: camera.y, scale: camera.scale };
  const goal = { x, y, scale };
  Object.assign(camera, { isGliding: true, from, goal });
  const began = performance.now();
  const frame = (now) => {
    if (goal !== camera.goal) return; // stopped, or another glide
    const part = Math.min(1, Math.max(0, (now - began) / GLIDE_TIME));
    const eased = part * (2 - part);
    const between = (axis) => from[axis] + eased * (goal[axis] - from[axis]);
    moveCamera(between("x"), between("y"), between("scale"));
    camera.isGliding = part < 1;
    if (camera.isGliding) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** Leave the camera where it is. */
function stopGlide() {
  Object.assign(camera, { isGliding: false, goal: null });
}

/** Say whether the reader has asked for no motion. */
function prefersStillness() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

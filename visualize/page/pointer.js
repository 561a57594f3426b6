// Mouse, pen and fingers on the stage: drag and pinch move the camera, a click acts, a hover tells.

const DRAG_THRESHOLD = 4; // pixels; less is a click
const HOVER_DELAY = 60; // milliseconds
const WHEEL_SPEED = 0.0015; // of the logarithm of the scale, for a pixel
const WHEEL_LINE = 30; // pixels, where a browser counts lines
const PINCH = 6; // times the speed: a pinch on a touchpad comes as small steps with ctrl

const pointers = new Map(); // those that are down: id -> [x, y]
let dragged = false; // whether a pointer has moved since it went down
let hoverTimer = 0;

/** Listen to all pointers on the stage, by delegation: boxes have no listeners of their own. */
function listenToPointers() {
  const stage = byId("stage");
  stage.addEventListener("pointerdown", pointerDown);
  stage.addEventListener("pointermove", pointerMove);
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    stage.addEventListener(name, (event) => pointers.delete(event.pointerId));
  }
  stage.addEventListener("wheel", wheel, { passive: false });
  stage.addEventListener("click", click);
  stage.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "touch" && !pointers.size) hover(boxAt(event.target));
  });
  stage.addEventListener("pointerleave", () => hover(-1));
}

/** Return where an event is on the stage. */
function pointOf(event) {
  const { left, top } = stageArea();
  return [event.clientX - left, event.clientY - top];
}

/** Return the index of the box that an element belongs to, -1 for none. */
function boxAt(target) {
  const group = target.closest?.("[data-box]");
  return group ? Number(group.dataset.box) : -1;
}

/** Begin a click or a drag. */
function pointerDown(event) {
  if (event.button > 0) return;
  if (!pointers.size) dragged = false;
  pointers.set(event.pointerId, pointOf(event));
  stopGlide();
}

/** Move the camera with one pointer, zoom with two. */
function pointerMove(event) {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const after = pointOf(event);
  const [moveX, moveY] = [after[0] - before[0], after[1] - before[1]];
  if (!dragged && Math.hypot(moveX, moveY) < DRAG_THRESHOLD) return;
  if (!dragged) {
    dragged = true;
    byId("stage").setPointerCapture(event.pointerId); // only now: a click goes to its target
  }
  if (pointers.size === 1) {
    moveCamera(camera.x + moveX, camera.y + moveY, camera.scale);
  } else {
    const [, other] = [...pointers].find(([id]) => id !== event.pointerId);
    const distance = ([x, y]) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
    moveCamera(camera.x + moveX / 2, camera.y + moveY / 2, camera.scale);
    zoomBy(distance(after) / distance(before), [
      (after[0] + other[0]) / 2,
      (after[1] + other[1]) / 2,
    ]);
  }
  pointers.set(event.pointerId, after);
}

/** Zoom about the pointer, or move sideways where shift is held. */
function wheel(event) {
  event.preventDefault();
  const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE : 1;
  if (event.shiftKey && !event.ctrlKey) {
    stopGlide();
    const sideways = event.deltaX || event.deltaY;
    moveCamera(camera.x - pixels * sideways, camera.y, camera.scale);
    return;
  }
  const speed = WHEEL_SPEED * (event.ctrlKey ? PINCH : 1);
  zoomBy(Math.exp(-event.deltaY * pixels * speed), pointOf(event));
}

/** Close the cluster of a title, toggle or activate a box; beside all of them select nothing. */
function click(event) {
  if (dragged) return;
  const title = event.target.closest("[data-cluster]");
  const index = boxAt(event.target);
  if (title) closeCluster(title.dataset.cluster);
  else if (index < 0) clearSelection();
  else if (event.target.closest(".toggle")) toggleBox(index);
  else activateBox(index);
}

/** Tell about a box if the pointer stays there for a moment; -1 goes back to the selected one. */
function hover(index) {
  clearTimeout(hoverTimer);
  hoverTimer = 0;
  // There the panel would push the picture away.
  if (isNarrow() && byId("panel").dataset.empty === "true") return;
  hoverTimer = setTimeout(() => {
    hoverTimer = 0;
    tellAbout(index);
  }, HOVER_DELAY);
}

// Mouse, pen and fingers on the stage: drag and pinch move the camera, a click acts, a hover tells.

const pointers = new Map(); // those that are down: id -> [x, y]
let dragged = false; // whether the pointer has moved since it went down
const HOVER_DELAY = 60; // milliseconds
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

function pointerDown(event) {
  if (event.button > 0) return;
  if (!pointers.size) dragged = false;
  pointers.set(event.pointerId, pointOf(event));
  stopGlide();
}

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

function wheel(event) {
  event.preventDefault();
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
  if (event.shiftKey && !event.ctrlKey) {
    stopGlide();
    const sideways = event.deltaX || event.deltaY;
    moveCamera(camera.x - lines * sideways, camera.y, camera.scale);
    return;
  }
  const pinched = event.ctrlKey ? 6 : 1; // a pinch on a touchpad comes as small steps with ctrl
  zoomBy(Math.exp(-event.deltaY * lines * pinched * WHEEL_SPEED), pointOf(event));
}

function click(event) {
  if (dragged) return;
  const title = event.target.closest("[data-cluster]");
  const index = boxAt(event.target);
  if (title) closeCluster(title.dataset.cluster);
  else if (index < 0) clearSelection();
  else if (event.target.closest(".toggle")) toggleBox(index);
  else activateBox(index);
}

/** Tell about a box after a moment, so that passing over many is calm; -1 goes back to the selected one. */
function hover(index) {
  clearTimeout(hoverTimer);
  hoverTimer = 0;
  if (isNarrow() && byId("panel").dataset.empty === "true") return; // it would push the picture away
  hoverTimer = setTimeout(() => {
    hoverTimer = 0;
    tellAbout(index);
  }, HOVER_DELAY);
}

// Of a large picture, a browser draws only the part near the stage.

const CULLING_MARGIN = 0.7; // of the stage's size, on each side of it
const ZOOM_STEP = 1.6; // a change of scale after which another part is chosen

const culling = { area: null, scale: 0, level: "", items: [] };

/** Take all elements for shown: they have just been made. */
function restartCulling() {
  culling.area = null;
  culling.items = [];
  culling.level = "";
  if (!isLarge()) return;
  page.drawn.forEach(({ group }, index) => {
    culling.items.push({ box: index, drawn: group, extent: extentOfBox(index), isAway: false });
  });
  for (const bundle of page.bundles) culling.items.push({ box: -1, ...bundle, isAway: false });
}

/** Return the rectangle of a box, as [left, top, right, bottom]. */
function extentOfBox(index) {
  const [x, y, width, height] = page.places[index];
  return [x, y, x + width, y + height];
}

/** Return the rectangle around some points, as [left, top, right, bottom]. */
function extentOf(points) {
  const extent = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    extent[0] = Math.min(extent[0], x);
    extent[1] = Math.min(extent[1], y);
    extent[2] = Math.max(extent[2], x);
    extent[3] = Math.max(extent[3], y);
  }
  return extent;
}

/** Choose the part that is drawn, where the camera has left the one chosen before. */
function cull() {
  if (!culling.items.length) return;
  const seen = seenArea();
  const { area, scale } = culling;
  const zoom = camera.scale / scale;
  const { level } = byId("stage").dataset;
  const isSimilar = level === culling.level && zoom < ZOOM_STEP && zoom > 1 / ZOOM_STEP;
  if (area && isSimilar && holds(area, seen)) return;
  const [left, top, right, bottom] = seen;
  const across = CULLING_MARGIN * (right - left);
  const down = CULLING_MARGIN * (bottom - top);
  culling.area = [left - across, top - down, right + across, bottom + down];
  Object.assign(culling, { scale: camera.scale, level });
  for (const item of culling.items) {
    const isAway = !meets(culling.area, item.extent);
    if (!isAway && item.box >= 0 && level !== "tiny") writeBox(item.box);
    if (isAway === item.isAway) continue;
    item.isAway = isAway;
    item.drawn.style.display = isAway ? "none" : "";
  }
}

/** Show everything, as on paper. */
function restoreCulled() {
  for (const item of culling.items) item.drawn.style.display = "";
  restartCulling();
}

/** Say whether one rectangle holds another. */
function holds(outer, inner) {
  return (
    inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3]
  );
}

/** Say whether two rectangles meet. */
function meets(one, other) {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}

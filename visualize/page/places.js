// Places of a view's boxes, lines and frames, from the layout that Python's pictures have too.

const LAYOUT_DEFAULTS = {
  direction: "LR", // or "TB"
  rankGap: RANK_GAP, // least distance between ranks
  titleWidth: () => 0, // least width of a cluster, given its title
};

/**
 * Place boxes of the given [width, height] in ranks, so that every edge goes forward.
 *
 * Returns `places` [x, y, width, height], `routes` (a start point, then two control points and an
 * end point for each cubic piece), `clusters` {key, title, path, x, y, width, height}, outer ones
 * first, and the size of the picture. A cluster holds its own boxes and clusters and no others.
 * The same input gives the same result everywhere.
 */
function layoutOf(boxes, edges, sizes, options = {}) {
  const chosen = { ...LAYOUT_DEFAULTS, ...options };
  const placed = place(
    sizes,
    edges.map(({ source, target }) => [source, target]),
    boxes.map(({ path }) => path),
    chosen.direction,
    chosen.rankGap,
    NODE_GAP,
    TITLE_HEIGHT,
    (path) => chosen.titleWidth(lastTitle(path)),
  );
  const clusters = placed.frames.map(([x, y, width, height], index) => {
    const path = placed.paths[index];
    return { key: pathKey(path), title: lastTitle(path), path, x, y, width, height };
  });
  const { boxes: places, routes, width, height } = placed;
  return { places, routes, clusters, width, height };
}

// Extents along the ranks: where each column lies, and the frames of clusters.

/**
 * Give each rank the length of its longest box, and gaps with room for borders of clusters.
 *
 * `margins` are the distances from a cluster's border to what it holds, at its start and end. The
 * last rank of a cluster ends where there is room for its `least` length. Returns starts and ends
 * of the ranks, and in `room` how far the frame of each cluster may reach.
 */
function columnsOf(layering, lengths, tree, margins, least, gap) {
  const count = layering.ranks.length;
  const spans = nestedSpans(layering, tree);
  const before = new Array(count).fill(0);
  const behind = new Array(count).fill(0);
  const ending = Array.from({ length: count }, () => []);
  for (let cluster = 1; cluster < spans.length; cluster++) {
    const { first, last, depthFirst, depthLast } = spans[cluster];
    before[first] = Math.max(before[first], depthFirst * margins[0]);
    behind[last] = Math.max(behind[last], depthLast * margins[1]);
    ending[last].push(cluster);
  }
  const starts = [];
  const ends = [];
  let at = 0;
  layering.ranks.forEach((items, rank) => {
    if (rank) {
      const borders = behind[rank - 1] + before[rank];
      at += Math.max(gap, borders ? borders + gap / 2 : 0);
    }
    starts.push(at);
    at += items.reduce((most, item) => Math.max(most, lengths[item] ?? 0), 0); // bends have none
    for (const cluster of ending[rank]) {
      const { first, depthFirst, depthLast } = spans[cluster];
      const borders = depthFirst * margins[0] + depthLast * margins[1];
      at = Math.max(at, starts[first] + least[cluster] - borders);
    }
    ends.push(at);
  });
  const room = spans.map(({ first, last, depthFirst, depthLast }) => [
    starts[first] - depthFirst * margins[0],
    ends[last] + depthLast * margins[1],
  ]);
  return { starts, ends, room };
}

/** Return per cluster its first and last rank, and how many borders nest there, with its own. */
function nestedSpans(layering, tree) {
  const { first, last } = clusterSpans(tree, layering.cluster, layering.rank);
  const depthFirst = tree.paths.map(() => 1);
  const depthLast = tree.paths.map(() => 1);
  for (let cluster = tree.paths.length - 1; cluster > ROOT; cluster--) {
    const around = tree.parent[cluster];
    if (first[around] === first[cluster]) {
      depthFirst[around] = Math.max(depthFirst[around], depthFirst[cluster] + 1);
    }
    if (last[around] === last[cluster]) {
      depthLast[around] = Math.max(depthLast[around], depthLast[cluster] + 1);
    }
  }
  return tree.paths.map((_, cluster) => ({
    first: first[cluster],
    last: last[cluster],
    depthFirst: depthFirst[cluster],
    depthLast: depthLast[cluster],
  }));
}

/**
 * Return the least frame [start, end, low, high] of each cluster that holds all that is in it.
 *
 * `insets` and `margins` are the distances from border to contents, across and along the ranks;
 * the whole picture has none. A frame grows to its `least` extents in the spans of `room`.
 */
function framesOf(layering, extents, centre, half, tree, insets, margins, least, room) {
  const frames = tree.paths.map(() => [Infinity, -Infinity, Infinity, -Infinity]);
  const include = (cluster, [start, end, low, high]) => {
    const frame = frames[cluster];
    frames[cluster] = [
      Math.min(frame[0], start),
      Math.max(frame[1], end),
      Math.min(frame[2], low),
      Math.max(frame[3], high),
    ];
  };
  layering.cluster.forEach((cluster, item) => {
    if (isPlaceholder(item, layering)) return;
    const [start, end] = item < layering.count ? extents[item] : [Infinity, -Infinity];
    include(cluster, [start, end, centre[item] - half[item], centre[item] + half[item]]);
  });
  for (let cluster = tree.paths.length - 1; cluster > ROOT; cluster--) { // children before parents
    const [start, end, low, high] = frames[cluster];
    const along = [start - margins[0], end + margins[1]];
    const across = [low - insets.low, high + insets.high];
    frames[cluster] = [
      ...grownSpan(along, least.along[cluster], room.along[cluster]),
      ...grownSpan(across, least.across[cluster], room.across[cluster]),
    ];
    include(tree.parent[cluster], frames[cluster]);
  }
  return frames;
}

/** Grow a span to its least length, by as much on both sides where there is room. */
function grownSpan([low, high], least, room) {
  const missing = least - (high - low);
  if (missing <= 0) return [low, high];
  const start = Math.min(Math.max(low - missing / 2, room[0]), room[1] - least);
  return [start, start + least];
}

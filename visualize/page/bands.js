// Clusters by steps back from the output, for graphs of any shape and size.

/** Cut the graph into bands of about equal size by height, and those until they are small. */
function stepPaths(graph) {
  const heights = heightsOf(graph);
  const outputs = outputsAlone(graph);
  const members = []; // values per height
  for (const height of heights) while (members.length <= height) members.push([]);
  heights.forEach((height, value) => members[height].push(value));
  const sizes = members.map((values) => values.length);
  const paths = heights.map(() => []);
  const open = [{ first: 0, end: sizes.length, path: [] }];
  while (open.length) {
    const { first, end, path } = open.pop();
    for (const [start, stop] of cutIntoBands(sizes, first, end)) {
      const title = `${stop - start > 1 ? "steps" : "step"} ${spanTitle(start, stop - 1)}`;
      const inner = [...path, `/${title}`];
      const inside = members.slice(start, stop).flat();
      const isCut = stop - start > 1 && inside.length > SMALL_GROUP;
      if (isCut) open.push({ first: start, end: stop, path: inner });
      else if (stop - start > 1) for (const value of inside) paths[value] = inner;
      else cutIntoChunks(inside, "values", inner, paths);
    }
  }
  // Outputs that nothing uses keep their own boxes; another could form a cycle with its band.
  return paths.map((path, value) => (!heights[value] && outputs.has(value) ? [] : path));
}

/** Cut a range of heights into some with about as many values each: two or more, if it can be. */
function cutIntoBands(sizes, first, end) {
  const total = sizes.slice(first, end).reduce((sum, size) => sum + size, 0);
  const bands = [];
  let before = 0;
  let current = -1;
  for (let height = first; height < end; height++) {
    const band = Math.floor((before * MOST_PARTS) / total);
    if (band === current) bands[bands.length - 1][1] = height + 1;
    else bands.push([height, height + 1]);
    current = band;
    before += sizes[height];
  }
  const middle = (first + end) >> 1;
  return bands.length > 1 || middle === first ? bands : [[first, middle], [middle, end]];
}

/** Return the longest way from each value to an output, in operations. */
function heightsOf(graph) {
  const heights = new Array(graph.operands.length).fill(0);
  for (let consumer = heights.length - 1; consumer >= 0; consumer--) {
    for (const operand of valuesUsed(graph)[consumer]) {
      heights[operand] = Math.max(heights[operand], heights[consumer] + 1);
    }
  }
  return heights;
}

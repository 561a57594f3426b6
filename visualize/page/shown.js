// The numbers that boxes show: those recorded in the graph, or those of a step of the player.

const RECORDED = {
  /** Return the data of a value; null before it is computed. */
  data: (value) => page.graph.data[value],
  /** Return the gradient of a value. */
  gradient: (value) =>
    new Gradient(
      page.graph.state[value],
      page.graph.gradient[value] ?? 0,
      page.graph.remark[value],
    ),
  /** Return the line about a gradient. */
  line: (gradient) => gradient.short,
  /** Return the size of the largest gradient. */
  largest: () => largestSize(page.graph.data.map((_, value) => RECORDED.gradient(value))),
};

/** Show other numbers, of the kind of RECORDED, on all boxes. */
function showNumbers(numbers) {
  page.shown = numbers;
  page.largest = numbers.largest();
  paintAll();
}

/** Return the two lines of a box, its look, and which lines are alarming. */
function wordsOf(box, shown) {
  const isMany = box.kind === "cluster";
  const gradient = isMany
    ? shownForMany(box.members.map((value) => shown.gradient(value)))
    : shown.gradient(box.value);
  const data = (isMany ? box.members : [box.value])
    .map(shown.data)
    .filter((number) => number !== null);
  const short = shown.line(gradient);
  const range = rangeOf(data);
  const known = isMany ? dataRange(range) : significant(data[0]);
  return {
    lines: [
      dataLine(data.length ? known : LATER),
      isMany ? largestLine(gradient.value, short) : short,
    ],
    look: lookBy(gradient, page.largest, range),
    isBad: [!isMany && !data.every(Number.isFinite), gradient.is_alarming],
    isFuture: !data.length,
  };
}

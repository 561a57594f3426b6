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
};

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
  const isBad = !data.every(Number.isFinite);
  return {
    lines: [
      data.length ? `data ${rangeOf(data)}` : "data –",
      isMany && gradient.value ? `largest ${short}` : short,
    ],
    look: lookBy(gradient, page.largest, data.some(Number.isNaN), isBad),
    isBad: [!isMany && isBad, ["nan", "infinite"].includes(gradient.state)],
    isFuture: !data.length,
  };
}

/** Return one number, or the range of many. */
function rangeOf(numbers) {
  if (numbers.length === 1) return significant(numbers[0]);
  const finite = numbers.filter(Number.isFinite);
  if (!finite.length) return "nan or inf";
  let [low, high] = [Infinity, -Infinity];
  for (const number of finite) [low, high] = [Math.min(low, number), Math.max(high, number)];
  const [first, last] = [significant(low), significant(high)];
  const rest = numbers.length - finite.length;
  return (
    (first === last ? first : `${first} … ${last}`) +
    (rest ? `, ${rest.toLocaleString("en-US")} nan or inf` : "")
  );
}

/** Return the largest finite size of some numbers, null among them left out. */
function largestSize(numbers) {
  return numbers.reduce(
    (most, number) => (Number.isFinite(number) ? Math.max(most, Math.abs(number)) : most),
    0,
  );
}

/** Return the line about a gradient that is not complete yet. */
function runningLine({ state, value }) {
  return state === "pending" ? "grad –" : `grad ${significant(value)}`;
}

/** Say what a gradient means, in a sentence. */
function gradientMeaning({ state, value, remark }, name, outputs) {
  if (state === "pending")
    return "No backward pass has run yet. Play the steps to see what it would bring.";
  if (state === "unreached")
    return `The backward pass did not come here: no way from ${outputs} carries a gradient.`;
  if (state === "zero")
    return `The backward pass came here and brought exactly 0${remark ? ` (${remark})` : ""}: at this point a small change of ${name} changes nothing.`;
  if (state === "earlier")
    return "The gradient is of an earlier pass: it does not belong to these numbers, or came from elsewhere.";
  if (state === "nan")
    return "Not a number: something undefined, such as 0/0 or inf - inf, was met on the way.";
  if (state === "infinite")
    return `Infinite: ${outputs} is vertical here, or a number overflowed on the way.`;
  const direction = value > 0 ? "rises" : "falls";
  return `If ${name} grows by a little, ${outputs} ${direction} by ${significant(Math.abs(value))} times as much.`;
}

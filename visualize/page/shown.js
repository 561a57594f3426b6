// The numbers that boxes show: those recorded in the graph, or those of a step of the player.

const RECORDED = {
  /** Return the data of a value; null before it is computed. */
  data: (value) => page.graph.data[value],
  /** Return the gradient of a value. */
  gradient: (value) => ({
    state: page.graph.state[value],
    value: page.graph.gradient[value] ?? 0,
    remark: page.graph.remark[value],
  }),
  /** Return the line about a gradient. */
  line: gradientLine,
};

/** Return the two lines of a box, its look, and which lines are alarming. */
function wordsOf(box, shown) {
  const gradients = box.members.map((value) => shown.gradient(value));
  const isMany = box.kind === "cluster";
  const gradient = isMany ? worstOf(gradients) : shown.gradient(box.value);
  const data = isMany ? box.members.map(shown.data) : [shown.data(box.value)];
  const isFuture = data.every((number) => number === null);
  const remarks = new Set(gradients.map(({ state, remark }) => state + remark));
  const short = shown.line(remarks.size > 1 ? { ...gradient, remark: "" } : gradient);
  return {
    lines: [
      isFuture ? "data –" : `data ${rangeOf(data.filter((number) => number !== null))}`,
      isMany && gradient.value ? `largest ${short}` : short,
    ],
    look: lookOfData(data) || lookOf(gradient, page.largest),
    isBad: [
      !isMany && data[0] !== null && !Number.isFinite(data[0]),
      ["nan", "infinite"].includes(gradient.state),
    ],
    isFuture,
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

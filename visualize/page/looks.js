// How a gradient looks: the names of looks, as palette.py gives them, of states and numbers.

const SHADES = 8; // per sign
const SEVERITY = ["pending", "unreached", "earlier", "zero", "finite", "infinite", "nan"];

/** Return the state of a gradient that a pass has brought. */
function stateOf(number) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return "infinite";
  return number === 0 ? "zero" : "finite";
}

/** Return the name of the look: "p1" to "p8", "n1" to "n8", or the state. */
function lookOf({ state, value }, largest) {
  if (state !== "finite") return state;
  const shade = largest ? Math.max(1, Math.ceil(SHADES * Math.sqrt(Math.abs(value) / largest))) : 1;
  return (value < 0 ? "n" : "p") + Math.min(shade, SHADES);
}

/** Return the look of data that are nan or infinite; "" of other numbers. */
function lookOfData(numbers) {
  const known = numbers.filter((number) => number !== null);
  if (known.some(Number.isNaN)) return "nan";
  return known.every(Number.isFinite) ? "" : "infinite";
}

/** Return the gradient to show for many: nan before inf before the largest size. */
function worstOf(gradients) {
  const rank = ({ state, value }) => [
    SEVERITY.indexOf(state),
    state === "finite" ? Math.abs(value) : 0,
  ];
  let [worst] = gradients;
  let most = rank(worst);
  for (const gradient of gradients) {
    const own = rank(gradient);
    if (own[0] > most[0] || (own[0] === most[0] && own[1] > most[1]))
      [worst, most] = [gradient, own];
  }
  return worst;
}

/** Return the line that a box writes about a gradient. */
function gradientLine({ state, value, remark }) {
  if (state === "pending") return "no gradient yet";
  if (state === "unreached") return "grad not reached";
  const said = state === "earlier" ? "earlier" : remark;
  const number = state === "zero" ? "0" : significant(value);
  return said ? `grad ${number} (${said})` : `grad ${number}`;
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

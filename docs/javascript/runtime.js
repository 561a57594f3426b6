// Parts of Python that JavaScript lacks, for functions that are written as a script.

const python = {
  range(start, end, step) {
    const numbers = [];
    for (let n = start; step > 0 ? n < end : n > end; n += step) numbers.push(n);
    return numbers;
  },
  zip: (first, ...others) => first.map((item, i) => [item, ...others.map((other) => other[i])]),
  greatest: (items, none) => (items.length ? items.reduce((a, b) => (b > a ? b : a)) : none),
  least: (items, none) => (items.length ? items.reduce((a, b) => (b < a ? b : a)) : none),
  extend(items, others) {
    for (const other of others) items.push(other);
  },
  sort(items, key) {
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    return items.sort(key ? (a, b) => compare(key(a), key(b)) : compare);
  },
  setdefault(map, key, value) {
    if (!map.has(key)) map.set(key, value);
    return map.get(key);
  },
  bisect_right(items, x) {
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (x < items[middle]) high = middle;
      else low = middle + 1;
    }
    return low;
  },
  insort: (items, x) => items.splice(python.bisect_right(items, x), 0, x),
  bits: new DataView(new ArrayBuffer(8)),
  // Return a number as a fraction from 1/2 to 1 and a power of 2.
  frexp(number) {
    if (number === 0 || !Number.isFinite(number)) return [number, 0];
    const scale = Math.abs(number) < 2 ** -1022 ? 54 : 0;
    const view = python.bits;
    view.setFloat64(0, number * 2 ** scale);
    const high = view.getUint16(0);
    view.setUint16(0, (high & 0x800f) | (1022 << 4));
    return [view.getFloat64(0), ((high >> 4) & 0x7ff) - 1022 - scale];
  },
  // Return the nearest whole number, of two equally near ones the even one.
  rounded(number) {
    const whole = Math.round(number);
    return whole - number === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
  },
  thousands: (number) => number.toLocaleString("en-US"),
  isidentifier: (text) => /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(text),
  removesuffix: (text, end) => (text.endsWith(end) ? text.slice(0, -end.length) : text),
  // Return the shortest text that reads back as the same number.
  repr(number) {
    if (!Number.isFinite(number)) return String(number).toLowerCase().replace("infinity", "inf");
    if (number === 0) return Object.is(number, -0) ? "-0.0" : "0.0";
    const [digits, exponent] = number.toExponential().split("e");
    const power = Number(exponent);
    if (power < -4 || power >= 16) return python.scientific(digits, power);
    const text = python.shifted(digits, power);
    return text.includes(".") ? text : `${text}.0`;
  },
  // Return a number with so many significant digits, as format(number, f".{digits}g") does.
  general(number, digits) {
    if (!Number.isFinite(number) || number === 0) return python.removesuffix(python.repr(number), ".0");
    let [written, exponent] = number.toExponential(digits - 1).split("e");
    const whole = number.toExponential(60);
    const kept = whole.slice(0, whole.indexOf(".") + digits);
    if (/^50*e/.test(whole.slice(kept.length)) && Number(kept.at(-1)) % 2 === 0) {
      // Browsers round half-way cases away from zero, Python to the even digit.
      [written, exponent] = [kept, whole.split("e")[1]];
    }
    const power = Number(exponent);
    const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
    if (power >= -4 && power < digits) return trimmed(python.shifted(written, power));
    return python.scientific(trimmed(written), power);
  },
  // Return digits like -1.234 with the point moved to the right, by a negative power to the left.
  shifted(digits, power) {
    const sign = digits.startsWith("-") ? "-" : "";
    const plain = digits.replace("-", "").replace(".", "");
    if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${plain}`;
    const padded = plain.padEnd(power + 1, "0");
    const rest = padded.slice(power + 1);
    return sign + padded.slice(0, power + 1) + (rest ? `.${rest}` : "");
  },
  scientific: (digits, power) =>
    `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`,
};

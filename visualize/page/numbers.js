// Numbers as every picture writes them: four significant digits, and the exact form beside them.

const FEW = 4; // significant digits that are read at a glance
const LARGEST_PLAIN_INTEGER = 1e6; // beyond it 1.235e+06 is shorter to read than the digits
const EXACT_TIE = /^-?\d\.\d{3}50*e/; // a number half-way between two of four digits

/** Return a number with four significant digits; whole numbers below a million in full. */
function significant(number) {
  if (!Number.isFinite(number)) return exact(number);
  if (Math.abs(number) < LARGEST_PLAIN_INTEGER && Number.isInteger(number)) {
    return String(number); // the sign of a zero is left out
  }
  let [digits, exponent] = number.toExponential(3).split("e");
  const whole = number.toExponential(60);
  if (EXACT_TIE.test(whole)) {
    // Browsers round half-way cases away from zero, Python to the even digit.
    const kept = whole.slice(0, whole.indexOf(".") + 4);
    if (Number(kept[kept.length - 1]) % 2 === 0) [digits, exponent] = [kept, whole.split("e")[1]];
  }
  const power = Number(exponent);
  if (power >= -4 && power < 4) return trimmed(shifted(digits, power));
  return trimmed(digits) + "e" + withTwoDigits(power);
}

/** Return a number with so many significant digits, as significant() does with four. */
function inDigits(number, digits) {
  const isPlain = Number.isInteger(number) && Math.abs(number) < LARGEST_PLAIN_INTEGER;
  if (Object.is(number, -0) && digits > FEW) return "-0"; // 1 / -0 is -inf
  if (digits === FEW || isPlain || !Number.isFinite(number)) return significant(number);
  return exact(digits > FEW ? Number(number.toPrecision(digits)) : number).replace(/\.0$/, "");
}

/** Return the shortest text that reads back as the same number, as Python writes it. */
function exact(number) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number < 0 ? "-inf" : "inf";
  if (number === 0) return Object.is(number, -0) ? "-0.0" : "0.0";
  const [digits, exponent] = number.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) return digits + "e" + withTwoDigits(power);
  const text = shifted(digits, power);
  return text.includes(".") ? text : text + ".0";
}

/** Return digits like -1.234 with the point moved to the right, by a negative power to the left. */
function shifted(digits, power) {
  const sign = digits[0] === "-" ? "-" : "";
  const plain = digits.replace("-", "").replace(".", "");
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${plain}`;
  const padded = plain.padEnd(power + 1, "0");
  const rest = padded.slice(power + 1);
  return sign + padded.slice(0, power + 1) + (rest ? "." + rest : "");
}

/** Return a decimal without zeros at its end. */
function trimmed(digits) {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}

/** Return an exponent as Python writes it: its sign and at least two digits. */
function withTwoDigits(power) {
  return (power < 0 ? "-" : "+") + String(Math.abs(power)).padStart(2, "0");
}

/** Return a count with its noun, thousands separated. */
function counted(count, noun, plural = noun + (noun.endsWith("x") ? "es" : "s")) {
  return `${count.toLocaleString("en-US")} ${count === 1 ? noun : plural}`;
}

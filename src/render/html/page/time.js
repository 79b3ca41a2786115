// Lengths of time, printed as the program prints them: exactly, in the largest unit up
// to a second, and from three minutes on in parts. And the places of the labels of an axis.

const SECOND = 1_000_000_000n;
const DECIMAL_UNITS = [["s", SECOND], ["ms", 1_000_000n], ["us", 1_000n], ["ns", 1n]];
const LONG_UNITS = [["d", 86_400n * SECOND], ["h", 3_600n * SECOND], ["min", 60n * SECOND]];
const LONG = 180n * SECOND;

/** A length of so many nanoseconds (a BigInt): `1.5s`, `250us`, `1d 12h 1min 1.5s`. */
function formatNanos(nanos) {
  return nanos >= LONG ? formatInParts(nanos) : formatInOneUnit(nanos);
}

function formatInOneUnit(nanos) {
  const [unit, scale] = DECIMAL_UNITS.find(([, scale]) => nanos >= scale) ?? DECIMAL_UNITS[0];
  return decimal(nanos, scale) + unit;
}

function formatInParts(nanos) {
  const parts = [];
  let rest = nanos;
  for (const [unit, scale] of LONG_UNITS) {
    if (rest >= scale) parts.push(`${rest / scale}${unit}`);
    rest %= scale;
  }
  if (rest > 0n || parts.length === 0) parts.push(`${decimal(rest, SECOND)}s`);
  return parts.join(" ");
}

/** `nanos / scale` with as many digits as it has. */
function decimal(nanos, scale) {
  const fraction = nanos % scale;
  if (fraction === 0n) return String(nanos / scale);
  const digits = String(fraction).padStart(String(scale).length - 1, "0");
  return `${nanos / scale}.${digits.replace(/0+$/, "")}`;
}

/** Nanoseconds between the labels of an axis on which a nanosecond is so many pixels wide. */
function axisStep(pixelsPerNano, leastPixels) {
  const least = leastPixels / pixelsPerNano;
  const minute = 60e9, hour = 60 * minute, day = 24 * hour;
  if (least > 10 * day) return roundStep(least / day) * day;
  if (least > 60e9 / 6) {
    const steps = [15e9, 30e9, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour,
      2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 5 * day, 10 * day];
    return steps.find((step) => step >= least) ?? 10 * day;
  }
  return Math.max(1, roundStep(least));
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= least * (1 - 1e-9));
}

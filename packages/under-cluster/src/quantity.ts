/** How a quantity is printed: the real server keeps the family of suffixes a quantity was written with. */
export type Format = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

/**
 * A quantity as it stands in a list of resources: a count of milli-units, finer than which the API server rounds up
 * there, and the format to print it in.
 */
export interface Quantity {
  millis: bigint;
  format: Format;
}

const MILLI = 1_000n;

const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Record<string, number> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

/** The words the real server refuses a malformed quantity with. */
export const QUANTITY_RULE =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Parses a quantity, as a string or as a JSON number. Undefined if it is none. */
export function parseQuantity(value: unknown): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') {
    return undefined;
  }
  const match =
    /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/.exec(
      `${value}`.trim(),
    );
  if (!match) {
    return undefined;
  }
  const [, sign, digits, suffix = ''] = match;
  const [whole, fraction = ''] = digits.split('.');
  let numerator = BigInt(`${whole}${fraction}`) * MILLI;
  let denominator = 10n ** BigInt(fraction.length);
  let format: Format = 'DecimalSI';
  if (suffix.endsWith('i')) {
    format = 'BinarySI';
    numerator *= 1024n ** BigInt(BINARY.indexOf(suffix));
  } else {
    let exponent = DECIMAL[suffix];
    if (exponent === undefined) {
      format = 'DecimalExponent';
      exponent = Number(suffix.slice(1));
      // Far beyond either end of what can be stored, the result is known without the arithmetic.
      exponent = Math.max(-1_000, Math.min(1_000, exponent));
    }
    if (exponent >= 0) {
      numerator *= 10n ** BigInt(exponent);
    } else {
      denominator *= 10n ** BigInt(-exponent);
    }
  }
  let millis = numerator / denominator;
  if (millis * denominator !== numerator) {
    millis += 1n;
  }
  return { millis: sign === '-' ? -millis : millis, format };
}

/** Whether a quantity is a whole number. */
export function isInteger(quantity: Quantity): boolean {
  return quantity.millis % MILLI === 0n;
}

/** A whole number of units, such as bytes; fractions count as one more, as quota charges them. */
export function wholeUnits(quantity: Quantity): bigint {
  const units = quantity.millis / MILLI;
  return quantity.millis % MILLI > 0n ? units + 1n : units;
}

/** Rounds up to whole units. */
export function roundedUp(quantity: Quantity): Quantity {
  return { ...quantity, millis: wholeUnits(quantity) * MILLI };
}

/** A count, such as of objects. */
export function count(units: number): Quantity {
  return { millis: BigInt(units) * MILLI, format: 'DecimalSI' };
}

/** The sum; it keeps the first one's format unless that is zero. */
export function add(a: Quantity, b: Quantity): Quantity {
  return {
    millis: a.millis + b.millis,
    format: a.millis === 0n ? b.format : a.format,
  };
}

/** The difference; it keeps the first one's format unless that is zero. */
export function subtract(a: Quantity, b: Quantity): Quantity {
  return add(a, { millis: -b.millis, format: b.format });
}

/** Prints a quantity in its canonical form: no fraction, the largest suffix that keeps it exact. */
export function printQuantity(quantity: Quantity): string {
  const { millis } = quantity;
  const negative = millis < 0n;
  const magnitude = negative ? -millis : millis;
  const sign = negative ? '-' : '';
  let { format } = quantity;
  if (magnitude === 0n) {
    return '0';
  }
  // Below 1024, and with a fraction, the binary suffixes say nothing.
  if (
    format === 'BinarySI' &&
    (magnitude < 1024n * MILLI || magnitude % MILLI !== 0n)
  ) {
    format = 'DecimalSI';
  }
  if (format === 'BinarySI') {
    let units = magnitude / MILLI;
    let power = 0;
    while (units % 1024n === 0n && power < BINARY.length - 1) {
      units /= 1024n;
      power += 1;
    }
    return `${sign}${units}${BINARY[power]}`;
  }
  let units = magnitude;
  let exponent = -3;
  const largest = format === 'DecimalExponent' ? Infinity : 18;
  while (units % 1000n === 0n && exponent < largest) {
    units /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') {
    return `${sign}${units}${exponent === 0 ? '' : `e${exponent}`}`;
  }
  const suffix = Object.keys(DECIMAL).find(key => DECIMAL[key] === exponent);
  return `${sign}${units}${suffix}`;
}

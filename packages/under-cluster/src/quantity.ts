/** How a quantity is printed: the real server keeps the family of suffixes a quantity was written with. */
export type Format = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

/**
 * A Kubernetes quantity: an exact count of nano-units (10⁻⁹, the finest the API keeps) and the format to print it in.
 */
export interface Quantity {
  nanos: bigint;
  format: Format;
}

const NANO = 1_000_000_000n;
const LARGEST = (2n ** 63n - 1n) * NANO;

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

/**
 * Parses a quantity, as a string or as a JSON number. Undefined if it is none.
 * Finer than a nano-unit rounds away from zero and larger than 2⁶³-1 is cut to it, as the real server does.
 */
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
  let numerator = BigInt(`${whole}${fraction}`) * NANO;
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
  let nanos = numerator / denominator;
  if (nanos * denominator !== numerator) {
    nanos += 1n;
  }
  if (nanos > LARGEST) {
    nanos = LARGEST;
  }
  return { nanos: sign === '-' ? -nanos : nanos, format };
}

/** Whether a quantity is a whole number. */
export function isInteger(quantity: Quantity): boolean {
  return quantity.nanos % NANO === 0n;
}

/** A whole number of units, such as bytes; fractions count as one more, as quota charges them. */
export function wholeUnits(quantity: Quantity): bigint {
  const units = quantity.nanos / NANO;
  return quantity.nanos % NANO > 0n ? units + 1n : units;
}

/** Rounds up to whole units. */
export function roundedUp(quantity: Quantity): Quantity {
  return { ...quantity, nanos: wholeUnits(quantity) * NANO };
}

/** A count, such as of objects. */
export function count(units: number): Quantity {
  return { nanos: BigInt(units) * NANO, format: 'DecimalSI' };
}

/** The sum; it keeps the first one's format unless that is zero. */
export function add(a: Quantity, b: Quantity): Quantity {
  return {
    nanos: a.nanos + b.nanos,
    format: a.nanos === 0n ? b.format : a.format,
  };
}

/** The difference; it keeps the first one's format unless that is zero. */
export function subtract(a: Quantity, b: Quantity): Quantity {
  return add(a, { nanos: -b.nanos, format: b.format });
}

/** Prints a quantity in its canonical form: no fraction, the largest suffix that keeps it exact. */
export function printQuantity(quantity: Quantity): string {
  const { nanos } = quantity;
  const negative = nanos < 0n;
  const magnitude = negative ? -nanos : nanos;
  const sign = negative ? '-' : '';
  let { format } = quantity;
  if (magnitude === 0n) {
    return '0';
  }
  // Below 1024, and with a fraction, the binary suffixes say nothing.
  if (
    format === 'BinarySI' &&
    (magnitude < 1024n * NANO || magnitude % NANO !== 0n)
  ) {
    format = 'DecimalSI';
  }
  if (format === 'BinarySI') {
    let units = magnitude / NANO;
    let power = 0;
    while (units % 1024n === 0n && power < BINARY.length - 1) {
      units /= 1024n;
      power += 1;
    }
    return `${sign}${units}${BINARY[power]}`;
  }
  let units = magnitude;
  let exponent = -9;
  while (units % 1000n === 0n && exponent < 18) {
    units /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') {
    return `${sign}${units}${exponent === 0 ? '' : `e${exponent}`}`;
  }
  const suffix = Object.keys(DECIMAL).find(key => DECIMAL[key] === exponent);
  return `${sign}${units}${suffix}`;
}

/**
 * A Kubernetes quantity that can't be read, or can't be used as a size.
 *
 * @public
 */
export class QuantityError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'QuantityError';
  }
}

/** 2^63-1: "no quantity may represent a number greater than 2^63-1 in magnitude" (k8s.io/apimachinery, resource.Quantity). */
const LARGEST = 2n ** 63n - 1n;

/** Long enough for every quantity that can be in range, short enough that nothing costs time. */
const LONGEST_TEXT = 64;

const FACTORS: Record<string, bigint> = {
  '': 1n,
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
  k: 10n ** 3n,
  M: 10n ** 6n,
  G: 10n ** 9n,
  T: 10n ** 12n,
  P: 10n ** 15n,
  E: 10n ** 18n,
};

const DIVISORS: Record<string, bigint> = {
  m: 10n ** 3n,
  u: 10n ** 6n,
  n: 10n ** 9n,
};

function quoted(text: string): string {
  return JSON.stringify(
    text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text,
  );
}

/**
 * Reads a Kubernetes quantity such as `10Gi`, `1.5Ti`, `500M`, `1e3`, `1E` (exa) or bare bytes as a whole number.
 *
 * Kubernetes caps what is larger than 2^63-1; here it is refused, because nobody means it.
 *
 * @param options - `fraction`: what to do with a part of a byte; refused unless told.
 * @throws QuantityError if it is none, not a whole number, or too large.
 * @public
 */
export function parseQuantity(
  text: string,
  options?: { fraction?: 'refuse' | 'down' | 'up' },
): bigint {
  // \d is ASCII only and $ without the m flag is the end of the text: full-width digits and line feeds don't get through.
  const match =
    text.length <= LONGEST_TEXT
      ? /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(Ki|Mi|Gi|Ti|Pi|Ei|[munkMGTPE]|[eE][+-]?\d+)?$/.exec(
          text,
        )
      : null;
  if (!match) {
    throw new QuantityError(
      `${quoted(text)} is not a Kubernetes quantity such as 10Gi or 500M`,
    );
  }
  const [, sign, whole = '', after, only, suffix = ''] = match;
  const fraction = after ?? only ?? '';
  let numerator = BigInt(whole + fraction);
  let denominator = 10n ** BigInt(fraction.length);
  if (suffix in FACTORS) {
    numerator *= FACTORS[suffix];
  } else if (suffix in DIVISORS) {
    denominator *= DIVISORS[suffix];
  } else {
    const exponent = Number(suffix.slice(1));
    // Bounded before it is raised: 1e400 must not cost anything, 1e999999999 even less.
    if (Math.abs(exponent) > LONGEST_TEXT) {
      throw new QuantityError(
        exponent > 0
          ? `${quoted(
              text,
            )} is more than ${LARGEST}, the most that Kubernetes holds`
          : `${quoted(text)} is not a whole number of bytes`,
      );
    }
    if (exponent < 0) denominator *= 10n ** BigInt(-exponent);
    else numerator *= 10n ** BigInt(exponent);
  }
  if (sign === '-') {
    numerator = -numerator;
  }
  let value = numerator / denominator;
  const rest = numerator % denominator;
  if (rest !== 0n) {
    switch (options?.fraction) {
      case 'down':
        value -= rest < 0n ? 1n : 0n;
        break;
      case 'up':
        value += rest > 0n ? 1n : 0n;
        break;
      default:
        throw new QuantityError(
          `${quoted(text)} is not a whole number of bytes`,
        );
    }
  }
  if (value > LARGEST || value < -LARGEST) {
    throw new QuantityError(
      `${quoted(text)} is more than ${LARGEST}, the most that Kubernetes holds`,
    );
  }
  return value;
}

const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL_SUFFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/**
 * Prints a number of bytes in Kubernetes' canonical binary form: 10737418240 is `10Gi`, 1610612736 is `1536Mi`, and 1000,
 * as everything below 1024, is decimal: `1k`. `parseQuantity` reads exactly the same number back.
 *
 * @public
 */
export function formatQuantity(bytes: bigint): string {
  // apimachinery's CanonicalizeBytes: below 1024 the decimal form "avoids rounding and hopefully confusion, too".
  const [base, suffixes] =
    bytes > -1024n && bytes < 1024n
      ? [1000n, DECIMAL_SUFFIXES]
      : [1024n, BINARY_SUFFIXES];
  let value = bytes;
  let exponent = 0;
  while (
    value !== 0n &&
    value % base === 0n &&
    exponent < suffixes.length - 1
  ) {
    value /= base;
    exponent += 1;
  }
  return `${value}${suffixes[exponent]}`;
}

/**
 * Rounds a number of bytes up to a size that people would ask for: to whole Gi from 1 Gi on, to whole Mi below. 52861 Mi is 52 Gi.
 * What rounding would make more than Kubernetes holds stays as it is.
 *
 * @returns never less than `bytes`, and less than one Gi (one Mi below 1 Gi) more.
 * @public
 */
export function wholeSizeOf(bytes: bigint): bigint {
  const unit = bytes >= FACTORS.Gi ? FACTORS.Gi : FACTORS.Mi;
  // Division cuts towards zero, which is up already for what is below it.
  const units = bytes / unit + (bytes > 0n && bytes % unit !== 0n ? 1n : 0n);
  return units * unit > LARGEST ? bytes : units * unit;
}

/**
 * Binary units for people.
 *
 * @public
 */
export type BinaryUnit = 'B' | 'Ki' | 'Mi' | 'Gi' | 'Ti' | 'Pi' | 'Ei';

const UNITS: BinaryUnit[] = ['B', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

function magnitude(bytes: bigint): bigint {
  return bytes < 0n ? -bytes : bytes;
}

function unitOf(bytes: bigint): BinaryUnit {
  let index = 0;
  while (
    index < UNITS.length - 1 &&
    magnitude(bytes) >= 1024n ** BigInt(index + 1)
  ) {
    index += 1;
  }
  return UNITS[index];
}

/** Cut off, not rounded: 9.99 is never 10. */
function decimalIn(bytes: bigint, unit: BinaryUnit, digits: number): string {
  const factor = 1024n ** BigInt(UNITS.indexOf(unit));
  const scale = 10n ** BigInt(digits);
  const scaled = (magnitude(bytes) * scale) / factor;
  const fraction = `${scaled % scale}`.padStart(digits, '0').replace(/0+$/, '');
  return `${bytes < 0n ? '-' : ''}${scaled / scale}${
    digits > 0 && fraction ? `.${fraction}` : ''
  }`;
}

/**
 * Prints a number of bytes for people, such as `8.2 Gi`, in the largest unit that gives at least 1, or in `unit`.
 *
 * Digits after the first decimal are cut off, never rounded up: somebody told that 4.7 Gi are left can have 4.7 Gi.
 * What is smaller than a tenth of a given unit is `<0.1 Gi`; only zero is `0`.
 *
 * @public
 */
export function formatBytes(
  bytes: bigint,
  options?: { unit?: BinaryUnit },
): string {
  if (bytes === 0n) {
    return options?.unit ? `0 ${options.unit}` : '0';
  }
  const unit = options?.unit ?? unitOf(bytes);
  const number = decimalIn(bytes, unit, 1);
  if (number === '0') return `<0.1 ${unit}`;
  if (number === '-0') return `>-0.1 ${unit}`;
  return `${number} ${unit}`;
}

/**
 * Prints the exact number of bytes with separators between thousands, such as `11,381,663,335 bytes`.
 *
 * @public
 */
export function formatExactBytes(bytes: bigint): string {
  const number = `${bytes}`.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${number} ${magnitude(bytes) === 1n ? 'byte' : 'bytes'}`;
}

/**
 * Prints how much of `hard` is used, in per cent: `82 %`. Cut off below 100 and rounded up above it, so that only what is
 * exactly full says `100 %`; `<1 %` for a little; undefined if `hard` is not positive.
 *
 * @public
 */
export function formatPercent(used: bigint, hard: bigint): string | undefined {
  if (hard <= 0n) {
    return undefined;
  }
  if (used > 0n && used * 100n < hard) {
    return '<1 %';
  }
  const percent =
    used > hard ? (used * 100n + hard - 1n) / hard : (used * 100n) / hard;
  return `${percent} %`;
}

/**
 * Prints use against a limit for people: `8.2 of 10 Gi (82 %)`, `12 of 10 Gi (120 %)`, `518 Gi of 1 Ti (50 %)`,
 * `5 Gi of 0`; `unknown of 10 Gi` if `used` is not known. Two different numbers never look the same.
 *
 * @public
 */
export function formatUsage(used: bigint | null, hard: bigint): string {
  if (used === null) {
    return `unknown of ${formatBytes(hard)}`;
  }
  const percent = formatPercent(used, hard);
  const suffix = percent ? ` (${percent})` : '';
  if (hard === 0n) {
    return `${formatBytes(used)} of 0`;
  }
  const unit = unitOf(hard);
  const one = 1024n ** BigInt(UNITS.indexOf(unit));
  // In a unit of its own, where the limit's unit would leave next to nothing of it: 518 Gi, not 0.5 Ti.
  if (used !== 0n && magnitude(used) < one) {
    return `${formatBytes(used)} of ${formatBytes(hard)}${suffix}`;
  }
  for (const digits of [1, 2, 3]) {
    const left = decimalIn(used, unit, digits);
    const right = decimalIn(hard, unit, digits);
    if (left !== right || used === hard) {
      return `${left} of ${right} ${unit}${suffix}`;
    }
  }
  return `${formatExactBytes(used)} of ${formatExactBytes(hard)}${suffix}`;
}

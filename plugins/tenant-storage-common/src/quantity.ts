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

const SUFFIXES: Record<string, [base: bigint, exponent: bigint]> = {
  Ki: [2n, 10n],
  Mi: [2n, 20n],
  Gi: [2n, 30n],
  Ti: [2n, 40n],
  Pi: [2n, 50n],
  Ei: [2n, 60n],
  k: [10n, 3n],
  M: [10n, 6n],
  G: [10n, 9n],
  T: [10n, 12n],
  P: [10n, 15n],
  E: [10n, 18n],
};

/**
 * Reads a Kubernetes quantity such as `10Gi`, `1.5Ti`, `500M`, `1e3` or bare bytes, as a whole number of bytes.
 *
 * @throws QuantityError if it is none, or not a whole number.
 * @public
 */
export function parseQuantity(text: string): bigint {
  const match =
    /^([+-]?)(\d+)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[munkMGTPE]|[eE][+-]?\d{1,3})?$/.exec(
      text,
    );
  if (!match) {
    throw new QuantityError(`"${text}" is not a Kubernetes quantity`);
  }
  const [, sign, whole, fraction = '', suffix = ''] = match;
  let numerator = BigInt(whole + fraction);
  let denominator = 10n ** BigInt(fraction.length);
  const known = SUFFIXES[suffix];
  if (known) {
    numerator *= known[0] ** known[1];
  } else if (/^[eE][+-]?\d/.test(suffix)) {
    const exponent = BigInt(Number(suffix.slice(1)));
    if (exponent < 0n) denominator *= 10n ** -exponent;
    else numerator *= 10n ** exponent;
  } else if (suffix) {
    denominator *= { m: 10n ** 3n, u: 10n ** 6n, n: 10n ** 9n }[suffix]!;
  }
  if (numerator % denominator !== 0n) {
    throw new QuantityError(`"${text}" is not a whole number of bytes`);
  }
  return ((sign === '-' ? -1n : 1n) * numerator) / denominator;
}

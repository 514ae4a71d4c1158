import fc from 'fast-check';
import {
  formatBytes,
  formatExactBytes,
  formatPercent,
  formatQuantity,
  formatUsage,
  parseQuantity,
  QuantityError,
  wholeSizeOf,
} from './quantity';

const Mi = 2n ** 20n;
const Gi = 2n ** 30n;
const LARGEST = 2n ** 63n - 1n;

describe('parseQuantity', () => {
  it.each([
    ['0', 0n],
    ['10Gi', 10n * Gi],
    ['1.5Gi', 1536n * Mi],
    ['.5Gi', 512n * Mi],
    ['5.Gi', 5n * Gi],
    ['1Ki', 1024n],
    ['1Ei', 2n ** 60n],
    ['50G', 50_000_000_000n],
    ['1k', 1000n],
    ['1E', 10n ** 18n],
    ['1e3', 1000n],
    ['1E3', 1000n],
    ['1e+3', 1000n],
    ['5000e-3', 5n],
    ['1000m', 1n],
    ['2000000u', 2n],
    ['3000000000n', 3n],
    ['+5', 5n],
    ['-5Gi', -5n * Gi],
    ['11381663335', 11_381_663_335n],
    ['9223372036854775807', LARGEST],
  ])('reads %s as Kubernetes does', (text, bytes) => {
    expect(parseQuantity(text)).toBe(bytes);
  });

  it.each([
    '',
    ' ',
    '5gi',
    '5GI',
    '5K',
    '5mi',
    '5 Gi',
    ' 5Gi',
    '5Gi ',
    '５Gi',
    '5Gi\nfoo: bar',
    '5Gi\n',
    '5Gi\r',
    '٥Gi',
    'NaN',
    'Infinity',
    '0x10',
    '1_000',
    '1,5Gi',
    '--5',
    '+-5',
    '.',
    '+',
    '.Gi',
    'Gi',
    '1e',
    '1e+',
    '1ee3',
    '1e1.5',
    '1Gi5',
    '1GiB',
    '__proto__',
    'constructor',
    '1constructor',
    '5\u200eGi',
    '5Gi\u0000',
  ])('refuses %j, which is no quantity', text => {
    expect(() => parseQuantity(text)).toThrow(QuantityError);
    expect(() => parseQuantity(text)).toThrow('is not a Kubernetes quantity');
  });

  it.each(['100m', '10.3Gi', '0.5', '1e-400', '1u', '1n', '1.5'])(
    'refuses %s, which is not a whole number of bytes',
    text => {
      expect(() => parseQuantity(text)).toThrow(
        `"${text}" is not a whole number of bytes`,
      );
    },
  );

  it.each([
    '9223372036854775808',
    '10E',
    '8Ei',
    '1e400',
    '1e999999999',
    '1e19',
  ])('refuses %s, which is more than Kubernetes holds, at once', text => {
    const start = performance.now();
    expect(() => parseQuantity(text)).toThrow(
      `"${text}" is more than 9223372036854775807`,
    );
    expect(performance.now() - start).toBeLessThan(50);
  });

  it('refuses a million digits without computing with them', () => {
    expect(() => parseQuantity('9'.repeat(1_000_000))).toThrow(QuantityError);
  });

  it('quotes what it refuses, shortened and on one line', () => {
    expect(() => parseQuantity('5Gi\nfoo: bar')).toThrow('"5Gi\\nfoo: bar"');
    expect(() => parseQuantity('x'.repeat(1000))).toThrow(/^.{0,150}$/);
  });

  it('rounds a part of a byte if told which way', () => {
    expect(parseQuantity('100m', { fraction: 'down' })).toBe(0n);
    expect(parseQuantity('100m', { fraction: 'up' })).toBe(1n);
    expect(parseQuantity('-100m', { fraction: 'down' })).toBe(-1n);
    expect(parseQuantity('-100m', { fraction: 'up' })).toBe(0n);
  });

  it('reads any number with any suffix as the product of both', () => {
    const suffixes = fc.constantFrom(
      ['', 1n],
      ['Ki', 1024n],
      ['Mi', Mi],
      ['Gi', Gi],
      ['k', 1000n],
      ['M', 10n ** 6n],
      ['G', 10n ** 9n],
      ['e3', 1000n],
    ) as fc.Arbitrary<[string, bigint]>;
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
        suffixes,
        (number, [suffix, factor]) => {
          expect(parseQuantity(`${number}${suffix}`)).toBe(number * factor);
        },
      ),
    );
  });

  it('answers or throws QuantityError, whatever the text', () => {
    const kindOfAnswer = (text: string): string => {
      try {
        return typeof parseQuantity(text);
      } catch (error) {
        return error instanceof QuantityError ? error.name : `${error}`;
      }
    };
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(['bigint', 'QuantityError']).toContain(kindOfAnswer(text));
      }),
    );
  });
});

describe('formatQuantity', () => {
  it.each([
    [0n, '0'],
    [1n, '1'],
    [1000n, '1k'],
    [1023n, '1023'],
    [1024n, '1Ki'],
    [1025n, '1025'],
    [10_737_418_240n, '10Gi'],
    [1536n * Mi, '1536Mi'],
    [-5n * Gi, '-5Gi'],
    [2n ** 60n, '1Ei'],
    [11_381_663_335n, '11381663335'],
  ])('prints %s in the canonical form %s', (bytes, text) => {
    expect(formatQuantity(bytes)).toBe(text);
  });

  it('is read back as exactly the same number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -LARGEST, max: LARGEST }), bytes => {
        expect(parseQuantity(formatQuantity(bytes))).toBe(bytes);
      }),
    );
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 8191n }),
        fc.integer({ min: 0, max: 5 }),
        (number, exponent) => {
          const bytes = number * 1024n ** BigInt(exponent);
          expect(parseQuantity(formatQuantity(bytes))).toBe(bytes);
          expect(parseQuantity(formatQuantity(-bytes))).toBe(-bytes);
        },
      ),
    );
  });
});

describe('wholeSizeOf', () => {
  it.each([
    ['52861Mi', '52Gi'],
    ['13876Mi', '14Gi'],
    ['52Gi', '52Gi'],
    ['1Gi', '1Gi'],
    ['1073741825', '2Gi'],
    ['1073741823', '1Gi'],
    ['300Mi', '300Mi'],
    ['314572801', '301Mi'],
    ['1', '1Mi'],
    ['0', '0'],
    ['-1', '0'],
    ['1.5Ti', '1536Gi'],
    ['9223372036854775807', '9223372036854775807'],
  ])('makes %s a size that people ask for: %s', (exact, whole) => {
    expect(formatQuantity(wholeSizeOf(parseQuantity(exact)))).toBe(
      formatQuantity(parseQuantity(whole)),
    );
  });

  it('is never less, and never a whole unit more', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.bigInt({ min: 0n, max: 2n * Gi }),
          fc.bigInt({ min: 0n, max: LARGEST }),
        ),
        bytes => {
          const unit = bytes < Gi ? Mi : Gi;
          const whole = wholeSizeOf(bytes);
          expect(whole).toBeGreaterThanOrEqual(bytes);
          expect(whole - bytes).toBeLessThan(unit);
          expect(whole).toBeLessThanOrEqual(LARGEST);
          expect(whole === bytes || whole % unit === 0n).toBe(true);
          expect(wholeSizeOf(whole)).toBe(whole);
        },
      ),
    );
  });
});

describe('formatBytes', () => {
  it.each([
    [0n, '0'],
    [1n, '1 B'],
    [1023n, '1023 B'],
    [1536n, '1.5 Ki'],
    [10n * Gi, '10 Gi'],
    [8_804_682_956n, '8.1 Gi'],
    [11_381_663_335n, '10.6 Gi'],
    [10n * Gi - 1n, '9.9 Gi'],
    [Gi - 1n, '1023.9 Mi'],
    [-1536n * Mi, '-1.5 Gi'],
    [2n ** 60n, '1 Ei'],
  ])('prints %s as %s, cut off and never rounded up', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('prints in the unit it is told, and a little as less than a tenth', () => {
    expect(formatBytes(512n * Mi, { unit: 'Gi' })).toBe('0.5 Gi');
    expect(formatBytes(0n, { unit: 'Gi' })).toBe('0 Gi');
    expect(formatBytes(1n, { unit: 'Gi' })).toBe('<0.1 Gi');
    expect(formatBytes(-1n, { unit: 'Gi' })).toBe('>-0.1 Gi');
  });

  it('says 0 for nothing but zero', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: LARGEST }),
        fc.constantFrom('B', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'),
        (bytes, unit) => {
          expect(formatBytes(bytes)).not.toMatch(/^0/);
          expect(formatBytes(bytes, { unit })).not.toMatch(/^0 /);
        },
      ),
    );
  });

  it('never promises more than there is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: LARGEST }), bytes => {
        const [number, unit] = formatBytes(bytes).split(' ');
        expect(
          parseQuantity(`${number}${unit === 'B' ? '' : unit}`, {
            fraction: 'down',
          }),
        ).toBeLessThanOrEqual(bytes);
      }),
    );
  });
});

describe('formatExactBytes', () => {
  it('puts separators between thousands', () => {
    expect(formatExactBytes(11_381_663_335n)).toBe('11,381,663,335 bytes');
    expect(formatExactBytes(999n)).toBe('999 bytes');
    expect(formatExactBytes(1n)).toBe('1 byte');
    expect(formatExactBytes(-1234n)).toBe('-1,234 bytes');
    expect(formatExactBytes(0n)).toBe('0 bytes');
  });
});

describe('formatPercent', () => {
  it.each([
    [0n, 10n, '0 %'],
    [1n, 1000n, '<1 %'],
    [82n, 100n, '82 %'],
    [9999n, 10000n, '99 %'],
    [10n, 10n, '100 %'],
    [10001n, 10000n, '101 %'],
    [24n, 20n, '120 %'],
    [5n, 0n, undefined],
  ])('prints %s of %s as %s', (used, hard, text) => {
    expect(formatPercent(used, hard)).toBe(text);
  });
});

describe('formatUsage', () => {
  it.each([
    [(82n * Gi) / 10n + 1n, 10n * Gi, '8.2 of 10 Gi (82 %)'],
    [0n, 10n * Gi, '0 of 10 Gi (0 %)'],
    [(3n * Mi) / 2n, 10n * Gi, '1.5 Mi of 10 Gi (<1 %)'],
    [518n * Gi, 1024n * Gi, '518 Gi of 1 Ti (50 %)'],
    [10n * Gi, 10n * Gi, '10 of 10 Gi (100 %)'],
    [12n * Gi, 10n * Gi, '12 of 10 Gi (120 %)'],
    [(999n * Gi) / 100n, 10n * Gi, '9.9 of 10 Gi (99 %)'],
    [10n * Gi - 1n, 10n * Gi, '9.9 of 10 Gi (99 %)'],
    [10n * Gi + 20n * Mi, 10n * Gi, '10.01 of 10 Gi (101 %)'],
    [
      10n * Gi + 1n,
      10n * Gi,
      '10,737,418,241 bytes of 10,737,418,240 bytes (101 %)',
    ],
    [2n * Gi, 512n * Mi, '2048 of 512 Mi (400 %)'],
    [5n * Gi, 0n, '5 Gi of 0'],
    [0n, 0n, '0 of 0'],
    [null, 10n * Gi, 'unknown of 10 Gi'],
  ])('prints %s of %s as %s', (used, hard, text) => {
    expect(formatUsage(used, hard)).toBe(text);
  });

  it('never looks full, empty or equal without being so', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 45n }),
        fc.bigInt({ min: 1n, max: 2n ** 45n }),
        (used, hard) => {
          const text = formatUsage(used, hard);
          expect(text.includes('(100 %)')).toBe(used === hard);
          expect(/^0 of/.test(text)).toBe(used === 0n);
          const [left, right] = text.replace(/ \(.*/, '').split(' of ');
          const unit = / .*$/.exec(right)?.[0] ?? '';
          expect(left === right || `${left}${unit}` === right).toBe(
            used === hard,
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
});

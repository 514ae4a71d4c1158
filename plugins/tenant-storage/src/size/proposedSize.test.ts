import { proposedSize } from './proposedSize';

const Gi = 2n ** 30n;

describe('a proposed size', () => {
  it.each([
    [52861n * 2n ** 20n, '52Gi', '52 Gi'],
    [300n * 2n ** 20n - 1n, '300Mi', '300 Mi'],
    [1024n * Gi, '1Ti', '1 Ti'],
    // 1 Ti in words would not be enough.
    [1024n * Gi + 1n, '1025Gi', '1025 Gi'],
  ])(
    'for %s bytes is %s, and says just that: %s',
    (atLeast, quantity, words) => {
      expect(proposedSize(atLeast)).toEqual({ quantity, words });
    },
  );
});

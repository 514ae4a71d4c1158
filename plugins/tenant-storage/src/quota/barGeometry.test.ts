import { barGeometry } from './barGeometry';

describe('barGeometry', () => {
  it('draws what is used, what helpers take of it, and what comes on top', () => {
    expect(
      barGeometry({ used: 800n, hard: 1000n, hidden: 200n, inFlight: 100n }),
    ).toEqual({
      segments: [
        { id: 'volumes', amount: 600n, percent: 60 },
        { id: 'hidden', amount: 200n, percent: 20 },
        { id: 'inFlight', amount: 100n, percent: 10 },
      ],
      limitAt: 100,
      usedPercent: 80,
      free: 100n,
      over: 0n,
    });
  });

  it('lengthens the scale where more is used than allowed', () => {
    const geometry = barGeometry({
      used: 1200n,
      hard: 1000n,
      hidden: 0n,
      inFlight: 0n,
    });
    expect(geometry.limitAt).toBeCloseTo(83.3, 1);
    expect(geometry).toMatchObject({
      usedPercent: 120,
      over: 200n,
      free: 0n,
      segments: [{ id: 'volumes', percent: 100 }],
    });
  });

  it('has a stretch for the tiniest use', () => {
    expect(
      barGeometry({ used: 1n, hard: 2n ** 60n, hidden: 0n, inFlight: 0n })
        .segments,
    ).toEqual([{ id: 'volumes', amount: 1n, percent: 0 }]);
  });

  it('has none for no use', () => {
    expect(
      barGeometry({ used: 0n, hard: 10n, hidden: 0n, inFlight: 0n }).segments,
    ).toEqual([]);
  });

  it('is full where the limit is zero', () => {
    expect(
      barGeometry({ used: 0n, hard: 0n, hidden: 0n, inFlight: 0n }),
    ).toMatchObject({ usedPercent: null, free: 0n, limitAt: 100 });
    expect(
      barGeometry({ used: 5n, hard: 0n, hidden: 0n, inFlight: 0n }),
    ).toMatchObject({ usedPercent: null, over: 5n, limitAt: 0 });
  });

  it('never lets helpers take more than is used', () => {
    expect(
      barGeometry({ used: 5n, hard: 10n, hidden: 8n, inFlight: 0n }).segments,
    ).toEqual([{ id: 'hidden', amount: 5n, percent: 50 }]);
  });
});

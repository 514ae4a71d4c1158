import { barWidths } from './barWidths';

describe('barWidths', () => {
  it('draws the quota before and after to one scale', () => {
    expect(barWidths({ used: 41n, before: 50n, after: 100n })).toEqual({
      before: 50,
      after: 100,
    });
    expect(barWidths({ used: 41n, before: 50n, after: 45n })).toEqual({
      before: 100,
      after: 90,
    });
  });

  it('has room in both for what is used', () => {
    expect(barWidths({ used: 80n, before: 100n, after: 10n })).toEqual({
      before: 100,
      after: 80,
    });
  });

  it('leaves something to see of the smaller one', () => {
    expect(barWidths({ used: 1n, before: 10n, after: 10n ** 18n }).before).toBe(
      4,
    );
  });

  it('has a scale where there is no quota yet', () => {
    expect(
      barWidths({ used: 0n, before: undefined, after: undefined }),
    ).toEqual({ before: 100, after: 100 });
  });
});

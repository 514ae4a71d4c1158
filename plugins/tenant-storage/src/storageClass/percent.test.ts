import { percentText } from './percent';

describe('percentText', () => {
  it.each([
    ['0.06', '6'],
    ['0.055', '5.5'],
    ['0', '0'],
    ['0.0', '0'],
    ['0.1', '10'],
    ['1', '100'],
    ['0.0625', '6.25'],
  ])('%s is %s per cent', (fraction, percent) => {
    expect(percentText(fraction)).toBe(percent);
  });

  it('does not guess at what is no fraction', () => {
    expect(percentText('six')).toBeUndefined();
  });
});

import { typedSize } from './typedSize';

describe('typedSize', () => {
  it.each([
    ['60Gi', '60Gi'],
    ['  60 Gi ', '60Gi'],
    ['60GiB', '60Gi'],
    ['60gi', '60Gi'],
    ['60gib', '60Gi'],
    ['1.5 Ti', '1.5Ti'],
    ['512mi', '512Mi'],
    ['60G', '60G'],
    ['60 GB', '60G'],
    ['60gb', '60G'],
    ['500mb', '500M'],
    ['64000K', '64000k'],
    ['1e12', '1e12'],
  ])('understands %p as %s', (text, quantity) => {
    expect(typedSize(text)?.quantity).toBe(quantity);
  });

  it('takes a bare number for gibibytes', () => {
    expect(typedSize('60')).toEqual({
      quantity: '60Gi',
      bytes: 60n * 2n ** 30n,
    });
  });

  it.each([
    ['nothing', ''],
    ['a word', 'plenty'],
    ['zero', '0'],
    ['less than nothing', '-5Gi'],
    ['thousandths', '100m'],
    ['a letter that is written for two units', '60g'],
    ['a part of a byte', '10.3Gi'],
    ['a comma', '1,5Ti'],
    ['more than Kubernetes counts', '1e400'],
    ['more gibibytes than Kubernetes counts', '64424509440'],
    ['NaN', 'NaN'],
    ['full-width digits', '５Gi'],
    ['a second line', '5Gi\nfoo: bar'],
  ])('does not guess at %s', (_, text) => {
    expect(typedSize(text)).toBeUndefined();
  });
});

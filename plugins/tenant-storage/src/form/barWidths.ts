/** Narrower than this, in per cent, a bar would be no bar. */
const NARROWEST = 4;

/**
 * How wide the bars of the quota before and after are, in per cent, to one scale. A bar is as long as its quota, or as what is taken
 * where that is more.
 */
export function barWidths(amounts: {
  used: bigint;
  before: bigint | undefined;
  after: bigint | undefined;
}): { before: number; after: number } {
  const { used, before, after } = amounts;
  const lengthOf = (hard: bigint | undefined) => {
    if (hard === undefined) return 0n;
    return hard > used ? hard : used;
  };
  const [first, second] = [lengthOf(before), lengthOf(after)];
  const longest = first > second ? first : second;
  const percent = (length: bigint) =>
    longest === 0n
      ? 100
      : Math.max(NARROWEST, Number((length * 10_000n) / longest) / 100);
  return { before: percent(first), after: percent(second) };
}

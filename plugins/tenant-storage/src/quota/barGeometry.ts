/** What a quota bar shows, in bytes or in numbers of claims. */
export interface BarAmounts {
  used: bigint;
  hard: bigint;
  /** The part of `used` that helpers and disks take. */
  hidden: bigint;
  /** What will be used on top of `used` when what is being created is there. */
  inFlight: bigint;
}

/** One stretch of the bar, in per cent of its length. */
export interface BarSegment {
  id: 'volumes' | 'hidden' | 'inFlight';
  amount: bigint;
  percent: number;
}

/** Where things are on the bar, in per cent of its length. */
export interface BarGeometry {
  segments: BarSegment[];
  /** Where the limit is: 100 unless more is used than allowed. */
  limitAt: number;
  /** How much of the limit is used, in whole per cent, rounded down; null if the limit is 0. */
  usedPercent: number | null;
  free: bigint;
  over: bigint;
}

function percentOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * 100_000n) / whole) / 1000;
}

/** Lays out a quota bar. More than the limit lengthens the scale, so that the limit is a mark within the bar. */
export function barGeometry({
  used,
  hard,
  hidden,
  inFlight,
}: BarAmounts): BarGeometry {
  const hiddenUsed = hidden > used ? used : hidden;
  const taken = used + inFlight;
  const scale = taken > hard ? taken : hard;
  const segments = (
    [
      { id: 'volumes', amount: used - hiddenUsed },
      { id: 'hidden', amount: hiddenUsed },
      { id: 'inFlight', amount: inFlight },
    ] as const
  )
    .filter(segment => segment.amount > 0n)
    .map(segment => ({
      ...segment,
      percent: percentOf(segment.amount, scale),
    }));
  return {
    segments,
    limitAt: taken > hard ? percentOf(hard, scale) : 100,
    usedPercent: hard === 0n ? null : Number((used * 100n) / hard),
    free: taken < hard ? hard - taken : 0n,
    over: used > hard ? used - hard : 0n,
  };
}

import {
  Headroom,
  QuotaImpact,
} from '@kmetal/backstage-plugin-tenant-storage-common';

type PendingVolume = NonNullable<QuotaImpact['pending']>[number];

/**
 * Whether a volume that waits for quota could be created: `fits`; `alone` = it does, but not all of those that wait do; `tooSmall`;
 * `unknown`.
 */
export type PendingFit = 'fits' | 'alone' | 'tooSmall' | 'unknown';

/** A volume that waits, and what a new quota would do for it. */
export interface PendingAfter {
  volume: PendingVolume;
  fit: PendingFit;
}

/** What a new quota would do for the volumes that wait; null if they can't be seen. */
export function pendingAfter(impact: QuotaImpact): PendingAfter[] | null {
  if (impact.pending === null) return null;
  const { after, used, pending } = impact;
  if (after === null || used === null) {
    return pending.map(volume => ({ volume, fit: 'unknown' }));
  }
  const room = BigInt(after) - BigInt(used);
  const all = pending.reduce<bigint | undefined>(
    (sum, { charge }) =>
      sum === undefined || charge === null ? undefined : sum + BigInt(charge),
    0n,
  );
  return pending.map(volume => {
    if (volume.charge === null) return { volume, fit: 'unknown' };
    if (BigInt(volume.charge) > room) return { volume, fit: 'tooSmall' };
    return {
      volume,
      fit: all !== undefined && all <= room ? 'fits' : 'alone',
    };
  });
}

/**
 * Whether a headroom leaves room for volumes that wait for quota now, because they are made by themselves once it has room for them. The
 * largest new volume may then be smaller than it is now, under a larger quota.
 */
export function leavesRoomForWaiting(
  impact: QuotaImpact,
  headroom: Headroom,
): boolean {
  return BigInt(headroom.inFlight ?? 0) > BigInt(impact.headroom.inFlight ?? 0);
}

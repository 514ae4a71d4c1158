import { isDoubled } from '../views/charge';
import { isKnown } from '../views/freshness';
import { hardAndUsed, limitedBy } from '../views/quotaLimits';
import type { VolumeEvidence } from './evidence';
import { readQuotaRefusal, type QuotaRefusal } from './quotaRefusal';

/**
 * What the claim that was refused takes of a limit. The API server names only the limits that refused, of the first quota that did;
 * the others have to have room as well. Undefined: nothing, or it can't be told.
 */
function takenOf(
  key: string,
  refusal: QuotaRefusal,
  storageClass: string | undefined,
): bigint | undefined {
  const named = refusal.requested.get(key);
  if (named !== undefined) {
    return named;
  }
  const limited = limitedBy(key);
  if (!limited || (limited.storageClass ?? storageClass) !== storageClass) {
    return undefined;
  }
  return limited.resource === 'bytes'
    ? [...refusal.requested].find(([each]) =>
        each.endsWith('requests.storage'),
      )?.[1]
    : 1n;
}

/**
 * Whether the quotas, as they are now, have room for what one of them refused. Not if that can't be seen, nor if the refusal does not
 * tell how much it was about.
 *
 * @param copies - how many claims of that size are needed at the same time
 */
function haveRoom(
  evidence: VolumeEvidence,
  refusal: QuotaRefusal,
  copies: bigint,
): boolean {
  const { cluster, volume, storageClassName } = evidence;
  if (!isKnown(cluster, 'ResourceQuota') || refusal.requested.size === 0) {
    return false;
  }
  for (const quota of cluster.inNamespace('ResourceQuota', volume.namespace)) {
    if (quota.scoped) {
      continue;
    }
    for (const key of Object.keys(quota.hard)) {
      const taken = takenOf(key, refusal, storageClassName);
      if (taken === undefined) {
        continue;
      }
      const { hard, used } = hardAndUsed(quota, key);
      if (
        hard === undefined ||
        used === undefined ||
        used + taken * copies > hard
      ) {
        return false;
      }
    }
  }
  return true;
}

/** Why a refusal is history. */
export type Settled = 'claimIsThere' | 'roomNow';

/**
 * Whether a quota's refusal is history: what was refused is there by now, or the quotas have room for it since. Undefined: it
 * still stands, or the message is no refusal that tells what it was about.
 */
export function settledRefusal(
  evidence: VolumeEvidence,
  message: string,
): Settled | undefined {
  const refusal = readQuotaRefusal(message);
  if (!refusal) {
    return undefined;
  }
  const { claim, helpers } = evidence.volume;
  if ([claim, ...helpers].some(each => each?.name === refusal.claim)) {
    return 'claimIsThere';
  }
  // The claim and, for a moment, a second one of its size that fills it; only the second one if the claim is there.
  const copies =
    claim ||
    isDoubled(evidence.cluster, evidence.storageClassName ?? '') === false
      ? 1n
      : 2n;
  return haveRoom(evidence, refusal, copies) ? 'roomNow' : undefined;
}

/**
 * The longest pause between two tries, in milliseconds. CDI's controllers take the default of controller-runtime, client-go's
 * DefaultTypedControllerRateLimiter: 5 ms after the first failure, twice as long after each further one, 1000 s at most. No change of a
 * quota wakes them.
 */
const LONGEST_PAUSE = 1_000_000;

/**
 * Within how many minutes a refused claim is tried again at the latest. As each pause is as long as all before it together, the next
 * try comes before the time that has passed since the first one has passed once more.
 */
export function minutesToNextTry(firstTriedAt: number, now: number): number {
  const pause = Math.min(Math.max(now - firstTriedAt, 0), LONGEST_PAUSE);
  return Math.floor(pause / 60_000) + 1;
}

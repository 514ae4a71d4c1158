import { formatBytes } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ChangeGate, ChangeWarning, PlanAudience } from './changePlan';
import {
  classLimitOf,
  classStorageKey,
  usedOf,
  type QuotaFacts,
} from './quotaFacts';

const MEBI = 1024n * 1024n;

/**
 * The smallest size of a quota with which all volumes that wait for it can be created, in bytes, in whole MiB: none is refused again,
 * whichever goes first, nor by what volumes already under way still take.
 *
 * As for the headroom, room that will come free is not counted on. Where creating takes the size twice that is more than several volumes
 * would need one after the other; but a second copy that never goes, because its source can't be read, say, would hold up the rest.
 *
 * @returns null if nothing waits, or if it can't be told.
 * @public
 */
export function smallestUnblockingQuota(facts: QuotaFacts): bigint | null {
  const used = usedOf(facts);
  const { pending, underWay } = facts;
  if (
    !pending ||
    pending.length === 0 ||
    used === undefined ||
    underWay === null
  ) {
    return null;
  }
  let sum = used + BigInt(underWay);
  for (const { charge } of pending) {
    if (charge === null) return null;
    sum += BigInt(charge);
  }
  return ((sum + MEBI - 1n) / MEBI) * MEBI;
}

/** The sum of the class' quotas once this one is changed; undefined if unknown. */
export function quotaSumAfter(
  facts: QuotaFacts,
  after: bigint,
): bigint | undefined {
  const sum = facts.fleet?.quotaSum;
  if (sum === null || sum === undefined) return undefined;
  return BigInt(sum) - BigInt(classLimitOf(facts)?.hard ?? 0n) + after;
}

/** What binds before the new size does, named. */
function bindingFirst(facts: QuotaFacts, after: bigint): ChangeWarning[] {
  const key = classStorageKey(facts.storageClass);
  const own = classLimitOf(facts);
  const used = usedOf(facts);
  return facts.limits.flatMap((limit): ChangeWarning[] => {
    if (limit.quota === own?.quota && limit.key === key) return [];
    const hard = BigInt(limit.hard);
    if (limit.resource === 'count') {
      return limit.used !== null && BigInt(limit.used) >= hard
        ? [
            {
              code: 'otherLimitBindsFirst',
              message: `The quota ${limit.quota} allows ${hard} volumes (${limit.key}), and ${limit.used} are there: no other can be created, whatever the size.`,
            },
          ]
        : [];
    }
    const isTighter =
      limit.used === null || used === undefined
        ? hard < after
        : hard - BigInt(limit.used) < after - used;
    if (!isTighter) return [];
    return [
      limit.key === key
        ? {
            code: 'otherQuotaBindsFirst',
            message: `The quota ${
              limit.quota
            } limits the same storage to ${formatBytes(
              hard,
            )}, and binds first.`,
          }
        : {
            code: 'otherLimitBindsFirst',
            message: `The quota ${limit.quota} limits ${
              limit.key
            } to ${formatBytes(hard)}, and binds first.`,
          },
    ];
  });
}

/** What is to be known of a new size, the most important first. */
export function quotaWarnings(
  facts: QuotaFacts,
  after: bigint,
  inGit: { before?: bigint; quota?: string; takesOver: boolean },
  audience: PlanAudience,
): ChangeWarning[] {
  const warnings: ChangeWarning[] = [];
  const used = usedOf(facts);
  const live = classLimitOf(facts);
  if (used !== undefined && after < used) {
    warnings.push({
      code: 'belowUse',
      message: `${formatBytes(
        used,
      )} are in use, more than the new quota: no volume can be created or grown until enough is deleted.`,
    });
  } else if (used !== undefined && after === used) {
    warnings.push({
      code: 'nothingLeft',
      message: 'All of the new quota is in use: no volume can be created.',
    });
  } else if (used === undefined) {
    warnings.push({
      code: 'useUnknown',
      message: 'What is in use is not known now.',
    });
  }
  if (facts.quotaState === 'unknown') {
    warnings.push({
      code: 'quotaUnknown',
      message:
        "The quotas in the under cluster can't be seen now; what is said of them is from Git alone.",
    });
  }
  warnings.push(...bindingFirst(facts, after));
  const needed = smallestUnblockingQuota(facts);
  if (needed !== null && after < needed) {
    warnings.push({
      code: 'pendingStaysBlocked',
      message: `Not all volumes that wait for quota can be created; that takes ${formatBytes(
        needed,
      )}.`,
    });
  }
  if (
    live &&
    inGit.before !== undefined &&
    BigInt(live.hard) !== inGit.before
  ) {
    warnings.push({
      code: 'liveDiffers',
      message: `Git says ${formatBytes(
        inGit.before,
      )}, the under cluster has ${formatBytes(BigInt(live.hard))}.`,
    });
  }
  if (inGit.takesOver && inGit.quota !== undefined) {
    warnings.push({
      code: 'takesOverQuota',
      message: `The quota ${inGit.quota} was made without Git; from now on it changes through Git only.`,
    });
  }
  const sum = quotaSumAfter(facts, after);
  const capacity = facts.fleet?.capacity;
  if (
    audience === 'approver' &&
    sum !== undefined &&
    capacity &&
    sum > BigInt(capacity.bytes)
  ) {
    warnings.push({
      code: 'capacityExceeded',
      message: `All quotas together would be ${formatBytes(
        sum,
      )}, more than the capacity of ${formatBytes(BigInt(capacity.bytes))}.`,
    });
  }
  return warnings;
}

/**
 * Judges whether a quota may be merged, from what is live; when it is planned, and again while its pull request is open.
 *
 * @param after - the size that is asked for, in bytes.
 * @param planned - the live size when it was planned, in bytes; null if there was none or it was not known.
 * @public
 */
export function quotaGates(
  facts: QuotaFacts,
  after: bigint,
  planned: bigint | null,
  allowBelowUse = false,
): ChangeGate[] {
  const used = usedOf(facts);
  const live = classLimitOf(facts);
  const hard = live ? BigInt(live.hard) : null;
  const covers: Pick<ChangeGate, 'state' | 'detail'> =
    used === undefined
      ? { state: 'unknown', detail: 'What is in use is not known now.' }
      : {
          state: used <= after || allowBelowUse ? 'passed' : 'failed',
          detail: `${formatBytes(
            used,
          )} are in use; the quota would be ${formatBytes(after)}.`,
        };
  const unchanged: Pick<ChangeGate, 'state' | 'detail'> =
    facts.quotaState === 'unknown'
      ? { state: 'unknown', detail: "The live quota can't be seen now." }
      : {
          state: hard === planned || hard === after ? 'passed' : 'failed',
          detail:
            hard === null
              ? 'There is no live quota.'
              : `The live quota is ${formatBytes(hard)}.`,
        };
  return [
    {
      id: 'quotaCoversUse',
      title: 'The quota covers what is in use',
      ...covers,
    },
    {
      id: 'quotaAsPlanned',
      title: 'The live quota is as it was when this was planned',
      ...unchanged,
    },
  ];
}

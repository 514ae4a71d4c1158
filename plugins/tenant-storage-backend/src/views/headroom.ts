import {
  formatBytes,
  formatUsage,
  type Headroom,
  type QuotaLimit,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ClusterInventory } from '../inventory/types';
import { cdiView } from './cdi';
import { chargeRuleOf, isDoubled, largestSizeWithin } from './charge';
import type { ChargeRule } from './charge';
import { isKnown } from './freshness';
import { inFlightOf, reservedBy, type InFlight } from './inFlight';
import type { Limit, QuotaLimits } from './quotaLimits';
import { storageClassOf } from './storageClass';
import type { VolumeFacts } from './volumeFacts';

/** A limit, with what is left of it for a new volume. */
interface Room {
  limit: Limit;
  /** hard - used - reserved; absent if it has not been counted. */
  free?: bigint;
}

/** What a tenant can create, and the limits in the order in which they bind. */
export interface HeadroomFacts {
  headroom: Headroom;
  /** The one with the least headroom first. */
  ordered: Limit[];
}

function isExhausted(room: Room): boolean {
  return room.free !== undefined && room.free <= 0n;
}

/** Exhausted ones first; then bytes, the least first; then what isn't counted yet; then numbers of volumes. */
function rank(room: Room): number {
  if (isExhausted(room)) return 0;
  if (room.free === undefined) return 2;
  return room.limit.resource === 'bytes' ? 1 : 3;
}

function compareRooms(a: Room, b: Room): number {
  const [freeA, freeB] = [a.free ?? 0n, b.free ?? 0n];
  const names = (room: Room) => `${room.limit.quota}\u0000${room.limit.key}`;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (rank(a) === 0 && a.limit.resource !== b.limit.resource) {
    return a.limit.resource === 'bytes' ? -1 : 1;
  }
  if (freeA !== freeB) return freeA < freeB ? -1 : 1;
  return names(a) < names(b) ? -1 : 1;
}

function percentOf(fraction: string): string {
  return `${Math.round(Number(fraction) * 1000) / 10} %`;
}

function listOf(parts: string[]): string {
  return parts.length > 1
    ? `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`
    : parts.join('');
}

/** What takes room between the quota and the volume, as clauses of one sentence. */
function deductions(
  rule: ChargeRule,
  doubled: boolean,
  reserved: bigint,
): string {
  const clauses: string[] = [];
  if (reserved > 0n) {
    clauses.push(
      `volumes being created may still take ${formatBytes(reserved)}`,
    );
  }
  if (rule.formula === 'added' && Number(rule.overhead) > 0) {
    clauses.push(
      `the file system takes ${percentOf(rule.overhead)} on top of a volume`,
    );
  }
  if (rule.formula === 'kept' && Number(rule.overhead) > 0) {
    clauses.push(
      `the file system takes ${percentOf(rule.overhead)} of what is reserved`,
    );
  }
  if (doubled) {
    clauses.push('creating a volume needs its size twice for a moment');
  }
  return clauses.length > 0 ? `; ${listOf(clauses)}` : '';
}

const ASSUMED = {
  filesystem:
    'Whether volumes carry a file system is not known; it is assumed that they do.',
  formula:
    "CDI's version is not known, so this is the lower of two possible numbers.",
};

function leftOf({ limit, free }: Room, reserved: bigint): string {
  const scope =
    limit.storageClass === undefined ? ' for all storage classes together' : '';
  const left = (free ?? 0n) + reserved;
  return `${formatBytes(left)} are left of ${formatBytes(limit.hard)}${scope}`;
}

function exhausted(room: Room, reserved: bigint, copies: bigint): string {
  const { limit } = room;
  const used = limit.used ?? 0n;
  const none = 'No volume can be created now';
  if (limit.resource === 'count') {
    const taken = `${used} of ${limit.hard} volumes that the quota allows are there`;
    if (used >= limit.hard) return `${none}: ${taken}.`;
    if (reserved > 0n) {
      return `${none}: ${taken}, and volumes being created may take the rest.`;
    }
    return `${none}: ${taken}, and creating a volume counts as ${copies} for a moment.`;
  }
  const usage = `${formatUsage(used, limit.hard)} are used`;
  if (used >= limit.hard) return `${none}: ${usage}.`;
  if (reserved > 0n) {
    return `${none}: ${usage}, and volumes being created may take the rest.`;
  }
  return `${none}: ${usage}, and what is left is less than the smallest volume takes.`;
}

function unknown(because: string, ordered: Limit[]): Headroom {
  const limit = ordered.find(
    each => each.resource === 'bytes' && each.used !== undefined,
  );
  const left =
    limit?.used === undefined
      ? ''
      : ` ${formatUsage(limit.used, limit.hard)} are used.`;
  return {
    state: 'unknown',
    bytes: null,
    explanation: `How large a new volume can be is not known now: ${because}.${left}`,
    limitedBy: null,
    overhead: null,
    doubled: null,
    inFlight: null,
  };
}

/**
 * The largest volume that a tenant can create now, by the size that the tenant asks for, in whole MiB.
 *
 * Reasoning: creating a volume of size s makes a claim that is charged c(s), which is s plus what CDI adds for the file system. Where
 * CDI populates through a `prime-` claim, a second one of the same size follows while the first is there, so at its peak the
 * volume holds k * c(s) with k = 2, else 1, and k claims. Meanwhile volumes under way go on, in an order that nobody knows; at any moment
 * they hold at most r of a limit ({@link reservedBy}). So a limit that has `hard - used` left admits the volume at every step, whatever
 * the order, if and only if k * c(s) <= hard - used - r (or k, for numbers of claims). The headroom is the largest s for which that is
 * true of all limits: one MiB more is refused by one of them in the order that is worst.
 *
 * Not promised: room that will come free (helpers that end, claims being deleted), and room on disks, which the quota does not know.
 */
export function headroomOf(
  cluster: ClusterInventory,
  quotas: QuotaLimits,
  volumes: readonly VolumeFacts[],
): HeadroomFacts {
  const { storageClass } = cluster.settings;
  const inFlight = inFlightOf(cluster, volumes);
  const isInFlightKnown = !('because' in inFlight);
  const nothing: InFlight = { chains: [], releases: [] };
  const reserved = reservedBy(
    isInFlightKnown ? inFlight : nothing,
    quotas.limits,
  );
  const rooms = quotas.limits
    .map(
      (limit): Room => ({
        limit,
        free:
          limit.used === undefined
            ? undefined
            : limit.hard - limit.used - (reserved.get(limit) ?? 0n),
      }),
    )
    .sort(compareRooms);
  const ordered = rooms.map(room => room.limit);
  const answer = (headroom: Headroom): HeadroomFacts => ({
    headroom,
    ordered,
  });

  const rule = chargeRuleOf(cluster, storageClass);
  const doubled = isDoubled(cluster, storageClass);
  const isRuleKnown = !('because' in rule);
  const facts = {
    overhead: isRuleKnown ? rule.overhead : null,
    doubled: doubled ?? null,
  };
  const none = (explanation: string, room?: Room): Headroom => ({
    state: 'known',
    bytes: '0',
    explanation,
    limitedBy: room ? { quota: room.limit.quota, key: room.limit.key } : null,
    ...facts,
    inFlight: isInFlightKnown ? inFlightBytes(inFlight, room, reserved) : null,
  });

  if (
    isKnown(cluster, 'StorageClass') &&
    !storageClassOf(cluster, storageClass)
  ) {
    return answer(
      none(
        `No volume can be created now: the storage class ${storageClass} does not exist. The platform team can put it back.`,
      ),
    );
  }
  if (cdiView(cluster).state === 'notInstalled') {
    return answer(
      none(
        'No volume can be created now: CDI, which creates the volumes, is not installed. The platform team can install it.',
      ),
    );
  }
  if (quotas.state === 'unknown') {
    return answer(unknown("the quotas can't be seen", ordered));
  }
  // Nothing left stays nothing, whatever else isn't known.
  const gone = rooms.find(isExhausted);
  if (gone) {
    return answer(
      none(exhausted(gone, reserved.get(gone.limit) ?? 0n, 1n), gone),
    );
  }
  const uncounted = rooms.find(room => room.free === undefined);
  if (quotas.unreadable.length > 0) {
    const { quota, key } = quotas.unreadable[0];
    return answer(
      unknown(`the limit ${key} of the quota ${quota} can't be read`, ordered),
    );
  }
  if (uncounted) {
    return answer(
      unknown(
        `what is used of the quota ${uncounted.limit.quota} has not been counted yet`,
        ordered,
      ),
    );
  }
  if (!isRuleKnown && rooms.some(room => room.limit.resource === 'bytes')) {
    return answer(unknown(rule.because, ordered));
  }
  if (doubled === undefined && rooms.length > 0) {
    return answer(
      unknown(
        "whether creating a volume needs its size twice can't be seen",
        ordered,
      ),
    );
  }
  if (!isInFlightKnown && rooms.length > 0) {
    return answer(unknown(inFlight.because, ordered));
  }

  const copies = doubled ? 2n : 1n;
  const short = rooms.find(
    room => room.limit.resource === 'count' && (room.free ?? 0n) < copies,
  );
  if (short) {
    return answer(
      none(exhausted(short, reserved.get(short.limit) ?? 0n, copies), short),
    );
  }
  const tightest = rooms.find(room => room.limit.resource === 'bytes');
  if (!tightest || !isRuleKnown) {
    const counted = rooms[0];
    // The last one needs as many as creating it takes for a moment.
    const more = counted ? (counted.free ?? 0n) - copies + 1n : 0n;
    return answer({
      state: 'unlimited',
      bytes: null,
      explanation: counted
        ? `No quota limits the size of a volume, and ${more} more volumes can be created. The disks may have less room than is asked for.`
        : 'No quota limits what can be created here. The disks may have less room than is asked for.',
      limitedBy: counted
        ? { quota: counted.limit.quota, key: counted.limit.key }
        : null,
      ...facts,
      inFlight: isInFlightKnown
        ? inFlightBytes(inFlight, undefined, reserved)
        : null,
    });
  }
  const held = reserved.get(tightest.limit) ?? 0n;
  const bytes = largestSizeWithin(rule, (tightest.free ?? 0n) / copies);
  if (bytes === 0n) {
    return answer(none(exhausted(tightest, held, copies), tightest));
  }
  const assumed = rule.assumed.map(each => ` ${ASSUMED[each]}`).join('');
  return answer({
    state: 'known',
    bytes: `${bytes}`,
    explanation: `A volume of up to ${formatBytes(
      bytes,
    )} can be created now. ${leftOf(tightest, held)}${deductions(
      rule,
      doubled === true,
      held,
    )}.${assumed}`,
    limitedBy: { quota: tightest.limit.quota, key: tightest.limit.key },
    ...facts,
    inFlight: `${held}`,
  });
}

/** What was taken off the limit; where no limit of bytes decides, all that volumes under way ask for. */
function inFlightBytes(
  inFlight: InFlight,
  room: Room | undefined,
  reserved: Map<Limit, bigint>,
): string {
  if (room?.limit.resource === 'bytes') {
    return `${reserved.get(room.limit) ?? 0n}`;
  }
  const all = inFlight.chains
    .flat()
    .reduce((sum, take) => sum + take.bytes, 0n);
  return `${all}`;
}

/** A limit on the wire. */
export function quotaLimitView(limit: Limit): QuotaLimit {
  const { hard, used } = limit;
  return {
    quota: limit.quota,
    key: limit.key,
    resource: limit.resource,
    storageClass: limit.storageClass ?? null,
    used: used === undefined ? null : `${used}`,
    hard: `${hard}`,
    remaining: used === undefined ? null : `${hard - used}`,
    usedRatio: used === undefined ? null : ratioOf(used, hard),
  };
}

/** used / hard; null if hard is 0. */
export function ratioOf(used: bigint, hard: bigint): number | null {
  return hard > 0n ? Number(used) / Number(hard) : null;
}

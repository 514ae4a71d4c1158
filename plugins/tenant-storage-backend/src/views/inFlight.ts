import type { ClusterInventory } from '../inventory/types';
import { chargeRuleOf, isDoubled } from './charge';
import { isKnown } from './freshness';
import type { Limit } from './quotaLimits';
import { chargedOf, type VolumeFacts } from './volumeFacts';

/** What one claim takes, or gives back. */
export interface Take {
  bytes: bigint;
  /** Whether the claim is of the tenants' class; claims of other classes count against the keys for all classes only. */
  ofClass: boolean;
}

/**
 * What may happen to the quota by itself from now on.
 *
 * - A **chain** is the claims that a volume under way still has to create, in order: its own claim, unless it is there, and, where
 *   creating takes the size twice, its `prime-` claim. Each is refused or admitted by itself, and the second comes after the first.
 * - A **release** is a claim that will go: a helper whose work ends, or a claim being deleted. It makes room that a volume
 *   under way may take, so it matters although its room is not promised to anybody.
 */
export interface InFlight {
  chains: Take[][];
  releases: Take[];
}

/** Phases after which a DataVolume asks for nothing more. */
const FINISHED = new Set(['Succeeded', 'Failed']);

/**
 * What is under way in a tenant.
 *
 * A DataVolume counts from the moment it is accepted, because CDI creates its claim when it gets to it, and again and again while
 * the quota refuses. A volume that waits for its first consumer counts too: its `prime-` claim comes when the consumer does.
 * Clones' temporary claims that don't exist yet are not foreseen: from here it can't be seen what a DataVolume is made of.
 *
 * @returns `because`, in words, if it can't be told.
 */
export function inFlightOf(
  cluster: ClusterInventory,
  volumes: readonly VolumeFacts[],
): InFlight | { because: string } {
  for (const kind of ['DataVolume', 'PersistentVolumeClaim'] as const) {
    // Without the kind there are none of it; CDI's absence is told elsewhere.
    if (
      !isKnown(cluster, kind) &&
      cluster.state(kind).state !== 'notInstalled'
    ) {
      return {
        because: "what volumes being created will still take can't be seen",
      };
    }
  }
  const ours = cluster.settings.storageClass;
  const inFlight: InFlight = { chains: [], releases: [] };
  for (const { claim, dataVolume, purpose, helpers } of volumes) {
    const isHelper =
      purpose === 'populating' || purpose === 'scratch' || purpose === 'clone';
    if (claim && (isHelper || claim.deletedAt !== undefined)) {
      inFlight.releases.push({
        bytes: chargedOf(claim) ?? 0n,
        ofClass: claim.storageClass === ours,
      });
      continue;
    }
    if (
      !dataVolume ||
      dataVolume.deletedAt !== undefined ||
      FINISHED.has(dataVolume.phase ?? '') ||
      claim?.phase === 'Bound'
    ) {
      continue;
    }
    // A DataVolume without a class gets the default one, which may be ours: the careful reading.
    const storageClass = claim?.storageClass ?? dataVolume.storageClass ?? ours;
    const doubled = isDoubled(cluster, storageClass);
    // The second claim is there already: a prime claim, or, for a clone, a temporary one.
    const isPopulating = helpers.some(({ name }) => /^(prime|tmp)-/.test(name));
    if (doubled === undefined && !isPopulating) {
      return {
        because:
          "whether volumes being created need their size twice can't be seen",
      };
    }
    let bytes: bigint | undefined;
    if (claim) {
      bytes = chargedOf(claim);
    } else if (dataVolume.requested !== undefined) {
      const rule = chargeRuleOf(cluster, storageClass, dataVolume.volumeMode);
      if ('because' in rule) {
        return rule;
      }
      bytes = rule.charge(dataVolume.requested);
    }
    if (bytes === undefined) {
      return {
        because: 'the size of a volume being created is not known',
      };
    }
    const take = { bytes, ofClass: storageClass === ours };
    const chain = claim ? [] : [take];
    if (doubled && !isPopulating) {
      chain.push(take);
    }
    if (chain.length > 0) {
      inFlight.chains.push(chain);
    }
  }
  return inFlight;
}

/** Sums of takes, as quotas count them. */
interface Taken {
  classBytes: bigint;
  bytes: bigint;
  classCount: bigint;
  count: bigint;
}

const NOTHING: Taken = { classBytes: 0n, bytes: 0n, classCount: 0n, count: 0n };

function plus(taken: Taken, take: Take, sign: 1n | -1n): Taken {
  return {
    classBytes: taken.classBytes + (take.ofClass ? sign * take.bytes : 0n),
    bytes: taken.bytes + sign * take.bytes,
    classCount: taken.classCount + (take.ofClass ? sign : 0n),
    count: taken.count + sign,
  };
}

/** What of it a limit counts. */
function countedBy(limit: Limit, taken: Taken): bigint {
  if (limit.resource === 'bytes') {
    return limit.storageClass === undefined ? taken.bytes : taken.classBytes;
  }
  return limit.storageClass === undefined ? taken.count : taken.classCount;
}

/** Beyond this, sums are no longer told apart, and what is reserved errs on the careful side. */
const MOST_STATES = 4096;

/**
 * For each limit, the most that what is under way can hold of it at any moment, whichever of it goes first: that much is not to be
 * promised to somebody else. What does not fit holds nothing: a volume of 100 Gi that waits for a quota of 50 Gi does not keep
 * anybody from creating one of 5 Gi.
 *
 * Exact, by trying all sums that the quotas admit. Admission is per claim and all quotas have to pass, so a set of claims can be
 * there at the same time if its sum fits every quota; releases come first, because they only make room.
 */
export function reservedBy(
  inFlight: InFlight,
  limits: readonly Limit[],
): Map<Limit, bigint> {
  const reserved = new Map(limits.map(limit => [limit, 0n]));
  if (inFlight.chains.length === 0) {
    return reserved;
  }
  const binding = limits.flatMap(limit =>
    limit.used === undefined ? [] : [{ limit, room: limit.hard - limit.used }],
  );
  const admits = (taken: Taken, take: Take) =>
    binding.every(
      ({ limit, room }) =>
        (!take.ofClass && limit.storageClass !== undefined) ||
        (limit.resource === 'bytes' && take.bytes === 0n) ||
        countedBy(limit, taken) <= room,
    );

  let states = new Map<string, Taken>([['', NOTHING]]);
  const extend = (next: (taken: Taken) => Iterable<Taken>) => {
    const extended = new Map<string, Taken>();
    for (const taken of states.values()) {
      for (const more of next(taken)) {
        extended.set(
          `${more.classBytes},${more.bytes},${more.classCount},${more.count}`,
          more,
        );
      }
    }
    states = extended;
  };

  for (const release of inFlight.releases) {
    extend(taken => [taken, plus(taken, release, -1n)]);
    if (states.size > MOST_STATES) break;
  }
  for (const chain of inFlight.chains) {
    if (states.size > MOST_STATES) break;
    extend(function* admitted(taken) {
      yield taken;
      let sum = taken;
      for (const take of chain) {
        sum = plus(sum, take, 1n);
        if (!admits(sum, take)) {
          return;
        }
        yield sum;
      }
    });
  }
  if (states.size > MOST_STATES) {
    const all = inFlight.chains
      .flat()
      .reduce((taken, take) => plus(taken, take, 1n), NOTHING);
    for (const limit of limits) {
      const wanted = countedBy(limit, all);
      let held = wanted;
      if (limit.used !== undefined && wanted > limit.hard - limit.used) {
        held = limit.hard - limit.used;
      }
      reserved.set(limit, held > 0n ? held : 0n);
    }
    return reserved;
  }
  for (const taken of states.values()) {
    for (const limit of limits) {
      const held = countedBy(limit, taken);
      if (held > (reserved.get(limit) ?? 0n)) {
        reserved.set(limit, held);
      }
    }
  }
  return reserved;
}

import type { Headroom } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { QuotaFacts } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { ClusterInventory } from '../inventory/types';
import { isKnown, isSeen } from '../views/freshness';
import { headroomOf, quotaLimitView } from '../views/headroom';
import { inFlightOf } from '../views/inFlight';
import {
  quotaLimitsOf,
  type Limit,
  type QuotaLimits,
} from '../views/quotaLimits';
import { isTenant, storageClassKeyPrefix, tenantsOf } from '../views/tenancy';
import { sumCharged } from '../views/tenantCluster';
import { diagnosedVolumesOf, type DiagnosedVolume } from '../views/volume';
import type { VolumeFacts } from '../views/volumeFacts';

/** What the diagnosis calls a volume, or a helper of one, that the quota refused. */
const REFUSED_FOR_QUOTA = ['quotaExceeded', 'helperExceedsQuota'];

/** The key of quotas on how much of the tenants' class can be asked for. */
export function classStorageKey(cluster: ClusterInventory): string {
  return `${storageClassKeyPrefix(
    cluster.settings.storageClass,
  )}requests.storage`;
}

/** The quota of the class that binds first: the smallest. */
export function classLimitOf(
  cluster: ClusterInventory,
  { limits }: QuotaLimits,
): Limit | undefined {
  const key = classStorageKey(cluster);
  return limits
    .filter(limit => limit.key === key)
    .sort((a, b) => {
      if (a.hard === b.hard) return a.quota < b.quota ? -1 : 1;
      return a.hard < b.hard ? -1 : 1;
    })[0];
}

/** The limits as they would be with this size, in the quota that binds or, without one, in a new one. */
function limitsWith(
  cluster: ClusterInventory,
  tenant: string,
  quotas: QuotaLimits,
  size: bigint,
  charged: string | null,
): QuotaLimits {
  if (quotas.state === 'unknown') return quotas;
  const binding = classLimitOf(cluster, quotas);
  const limits = binding
    ? quotas.limits.map(limit =>
        limit === binding ? { ...limit, hard: size } : limit,
      )
    : [
        ...quotas.limits,
        {
          quota: `${tenant}-storage`,
          key: classStorageKey(cluster),
          resource: 'bytes' as const,
          storageClass: cluster.settings.storageClass,
          hard: size,
          ...(charged !== null && { used: BigInt(charged) }),
        },
      ];
  return { ...quotas, state: 'limited', limits };
}

/**
 * What volumes still take of the class: what CDI charges for their claims, and again where creating takes the size twice; without what
 * they have already.
 *
 * @returns null if it can't be told.
 */
function stillTakes(
  cluster: ClusterInventory,
  volumes: readonly VolumeFacts[],
): bigint | null {
  const inFlight = inFlightOf(cluster, volumes);
  if ('because' in inFlight) return null;
  return inFlight.chains
    .flat()
    .filter(take => take.ofClass)
    .reduce((sum, take) => sum + take.bytes, 0n);
}

/** What waits for quota, and what is under way besides. */
function comingOf(
  cluster: ClusterInventory,
  diagnosed: readonly DiagnosedVolume[],
): Pick<QuotaFacts, 'pending' | 'underWay'> {
  const isTold =
    isSeen(cluster, 'DataVolume') &&
    isSeen(cluster, 'PersistentVolumeClaim') &&
    isKnown(cluster, 'Event');
  if (!isTold) return { pending: null, underWay: null };
  const isRefused = ({ troubles }: DiagnosedVolume) =>
    troubles.some(({ code }) => REFUSED_FOR_QUOTA.includes(code));
  const underWay = stillTakes(
    cluster,
    diagnosed.filter(each => !isRefused(each)).map(({ facts }) => facts),
  );
  return {
    pending: diagnosed.filter(isRefused).flatMap(({ facts }) => {
      const takes = stillTakes(cluster, [facts]);
      if (takes === 0n) return [];
      return [
        {
          name: facts.name,
          tenantCluster: facts.tenantCluster ?? null,
          charge: takes === null ? null : `${takes}`,
        },
      ];
    }),
    underWay: underWay === null ? null : `${underWay}`,
  };
}

/** Of the class, all tenants together; null if a quota can't be seen or read. */
export function quotaSumOf(cluster: ClusterInventory): string | null {
  if (!isKnown(cluster, 'ResourceQuota')) return null;
  const key = classStorageKey(cluster);
  let sum = 0n;
  for (const tenant of tenantsOf(cluster)) {
    const quotas = quotaLimitsOf(cluster, tenant);
    if (quotas.unreadable.some(each => each.key === key)) return null;
    sum += classLimitOf(cluster, quotas)?.hard ?? 0n;
  }
  return `${sum}`;
}

type Fleet = NonNullable<QuotaFacts['fleet']>;

/**
 * What the class has room for: as configured, or else what its driver says it can still provision, and what it has provisioned already.
 *
 * CSIStorageCapacity is "the value reported by the CSI driver in its GetCapacityResponse", which is what is left (k8s.io/api,
 * storage/v1), while quotas are about all there is.
 */
export function capacityOf(cluster: ClusterInventory): Fleet['capacity'] {
  const { storageClass, capacity } = cluster.settings;
  if (capacity !== undefined) {
    return { bytes: `${capacity}`, source: 'configured' };
  }
  const isTold =
    isKnown(cluster, 'CSIStorageCapacity') &&
    isKnown(cluster, 'PersistentVolume');
  if (!isTold) return null;
  let sum = 0n;
  let told = false;
  for (const each of cluster.list('CSIStorageCapacity')) {
    if (each.storageClass !== storageClass) continue;
    if (each.capacity === null) return null;
    sum += each.capacity;
    told = true;
  }
  if (!told) return null;
  for (const volume of cluster.list('PersistentVolume')) {
    if (volume.storageClass !== storageClass) continue;
    if (volume.capacity === undefined) return null;
    sum += volume.capacity;
  }
  return { bytes: `${sum}`, source: 'CSIStorageCapacity' };
}

/**
 * What a plan for a tenant's storage quota needs to know of the under cluster, from what is live. It tells nothing of other tenants unless
 * `fleet` is set.
 *
 * @param options - `sizeBytes`: the size that is asked for, if it is one. `now`: milliseconds since the epoch.
 */
export function quotaFactsOf(
  cluster: ClusterInventory,
  tenant: string,
  options: { sizeBytes?: bigint; fleet: boolean; now: number },
): QuotaFacts {
  const { sizeBytes, fleet, now } = options;
  const quotas = quotaLimitsOf(cluster, tenant);
  const diagnosed = diagnosedVolumesOf(cluster, tenant, now);
  const volumes = diagnosed.map(({ facts }) => facts);
  const { headroom, ordered } = headroomOf(cluster, quotas, volumes);
  const charged = sumCharged(cluster, volumes);
  const headroomAfter: Headroom | null =
    sizeBytes === undefined
      ? null
      : headroomOf(
          cluster,
          limitsWith(cluster, tenant, quotas, sizeBytes, charged),
          volumes,
        ).headroom;
  return {
    isTenant: isTenant(cluster, tenant) === true,
    storageClass: cluster.settings.storageClass,
    quotaState: quotas.state,
    limits: ordered.map(quotaLimitView),
    quotas: Object.fromEntries(
      [...cluster.inNamespace('ResourceQuota', tenant)].map(
        ({ name, labels, annotations }) => [
          name,
          { labels: { ...labels }, annotations: { ...annotations } },
        ],
      ),
    ),
    charged,
    headroom,
    headroomAfter,
    ...comingOf(cluster, diagnosed),
    fleet: fleet
      ? { quotaSum: quotaSumOf(cluster), capacity: capacityOf(cluster) }
      : null,
  };
}

import type {
  Headroom,
  QuotaLimit,
  QuotaState,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/**
 * A volume that waits for quota.
 *
 * @public
 */
export interface PendingVolume {
  name: string;
  tenantCluster: string | null;
  /** What it would be charged, in bytes as a decimal string; null if that can't be told. */
  charge: string | null;
}

/**
 * What a plan for a quota needs to know of the under cluster. Plain JSON; numbers of bytes are decimal strings.
 *
 * @public
 */
export interface QuotaFacts {
  /** Whether the under cluster has a tenant of that name. */
  isTenant: boolean;
  /** The class that tenants' volumes are carved out of. */
  storageClass: string;
  quotaState: QuotaState;
  /** Every key of every quota that binds the tenant's volumes. */
  limits: QuotaLimit[];
  /** Labels and annotations of the tenant's quotas, by name. */
  quotas: Record<
    string,
    { labels: Record<string, string>; annotations: Record<string, string> }
  >;
  /** Sum of all claims of the class; null if unknown. */
  charged: string | null;
  headroom: Headroom;
  /** The headroom with the size that is asked for; null if nobody worked it out. */
  headroomAfter: Headroom | null;
  /** Volumes that wait for lack of quota; null if that can't be seen. */
  pending: PendingVolume[] | null;
  /** What volumes being created that don't wait for quota may still take of the class; null if it can't be told. */
  underWay: string | null;
  /** Of the under cluster as a whole, for approvers only; null if it is not to be told. */
  fleet: {
    /** Sum of the class' quotas of all tenants, this one included; null if unknown. */
    quotaSum: string | null;
    /** Null if nobody knows. */
    capacity: {
      bytes: string;
      source: 'configured' | 'CSIStorageCapacity';
    } | null;
  } | null;
}

/** The key of a quota that limits the bytes of one class. */
export function classStorageKey(storageClass: string): string {
  return `${storageClass}.storageclass.storage.k8s.io/requests.storage`;
}

/**
 * The live quota of the class that binds first: the smallest; undefined if there is none or it is not known.
 *
 * @public
 */
export function classLimitOf(facts: QuotaFacts): QuotaLimit | undefined {
  const key = classStorageKey(facts.storageClass);
  return facts.limits
    .filter(limit => limit.key === key)
    .sort((a, b) => {
      const difference = BigInt(a.hard) - BigInt(b.hard);
      if (difference === 0n) return a.quota < b.quota ? -1 : 1;
      return difference < 0n ? -1 : 1;
    })[0];
}

/**
 * What of the class is used, in bytes; undefined if unknown.
 *
 * @public
 */
export function usedOf(facts: QuotaFacts): bigint | undefined {
  const used = classLimitOf(facts)?.used ?? facts.charged;
  return used === null ? undefined : BigInt(used);
}

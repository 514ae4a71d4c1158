import {
  parseQuantity,
  QuantityError,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ClusterInventory } from '../inventory/types';
import { isKnown } from './freshness';
import { storageClassKeyPrefix } from './tenancy';

/** One key of one ResourceQuota that binds claims of the class. */
export interface Limit {
  quota: string;
  key: string;
  resource: 'bytes' | 'count';
  /** Absent: all classes together. */
  storageClass?: string;
  hard: bigint;
  /** Absent until the quota controller has counted. */
  used?: bigint;
}

/** The quotas of a tenant, as far as they bind claims of the class. */
export interface QuotaLimits {
  state: 'limited' | 'unlimited' | 'unknown';
  /** Of all quotas and keys, unordered. */
  limits: Limit[];
  /** Limits whose number can't be read: they bind, but nobody can say where. */
  unreadable: Array<{ quota: string; key: string }>;
}

function resourceOf(
  key: string,
  prefix: string,
): { resource: Limit['resource']; scoped: boolean } | undefined {
  switch (key) {
    case 'requests.storage':
      return { resource: 'bytes', scoped: false };
    case 'persistentvolumeclaims':
    case 'count/persistentvolumeclaims':
      return { resource: 'count', scoped: false };
    case `${prefix}requests.storage`:
      return { resource: 'bytes', scoped: true };
    case `${prefix}persistentvolumeclaims`:
      return { resource: 'count', scoped: true };
    default:
      return undefined;
  }
}

function read(text: string | undefined, fraction: 'down' | 'up') {
  if (text === undefined) {
    return undefined;
  }
  try {
    return parseQuantity(text, { fraction });
  } catch (error) {
    if (error instanceof QuantityError) {
      return undefined;
    }
    throw error;
  }
}

/** Every key of every quota that binds claims of the class in a tenant's namespace. */
export function quotaLimitsOf(
  cluster: ClusterInventory,
  tenant: string,
): QuotaLimits {
  if (!isKnown(cluster, 'ResourceQuota')) {
    return { state: 'unknown', limits: [], unreadable: [] };
  }
  const { storageClass } = cluster.settings;
  const prefix = storageClassKeyPrefix(storageClass);
  const limits: Limit[] = [];
  const unreadable: QuotaLimits['unreadable'] = [];
  for (const quota of cluster.inNamespace('ResourceQuota', tenant)) {
    if (quota.scoped) {
      continue;
    }
    for (const [key, text] of Object.entries(quota.hard)) {
      const kind = resourceOf(key, prefix);
      if (!kind) {
        continue;
      }
      // A part of a byte can't be used: what is whole below it is the limit.
      const hard = read(text, 'down');
      if (hard === undefined) {
        unreadable.push({ quota: quota.name, key });
        continue;
      }
      limits.push({
        quota: quota.name,
        key,
        resource: kind.resource,
        storageClass: kind.scoped ? storageClass : undefined,
        hard,
        used: read(quota.used[key], 'up'),
      });
    }
  }
  return {
    state: limits.length + unreadable.length > 0 ? 'limited' : 'unlimited',
    limits,
    unreadable,
  };
}

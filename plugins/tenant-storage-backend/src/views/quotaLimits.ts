import {
  parseQuantity,
  QuantityError,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ClusterInventory } from '../inventory/types';
import { isKnown } from './freshness';

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

const STORAGE_KEY =
  /^(?:(.+)\.storageclass\.storage\.k8s\.io\/)?(requests\.storage|persistentvolumeclaims)$/;

/** What a quota's key limits; undefined if that is no storage. */
export function limitedBy(
  key: string,
): Pick<Limit, 'resource' | 'storageClass'> | undefined {
  // This name is the same limit. It has no form for one class (k8s.io/kubernetes/pkg/quota/v1/evaluator/core).
  if (key === 'count/persistentvolumeclaims') {
    return { resource: 'count' };
  }
  const match = STORAGE_KEY.exec(key);
  if (!match) {
    return undefined;
  }
  const [, storageClass, resource] = match;
  return {
    resource: resource === 'requests.storage' ? 'bytes' : 'count',
    storageClass,
  };
}

function amountOf(text: string | undefined, fraction: 'down' | 'up') {
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

/** A key's limit and its use; undefined where there is none, or it can't be read. A part of a byte can't be used, and takes a whole one. */
export function hardAndUsed(
  quota: { hard: Record<string, string>; used: Record<string, string> },
  key: string,
): { hard: bigint | undefined; used: bigint | undefined } {
  return {
    hard: amountOf(quota.hard[key], 'down'),
    used: amountOf(quota.used[key], 'up'),
  };
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
  const limits: Limit[] = [];
  const unreadable: QuotaLimits['unreadable'] = [];
  for (const quota of cluster.inNamespace('ResourceQuota', tenant)) {
    if (quota.scoped) {
      continue;
    }
    for (const key of Object.keys(quota.hard)) {
      const limited = limitedBy(key);
      if (!limited || (limited.storageClass ?? storageClass) !== storageClass) {
        continue;
      }
      const { hard, used } = hardAndUsed(quota, key);
      if (hard === undefined) {
        unreadable.push({ quota: quota.name, key });
        continue;
      }
      limits.push({ quota: quota.name, key, ...limited, hard, used });
    }
  }
  return {
    state: limits.length + unreadable.length > 0 ? 'limited' : 'unlimited',
    limits,
    unreadable,
  };
}

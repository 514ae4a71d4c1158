import {
  formatBytes,
  formatQuantity,
  parseQuantity,
  QuantityError,
  type UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { GitOpsErrorParts } from '../gitops';
import { classStorageKey } from './quotaFacts';

/** A claim that is to be made in the under cluster, without CDI: it is charged just what it asks for. */
export interface NewClaim {
  namespace: string;
  storageClass: string;
  bytes: bigint;
  /** Of claims like it that are made at once, which the field `replicas` says. Default: 1. */
  replicas?: number;
}

function bytesOf(
  quantity: string | undefined,
  fraction: 'up' | 'down',
): bigint | undefined {
  if (quantity === undefined) return undefined;
  try {
    return parseQuantity(quantity, { fraction });
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/**
 * Judges a new claim by every quota of its namespace, since each of them must have room: by bytes and by number, of its class and of all.
 * Kubernetes refuses a claim beyond a quota, and Flux then tries for ever.
 */
export function judgeNewClaim(
  { resourceQuotas }: Pick<UnderClusterFacts, 'resourceQuotas'>,
  { namespace, storageClass, bytes, replicas }: NewClaim,
  refuse: (parts: GitOpsErrorParts) => void,
  warn: (code: string, message: string) => void,
): void {
  if (resourceQuotas.sight !== 'known') {
    warn(
      'quotaUnknown',
      `Quotas of ${namespace} can't be seen now: the claim may be refused.`,
    );
    return;
  }
  const count = BigInt(replicas ?? 1);
  const all = bytes * count;
  const claims = count === 1n ? 'the claim takes' : `${count} claims take`;
  const amounts = new Map([
    [classStorageKey(storageClass), all],
    ['requests.storage', all],
    [
      `${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`,
      count,
    ],
    ['persistentvolumeclaims', count],
    ['count/persistentvolumeclaims', count],
  ]);
  const countField = replicas === undefined ? 'name' : 'replicas';
  for (const quota of resourceQuotas.items) {
    if (quota.namespace !== namespace) continue;
    for (const [key, amount] of amounts) {
      if (!Object.hasOwn(quota.hard, key)) continue;
      const most = bytesOf(quota.hard[key], 'down');
      const now = bytesOf(quota.used[key], 'up');
      const isCount = key.endsWith('persistentvolumeclaims');
      const shown = (value: bigint) =>
        isCount ? `${value} claims` : formatBytes(value);
      if (most === undefined || now === undefined) {
        warn(
          'quotaUnknown',
          `What is left of ${key} in ${quota.name} is not known.`,
        );
      } else if (now + amount > most) {
        refuse({
          code: 'headroomTooSmall',
          field: isCount ? countField : 'size',
          problem: `The quota ${quota.name} of ${namespace} has ${shown(
            most > now ? most - now : 0n,
          )} left of ${shown(most)} (${key}), and ${claims} ${
            isCount && count === 1n ? 'one' : shown(amount)
          }.`,
          remedy: `Raise the quota to ${
            isCount ? now + amount : formatQuantity(now + amount)
          } first, or delete volumes.`,
        });
      }
    }
  }
}

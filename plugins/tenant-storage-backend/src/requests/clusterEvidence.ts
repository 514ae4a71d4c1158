import type { QuotaFacts } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { ClusterInventory } from '../inventory/types';
import { quotaLimitsOf } from '../views/quotaLimits';
import type { LiveEvidence } from './requestState';

/** What is live of the class that tenants' volumes are carved out of. What is stale is not known: nobody is told that nothing happens. */
export function liveEvidence(
  cluster: ClusterInventory | undefined,
  tenant: string,
): LiveEvidence {
  if (cluster?.state('ResourceQuota').state !== 'synced') {
    return { known: false };
  }
  const { limits, unreadable } = quotaLimitsOf(cluster, tenant);
  if (unreadable.length > 0) return { known: false };
  const all = limits
    .filter(
      ({ resource, storageClass }) => resource === 'bytes' && storageClass,
    )
    .map(({ hard }) => hard);
  const bytes = all.reduce<bigint | null>(
    (least, hard) => (least === null || hard < least ? hard : least),
    null,
  );
  return { known: true, bytes, all };
}

/** What a quota's gates are judged by: what has not been confirmed is kept to be shown, and is no reason to merge. */
export function confirmedQuotaFacts(
  facts: QuotaFacts,
  cluster: ClusterInventory | undefined,
  tenant: string,
): QuotaFacts {
  const areClaimsSeen =
    cluster?.state('PersistentVolumeClaim').state === 'synced';
  return {
    ...facts,
    ...(!liveEvidence(cluster, tenant).known && {
      quotaState: 'unknown',
      limits: [],
    }),
    ...(!areClaimsSeen && { charged: null }),
  };
}

import type {
  HiddenConsumer,
  VolumePurpose,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ClusterInventory } from '../inventory/types';
import type { Limit } from './quotaLimits';
import { chargedOf, type VolumeFacts } from './volumeFacts';

const EXPLANATIONS: Record<Exclude<VolumePurpose, 'tenantVolume'>, string> = {
  populating:
    'Second copies that exist while a volume is being created. They go when it is ready.',
  scratch:
    'Working space for filling a volume. It goes when the volume is ready.',
  clone: 'Temporary copies made while a volume is copied. They go afterwards.',
  vmDisk:
    'Disks of the worker machines themselves. They stay as long as the machines do.',
  other:
    'Volumes that no tenant cluster asked for and that are no machine’s disk.',
};

interface Sum {
  /** Absent if the size of one is not known. */
  charged?: bigint;
  volumes: number;
}

/** The largest first, those of unknown size last. */
function compareSums(a: Sum, b: Sum): number {
  if (a.charged === undefined || b.charged === undefined) {
    return Number(a.charged === undefined) - Number(b.charged === undefined);
  }
  if (a.charged === b.charged) return 0;
  return a.charged > b.charged ? -1 : 1;
}

/** What counts against the quota without being a volume that the tenant asked for, the largest first. */
export function hiddenConsumersOf(
  cluster: ClusterInventory,
  limits: readonly Limit[],
  volumes: readonly VolumeFacts[],
): HiddenConsumer[] {
  // Claims of other classes count if a key for all classes together binds.
  const countsAll = limits.some(limit => limit.storageClass === undefined);
  const sums = new Map<Exclude<VolumePurpose, 'tenantVolume'>, Sum>();
  for (const { purpose, claim } of volumes) {
    if (
      purpose === 'tenantVolume' ||
      !claim ||
      (!countsAll && claim.storageClass !== cluster.settings.storageClass)
    ) {
      continue;
    }
    const sum: Sum = sums.get(purpose) ?? { charged: 0n, volumes: 0 };
    const charged = chargedOf(claim);
    sums.set(purpose, {
      charged:
        sum.charged === undefined || charged === undefined
          ? undefined
          : sum.charged + charged,
      volumes: sum.volumes + 1,
    });
  }
  return [...sums]
    .sort(([, a], [, b]) => compareSums(a, b))
    .map(([purpose, sum]) => ({
      purpose,
      charged: sum.charged === undefined ? null : `${sum.charged}`,
      volumes: sum.volumes,
      explanation: EXPLANATIONS[purpose],
    }));
}

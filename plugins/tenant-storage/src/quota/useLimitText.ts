import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  QuotaLimit,
  formatExactBytes,
  formatPercent,
  formatUsage,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { tenantStorageTranslationRef } from '../translation';

/** Words for limits. */
export function useLimitText() {
  const { t } = useTranslationRef(tenantStorageTranslationRef);

  /** "8.2 of 10 Gi (82 %)" */
  const usage = (limit: QuotaLimit): string => {
    const hard = BigInt(limit.hard);
    const used = limit.used === null ? null : BigInt(limit.used);
    if (limit.resource === 'bytes') return formatUsage(used, hard);
    const amounts = {
      used: used === null ? t('unknown') : used.toLocaleString(),
      hard: hard.toLocaleString(),
    };
    const percent = used === null ? undefined : formatPercent(used, hard);
    return percent === undefined
      ? t('quota.countUsage', amounts)
      : t('quota.countUsagePercent', { ...amounts, percent });
  };

  /** The exact numbers, and where the limit is written down. */
  const exact = (limit: QuotaLimit): string => {
    const where = t('quota.quotaAndKey', {
      quota: limit.quota,
      key: limit.key,
    });
    if (limit.resource === 'count') return where;
    const used =
      limit.used === null ? t('unknown') : formatExactBytes(BigInt(limit.used));
    return `${used} / ${formatExactBytes(BigInt(limit.hard))}. ${where}`;
  };

  /** What is limited. */
  const subject = (limit: QuotaLimit): string => {
    const { resource, storageClass } = limit;
    if (storageClass === null) {
      return t(
        resource === 'bytes' ? 'quota.allClasses' : 'quota.countAllClasses',
      );
    }
    return t(resource === 'bytes' ? 'quota.ofClass' : 'quota.countOfClass', {
      storageClass,
    });
  };

  return { usage, exact, subject };
}

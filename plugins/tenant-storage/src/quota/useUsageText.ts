import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Tenant,
  formatBytes,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { tenantStorageTranslationRef } from '../translation';
import { tightestLimit } from './limits';
import { useLimitText } from './useLimitText';

/** What a tenant uses, against the limit that leaves the least room: "8.2 of 10 Gi (82 %)". */
export function useUsageText(): (tenant: Tenant) => string {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const text = useLimitText();
  return tenant => {
    const limit = tightestLimit(tenant);
    if (tenant.quotaState === 'limited' && limit) return text.usage(limit);
    const used =
      tenant.charged === null
        ? t('unknown')
        : formatBytes(BigInt(tenant.charged));
    return tenant.quotaState === 'unlimited'
      ? t('headline.usedNoLimit', { used })
      : t('headline.usedUnknownLimit', { used });
  };
}

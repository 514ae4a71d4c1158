import { useApi } from '@backstage/frontend-plugin-api';
import {
  QuotaChange,
  QuotaChangePreview,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { useCallback } from 'react';
import { tenantStorageApiRef } from '../api/TenantStorageApi';
import { LatestPreview, usePreview } from './usePreview';

/**
 * Previews a wish for a quota while it is being typed; nothing of one tenant is shown for another.
 *
 * @param change - undefined asks nothing.
 */
export function useQuotaPreview(
  change: QuotaChange | undefined,
): LatestPreview<QuotaChangePreview> {
  const api = useApi(tenantStorageApiRef);
  const ask = useCallback(
    (wish: QuotaChange, options: { signal: AbortSignal }) =>
      api.previewQuota(wish, options),
    [api],
  );
  return usePreview(change, ask, isSameTenant);
}

function isSameTenant(a: QuotaChange, b: QuotaChange) {
  return a.underCluster === b.underCluster && a.tenant === b.tenant;
}

import { TenantSummary } from '@kmetal/backstage-plugin-tenant-storage-common';
import { TenantRef, TenantStorageApi } from '../api/TenantStorageApi';

/** Whether one may ask for a tenant's storage; `unknown` if it can't be told now. */
export type Standing =
  | { state: 'allowed'; summary: TenantSummary }
  | { state: 'notAllowed' }
  | { state: 'unknown' };

/** Asks whether one may ask for a tenant's storage. Never throws. */
export async function standingOf(
  api: TenantStorageApi,
  { underCluster, tenant }: TenantRef,
  signal?: AbortSignal,
): Promise<Standing> {
  try {
    const { items, nextCursor } = await api.listTenants(
      { canRequest: 'true', underCluster, search: tenant, limit: 500 },
      { signal },
    );
    const summary = items.find(({ name }) => name === tenant);
    if (summary) return { state: 'allowed', summary };
    return { state: nextCursor === null ? 'notAllowed' : 'unknown' };
  } catch (error) {
    // A name that can't be one is refused as a query.
    return (error as { statusCode?: unknown }).statusCode === 400
      ? { state: 'notAllowed' }
      : { state: 'unknown' };
  }
}

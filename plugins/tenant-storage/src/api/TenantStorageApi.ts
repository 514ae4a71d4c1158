import { createApiRef } from '@backstage/frontend-plugin-api';
import {
  ListRequestsQuery,
  ListTenantsQuery,
  ListVolumesQuery,
  QuotaChange,
  QuotaChangePreview,
  StorageChangeKind,
  StorageChangePreview,
  StorageChangePreviewWish,
  StorageRequestList,
  Tenant,
  TenantList,
  UnderClusterList,
  VolumeDetail,
  VolumeList,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/**
 * Names one tenant: its namespace, in an under cluster.
 *
 * @public
 */
export interface TenantRef {
  underCluster: string;
  tenant: string;
}

/**
 * What can be asked about tenants' storage.
 *
 * @remarks
 *
 * Sizes are bytes as decimal strings; `null` is "not known". Every method throws a `ResponseError` of `@backstage/errors` if the
 * backend refuses: 404 for a tenant that doesn't exist and for one that the caller may not read alike.
 *
 * @public
 */
export interface TenantStorageApi {
  /** A page of the tenants that the caller may read. */
  listTenants(
    query?: ListTenantsQuery,
    options?: { signal?: AbortSignal },
  ): Promise<TenantList>;

  /** One tenant: quota, headroom, health, freshness. */
  getTenant(
    tenant: TenantRef,
    options?: { signal?: AbortSignal },
  ): Promise<Tenant>;

  /** A page of the tenant's volumes. */
  listVolumes(
    tenant: TenantRef,
    query?: ListVolumesQuery,
    options?: { signal?: AbortSignal },
  ): Promise<VolumeList>;

  /** One volume, by its name in the under cluster, with its recent events. */
  getVolume(
    tenant: TenantRef,
    volume: string,
    options?: { signal?: AbortSignal },
  ): Promise<VolumeDetail>;

  /**
   * What another storage quota would mean, and what would be proposed. Nothing is changed. What can't be done is in the answer's
   * `refusals`, by field; it is not thrown.
   */
  previewQuota(
    change: QuotaChange,
    options?: { signal?: AbortSignal },
  ): Promise<QuotaChangePreview>;

  /** The under clusters that the caller may see. */
  listUnderClusters(options?: {
    signal?: AbortSignal;
  }): Promise<UnderClusterList>;

  /**
   * What a change of an under cluster's storage would do, and what would be proposed. Nothing is changed. What can't be done is in the
   * answer's `refusals`, by field; it is not thrown.
   */
  previewChange(
    change: StorageChangeKind,
    wish: StorageChangePreviewWish,
    options?: { signal?: AbortSignal },
  ): Promise<StorageChangePreview>;

  /** A page of requests for changes, of the tenants that the caller may read, the latest first. */
  listRequests(
    query?: ListRequestsQuery,
    options?: { signal?: AbortSignal },
  ): Promise<StorageRequestList>;
}

/**
 * The API that the cards and tabs of tenant storage use.
 *
 * @public
 */
export const tenantStorageApiRef = createApiRef<TenantStorageApi>().with({
  id: 'plugin.tenant-storage.api',
  pluginId: 'tenant-storage',
});

import { ResponseError } from '@backstage/errors';
import { DiscoveryApi, FetchApi } from '@backstage/frontend-plugin-api';
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
import { TenantRef, TenantStorageApi } from './TenantStorageApi';

/**
 * Asks the `tenant-storage` backend over HTTP.
 *
 * @public
 */
export class TenantStorageClient implements TenantStorageApi {
  readonly #discoveryApi: DiscoveryApi;
  readonly #fetchApi: FetchApi;

  static create(options: { discoveryApi: DiscoveryApi; fetchApi: FetchApi }) {
    return new TenantStorageClient(options.discoveryApi, options.fetchApi);
  }

  private constructor(discoveryApi: DiscoveryApi, fetchApi: FetchApi) {
    this.#discoveryApi = discoveryApi;
    this.#fetchApi = fetchApi;
  }

  async listTenants(
    query: ListTenantsQuery = {},
    options?: { signal?: AbortSignal },
  ): Promise<TenantList> {
    return this.#get('/v1/tenants', query, options);
  }

  async getTenant(
    tenant: TenantRef,
    options?: { signal?: AbortSignal },
  ): Promise<Tenant> {
    return this.#get(tenantPath(tenant), {}, options);
  }

  async listVolumes(
    tenant: TenantRef,
    query: ListVolumesQuery = {},
    options?: { signal?: AbortSignal },
  ): Promise<VolumeList> {
    return this.#get(`${tenantPath(tenant)}/volumes`, query, options);
  }

  async getVolume(
    tenant: TenantRef,
    volume: string,
    options?: { signal?: AbortSignal },
  ): Promise<VolumeDetail> {
    return this.#get(
      `${tenantPath(tenant)}/volumes/${encodeURIComponent(volume)}`,
      {},
      options,
    );
  }

  async previewQuota(
    change: QuotaChange,
    options?: { signal?: AbortSignal },
  ): Promise<QuotaChangePreview> {
    return this.#post('/v1/changes/quota/preview', change, options);
  }

  async listUnderClusters(options?: {
    signal?: AbortSignal;
  }): Promise<UnderClusterList> {
    return this.#get('/v1/under-clusters', {}, options);
  }

  async previewChange(
    change: StorageChangeKind,
    wish: StorageChangePreviewWish,
    options?: { signal?: AbortSignal },
  ): Promise<StorageChangePreview> {
    return this.#post(
      `/v1/changes/${encodeURIComponent(change)}/preview`,
      wish,
      options,
    );
  }

  async listRequests(
    query: ListRequestsQuery = {},
    options?: { signal?: AbortSignal },
  ): Promise<StorageRequestList> {
    return this.#get('/v1/requests', query, options);
  }

  async #get<TAnswer>(
    path: string,
    query: Record<string, string | number | undefined>,
    options?: { signal?: AbortSignal },
  ): Promise<TAnswer> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') search.set(name, String(value));
    }
    const suffix = search.toString() && `?${search}`;
    return this.#ask(`${path}${suffix}`, { signal: options?.signal });
  }

  async #post<TAnswer>(
    path: string,
    body: unknown,
    options?: { signal?: AbortSignal },
  ): Promise<TAnswer> {
    return this.#ask(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: options?.signal,
    });
  }

  async #ask<TAnswer>(path: string, init: RequestInit): Promise<TAnswer> {
    const baseUrl = await this.#discoveryApi.getBaseUrl('tenant-storage');
    const response = await this.#fetchApi.fetch(`${baseUrl}${path}`, init);
    if (!response.ok) throw await ResponseError.fromResponse(response);
    return response.json();
  }
}

function tenantPath({ underCluster, tenant }: TenantRef): string {
  return `/v1/under-clusters/${encodeURIComponent(
    underCluster,
  )}/tenants/${encodeURIComponent(tenant)}`;
}

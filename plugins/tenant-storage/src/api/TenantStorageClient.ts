import { ResponseError } from '@backstage/errors';
import { DiscoveryApi, FetchApi } from '@backstage/frontend-plugin-api';
import {
  ListVolumesQuery,
  Tenant,
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

  async #get<TAnswer>(
    path: string,
    query: Record<string, string | number | undefined>,
    options?: { signal?: AbortSignal },
  ): Promise<TAnswer> {
    const baseUrl = await this.#discoveryApi.getBaseUrl('tenant-storage');
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') search.set(name, String(value));
    }
    const suffix = search.toString() && `?${search}`;
    const response = await this.#fetchApi.fetch(`${baseUrl}${path}${suffix}`, {
      signal: options?.signal,
    });
    if (!response.ok) throw await ResponseError.fromResponse(response);
    return response.json();
  }
}

function tenantPath({ underCluster, tenant }: TenantRef): string {
  return `/v1/under-clusters/${encodeURIComponent(
    underCluster,
  )}/tenants/${encodeURIComponent(tenant)}`;
}

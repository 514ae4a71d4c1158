import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { ResponseError } from '@backstage/errors';
import type {
  TenantList,
  TenantSummary,
  UnderClusterList,
} from '@kmetal/backstage-plugin-tenant-storage-common';

const PLUGIN = 'tenant-storage';
const PAGE = 500;

/** Reads the HTTP API of the tenant-storage plugin, as the catalog's own service: the catalog is to know of all tenants. */
export class TenantStorageApi {
  readonly #auth: AuthService;
  readonly #discovery: DiscoveryService;

  constructor(options: { auth: AuthService; discovery: DiscoveryService }) {
    this.#auth = options.auth;
    this.#discovery = options.discovery;
  }

  async underClusters(signal: AbortSignal): Promise<UnderClusterList> {
    return this.#get('/v1/under-clusters', {}, signal);
  }

  /**
   * All tenants of an under cluster.
   *
   * @returns undefined if they changed between two pages, so that it can't be told which there are.
   */
  async tenantsOf(
    underCluster: string,
    signal: AbortSignal,
  ): Promise<TenantSummary[] | undefined> {
    const tenants = new Map<string, TenantSummary>();
    const totals = new Set<number>();
    const seen = new Set<string>();
    let cursor: string | null = null;
    do {
      const page: TenantList = await this.#get<TenantList>(
        '/v1/tenants',
        {
          underCluster,
          sort: 'name',
          limit: String(PAGE),
          ...(cursor === null ? {} : { cursor }),
        },
        signal,
      );
      for (const tenant of page.items) tenants.set(tenant.name, tenant);
      totals.add(page.total);
      if (totals.size > 1) return undefined;
      cursor = page.nextCursor;
      if (cursor === null) {
        return tenants.size === page.total ? [...tenants.values()] : undefined;
      }
      if (seen.has(cursor)) return undefined;
      seen.add(cursor);
    } while (!signal.aborted);
    return undefined;
  }

  async #get<T>(
    path: string,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<T> {
    const { token } = await this.#auth.getPluginRequestToken({
      onBehalfOf: await this.#auth.getOwnServiceCredentials(),
      targetPluginId: PLUGIN,
    });
    const url = new URL(`${await this.#discovery.getBaseUrl(PLUGIN)}${path}`);
    url.search = new URLSearchParams(query).toString();
    const response = await fetch(url, {
      headers: { Authorization: `Bearer ${token}` },
      signal,
    });
    if (!response.ok) throw await ResponseError.fromResponse(response);
    return (await response.json()) as T;
  }
}

import type {
  TenantStatus,
  TenantSummary,
  Volume,
  VolumeList,
  VolumePurpose,
  VolumeState,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ClusterInventory } from '../inventory/types';
import { freshnessOf, problemsOf, VOLUME_KINDS } from './freshness';
import { pageOf, type Page, type SortOrder, type SortValue } from './page';
import { volumeViews } from './volume';

/** Query of the list of tenants, as parsed. */
export interface TenantQuery {
  search?: string;
  underCluster?: string;
  owner?: string;
  status?: readonly TenantStatus[];
  /** A key of the sort orders, with a minus sign in front for the other way round. */
  sort: string;
  limit: number;
  cursor?: string;
}

/** Query of a tenant's volumes, as parsed. */
export interface VolumeQuery {
  search?: string;
  state?: readonly VolumeState[];
  tenantCluster?: string;
  purpose?: readonly VolumePurpose[];
  /** A key of the sort orders, with a minus sign in front for the other way round. */
  sort: string;
  limit: number;
  cursor?: string;
}

function bytes(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}

/** The worse, the larger; what can't be told is not known. */
const STATUS_RANK: Record<TenantStatus, number | null> = {
  ok: 0,
  warning: 1,
  error: 2,
  unknown: null,
};

const STATE_RANK: Record<VolumeState, number | null> = {
  ok: 0,
  waiting: 1,
  working: 2,
  deleting: 3,
  error: 4,
  unknown: null,
};

/** No limit is more than any; nobody counts bytes to here. */
const UNLIMITED = 2n ** 64n;

const TENANT_SORTS: Record<string, (tenant: TenantSummary) => SortValue> = {
  name: ({ name }) => name,
  used: ({ used }) => bytes(used),
  usedRatio: ({ usedRatio }) => usedRatio,
  headroom: ({ headroom }) =>
    headroom.state === 'unlimited' ? UNLIMITED : bytes(headroom.bytes),
  status: ({ status }) => STATUS_RANK[status],
};

const VOLUME_SORTS: Record<string, (volume: Volume) => SortValue> = {
  name: ({ name }) => name,
  charged: ({ charged }) => bytes(charged),
  createdAt: ({ createdAt }) => createdAt,
  state: ({ state }) => STATE_RANK[state],
  tenantCluster: ({ tenantCluster }) => tenantCluster,
  node: ({ node }) => node,
};

function sortOrder<T>(
  sorts: Record<string, (item: T) => SortValue>,
  sort: string,
  tieBreak: (item: T) => readonly string[],
): SortOrder<T> {
  const descending = sort.startsWith('-');
  const name = descending ? sort.slice(1) : sort;
  // The request is checked before; by name is what is left.
  const by = Object.hasOwn(sorts, name) ? sorts[name] : sorts.name;
  return { name, by, tieBreak, descending };
}

/**
 * A page of tenants.
 *
 * @throws InputError naming `cursor` if it is malformed.
 */
export function tenantPage(
  tenants: Iterable<TenantSummary>,
  query: TenantQuery,
): Page<TenantSummary> {
  const { search, underCluster, owner, status } = query;
  return pageOf(tenants, {
    search: search
      ? { text: search, of: tenant => [tenant.name, tenant.underCluster] }
      : undefined,
    filters: [
      tenant =>
        underCluster === undefined || tenant.underCluster === underCluster,
      tenant => owner === undefined || tenant.owners.includes(owner),
      tenant => status === undefined || status.includes(tenant.status),
    ],
    sort: sortOrder(TENANT_SORTS, query.sort, tenant => [
      tenant.name,
      tenant.underCluster,
    ]),
    limit: query.limit,
    cursor: query.cursor,
  });
}

/**
 * A page of a tenant's volumes, with how far it can be trusted.
 *
 * @throws InputError naming `cursor` if it is malformed.
 */
export function volumeList(
  cluster: ClusterInventory,
  tenant: string,
  query: VolumeQuery,
  now: number,
): VolumeList {
  const { search, state, tenantCluster, purpose } = query;
  const page = pageOf(volumeViews(cluster, tenant, now), {
    search: search
      ? {
          text: search,
          of: volume => [
            volume.name,
            volume.tenantClaim?.uid ?? null,
            volume.tenantCluster,
            volume.node,
            volume.attachedTo?.virtualMachine ?? null,
          ],
        }
      : undefined,
    filters: [
      volume => state === undefined || state.includes(volume.state),
      volume =>
        tenantCluster === undefined || volume.tenantCluster === tenantCluster,
      volume => purpose === undefined || purpose.includes(volume.purpose),
    ],
    sort: sortOrder(VOLUME_SORTS, query.sort, volume => [volume.name]),
    limit: query.limit,
    cursor: query.cursor,
  });
  return {
    ...page,
    freshness: freshnessOf(cluster, VOLUME_KINDS, now),
    errors: problemsOf(cluster, VOLUME_KINDS, now),
  };
}

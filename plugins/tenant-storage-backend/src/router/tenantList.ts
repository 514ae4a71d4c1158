import type {
  Problem,
  TenantList,
  TenantSummary,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { Inventory } from '../inventory/types';
import { parseOwner, type TenantOwners } from '../ownership';
import {
  problemsOf,
  TENANCY_KINDS,
  tenantPage,
  tenantsOf,
  tenantSummary,
  type TenantQuery,
} from '../views';
import type { Access } from './permissions';

/**
 * The tenants that a reader may read. What is wrong with an under cluster is told to who may read it as a whole, in the API
 * server's words, and to who may read a tenant in it, in words that tell nothing of others; to nobody else.
 */
export function tenantList(options: {
  query: TenantQuery & { canRequest?: 'true' };
  inventory: Inventory;
  owners: TenantOwners;
  access: Access;
  now: number;
}): TenantList {
  const { query, inventory, owners, access, now } = options;
  const tenants: TenantSummary[] = [];
  const errors: Problem[] = [];
  let readable = 0;
  for (const cluster of inventory.clusters()) {
    const { name: underCluster } = cluster.settings;
    const mine = tenantsOf(cluster)
      .map(name => ({
        underCluster,
        name,
        owners: owners.ownersOf(cluster, name),
      }))
      .filter(tenant => access.mayReadTenant(tenant));
    readable += mine.length;
    if (
      query.underCluster !== undefined &&
      query.underCluster !== underCluster
    ) {
      continue;
    }
    if (access.mayReadUnderCluster({ name: underCluster })) {
      errors.push(...problemsOf(cluster, TENANCY_KINDS, now, 'platform'));
    } else if (mine.length > 0) {
      errors.push(...problemsOf(cluster, TENANCY_KINDS, now, 'tenant'));
    }
    const isProposable = cluster.settings.repositories.length > 0;
    for (const tenant of mine) {
      if (
        query.canRequest &&
        !(isProposable && access.mayChangeTenant(tenant))
      ) {
        continue;
      }
      tenants.push(tenantSummary(cluster, tenant.name, tenant.owners, now));
    }
  }
  const { owner } = query;
  const page = tenantPage(tenants, {
    ...query,
    // As references are written everywhere else; what is none is nobody's.
    ...(owner !== undefined && { owner: parseOwner(owner) ?? owner }),
  });
  return {
    ...page,
    errors,
    emptyBecause: readable > 0 ? null : whyEmpty(inventory),
  };
}

/** In words that name no under cluster, for who may read nothing. */
function whyEmpty(inventory: Inventory): string {
  if (inventory.emptyBecause !== undefined) return inventory.emptyBecause;
  const unread = inventory
    .clusters()
    .some(cluster =>
      TENANCY_KINDS.some(kind => cluster.state(kind).state === 'syncing'),
    );
  return unread
    ? 'Not every under cluster has been read yet, so tenants may be missing here: look again in a moment, and tell the platform team if it stays so'
    : 'There is no tenant that you may read: a tenant is shown to its owners, and the platform team says who owns it';
}

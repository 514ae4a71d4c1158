import {
  RESOURCE_TYPE_TENANT,
  RESOURCE_TYPE_UNDER_CLUSTER,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { createPermissionResourceRef } from '@backstage/plugin-permission-node';

/**
 * What permission rules know of a tenant.
 *
 * @public
 */
export interface TenantResource {
  /** The under cluster's name. */
  underCluster: string;
  /** The tenant's namespace in the under cluster. */
  name: string;
  /** Entity references such as `group:default/team-alpha`, lower case; empty if nobody is known to own it. */
  owners: string[];
}

/**
 * What permission rules know of an under cluster.
 *
 * @public
 */
export interface UnderClusterResource {
  name: string;
}

/**
 * A permission rule as a filter: at least one of the values is that of the key. The plugin itself applies conditions in
 * memory; the filter is for others that keep tenants in a store of their own.
 *
 * @public
 */
export interface TenantFilter {
  key: keyof TenantResource;
  values: string[];
}

/**
 * As {@link TenantFilter}, for under clusters.
 *
 * @public
 */
export interface UnderClusterFilter {
  key: keyof UnderClusterResource;
  values: string[];
}

/**
 * Permission resource of a tenant; the reference of one is `underCluster/tenant`.
 *
 * @public
 */
export const tenantPermissionResourceRef = createPermissionResourceRef<
  TenantResource,
  TenantFilter
>().with({
  pluginId: 'tenant-storage',
  resourceType: RESOURCE_TYPE_TENANT,
});

/**
 * Permission resource of an under cluster; the reference of one is its name.
 *
 * @public
 */
export const underClusterPermissionResourceRef = createPermissionResourceRef<
  UnderClusterResource,
  UnderClusterFilter
>().with({
  pluginId: 'tenant-storage',
  resourceType: RESOURCE_TYPE_UNDER_CLUSTER,
});

/**
 * The reference of a tenant, as `resourceRef` of an authorization request.
 *
 * @public
 */
export function tenantResourceRef(
  tenant: Pick<TenantResource, 'underCluster' | 'name'>,
): string {
  return `${tenant.underCluster}/${tenant.name}`;
}

/**
 * Reads what {@link tenantResourceRef} writes; undefined if it is no such reference.
 *
 * @public
 */
export function parseTenantResourceRef(
  ref: string,
): { underCluster: string; name: string } | undefined {
  const [underCluster, name, ...rest] = ref.split('/');
  return underCluster && name && rest.length === 0
    ? { underCluster, name }
    : undefined;
}

import { createPermission } from '@backstage/plugin-permission-common';

/** @public Resource type of a tenant; a resource's reference is `underCluster/tenant`. */
export const RESOURCE_TYPE_TENANT = 'tenant-storage-tenant';

/** @public Resource type of an under cluster; a resource's reference is its name. */
export const RESOURCE_TYPE_UNDER_CLUSTER = 'tenant-storage-under-cluster';

/** @public Read a tenant's storage: quota, volumes, health. */
export const tenantReadPermission = createPermission({
  name: 'tenant-storage.tenant.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_TENANT,
});

/** @public Ask for a change of a tenant's storage: a quota, and whatever else its templates propose. */
export const changeCreatePermission = createPermission({
  name: 'tenant-storage.change.create',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_TENANT,
});

/** @public Read what concerns a whole under cluster: how it is watched, its class, CDI, how many tenants it has. */
export const fleetReadPermission = createPermission({
  name: 'tenant-storage.fleet.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_UNDER_CLUSTER,
});

/** @public Ask for a change of what a whole under cluster's storage is made of: classes, backends, backup locations, new tenants. */
export const platformChangeCreatePermission = createPermission({
  name: 'tenant-storage.platform-change.create',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_UNDER_CLUSTER,
});

/** @public All permissions of the plugin. */
export const tenantStoragePermissions = [
  tenantReadPermission,
  changeCreatePermission,
  fleetReadPermission,
  platformChangeCreatePermission,
];

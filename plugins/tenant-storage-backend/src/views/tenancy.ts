import type { ClusterInventory } from '../inventory/types';
import { isKnown, isNotInstalled } from './freshness';

/** What the keys of quotas on one storage class begin with. */
export function storageClassKeyPrefix(storageClass: string): string {
  return `${storageClass}.storageclass.storage.k8s.io/`;
}

function isOnClass(hard: Record<string, string>, prefix: string): boolean {
  for (const key in hard) {
    if (key.startsWith(prefix)) {
      return true;
    }
  }
  return false;
}

function quotasKnown(cluster: ClusterInventory): boolean {
  return isKnown(cluster, 'ResourceQuota');
}

/** Whether all tenants can be told: false while quotas or tenant control planes can't be seen. */
export function tenantsKnown(cluster: ClusterInventory): boolean {
  return (
    quotasKnown(cluster) &&
    (isKnown(cluster, 'TenantControlPlane') ||
      isNotInstalled(cluster, 'TenantControlPlane'))
  );
}

/**
 * Whether a namespace is a tenant: it has a quota on the class, or a TenantControlPlane. While quotas can't be seen, a
 * namespace that names an owner counts as one, so that a forbidden kind does not empty the portal. Undefined: can't be told now.
 */
export function isTenant(
  cluster: ClusterInventory,
  namespace: string,
): boolean | undefined {
  const prefix = storageClassKeyPrefix(cluster.settings.storageClass);
  for (const quota of cluster.inNamespace('ResourceQuota', namespace)) {
    if (isOnClass(quota.hard, prefix)) {
      return true;
    }
  }
  for (const _ of cluster.inNamespace('TenantControlPlane', namespace)) {
    return true;
  }
  if (tenantsKnown(cluster)) {
    return false;
  }
  const record = cluster.get('Namespace', '', namespace);
  if (!record && isKnown(cluster, 'Namespace')) {
    return false;
  }
  if (!quotasKnown(cluster) && record?.owner !== undefined) {
    return true;
  }
  return undefined;
}

/** The tenants' namespaces, sorted, as far as they can be told: see {@link isTenant} and {@link tenantsKnown}. */
export function tenantsOf(cluster: ClusterInventory): string[] {
  const prefix = storageClassKeyPrefix(cluster.settings.storageClass);
  const tenants = new Set<string>();
  for (const quota of cluster.list('ResourceQuota')) {
    if (quota.namespace && isOnClass(quota.hard, prefix)) {
      tenants.add(quota.namespace);
    }
  }
  for (const controlPlane of cluster.list('TenantControlPlane')) {
    if (controlPlane.namespace) {
      tenants.add(controlPlane.namespace);
    }
  }
  if (!quotasKnown(cluster)) {
    for (const namespace of cluster.list('Namespace')) {
      if (namespace.owner !== undefined) {
        tenants.add(namespace.name);
      }
    }
  }
  return [...tenants].sort();
}

import type { TenantCluster } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ClusterInventory } from '../inventory/types';
import { csiControllerView } from './csiController';
import { isKnown } from './freshness';
import { chargedOf, type VolumeFacts } from './volumeFacts';

/** Sums what claims of the class are charged; null if a size is not known, or claims can't be seen. */
export function sumCharged(
  cluster: ClusterInventory,
  volumes: Iterable<VolumeFacts>,
): string | null {
  if (!isKnown(cluster, 'PersistentVolumeClaim')) {
    return null;
  }
  let sum = 0n;
  for (const { claim } of volumes) {
    if (claim?.storageClass === cluster.settings.storageClass) {
      const charged = chargedOf(claim);
      if (charged === undefined) {
        return null;
      }
      sum += charged;
    }
  }
  return `${sum}`;
}

/**
 * The tenant clusters of a tenant: those with a control plane, a CSI controller or volumes, by name; what names no tenant cluster comes
 * last, under the name null.
 */
export function tenantClusterViews(
  cluster: ClusterInventory,
  tenant: string,
  volumes: readonly VolumeFacts[],
): TenantCluster[] {
  const volumesOf = new Map<string | null, VolumeFacts[]>();
  const add = (name: string | null, volume?: VolumeFacts) => {
    const list = volumesOf.get(name) ?? [];
    if (volume) list.push(volume);
    volumesOf.set(name, list);
  };
  for (const { name } of cluster.inNamespace('TenantControlPlane', tenant)) {
    add(name);
  }
  const prefix = cluster.settings.csiControllerNamePrefix;
  for (const { name } of cluster.inNamespace('Deployment', tenant)) {
    if (name.startsWith(prefix) && name.length > prefix.length) {
      add(name.slice(prefix.length));
    }
  }
  for (const volume of volumes) {
    add(volume.tenantCluster ?? null, volume);
  }
  const areVolumesKnown =
    isKnown(cluster, 'PersistentVolumeClaim') || isKnown(cluster, 'DataVolume');
  return [...volumesOf]
    .sort(([a], [b]) => {
      if (a === null || b === null) return a === null ? 1 : -1;
      return a < b ? -1 : 1;
    })
    .map(([name, own]): TenantCluster => {
      const controlPlane =
        name === null
          ? undefined
          : cluster.get('TenantControlPlane', tenant, name);
      return {
        name,
        controlPlane: controlPlane
          ? {
              status: controlPlane.status ?? null,
              version: controlPlane.version ?? null,
            }
          : null,
        charged: sumCharged(cluster, own),
        volumes: areVolumesKnown
          ? own.filter(
              ({ purpose }) =>
                purpose === 'tenantVolume' || purpose === 'vmDisk',
            ).length
          : null,
        csiController:
          name === null
            ? {
                state: 'unknown',
                name: null,
                ready: null,
                desired: null,
                containers: [],
              }
            : csiControllerView(cluster, tenant, name),
      };
    });
}

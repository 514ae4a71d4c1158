import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { KindName } from '../inventory/records';

/** A list of facts. */
export type ListName = {
  [Key in keyof UnderClusterFacts]: UnderClusterFacts[Key] extends {
    sight: unknown;
  }
    ? Key
    : never;
}[keyof UnderClusterFacts];

/** What each list is made from. */
export const KINDS_OF: Record<ListName, KindName[]> = {
  storageClasses: ['StorageClass'],
  storageProfiles: ['StorageProfile'],
  csiDrivers: ['CSIDriver'],
  csiNodes: ['CSINode'],
  nodes: ['Node'],
  volumes: ['PersistentVolume'],
  claims: ['PersistentVolumeClaim'],
  underWay: ['PersistentVolumeClaim', 'DataVolume'],
  tenants: ['ResourceQuota', 'TenantControlPlane'],
  namespaces: ['Namespace'],
  resourceQuotas: ['ResourceQuota'],
  helmReleases: ['HelmRelease'],
  kustomizations: ['Kustomization'],
  localPathMaps: ['ConfigMap'],
  backupLocations: ['BackupStorageLocation'],
  snapshotLocations: ['VolumeSnapshotLocation'],
  backupSchedules: ['Schedule'],
  backups: ['Backup'],
  restores: ['Restore'],
  snapshotClasses: ['VolumeSnapshotClass'],
  snapshots: ['VolumeSnapshot'],
  jobs: ['Job'],
};

import type { StorageChangeKind } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { KindName } from '../inventory/records';

/** What a swap, and what a larger claim, has to leave room for. */
const TENANTS: KindName[] = [
  'ResourceQuota',
  'TenantControlPlane',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'DataVolume',
  'CDI',
  'CDIConfig',
];

/** What a preview of each change stands on: how fresh it is, is said of these. */
export const CHANGE_KINDS: Record<StorageChangeKind, KindName[]> = {
  'velero-location': [
    'BackupStorageLocation',
    'VolumeSnapshotLocation',
    'Schedule',
    'Backup',
    'Restore',
    'StorageClass',
    'VolumeSnapshotClass',
  ],
  profile: ['StorageProfile', 'StorageClass', 'Kustomization'],
  backend: [
    'StorageClass',
    'StorageProfile',
    'CSIDriver',
    'CSINode',
    'Node',
    'HelmRelease',
    'Kustomization',
    'VolumeSnapshotClass',
    ...TENANTS,
  ],
  paths: [
    'ConfigMap',
    'HelmRelease',
    'StorageClass',
    'PersistentVolume',
    'Node',
  ],
  tenant: ['Namespace', 'ResourceQuota', 'StorageClass', 'HelmRelease'],
  class: ['StorageClass', 'StorageProfile', 'CSIDriver'],
  'rook-ceph': [
    'StorageClass',
    'CSIDriver',
    'Node',
    'Namespace',
    'VolumeSnapshotClass',
  ],
  minio: ['Namespace', 'StorageClass', 'Node'],
  snapshot: [
    'PersistentVolumeClaim',
    'PersistentVolume',
    'StorageClass',
    'VolumeSnapshotClass',
    'VolumeSnapshot',
  ],
  restore: [
    'VolumeSnapshot',
    'VolumeSnapshotClass',
    'StorageClass',
    ...TENANTS,
  ],
  benchmark: ['StorageClass', 'Namespace', 'Job'],
};

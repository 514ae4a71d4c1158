import type { KindName } from '../../inventory/records';
import { backup } from './backup';
import { backupStorageLocation } from './backupStorageLocation';
import { cdi } from './cdi';
import { cdiConfig } from './cdiConfig';
import { configMap } from './configMap';
import { csiDriver } from './csiDriver';
import { csiNode } from './csiNode';
import { csiStorageCapacity } from './csiStorageCapacity';
import { dataVolume } from './dataVolume';
import { deployment } from './deployment';
import { event } from './event';
import { helmRelease } from './helmRelease';
import { job } from './job';
import { kustomization } from './kustomization';
import { namespace } from './namespace';
import { node } from './node';
import { persistentVolume } from './persistentVolume';
import { persistentVolumeClaim } from './persistentVolumeClaim';
import { pod } from './pod';
import { resourceQuota } from './resourceQuota';
import { restore } from './restore';
import { schedule } from './schedule';
import { storageClass } from './storageClass';
import { storageProfile } from './storageProfile';
import { tenantControlPlane } from './tenantControlPlane';
import { virtualMachineInstance } from './virtualMachineInstance';
import { volumeSnapshot } from './volumeSnapshot';
import { volumeSnapshotClass } from './volumeSnapshotClass';
import { volumeSnapshotLocation } from './volumeSnapshotLocation';
import type { WatchedKind } from './watchedKind';

export type { WatchedKind } from './watchedKind';

/** Every kind that is watched. The compiler asks for one that has a record and is not here. */
export const watchedKinds: { [K in KindName]: WatchedKind<K> } = {
  Namespace: namespace,
  ResourceQuota: resourceQuota,
  PersistentVolumeClaim: persistentVolumeClaim,
  PersistentVolume: persistentVolume,
  StorageClass: storageClass,
  CSIDriver: csiDriver,
  Node: node,
  Event: event,
  Deployment: deployment,
  Pod: pod,
  DataVolume: dataVolume,
  StorageProfile: storageProfile,
  CDI: cdi,
  CDIConfig: cdiConfig,
  TenantControlPlane: tenantControlPlane,
  VirtualMachineInstance: virtualMachineInstance,
  Kustomization: kustomization,
  CSIStorageCapacity: csiStorageCapacity,
  CSINode: csiNode,
  HelmRelease: helmRelease,
  ConfigMap: configMap,
  BackupStorageLocation: backupStorageLocation,
  VolumeSnapshotLocation: volumeSnapshotLocation,
  Schedule: schedule,
  Backup: backup,
  Restore: restore,
  VolumeSnapshotClass: volumeSnapshotClass,
  VolumeSnapshot: volumeSnapshot,
  Job: job,
};

export const kindNames = Object.keys(watchedKinds) as KindName[];

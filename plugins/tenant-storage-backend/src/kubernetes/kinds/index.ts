import type { KindName } from '../../inventory/records';
import { cdi } from './cdi';
import { cdiConfig } from './cdiConfig';
import { csiDriver } from './csiDriver';
import { csiStorageCapacity } from './csiStorageCapacity';
import { dataVolume } from './dataVolume';
import { deployment } from './deployment';
import { event } from './event';
import { kustomization } from './kustomization';
import { namespace } from './namespace';
import { node } from './node';
import { persistentVolume } from './persistentVolume';
import { persistentVolumeClaim } from './persistentVolumeClaim';
import { pod } from './pod';
import { resourceQuota } from './resourceQuota';
import { storageClass } from './storageClass';
import { storageProfile } from './storageProfile';
import { tenantControlPlane } from './tenantControlPlane';
import { virtualMachineInstance } from './virtualMachineInstance';
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
};

export const kindNames = Object.keys(watchedKinds) as KindName[];

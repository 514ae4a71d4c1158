import {
  annotationOf,
  bytesAt,
  conditionsOf,
  labelOf,
  metadataOf,
  objectsAt,
  textAt,
  trueAt,
  withoutAbsent,
  wordAt,
  wordsAt,
} from './rawObject';
import type { RawObject } from './rawObject';
import type { WatchedKind } from './watchedKind';

function ownerOf(raw: RawObject) {
  const owners = objectsAt(raw, 'metadata', 'ownerReferences');
  const owner = owners.find(it => trueAt(it, 'controller')) ?? owners[0];
  const kind = owner && wordAt(owner, 'kind');
  const name = owner && textAt(owner, 'name');
  const uid = owner && textAt(owner, 'uid');
  return kind && name && uid ? { kind, name, uid } : undefined;
}

export const persistentVolumeClaim: WatchedKind<'PersistentVolumeClaim'> = {
  name: 'PersistentVolumeClaim',
  group: '',
  version: 'v1',
  plural: 'persistentvolumeclaims',
  namespaced: true,
  part: 'base',
  builtIn: true,
  reduce(raw, { tenantClusterLabel }) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        storageClass:
          // What came before spec.storageClassName; binding and quota still read it first
          // (k8s.io/component-helpers storage/volume, GetPersistentVolumeClaimClass).
          annotationOf(raw, 'volume.beta.kubernetes.io/storage-class') ??
          wordAt(raw, 'spec', 'storageClassName'),
        volumeMode: wordAt(raw, 'spec', 'volumeMode'),
        accessModes: wordsAt(raw, 'spec', 'accessModes'),
        requested: bytesAt(raw, 'spec', 'resources', 'requests', 'storage'),
        allocated: bytesAt(raw, 'status', 'allocatedResources', 'storage'),
        capacity: bytesAt(raw, 'status', 'capacity', 'storage'),
        phase: wordAt(raw, 'status', 'phase'),
        volume: textAt(raw, 'spec', 'volumeName'),
        selectedNode: annotationOf(raw, 'volume.kubernetes.io/selected-node'),
        conditions: conditionsOf(raw),
        owner: ownerOf(raw),
        finalizers: wordsAt(raw, 'metadata', 'finalizers'),
        tenantCluster: labelOf(raw, tenantClusterLabel),
      })
    );
  },
};

import { appliedBy } from './appliedBy';
import { annotationOf, metadataOf, withoutAbsent, wordAt } from './rawObject';
import type { WatchedKind } from './watchedKind';

export const volumeSnapshotClass: WatchedKind<'VolumeSnapshotClass'> = {
  name: 'VolumeSnapshotClass',
  group: 'snapshot.storage.k8s.io',
  version: 'v1',
  plural: 'volumesnapshotclasses',
  namespaced: false,
  part: 'snapshots',
  builtIn: false,
  reduce(raw) {
    const metadata = metadataOf(raw);
    const driver = wordAt(raw, 'driver');
    return metadata && driver
      ? withoutAbsent({
          ...metadata,
          driver,
          deletionPolicy: wordAt(raw, 'deletionPolicy'),
          isDefault:
            annotationOf(
              raw,
              'snapshot.storage.kubernetes.io/is-default-class',
            ) === 'true',
          ...appliedBy(raw),
        })
      : undefined;
  },
};

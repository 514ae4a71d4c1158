import {
  annotationOf,
  metadataOf,
  trueAt,
  withoutAbsent,
  wordAt,
} from './rawObject';
import type { WatchedKind } from './watchedKind';

export const storageClass: WatchedKind<'StorageClass'> = {
  name: 'StorageClass',
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'storageclasses',
  namespaced: false,
  part: 'base',
  builtIn: true,
  reduce(raw) {
    const metadata = metadataOf(raw);
    const provisioner = wordAt(raw, 'provisioner');
    return metadata && provisioner
      ? withoutAbsent({
          ...metadata,
          provisioner,
          reclaimPolicy: wordAt(raw, 'reclaimPolicy'),
          volumeBindingMode: wordAt(raw, 'volumeBindingMode'),
          allowVolumeExpansion: trueAt(raw, 'allowVolumeExpansion'),
          isDefault:
            annotationOf(raw, 'storageclass.kubernetes.io/is-default-class') ===
              'true' ||
            annotationOf(
              raw,
              'storageclass.beta.kubernetes.io/is-default-class',
            ) === 'true',
        })
      : undefined;
  },
};

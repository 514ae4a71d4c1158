import { appliedBy } from './appliedBy';
import {
  annotationOf,
  metadataOf,
  textMapAt,
  trueAt,
  withoutAbsent,
  wordAt,
} from './rawObject';
import type { RawObject } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Some old provisioners took a password here; names of Secrets are no secrets. */
const MAY_BE_SECRET = /(?:password|passwd|passphrase|token|key|secret)$/i;

function parametersOf(raw: RawObject): Record<string, string> | undefined {
  const entries = Object.entries(textMapAt(raw, 'parameters')).filter(
    ([name]) => !MAY_BE_SECRET.test(name),
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

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
          parameters: parametersOf(raw),
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
          // CDI prefers it for the disks of virtual machines.
          isDefaultVirt:
            annotationOf(
              raw,
              'storageclass.kubevirt.io/is-default-virt-class',
            ) === 'true' || undefined,
          ...appliedBy(raw),
        })
      : undefined;
  },
};

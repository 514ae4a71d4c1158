import {
  bytesAt,
  conditionsOf,
  labelOf,
  metadataOf,
  numberAt,
  textAt,
  withoutAbsent,
  wordAt,
  wordsAt,
} from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Of the spec only sizes, class and modes are kept: its source may hold URLs. */
export const dataVolume: WatchedKind<'DataVolume'> = {
  name: 'DataVolume',
  group: 'cdi.kubevirt.io',
  version: 'v1beta1',
  plural: 'datavolumes',
  namespaced: true,
  part: 'base',
  builtIn: false,
  reduce(raw, { tenantClusterLabel }) {
    const metadata = metadataOf(raw);
    if (!metadata) return undefined;
    const word = (field: string) =>
      wordAt(raw, 'spec', 'storage', field) ??
      wordAt(raw, 'spec', 'pvc', field);
    const storageModes = wordsAt(raw, 'spec', 'storage', 'accessModes');
    return withoutAbsent({
      ...metadata,
      phase: wordAt(raw, 'status', 'phase'),
      progress: textAt(raw, 'status', 'progress'),
      restartCount: numberAt(raw, 'status', 'restartCount') ?? 0,
      conditions: conditionsOf(raw),
      requested:
        bytesAt(raw, 'spec', 'storage', 'resources', 'requests', 'storage') ??
        bytesAt(raw, 'spec', 'pvc', 'resources', 'requests', 'storage'),
      storageClass: word('storageClassName'),
      volumeMode: word('volumeMode'),
      accessModes: storageModes.length
        ? storageModes
        : wordsAt(raw, 'spec', 'pvc', 'accessModes'),
      claim: textAt(raw, 'status', 'claimName') ?? metadata.name,
      tenantCluster: labelOf(raw, tenantClusterLabel),
    });
  },
};

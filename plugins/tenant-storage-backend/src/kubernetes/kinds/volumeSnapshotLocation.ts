import { appliedBy } from './appliedBy';
import { metadataOf, withoutAbsent, wordAt } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Velero's. Nothing of its configuration and credential is kept. */
export const volumeSnapshotLocation: WatchedKind<'VolumeSnapshotLocation'> = {
  name: 'VolumeSnapshotLocation',
  group: 'velero.io',
  version: 'v1',
  plural: 'volumesnapshotlocations',
  namespaced: true,
  part: 'velero',
  builtIn: false,
  within: ({ velero }) => velero,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        provider: wordAt(raw, 'spec', 'provider'),
        ...appliedBy(raw),
      })
    );
  },
};

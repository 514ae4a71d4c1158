import { metadataOf, withoutAbsent, wordAt, wordsAt } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Velero's. Its hooks, which may hold commands, are not kept. */
export const backup: WatchedKind<'Backup'> = {
  name: 'Backup',
  group: 'velero.io',
  version: 'v1',
  plural: 'backups',
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
        storageLocation: wordAt(raw, 'spec', 'storageLocation'),
        volumeSnapshotLocations: wordsAt(
          raw,
          'spec',
          'volumeSnapshotLocations',
        ),
        phase: wordAt(raw, 'status', 'phase'),
      })
    );
  },
};
